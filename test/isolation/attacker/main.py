import importlib


def handler(event, context):
    """Runs the attack `module.function`; answers what it got. Nothing means that it was refused."""
    module, function = event["attack"].split(".")
    return getattr(importlib.import_module(module), function)(**event.get("detail", {}))
