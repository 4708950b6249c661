"""The Python runtime: speaks the Lambda Runtime API over the socket inherited as descriptor 3.

Runs on Python 3.8 and newer. Imports are few and late, because each one is paid for in every cold start.
Response and next request leave in one write.
"""

import os
import sys
import time
from json import JSONEncoder, loads

RUNTIME_SOCKET = 3
READ_BYTES = 65536
# See _Connection._poll.
POLLING_SECONDS = 0.0001
MOST_LEFT_OUT = 64
NEXT = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n"

_request_id = None


def main():
    os.set_inheritable(RUNTIME_SOCKET, False)
    # Every line is a log record at once, so nothing is lost when the process is killed.
    sys.stdout.reconfigure(line_buffering=True)
    sys.stderr.reconfigure(line_buffering=True)
    # Whoever is started for a function has a handler.
    if "_HANDLER" not in os.environ:
        _wait_for_function()
    _configure_logging_when_imported()
    _note_environment_facts()
    task_root = os.environ["LAMBDA_TASK_ROOT"]
    # Only plain processes find their layers elsewhere.
    layers = os.environ.get("LAMBENT_LAYERS_ROOT", "/opt") + "/python"
    sys.path[:0] = [task_root, "%s/lib/python%d.%d/site-packages" % (layers, *sys.version_info[:2]), layers]
    if "AWS_LAMBDA_MAX_CONCURRENCY" in os.environ:
        from lambent_workers import run_workers

        run_workers(int(os.environ["AWS_LAMBDA_MAX_CONCURRENCY"]))
    connection = _Connection()
    try:
        handler = _load_handler(os.environ["_HANDLER"])
    except Exception as error:
        _tell_init_error(connection, error)
        os._exit(1)
    connection.write(NEXT)
    while True:
        head, body = connection.next_event()
        _handle(connection, handler, head, body)


def _wait_for_function():
    """Of a process that was started before its function was known: it is told its variables, as one line of JSON.

    Then it is as if it had been started with them.
    """
    # What every function needs.
    import _socket
    import importlib

    os.write(RUNTIME_SOCKET, b"ready\n")
    line = b""
    while not line.endswith(b"\n"):
        data = os.read(RUNTIME_SOCKET, READ_BYTES)
        if not data:
            # The server has gone.
            os._exit(0)
        line += data
    variables = loads(line.decode("utf-8"))
    for name in set(os.environ).difference(variables):
        del os.environ[name]
    time_zone = os.environ["TZ"]
    os.environ.update(variables)
    if variables["TZ"] != time_zone:
        time.tzset()
    # What the directory shows now has been mounted over the one that this process started in.
    os.chdir(variables["LAMBDA_TASK_ROOT"])


class _Connection:
    """Requests out, events in. Answers to our posts are read past."""

    def __init__(self, connected=None):
        # The part of the socket module that needs no imports of its own.
        from _socket import MSG_DONTWAIT, socket

        self._socket = connected or socket(fileno=RUNTIME_SOCKET)
        # Of several workers those that have work to do go first.
        self._polls = connected is None
        self._without_waiting = MSG_DONTWAIT
        self._unread = b""
        self._pause = 1
        self._left = 0

    def write(self, data):
        self._socket.sendall(data)

    def next_event(self):
        while True:
            head, body = self.receive()
            if b"\r\nLambda-Runtime-Aws-Request-Id: " in head:
                return _headers(head), body

    def receive(self):
        data = self._unread
        end = data.find(b"\r\n\r\n")
        while end < 0:
            data += self._read()
            end = data.find(b"\r\n\r\n")
        head = data[: end + 2]
        at = head.index(b"Content-Length: ") + 16
        stop = end + 4 + int(head[at : head.index(b"\r\n", at)])
        if len(data) < stop:
            parts, length = [data], len(data)
            while length < stop:
                parts.append(self._read())
                length += len(parts[-1])
            data = b"".join(parts)
        self._unread = data[stop:]
        return head, data[end + 4 : stop]

    def _poll(self):
        """Looks for the next event for a moment before sleeping, because waking up takes longer than many an invocation.

        Each miss doubles the pause until it is tried again, a hit ends it.
        """
        if self._left > 0:
            self._left -= 1
            return None
        receive, now, without_waiting = self._socket.recv, time.perf_counter, self._without_waiting
        until = now() + POLLING_SECONDS
        while now() < until:
            try:
                data = receive(READ_BYTES, without_waiting)
                self._pause = 1
                return data
            except BlockingIOError:
                # Whoever has work to do goes first.
                os.sched_yield()
        self._left = self._pause
        self._pause = min(self._pause * 2, MOST_LEFT_OUT)
        return None

    def _read(self):
        try:
            data = self._poll() if self._polls else None
            if data is None:
                data = self._socket.recv(READ_BYTES)
        except ConnectionError:
            data = b""
        if not data:
            # The server has gone: nobody is left to work for.
            os._exit(0)
        return data


def _headers(head):
    lines = head.decode("utf-8").split("\r\n")
    return dict([line.split(": ", 1) for line in lines[1:-1]])


# --- one invocation


def _handle(connection, handler, head, body):
    global _request_id
    request_id = _request_id = head["Lambda-Runtime-Aws-Request-Id"]
    os.environ["_X_AMZN_TRACE_ID"] = head.get("Lambda-Runtime-Trace-Id", "")
    try:
        try:
            event = loads(body.decode("utf-8"))
        except Exception as error:
            raise RuntimeFault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error)
        result = handler(event, LambdaContext(request_id, head))
        try:
            answer = _encode(result).encode("utf-8")
        except Exception as error:
            raise RuntimeFault("Runtime.MarshalError", "Unable to marshal response: %s" % error)
        request = "%s/response HTTP/1.1\r\n" % request_id
    except Exception as error:
        report = _describe(error, request_id)
        _log_error(report)
        answer = _encode(report).encode("utf-8", "backslashreplace")
        request = "%s/error HTTP/1.1\r\n%s" % (request_id, _error_type_header(report))
    _request_id = None
    _flush()
    connection.write(
        ("POST /2018-06-01/runtime/invocation/%sContent-Length: %d\r\n\r\n" % (request, len(answer))).encode("latin-1")
        + answer
        + NEXT
    )


def _flush():
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except Exception:
        pass  # The handler has closed or replaced them.


def _default(value):
    # Decimals, which DynamoDB clients return, count as numbers.
    if type(value).__name__ == "Decimal" and type(value).__module__ in ("decimal", "_decimal", "_pydecimal"):
        return int(value) if value == value and value == value.to_integral_value() else float(value)
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


_encode = JSONEncoder(ensure_ascii=sys.version_info < (3, 12), default=_default).encode


# --- the handler


def _load_handler(setting):
    parts = setting.rsplit(".", 1)
    if len(parts) != 2:
        raise RuntimeFault(
            "Runtime.MalformedHandlerName",
            "Bad handler '%s': not enough values to unpack (expected 2, got 1)" % setting,
        )
    module_path, name = parts
    module_name = module_path.replace("/", ".")
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise RuntimeFault(
            "Runtime.ImportModuleError", "Cannot use built-in module %s as a handler module" % module_path
        )
    from importlib import import_module

    try:
        module = import_module(module_name)
    except ImportError as error:
        raise RuntimeFault("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_path, error))
    except SyntaxError as error:
        trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]
        raise RuntimeFault(
            "Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_path, error), trace
        )
    try:
        return getattr(module, name)
    except AttributeError:
        raise RuntimeFault("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (name, module_path))


def _tell_init_error(connection, error):
    report = _describe(error, "")
    _log_error(report)
    _flush()
    body = _encode(report).encode("utf-8", "backslashreplace")
    request = "POST /2018-06-01/runtime/init/error HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n"
    connection.write((request % (_error_type_header(report), len(body))).encode("latin-1") + body)


# --- errors


class RuntimeFault(Exception):
    """A fault that the runtime itself has found; its type is one of Lambda's names."""

    def __init__(self, type_name, message, trace=()):
        super().__init__(message)
        self.type_name = type_name
        self.trace = list(trace)


def _describe(error, request_id):
    if isinstance(error, RuntimeFault):
        kind, trace = error.type_name, error.trace
    else:
        kind, trace = type(error).__name__, _stack_trace(error)
    report = {"errorMessage": str(error), "errorType": kind}
    if sys.version_info >= (3, 9):
        report["requestId"] = request_id
    report["stackTrace"] = trace
    return report


def _stack_trace(error):
    import traceback

    frames = [tuple(frame)[:4] for frame in traceback.extract_tb(error.__traceback__)]
    while frames and (frames[0][0] == __file__ or "importlib" in frames[0][0]):
        frames.pop(0)
    return traceback.format_list(frames)


def _log_error(report):
    if _is_json():
        line = _encode({"timestamp": time.strftime(JSON_TIME, time.gmtime()), "log_level": "ERROR", **report})
    else:
        line = _error_text(report)
    try:
        sys.stdout.write(line + "\n")
    except Exception:
        pass  # The handler has closed it.


def _error_text(report):
    """One record: its lines are joined by carriage returns and indented with no-break spaces."""
    lines = ["[ERROR] %s: %s" % (report["errorType"], report["errorMessage"]), "Traceback (most recent call last):"]
    for element in report["stackTrace"]:
        for line in element.splitlines():
            text = line.lstrip(" ")
            lines.append("\u00a0" * (len(line) - len(text)) + text)
    return "\r".join(lines).replace("\n", "\r")


def _error_type_header(report):
    name = report["errorType"].encode("ascii", "replace").decode("ascii")
    return "Lambda-Runtime-Function-Error-Type: %s\r\n" % name


# --- the context


class _Record:
    def __init__(self, **values):
        self.__dict__.update(values)

    def __repr__(self):
        return "%s(%s)" % (type(self).__name__, ",".join("%s=%s" % item for item in self.__dict__.items()))


class CognitoIdentity(_Record):
    pass


class Client(_Record):
    pass


class ClientContext(_Record):
    pass


# The same for all invocations of an environment, whatever a handler does to its variables.
_environment_facts = {}


def _note_environment_facts():
    _environment_facts.update(
        log_group_name=os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME"),
        log_stream_name=os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME"),
        function_name=os.environ.get("AWS_LAMBDA_FUNCTION_NAME"),
        memory_limit_in_mb=os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
        function_version=os.environ.get("AWS_LAMBDA_FUNCTION_VERSION"),
    )


class LambdaContext(_Record):
    def __init__(self, request_id, head):
        self._deadline_ms = int(head["Lambda-Runtime-Deadline-Ms"])
        self.aws_request_id = request_id
        self.__dict__.update(_environment_facts)
        self.invoked_function_arn = head.get("Lambda-Runtime-Invoked-Function-Arn")
        self.tenant_id = head.get("Lambda-Runtime-Aws-Tenant-Id")
        text = head.get("Lambda-Runtime-Client-Context")
        self.client_context = _client_context(loads(text)) if text else None
        self.identity = CognitoIdentity(cognito_identity_id=None, cognito_identity_pool_id=None)

    def get_remaining_time_in_millis(self):
        return max(self._deadline_ms - int(time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))


def _client_context(content):
    # The mobile SDKs name these in the case of their own language.
    names = ["installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"]
    client = content.get("client")
    return ClientContext(
        custom=content.get("custom"),
        env=content.get("env"),
        client=Client(**{name: client.get(name) for name in names}) if client else None,
    )


# --- logging

JSON_TIME = "%Y-%m-%dT%H:%M:%SZ"


def _is_json():
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"


def _configure_logging_when_imported():
    """The root logger has a handler from the start, but functions that never log should not pay for the import."""
    sys.meta_path.insert(0, _LoggingFinder)


class _LoggingFinder:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(cls)
        from importlib.util import find_spec

        spec = find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def execute_and_configure(module):
            execute(module)
            _configure_logging(module)

        spec.loader.exec_module = execute_and_configure
        return spec


def _configure_logging(logging):
    is_json = _is_json()

    class LambdaLoggerHandler(logging.Handler):
        def emit(self, record):
            record.aws_request_id = _request_id if _request_id is not None else ""
            # A line feed would end the record; JSON has none.
            sys.stdout.write(self.format(record).replace("\n", "\r") + "\n")

    handler = LambdaLoggerHandler()
    handler.setFormatter(_json_formatter(logging) if is_json else _text_formatter(logging))
    logging.root.addHandler(handler)
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL")
    if is_json and level:
        # Python has no level below DEBUG.
        logging.root.setLevel("DEBUG" if level == "TRACE" else level)


def _text_formatter(logging):
    formatter = logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    return formatter


def _json_formatter(logging):
    from traceback import format_tb

    # What every record has; anything else was given by the function as `extra`.
    common = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "aws_request_id"}

    class JsonFormatter(logging.Formatter):
        converter = time.gmtime

        def format(self, record):
            line = {
                "timestamp": self.formatTime(record, JSON_TIME),
                "level": record.levelname,
                "message": record.getMessage(),
                "logger": record.name,
                "requestId": record.aws_request_id or None,
            }
            if record.exc_info and record.exc_info[1] is not None:
                kind, error, trace = record.exc_info
                line["stackTrace"] = format_tb(trace)
                line["errorType"] = kind.__name__
                line["errorMessage"] = str(error)
                line["location"] = "%s:%s:%d" % (record.pathname, record.funcName, record.lineno)
            for name, value in record.__dict__.items():
                if name not in common and name not in line:
                    line[name] = value
            line = {name: value for name, value in line.items() if value is not None}
            try:
                return _encode_any(line)
            except (TypeError, ValueError):  # A ring, or keys that JSON does not have.
                return _encode_any({name: str(value) for name, value in line.items()})

    return JsonFormatter()


# A log line must not fail for what a function has put into it.
_encode_any = JSONEncoder(ensure_ascii=False, default=str).encode
