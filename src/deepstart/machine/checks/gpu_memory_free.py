"""Check `gpu-memory-free`."""

from deepstart.machine.checks import attention, check, fine, seen
from deepstart.machine.facts import Facts


@check("gpu-memory-free", layer="memory", after=("driver-answers",), needs=("driver.smi",))
def gpu_memory_free(facts: Facts):
    """Another program may hold the card's memory already."""
    for gpu in facts["driver.smi"]["gpus"]:
        total, used = gpu["memory_mib"], gpu["used_mib"]
        if total and used and used > 0.8 * total:
            return attention(
                "gpu-memory-held-by-other-process",
                seen("gpu", gpu["name"]),
                seen("used-mib", "%d / %d" % (used, total)),
            )
    return fine()
