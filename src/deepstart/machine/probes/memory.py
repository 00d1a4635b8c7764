"""Main memory."""

import os
from typing import Dict

from deepstart.machine.control_groups import limit_files
from deepstart.machine.facts import first_number
from deepstart.machine.probes import Unknown, probe, text_of


@probe("memory.total_mib", "memory.available_mib", source="/proc/meminfo", platforms=("linux",))
def memory_linux(system):
    kib: Dict[str, int] = {}
    for line in text_of(system.read("/proc/meminfo")).splitlines():
        name, _, value = line.partition(":")
        kib[name] = first_number(value) or 0
    if not kib.get("MemTotal"):
        raise Unknown("garbled")
    available = kib.get("MemAvailable")
    limit = _container_limit_kib(system)
    total = min(kib["MemTotal"], limit or kib["MemTotal"])
    return {
        "memory.total_mib": total >> 10,
        "memory.available_mib": None if available is None else min(available, total) >> 10,
    }


def _container_limit_kib(system):
    """What this process may use by its control group and every one above it; None without a limit."""
    said = [system.read(path) for path in limit_files(system.read("/proc/self/cgroup").text)]
    limits = [int(r.text.strip()[:18]) >> 10 for r in said if r.ok and r.text.strip().isdigit()]
    return min(limits, default=None)


@probe("memory.total_mib", source="sysctl hw.memsize", platforms=("macos",))
def memory_macos(system):
    size = first_number(text_of(system.run("sysctl", "-n", "hw.memsize")))
    return {"memory.total_mib": None if size is None else size >> 20}


@probe("memory.total_mib", "memory.available_mib", source="GlobalMemoryStatusEx", platforms=("windows",))
def memory_windows(system):
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong)
            for name in ("total", "available", "page_total", "page", "virtual_total", "virtual", "extended")
        ]

    status = Status(length=ctypes.sizeof(Status))
    getattr(ctypes, "windll").kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # noqa: B009
    return {"memory.total_mib": status.total >> 20, "memory.available_mib": status.available >> 20}


@probe("disk.shared_memory_mib", source="/dev/shm", platforms=("linux",))
def shared_memory(system):
    space = system.space("/dev/shm")
    return {"disk.shared_memory_mib": space["total_mib"] if space else None}


@probe("disk.home", "disk.temporary", "disk.packages", source="statvfs")
def disk(system):
    """Room and write access where packages are unpacked, cached and installed."""
    import sysconfig
    import tempfile

    try:
        temporary = tempfile.gettempdir()
    except OSError:  # no folder at all in which this user may write
        temporary = system.environ.get("TMPDIR", "/tmp")
    folders = {"home": system.home, "temporary": temporary, "packages": sysconfig.get_paths()["purelib"]}
    return {"disk." + name: _room(system, folder) for name, folder in folders.items()}


def _room(system, folder):
    while folder and not system.exists(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    space = system.space(folder)
    if not space:
        return None
    return {"path": folder, "free_mib": space["free_mib"], "writable": system.may(folder, os.W_OK)}
