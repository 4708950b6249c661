"""Waits with every waiter that boto3 has for Lambda, all at the same time; prints the name of each that saw its state.

The argument is {waiter: arguments}.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3

client = boto3.client("lambda")
given = json.loads(sys.argv[1])
assert sorted(given) == sorted(client.waiter_names), client.waiter_names


def wait(name):
    client.get_waiter(name).wait(**given[name], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return name


with ThreadPoolExecutor(len(given)) as threads:
    json.dump(sorted(threads.map(wait, given)), sys.stdout)
