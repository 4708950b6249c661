"""A function on managed instances, by an unmodified boto3; prints what it found, as JSON. The argument is the role's ARN."""

import io
import json
import sys
import zipfile

import boto3

client = boto3.client("lambda")
role = sys.argv[1]
SOURCE = "def handler(event, context):\n    return [event['hello'], context.function_version]\n"
QUICKLY = {"Delay": 1, "MaxAttempts": 60}


def zipped(source):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", source)
    return packed.getvalue()


def answer(**qualifier):
    response = client.invoke(FunctionName="managed", Payload=json.dumps({"hello": "world"}), **qualifier)
    return json.load(response["Payload"])


provider = client.create_capacity_provider(
    CapacityProviderName="provider",
    VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
    PermissionsConfig={"CapacityProviderOperatorRoleArn": role},
    Tags={"made": "by boto3"},
)["CapacityProvider"]
arn = provider["CapacityProviderArn"]
client.create_function(
    FunctionName="managed",
    Runtime="python3.13",
    Handler="app.handler",
    Role=role,
    Code={"ZipFile": zipped(SOURCE)},
    CapacityProviderConfig={"LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": arn}},
    PublishTo="LATEST_PUBLISHED",
)
client.get_waiter("published_version_active").wait(
    FunctionName="managed", Qualifier="$LATEST.PUBLISHED", WaiterConfig=QUICKLY
)
found = {"tags": client.list_tags(Resource=arn)["Tags"], "unqualified": answer()}
client.get_waiter("function_updated_v2").wait(FunctionName="managed", WaiterConfig=QUICKLY)
version = client.publish_version(FunctionName="managed")["Version"]
client.get_waiter("published_version_active").wait(FunctionName="managed", Qualifier=version, WaiterConfig=QUICKLY)
found["numbered"] = answer(Qualifier=version)
limits = {"MinExecutionEnvironments": 0, "MaxExecutionEnvironments": 0}
of_version = {"FunctionName": "managed", "Qualifier": version}
found["state"] = client.put_function_scaling_config(**of_version, FunctionScalingConfig=limits)["FunctionState"]
found["applied"] = client.get_function_scaling_config(**of_version)["AppliedFunctionScalingConfig"]
pages = client.get_paginator("list_function_versions_by_capacity_provider").paginate(
    CapacityProviderName="provider", PaginationConfig={"PageSize": 2}
)
found["versions"] = [item["State"] for page in pages for item in page["FunctionVersions"]]
try:
    client.delete_capacity_provider(CapacityProviderName="provider")
except client.exceptions.ResourceConflictException as error:
    found["in use"] = error.response["Error"]["Code"]
client.delete_function(FunctionName="managed")
found["deleted"] = client.delete_capacity_provider(CapacityProviderName="provider")["CapacityProvider"]["State"]
found["left"] = client.list_capacity_providers()["CapacityProviders"]
json.dump(found, sys.stdout)
