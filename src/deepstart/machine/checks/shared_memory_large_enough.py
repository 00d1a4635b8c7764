"""Check `shared-memory-large-enough`."""

from deepstart.machine.checks import attention, check, fine, seen
from deepstart.machine.facts import Facts


@check(
    "shared-memory-large-enough",
    layer="memory",
    needs=("disk.shared_memory_mib",),
    platforms=("linux",),
)
def shared_memory_large_enough(facts: Facts):
    """Docker gives 64 MB, too little for data loaders with workers and for NCCL."""
    size = facts["disk.shared_memory_mib"]
    if size <= 64 and "torch" in facts.get("packages.installed", {}):
        return attention("docker-shm-too-small", seen("shared-memory", "%d MiB" % size, "/dev/shm"))
    return fine(seen("shared-memory", "%d MiB" % size, "/dev/shm"))
