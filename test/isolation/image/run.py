"""The attacker in a container image: a runtime of its own, as any program may be one."""

import json
import os
import sys
import urllib.request

sys.path.insert(0, "/var/task")
from main import handler  # noqa: E402

INVOCATION = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"


def attempt(event):
    try:
        return "response", handler(event, None)
    except Exception as error:
        return "error", {"errorType": type(error).__name__, "errorMessage": str(error)}


while True:
    with urllib.request.urlopen(INVOCATION + "next") as answer:
        request_id = answer.headers["Lambda-Runtime-Aws-Request-Id"]
        wanted = json.load(answer)
    outcome, body = attempt(wanted)
    urllib.request.urlopen(INVOCATION + request_id + "/" + outcome, json.dumps(body).encode()).close()
