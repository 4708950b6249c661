"""What boto3's paginators find, two items at a time: {operation: input} comes in, {operation: [page, ...]} goes out."""

import json
import sys

import boto3
from botocore import xform_name

client = boto3.client("lambda")


def pages(operation, arguments):
    paginator = client.get_paginator(xform_name(operation))
    (key,) = [expression.parsed["value"] for expression in paginator.result_keys]
    return [page[key] for page in paginator.paginate(**arguments, PaginationConfig={"PageSize": 2})]


found = {operation: pages(operation, arguments) for operation, arguments in json.loads(sys.argv[1]).items()}
json.dump(found, sys.stdout, default=str)
