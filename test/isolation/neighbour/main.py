import ctypes
import os
import socket

libc = ctypes.CDLL(None, use_errno=True)
KEY, NAME = 0x1A3B5C7D, "lambent-neighbour"
CREATE = 0o1000

# By this name its process is found from outside.
libc.prctl(15, os.environ["PROCESS_NAME"].encode())
place = os.environ.get("TMPDIR", "/tmp")
with open(f"{place}/secret", "w") as file:
    file.write(os.environ["SECRET"])

# What processes have in common when nothing keeps them apart.
libc.shmget(KEY, 4096, CREATE | 0o666)
libc.semget(KEY, 1, CREATE | 0o666)
libc.msgget(KEY, CREATE | 0o666)
libc.mq_open(f"/{NAME}".encode(), os.O_CREAT | os.O_RDWR, 0o666, None)
server = socket.create_server(("127.0.0.1", 0))
abstract = socket.socket(socket.AF_UNIX)
abstract.bind(f"\0{NAME}-{os.getpid()}-{server.getsockname()[1]}")
abstract.listen()


def handler(event, context):
    """Everything of it that is no secret, and that its own things are as they were."""
    with open(f"{place}/secret") as file:
        isWhole = file.read() == os.environ["SECRET"]
    return {
        "isWhole": isWhole,
        "requestId": context.aws_request_id,
        "key": KEY,
        "name": NAME,
        "port": server.getsockname()[1],
        "abstract": "@" + abstract.getsockname()[1:].decode(),
        "accessKeyId": os.environ["AWS_ACCESS_KEY_ID"],
        "sessionToken": os.environ["AWS_SESSION_TOKEN"],
        "sysv": libc.shmget(KEY, 0, 0) != -1,
    }
