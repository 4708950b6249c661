"""Several invocations at a time: a process for each, as on Lambda, which serves one at a time on a connection of its own.

Each loads the handler's module itself, after it was forked: what a module opens, starts or draws by chance while it is
imported (connections, threads, random state) belongs to one process, and no lock is held by a thread that is not there.
"""

import mmap
import os
import signal
from select import select
from time import sleep

RUNTIME_SOCKET = 3
ID_BYTES = 36
# What a worker has noted where others find it: nothing yet, that it asks for its first event or, having answered, for
# another, or the id of the one that it is at.
LOADING, WAITING, ANSWERED = b"\0" * ID_BYTES, b"-" * ID_BYTES, b"+" * ID_BYTES
# So many workers in a row may end without having been of use, unless others are.
MOST_IN_VAIN = 6
# Each waits for twice as long as the one before it.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 10


def run_workers(count):
    """Returns in none of the processes: workers serve, and this one replaces those that end."""
    workers = {}
    notes = mmap.mmap(-1, count * ID_BYTES)
    wake, waking = os.pipe()
    os.set_blocking(waking, False)
    # Whoever has the byte in it may tell that it could not load: the others would tell the same.
    turn = os.pipe()
    os.write(turn[1], b".")
    in_vain = 0
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
    for place in range(count):
        workers[_start(notes, place, turn, 0)] = place
    were_ready = False
    while True:
        readable = select([wake, RUNTIME_SOCKET], [], [])[0]
        if RUNTIME_SOCKET in readable and not os.read(RUNTIME_SOCKET, 65536):
            # The server has gone: nobody is left to work for.
            os._exit(0)
        if wake in readable:
            os.read(wake, 4096)
        for pid, status in _ended():
            place = workers.pop(pid, None)
            if place is None:
                continue
            note = _note(notes, place)
            were_ready = were_ready or note != LOADING or any(_note(notes, other) != LOADING for other in range(count))
            in_vain = in_vain + 1 if note in (LOADING, WAITING) else 0
            of_use = any(_note(notes, other) not in (LOADING, WAITING) for other in workers.values())
            if not were_ready or (in_vain > MOST_IN_VAIN and not of_use):
                _end_as(status)
            _report(note, status)
            if note == LOADING:
                os.write(turn[1], b".")
            pause = min(FIRST_PAUSE_SECONDS * 2 ** min(in_vain, 20), LONGEST_PAUSE_SECONDS) if in_vain else 0
            workers[_start(notes, place, turn, pause)] = place


def _start(notes, place, turn, pause):
    start = place * ID_BYTES
    notes[start : start + ID_BYTES] = LOADING
    pid = os.fork()
    if pid != 0:
        return pid
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.close(RUNTIME_SOCKET)

    def note(state):
        notes[start : start + ID_BYTES] = state

    _exit_as_told(lambda: _work(note, turn[0], pause))


def _work(note, turn, pause):
    """Loads the handler and serves events, one at a time, for ever."""
    from lambent_runtime import NEXT, _handle, _load_handler, _tell_init_error

    sleep(pause)
    connection = _connect()
    try:
        handler = _load_handler(os.environ["_HANDLER"])
    except Exception as error:
        os.read(turn, 1)
        _tell_init_error(connection, error)
        # Whoever ends before that is heard might not be heard.
        connection.receive()
        os._exit(1)
    note(WAITING)
    connection.write(NEXT)
    while True:
        head, body = connection.next_event()
        note(head["Lambda-Runtime-Aws-Request-Id"].encode())
        _handle(connection, handler, head, body)
        note(ANSWERED)


def _exit_as_told(run):
    """As an interpreter ends by itself, but without what the process it was forked from has to do at its end."""
    code = 1
    try:
        run()
    except SystemExit as told:
        code = told.code if isinstance(told.code, int) else 0 if told.code is None else 1
    except BaseException:
        from traceback import print_exc

        print_exc()
    finally:
        os._exit(code & 0xFF)


def _connect():
    from lambent_runtime import _Connection
    from _socket import IPPROTO_TCP, TCP_NODELAY, socket

    host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].rsplit(":", 1)
    connected = socket()
    connected.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    connected.connect((host, int(port)))
    return _Connection(connected)


def _note(notes, place):
    return notes[place * ID_BYTES : (place + 1) * ID_BYTES]


def _ended():
    """What has ended, with how; also what workers have left behind."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, status


def _report(note, status):
    """The invocation that a worker has left unanswered fails."""
    if note in (LOADING, WAITING, ANSWERED):
        return
    from json import dumps

    request_id = note.decode()
    message = "RequestId: %s Error: Runtime exited %s" % (request_id, _reason(_code(status)))
    body = dumps({"errorType": "Runtime.ExitError", "errorMessage": message}).encode()
    request = "POST /2018-06-01/runtime/invocation/%s/error HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n"
    error_type = "Lambda-Runtime-Function-Error-Type: Runtime.ExitError\r\n"
    os.write(RUNTIME_SOCKET, (request % (request_id, error_type, len(body))).encode() + body)


def _end_as(status):
    """Where none can be of use all end as that one has."""
    code = _code(status)
    if code < 0:
        os.kill(os.getpid(), -code)
    os._exit(code & 0xFF)


def _code(status):
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)


def _reason(code):
    if code == 0:
        return "without providing a reason"
    if code > 0:
        return "with error: exit status %d" % code
    return "with error: signal: %s" % SIGNALS.get(-code, "signal %d" % -code)


SIGNALS = {
    signal.SIGKILL: "killed",
    signal.SIGSEGV: "segmentation fault",
    signal.SIGABRT: "aborted",
    signal.SIGTERM: "terminated",
    signal.SIGBUS: "bus error",
}
