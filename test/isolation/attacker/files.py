import glob
import os
import stat
import subprocess

from loot import can_open, take


def read(paths):
    """Opens files and lists directories; paths may be patterns."""
    found = [path for pattern in paths for path in glob.glob(pattern) or [pattern]]
    return take({path: lambda path=path: look(path) for path in found})


def look(path):
    if os.path.isdir(path):
        os.listdir(path)
    else:
        with open(path, "rb") as file:
            file.read(1)


def write(paths):
    return take({path: lambda path=path: touch(f"{path}/planted") for path in paths})


def touch(path):
    open(path, "x").close()
    os.unlink(path)


def devices():
    made = {
        f"mknod {kind}": lambda kind=kind, number=number: os.mknod(f"/tmp/{kind}", mode | 0o666, os.makedev(*number))
        for kind, mode, number in [("memory", stat.S_IFCHR, (1, 1)), ("disk", stat.S_IFBLK, (8, 0))]
    }
    names = ["mem", "kmem", "port", "kmsg", "sda", "vda", "nvme0n1", "loop0", "loop-control", "fuse", "kvm", "net/tun", "btrfs-control"]
    opened = {f"/dev/{name}": lambda name=name: can_open(f"/dev/{name}", os.O_RDWR) for name in names}
    read = {f"{name} for reading": lambda name=name: can_open(f"/dev/{name}", os.O_RDONLY) for name in ["mem", "kmsg"]}
    return take({**made, **opened, **read})


def links(targets):
    """Leaves links where the server cleans up later; whether that did harm is seen when it has."""
    place = os.environ.get("TMPDIR", "/tmp")
    for index, target in enumerate(targets):
        os.symlink(target, f"{place}/link-{index}")
    hard = {f"link to {target}": lambda target=target: os.link(target, f"{place}/hard") for target in targets}
    return take(hard)


def set_user_id():
    """A program that has got other rights does not heed this variable; others tell of theirs."""
    programs = [path for path in glob.glob("/usr/bin/*") + glob.glob("/usr/sbin/*") if has_rights(path)]
    return [path for path in programs if "AT_SECURE:            0" not in auxiliary(path)]


def has_rights(path):
    return bool(os.stat(path).st_mode & (stat.S_ISUID | stat.S_ISGID)) if os.path.exists(path) else False


def auxiliary(path):
    command = [path, "--version"]
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "timeout": 5}
    try:
        return subprocess.run(command, env={"LD_SHOW_AUXV": "1"}, **options).stdout.decode(errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        return "AT_SECURE:            0"


def kernel_files():
    """Files that tell of the whole machine."""
    names = ["kcore", "keys", "key-users", "kmsg", "timer_list", "sched_debug", "kpagecount", "vmallocinfo"]
    loot = take({name: lambda name=name: look(f"/proc/{name}") for name in names})
    return loot + take({"symbols": symbols, "/sys": lambda: first("/sys"), "acpi": lambda: first("/proc/acpi")})


def symbols():
    with open("/proc/kallsyms") as file:
        if int(file.readline().split()[0], 16) == 0:
            raise OSError("addresses are hidden")


def first(directory):
    if not os.listdir(directory):
        raise OSError("it is empty")


def kernel_settings():
    """Opened for writing and never written: one of them restarts the machine."""
    sys = ["kernel/core_pattern", "kernel/hostname", "kernel/modprobe", "kernel/randomize_va_space", "vm/overcommit_memory", "net/ipv4/ip_forward", "fs/file-max", "user/max_user_namespaces"]
    others = ["sysrq-trigger", "irq/default_smp_affinity", "mtrr"]
    paths = [*(f"/proc/sys/{name}" for name in sys), *(f"/proc/{name}" for name in others)]
    return take({path: lambda path=path: can_open(path, os.O_WRONLY) for path in paths})


def control_groups():
    """Wherever they are seen: raising limits, or moving out."""
    found = glob.glob("/sys/fs/cgroup/**/cgroup.procs", recursive=True)
    found += glob.glob("/sys/fs/cgroup/**/*.max", recursive=True) + glob.glob("/sys/fs/cgroup/**/*limit_in_bytes", recursive=True)
    return take({path: lambda path=path: can_open(path, os.O_WRONLY) for path in found[:2000]})
