import ctypes
import os
import resource

from loot import call, in_child, libc, take

PTRACE_SEIZE = 0x4206


def see(pids):
    """Processes that are listed, or that answer at all."""
    return take({f"process {pid}": lambda pid=pid: os.stat(f"/proc/{pid}/stat") for pid in pids})


def look_into(pids):
    parts = ["environ", "mem", "maps", "root/", "cwd/", "fd/"]
    paths = [f"/proc/{pid}/{part}" for pid in pids for part in parts]
    return take({path: lambda path=path: look(path) for path in paths})


def look(path):
    if path.endswith("/"):
        os.listdir(path)
    else:
        os.close(os.open(path, os.O_RDONLY))


def send_signals(pids):
    """The signal 0 asks only whether another one would arrive."""
    return take({f"process {pid}": lambda pid=pid: os.kill(pid, 0) for pid in pids})


class Span(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def trace(pids):
    buffer = ctypes.create_string_buffer(8)
    span = Span(ctypes.addressof(buffer), 8)
    libc.ptrace.argtypes = [ctypes.c_long] * 4
    libc.process_vm_readv.restype = ctypes.c_ssize_t

    def read(pid):
        with open(f"/proc/{pid}/maps") as maps:
            address = int(maps.readline().split("-")[0], 16)
        return libc.process_vm_readv(pid, ctypes.byref(span), 1, ctypes.byref(Span(address, 8)), 1, 0)

    def take_descriptor(pid):
        held = call("pidfd_open", pid, 0)
        return -1 if held == -1 else call("pidfd_getfd", held, 1, 0)

    attempts = {}
    for pid in pids:
        attempts[f"memory of {pid}"] = lambda pid=pid: read(pid)
        attempts[f"descriptor of {pid}"] = lambda pid=pid: take_descriptor(pid)
        # With its end it lets go.
        attempts[f"tracing {pid}"] = in_child(lambda pid=pid: libc.ptrace(PTRACE_SEIZE, pid, 0, 0))
    return take(attempts)


def climb_out(directory):
    """To a directory of the host by ways around the root."""
    ways = ["/proc/1/root", "/proc/self/root", "/proc/self/cwd/../../../../..", "/proc/self/fd/0/../..", "/proc/thread-self/root/..", "/../.."]
    return take({way: lambda way=way: os.listdir(way + directory) for way in ways})


def inherited_descriptors():
    """Those that lead to neither a pipe, a socket, nor the function's own files."""
    loot = []
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue
        if not target.startswith(("pipe:", "socket:", "anon_inode:", "/dev/null", "/proc/")):
            loot.append(target)
    return loot


def shared_memory(key, name):
    libc.mq_open.restype = ctypes.c_int
    return take(
        {
            "a System V segment": lambda: libc.shmget(key, 0, 0),
            "a System V semaphore": lambda: libc.semget(key, 0, 0),
            "a System V queue": lambda: libc.msgget(key, 0),
            "a POSIX queue": lambda: libc.mq_open(f"/{name}".encode(), os.O_RDONLY),
            "a file in /dev/shm": lambda: os.stat(f"/dev/shm/{name}"),
        }
    )


def limits():
    def raise_limit(kind, wanted):
        resource.setrlimit(kind, (wanted, wanted))

    return take(
        {
            "open files": lambda: raise_limit(resource.RLIMIT_NOFILE, 4096),
            "processes": lambda: raise_limit(resource.RLIMIT_NPROC, 100_000),
            "locked memory": lambda: raise_limit(resource.RLIMIT_MEMLOCK, 1 << 30),
            "core dumps": lambda: raise_limit(resource.RLIMIT_CORE, resource.RLIM_INFINITY),
            "priority": lambda: os.nice(-5),
        }
    )
