"""Control groups of Linux that bound the memory of a process: its own and every one above it.

Source: man cgroups(7); the kernel's cgroup-v2.rst, and cgroup-v1/memory.rst.
"""

from typing import Iterator

#: Where version 2 and version 1 lie, and the file of each that holds the limit in bytes.
TOPS = ("/sys/fs/cgroup", "/sys/fs/cgroup/memory")
LIMITS = ("memory.max", "memory.limit_in_bytes")


def memory_groups(told: str) -> Iterator[str]:
    """Their folders, outermost first, from the text of /proc/self/cgroup.

    Example:
        >>> list(memory_groups("5:cpu:/a\\n4:memory:/job_7\\n"))
        ['/sys/fs/cgroup/memory', '/sys/fs/cgroup/memory/job_7']
        >>> list(memory_groups("0::/"))
        ['/sys/fs/cgroup']
    """
    for line in told.splitlines():  # 0::/user.slice/... or 9:memory:/docker/...
        _, controllers, group = [*line.split(":", 2), "", ""][:3]
        if controllers and "memory" not in controllers.split(","):
            continue
        parts = [part for part in group.split("/") if part not in ("", "..")]
        for depth in range(len(parts) + 1):  # in a container the groups may begin at its own
            yield "/".join([TOPS[1 if controllers else 0], *parts[:depth]])


def limit_files(told: str) -> Iterator[str]:
    """The files in which a limit may stand; the tops are a container's own group, whatever is told."""
    for folder in dict.fromkeys([*TOPS, *memory_groups(told)]):
        for name in LIMITS:
            yield folder + "/" + name
