"""What every program here does: answers with the event and its circumstances, or fails if the event says so.

Where it names a gate, there is waited first.
"""

from urllib.request import urlopen

count = 0


def handler(event, context):
    global count
    if isinstance(event, dict) and "gate" in event:
        urlopen(event["gate"]).read()
    if isinstance(event, dict) and "fail" in event:
        raise ValueError(event["fail"])
    count += 1
    return {
        "event": event,
        "count": count,
        "requestId": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "leftMs": context.get_remaining_time_in_millis(),
    }
