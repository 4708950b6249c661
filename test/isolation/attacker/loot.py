"""What attacks have in common: an attempt leaves its name when it succeeds, and nothing when it is refused."""

import ctypes
import errno
import os
import platform
import subprocess

libc = ctypes.CDLL(None, use_errno=True)

# By machine: the calls that the C library has no function for.
NUMBERS = {
    "x86_64": {
        "add_key": 248,
        "bpf": 321,
        "fsopen": 430,
        "getpid": 39,
        "io_uring_setup": 425,
        "kcmp": 312,
        "kexec_load": 246,
        "keyctl": 250,
        "open_tree": 428,
        "perf_event_open": 298,
        "pidfd_getfd": 438,
        "pidfd_open": 434,
        "pivot_root": 155,
        "request_key": 249,
        "userfaultfd": 323,
        "clone3": 435,
        "finit_module": 313,
    },
    "aarch64": {
        "add_key": 217,
        "bpf": 280,
        "fsopen": 430,
        "getpid": 172,
        "io_uring_setup": 425,
        "kcmp": 272,
        "kexec_load": 104,
        "keyctl": 219,
        "open_tree": 428,
        "perf_event_open": 241,
        "pidfd_getfd": 438,
        "pidfd_open": 434,
        "pivot_root": 41,
        "request_key": 218,
        "userfaultfd": 282,
        "clone3": 435,
        "finit_module": 273,
    },
}[platform.machine()]


def works(action):
    """Whether it neither raises an error of the system nor returns -1."""
    try:
        return action() != -1
    except (OSError, ValueError, subprocess.SubprocessError):
        return False


def take(attempts):
    return [name for name, action in attempts.items() if works(action)]


def call(name, *arguments):
    return libc.syscall(NUMBERS[name], *[pointer_or_long(argument) for argument in arguments])


def in_child(action):
    """What it does to its process ends with it."""

    def run():
        pid = os.fork()
        if pid == 0:
            try:
                os._exit(0 if action() != -1 else 1)
            except BaseException:
                os._exit(1)
        _, status = os.waitpid(pid, 0)
        return 0 if status == 0 else -1

    return run


def permitted(attempts):
    """Of calls with wrong arguments: whatever is not refused for want of rights would have been done with right ones."""
    refused = {errno.EPERM, errno.EACCES, errno.ENOSYS}
    return [name for name, action in attempts.items() if errno_of(action) not in refused]


def errno_of(action):
    ctypes.set_errno(0)
    return ctypes.get_errno() if action() == -1 else 0


def pointer_or_long(value):
    return value if isinstance(value, bytes) or value is None else ctypes.c_long(value) if isinstance(value, int) else value


def can_open(path, flags):
    os.close(os.open(path, flags))
