"""What boto3 tells of requests that are wrong: [[operation, input], ...] comes in, [[code, message], ...] goes out.

Its own validation is switched off, so that the service has to find every mistake. An operation that this boto3 does not
know yet gives null.
"""

import json
import sys

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

client = boto3.client("lambda", config=Config(parameter_validation=False, retries={"total_max_attempts": 1}))


def refusal_of(operation, arguments):
    call = getattr(client, xform_name(operation), None)
    if call is None:
        return None
    try:
        call(**arguments)
    except ClientError as error:
        found = error.response["Error"]
        return [found["Code"], found["Message"]]
    return ["none", "the call was not refused"]


json.dump([refusal_of(*call) for call in json.load(open(sys.argv[1]))], sys.stdout)
