"""Attacks on what there is only so much of. They end by being refused, or by being killed."""

import os
import signal
import sys
import tempfile
import threading
import time


def processes():
    started = 0
    while True:
        try:
            if os.fork() == 0:
                signal.pause()
            started += 1
        except OSError:
            return started


def bomb():
    """Every process becomes two, ignores what can be ignored, and stays."""
    for number in [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]:
        signal.signal(number, signal.SIG_IGN)
    while True:
        try:
            os.fork()
        except OSError:
            time.sleep(0.1)


def threads():
    ended = threading.Event()
    threading.stack_size(65536)
    started = []
    try:
        while True:
            thread = threading.Thread(target=ended.wait, daemon=True)
            thread.start()
            started.append(thread)
    except RuntimeError:
        return len(started)
    finally:
        ended.set()
        # Whoever floods next counts from nothing.
        for thread in started:
            thread.join()


def memory():
    held = []
    while True:
        held.append(bytearray(os.urandom(1)) * (8 << 20))


def descriptors():
    held = []
    try:
        while True:
            held.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        return len(held)
    finally:
        for descriptor in held:
            os.close(descriptor)


def files(seconds):
    """Empty ones, as many as there can be."""
    place = tempfile.mkdtemp()
    deadline = time.monotonic() + seconds
    made = 0
    try:
        while time.monotonic() < deadline:
            os.close(os.open(f"{place}/{made}", os.O_CREAT | os.O_WRONLY))
            made += 1
        return {"made": made, "full": False}
    except OSError as error:
        return {"made": made, "full": error.strerror}


def log(megabytes):
    line = "x" * 1023 + "\n"
    for _ in range(megabytes * 1024):
        sys.stdout.write(line)
    return "done"


def spin():
    """All processors, past the timeout, deaf to signals."""
    for number in [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGALRM]:
        signal.signal(number, signal.SIG_IGN)
    for _ in range(os.cpu_count() or 2):
        if os.fork() == 0:
            break
    while True:
        pass
