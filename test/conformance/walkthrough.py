"""A user's afternoon with Lambda, by an unmodified boto3.

The server is found as every AWS client finds it: AWS_ENDPOINT_URL, AWS_DEFAULT_REGION and the keys of the account's root
or of an administrator. Everything made here is deleted at the end. The exit code is 0 when every promise held.
"""

import io
import json
import sys
import time
import uuid
import zipfile
from datetime import datetime, timedelta, timezone

import boto3
from botocore.exceptions import ClientError

HOW_MANY = 120
FULL_PAGE = 50
MARK = f"tour-{uuid.uuid4().hex[:8]}"

PYTHON_SOURCE = """
import datetime
import json

def greet(event, context):
    print("greeting", json.dumps(event))
    if "fail" in event:
        raise ValueError(event["fail"])
    body = {"message": "hello world", "at": str(datetime.datetime.now()), "name": event.get("name")}
    return {"statusCode": 200, "body": json.dumps(body)}
"""

NODE_SOURCE = """
export const greet = async (event, context) => {
  if (event.fail) throw new RangeError(event.fail)
  return { hello: event.name, from: context.functionName, millisecondsLeft: context.getRemainingTimeInMillis() }
}
"""

TRUST_LAMBDA = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}

broken_promises = []


def promise(what, held, found=""):
    print(f"{'kept  ' if held else 'BROKEN'} {what}" + (f": {found}" if not held else ""))
    if not held:
        broken_promises.append(what)


def error_of(call, **arguments):
    """The error code that a call is refused with, or None."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def package(file_name, source):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(file_name, source)
    return buffer.getvalue()


def eventually(ask, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.1)
    return None


class Tour:
    def __init__(self):
        self.functions = boto3.client("lambda")
        self.iam = boto3.client("iam")
        self.logs = boto3.client("logs")
        self.account = boto3.client("sts").get_caller_identity()["Account"]
        self.role = None
        self.made = []

    def make_role(self):
        answer = self.iam.create_role(RoleName=MARK, AssumeRolePolicyDocument=json.dumps(TRUST_LAMBDA))
        self.role = answer["Role"]["Arn"]

    def make_function(self, suffix, runtime, handler, zip_file):
        name = f"{MARK}-{suffix}"
        self.functions.create_function(
            FunctionName=name,
            Runtime=runtime,
            Handler=handler,
            Role=self.role,
            Timeout=10,
            Code={"ZipFile": zip_file},
        )
        self.made.append(name)
        return name

    def make_functions(self):
        python_package = package("app.py", PYTHON_SOURCE)
        node_package = package("app.mjs", NODE_SOURCE)
        self.python = self.make_function("python", "python3.12", "app.greet", python_package)
        self.node = self.make_function("node", "nodejs22.x", "app.greet", node_package)
        for number in range(HOW_MANY - len(self.made)):
            self.make_function(f"{number:03d}", "nodejs22.x", "app.greet", node_package)
        for name in (self.python, self.node):
            self.functions.get_waiter("function_active_v2").wait(FunctionName=name)

    def listing(self):
        names, sizes, marker = [], [], None
        while True:
            page = self.functions.list_functions(**({"Marker": marker} if marker else {}))
            sizes.append(len(page["Functions"]))
            names += [function["FunctionName"] for function in page["Functions"]]
            marker = page.get("NextMarker")
            if not marker:
                break
        promise("every page but the last is full", set(sizes[:-1]) == {FULL_PAGE} and sizes[-1] <= FULL_PAGE, sizes)
        promise("the markers lead to every function", set(self.made) <= set(names))
        promise("and to none twice", len(names) == len(set(names)))
        pages = self.functions.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 30})
        paginated = [function["FunctionName"] for page in pages for function in page["Functions"]]
        promise("boto3's paginator finds the same", paginated == names)
        few = self.functions.list_functions(MaxItems=3)
        promise("MaxItems makes a page shorter", len(few["Functions"]) == 3 and "NextMarker" in few)
        many = self.functions.list_functions(MaxItems=1000)
        promise("but not longer", len(many["Functions"]) == FULL_PAGE)
        modified = datetime.strptime(few["Functions"][0]["LastModified"], "%Y-%m-%dT%H:%M:%S.%f%z")
        age = abs(datetime.now(timezone.utc) - modified)
        promise("LastModified is the time of the last change", age < timedelta(hours=1), modified)

    def waiting_for_the_answer(self):
        answer = self.functions.invoke(
            FunctionName=self.python, InvocationType="RequestResponse", Payload=json.dumps({"name": "Ada"})
        )
        payload = json.loads(answer["Payload"].read())
        promise("RequestResponse answers 200", answer["StatusCode"] == 200, answer["StatusCode"])
        promise("with what the Python function returned", json.loads(payload["body"])["name"] == "Ada", payload)
        promise("and the version that ran", answer["ExecutedVersion"] == "$LATEST", answer.get("ExecutedVersion"))
        answer = self.functions.invoke(FunctionName=self.node, Payload=b'{"name": "Ada"}')
        payload = json.loads(answer["Payload"].read())
        left = payload.pop("millisecondsLeft")
        promise("it is the default", payload == {"hello": "Ada", "from": self.node}, payload)
        promise("the context counts the time that is left", 0 < left <= 10_000, left)
        for name, kind in ((self.python, "ValueError"), (self.node, "RangeError")):
            answer = self.functions.invoke(FunctionName=name, Payload=b'{"fail": "on purpose"}')
            error = json.loads(answer["Payload"].read())
            promise(
                f"a {kind} of the function is a FunctionError in a 200",
                (answer["StatusCode"], answer.get("FunctionError")) == (200, "Unhandled")
                and (error["errorType"], error["errorMessage"]) == (kind, "on purpose"),
                error,
            )

    def not_waiting(self):
        for event in ({"name": f"{MARK} later"}, {"fail": "nobody hears"}):
            answer = self.functions.invoke(
                FunctionName=self.python, InvocationType="Event", Payload=json.dumps(event)
            )
            promise(
                f"Event answers an empty 202 to {next(iter(event))}",
                answer["StatusCode"] == 202 and answer["Payload"].read() == b"" and "FunctionError" not in answer,
                answer["StatusCode"],
            )
        promise("the event has run, as its log tells", eventually(lambda: self.logged(f"{MARK} later")))

    def logged(self, text):
        try:
            events = self.logs.filter_log_events(logGroupName=f"/aws/lambda/{self.python}")["events"]
        except self.logs.exceptions.ResourceNotFoundException:
            return False
        return any(text in event["message"] for event in events)

    def only_asking(self):
        answer = self.functions.invoke(FunctionName=self.python, InvocationType="DryRun", Payload=b"{}")
        promise("DryRun answers 204 to who may", answer["StatusCode"] == 204, answer["StatusCode"])

    def somebody_else(self):
        self.iam.create_user(UserName=MARK)
        key = self.iam.create_access_key(UserName=MARK)["AccessKey"]
        try:
            self.permissions(
                boto3.client(
                    "lambda", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
                )
            )
            forger = boto3.client("lambda", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key="a guess")
            found = error_of(forger.list_functions)
            promise("a wrong secret is found out", found == "InvalidSignatureException", found)
        finally:
            self.iam.delete_access_key(UserName=MARK, AccessKeyId=key["AccessKeyId"])
            self.iam.delete_user(UserName=MARK)

    def permissions(self, stranger):
        def outcome(kind):
            return error_of(stranger.invoke, FunctionName=self.python, InvocationType=kind, Payload=b"{}")

        kinds = ("DryRun", "RequestResponse", "Event")
        refused = {kind: "AccessDeniedException" for kind in kinds}
        found = {kind: outcome(kind) for kind in kinds}
        promise("who has no permission is refused whatever the type", found == refused, found)
        arn = f"arn:aws:lambda:{self.functions.meta.region_name}:{self.account}:function:{self.python}"
        statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.iam.put_user_policy(UserName=MARK, PolicyName="greet", PolicyDocument=document)
        found = {kind: outcome(kind) for kind in kinds}
        promise("who has it is served whatever the type", not any(found.values()), found)
        found = error_of(stranger.invoke, FunctionName=self.node)
        promise("but not by another function", found == "AccessDeniedException", found)
        found = error_of(stranger.list_functions)
        promise("and not by another operation", found == "AccessDeniedException", found)
        self.iam.delete_user_policy(UserName=MARK, PolicyName="greet")
        found = {kind: outcome(kind) for kind in kinds}
        promise("permission that is taken back is gone", found == refused, found)

    def mistakes(self):
        new = {"Runtime": "python3.12", "Role": self.role, "Handler": "app.greet"}
        good = {"ZipFile": package("app.py", PYTHON_SOURCE)}
        mistakes = [
            ("ResourceNotFoundException", self.functions.invoke, {"FunctionName": f"{MARK}-nowhere"}),
            ("ResourceNotFoundException", self.functions.get_function, {"FunctionName": f"{MARK}-nowhere"}),
            ("InvalidRequestContentException", self.functions.invoke, {"FunctionName": self.python, "Payload": b"{,"}),
            ("ResourceConflictException", self.functions.create_function, {"FunctionName": self.python, "Code": good, **new}),
            (
                "InvalidParameterValueException",
                self.functions.create_function,
                {"FunctionName": f"{MARK}-bad", "Code": {"ZipFile": b"not a zip"}, **new},
            ),
            (
                "InvalidParameterValueException",
                self.functions.create_function,
                {"FunctionName": f"{MARK}-bad", "Code": good, **new, "Runtime": "python1.0"},
            ),
            (
                "ValidationException",
                self.functions.create_function,
                {"FunctionName": f"{MARK}-bad", "Code": good, **new, "Role": "no ARN"},
            ),
        ]
        for code, call, arguments in mistakes:
            found = error_of(call, **arguments)
            promise(f"{call.__name__} of {arguments['FunctionName'].removeprefix(MARK)} is a {code}", found == code, found)

    def clean_up(self):
        for name in self.made:
            self.functions.delete_function(FunctionName=name)
        if self.role:
            self.iam.delete_role(RoleName=MARK)
        pages = self.functions.get_paginator("list_functions").paginate()
        left = [f["FunctionName"] for page in pages for f in page["Functions"] if MARK in f["FunctionName"]]
        promise("nothing is left", left == [], left)

    def walk(self):
        try:
            self.make_role()
            self.make_functions()
            self.listing()
            self.waiting_for_the_answer()
            self.not_waiting()
            self.only_asking()
            self.somebody_else()
            self.mistakes()
        finally:
            self.clean_up()


if __name__ == "__main__":
    Tour().walk()
    sys.exit(f"{len(broken_promises)} promises were broken" if broken_promises else 0)
