import json


def lambda_handler(event, context):
    print("handling", json.dumps(event))
    return {"statusCode": 200, "body": f"hello {event.get('name', 'world')} from {context.function_name}"}
