import ctypes
import fcntl
import mmap
import os
import platform
import signal
import socket
import struct
import subprocess
import time

from loot import call, in_child, libc, permitted, take

NEW_USER, NEW_NS, NEW_NET, NEW_PID = 0x10000000, 0x00020000, 0x40000000, 0x20000000
X32 = 0x40000000


def mounts():
    none = ctypes.c_void_p(None)
    return take(
        {
            "a file system": lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, none),
            "a directory elsewhere": lambda: libc.mount(b"/", b"/tmp", none, 4096, none),
            "a root that can be written to": lambda: libc.mount(none, b"/", none, 32 | 4096, none),
            "proc taken away": lambda: libc.umount2(b"/proc", 2),
            "by the new calls": lambda: call("fsopen", b"tmpfs", 0),
            "a copy of the tree": lambda: call("open_tree", -100, b"/", 1),
        }
    )


def roots():
    return take({"chroot": lambda: libc.chroot(b"/tmp"), "pivot_root": lambda: call("pivot_root", b"/tmp", b"/tmp")})


def namespaces():
    kinds = {"a user": NEW_USER, "mounts": NEW_NS, "a network": NEW_NET, "processes": NEW_PID, "all": NEW_USER | NEW_NS}
    attempts = {f"namespace for {name}": in_child(lambda flags=flags: libc.unshare(flags)) for name, flags in kinds.items()}
    joins = {f"joining {kind} of 1": in_child(lambda kind=kind: join(kind)) for kind in ["mnt", "net", "user", "pid"]}
    return take({**attempts, **joins, "clone": clone, "clone3": clone3})


def join(kind):
    return libc.setns(os.open(f"/proc/1/ns/{kind}", os.O_RDONLY), 0)


def clone():
    """As fork, with a user namespace."""
    number = {"x86_64": 56, "aarch64": 220}[platform.machine()]
    pid = libc.syscall(number, ctypes.c_long(NEW_USER | signal.SIGCHLD), 0, 0, 0, 0)
    return end(pid)


def clone3():
    arguments = struct.pack("8Q", NEW_USER, 0, 0, 0, signal.SIGCHLD, 0, 0, 0)
    return end(call("clone3", arguments, len(arguments)))


def end(pid):
    if pid == 0:
        os._exit(0)
    if pid > 0:
        os.waitpid(pid, 0)
    return pid


def nested_sandbox():
    command = ["bwrap", "--unshare-user", "--ro-bind", "/", "/", "true"]
    return take({"bwrap": lambda: subprocess.run(command, stderr=subprocess.DEVNULL, check=True)})


def modules():
    empty = ctypes.create_string_buffer(b"\x7fELF")
    return permitted(
        {
            "init_module": lambda: libc.init_module(empty, 4, b""),
            "finit_module": lambda: call("finit_module", 0, b"", 0),
            "delete_module": lambda: libc.delete_module(b"nothing", os.O_NONBLOCK),
        }
    )


def restart():
    return permitted({"reboot": lambda: libc.syscall({"x86_64": 169, "aarch64": 142}[platform.machine()], 0, 0, 0, 0), "kexec": lambda: call("kexec_load", 0, 1 << 20, 0, 0)})


def settings():
    now = struct.pack("ll", int(time.time()), 0)
    name = socket.gethostname().encode()
    return take(
        {
            "the clock": lambda: libc.clock_settime(0, now),
            "the time of day": lambda: libc.settimeofday(now, None),
            "the pace of the clock": lambda: libc.adjtimex(ctypes.create_string_buffer(b"\x10" + bytes(255))),
            "the host name": lambda: libc.sethostname(name, len(name)),
            "the domain name": lambda: libc.setdomainname(name, len(name)),
            "accounting": lambda: libc.acct(None),
            "swapping": lambda: libc.swapoff(b"/nothing"),
        }
    )


def programs():
    # A map of one entry, and a program that returns at once.
    attributes = struct.pack("IIII", 2, 4, 4, 1) + bytes(112)
    return take({"bpf": lambda: call("bpf", 0, attributes, len(attributes))})


def counters():
    attributes = struct.pack("II", 1, 128) + bytes(120)
    return take({"perf_event_open": lambda: call("perf_event_open", attributes, 0, -1, -1, 0)})


def page_faults():
    return take({"userfaultfd": lambda: call("userfaultfd", 1)})


def rings():
    return take({"io_uring": lambda: call("io_uring_setup", 1, ctypes.create_string_buffer(120))})


def keyrings():
    return take(
        {
            "a key": lambda: call("add_key", b"user", b"planted", b"x", 1, -4),
            "the session's ring": lambda: call("keyctl", 0, -3, 1),
            "a key of others": lambda: call("request_key", b"user", b"planted", None, -4),
        }
    )


def kernel_log():
    buffer = ctypes.create_string_buffer(100)
    return take({"its lines": lambda: libc.klogctl(3, buffer, 100), "its size": lambda: libc.klogctl(10, None, 0)})


def sockets():
    kinds = {
        "packets": (17, socket.SOCK_RAW, 0x0300),
        "raw addresses": (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
        "the hypervisor": (40, socket.SOCK_STREAM, 0),
        "the kernel's ciphers": (38, socket.SOCK_SEQPACKET, 0),
        "connections of all": (16, socket.SOCK_RAW, 4),
        "devices of the host": (16, socket.SOCK_RAW, 15),
        "audit": (16, socket.SOCK_RAW, 9),
        "clusters": (30, socket.SOCK_SEQPACKET, 0),
        "buses": (29, socket.SOCK_RAW, 1),
        "wireless devices": (31, socket.SOCK_RAW, 1),
    }
    return take({name: lambda kind=kind: socket.socket(*kind).close() for name, kind in kinds.items()})


def ports():
    if platform.machine() != "x86_64":
        return []
    return take({"all": lambda: libc.iopl(3), "one": lambda: libc.ioperm(0x70, 1, 1)})


def file_handles():
    """By its number a file is found without a path; the root of a file system often has the number 2."""
    handle = ctypes.create_string_buffer(struct.pack("IiII", 8, 1, 2, 0) + bytes(120))
    place = os.open("/tmp", os.O_RDONLY)
    try:
        return permitted({"open_by_handle_at": lambda: libc.open_by_handle_at(place, handle, os.O_RDONLY)})
    finally:
        os.close(place)


def personality():
    """Without random addresses, for whatever it starts."""
    return take({"personality": in_child(lambda: libc.personality(0x0040000))})


def terminal():
    """Types into the terminal that it may have in common with others."""
    _, slave = os.openpty()
    return take({"TIOCSTI": in_child(lambda: type_into(slave))})


def type_into(terminal):
    os.setsid()
    fcntl.ioctl(terminal, 0x540E, 0)
    fcntl.ioctl(terminal, 0x5412, b"x")


def other_processors():
    """The same kernel by other numbers: those of x32, and those of 32-bit programs."""
    if platform.machine() != "x86_64":
        return []
    return take({"x32": lambda: libc.syscall(ctypes.c_long(X32 | 39)), "32 bit": in_child(old_getpid)})


def old_getpid():
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    # mov eax, 20; int 0x80; ret
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
    start = ctypes.addressof(ctypes.c_char.from_buffer(code))
    return 0 if ctypes.CFUNCTYPE(ctypes.c_int)(start)() > 0 else -1


def comparison(pids):
    return take({f"kcmp {pid}": lambda pid=pid: call("kcmp", os.getpid(), pid, 0, 0, 0) for pid in pids})
