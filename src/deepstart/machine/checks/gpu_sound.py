"""Is the GPU physically sound?"""

import re

from deepstart.machine.checks import check, fault, fine, seen
from deepstart.machine.facts import Facts, Missing
from deepstart.machine.reading import answering

#: Xid numbers of the kernel log. Source: NVIDIA, Xid Errors.
UNCORRECTABLE = {"48", "94", "95"}
FELL_OFF = {"79"}


@check("gpu-sound", layer="hardware", after=("gpu-present",), platforms=("linux", "windows"))
def gpu_sound(facts: Facts):
    """No uncorrectable memory errors, and the card has not dropped off the bus."""
    log = facts.get("driver.kernel_log", [])
    numbers = {n for line in log for n in re.findall(r"Xid[^:]*\([^)]*\): (\d+)", line)}
    if numbers & FELL_OFF or any("fallen off the bus" in line for line in log):
        return fault("gpu-fell-off-the-bus", seen("kernel-says", _telling(log, "79|bus"), "dmesg"))
    errors = sum(gpu["ecc_errors"] or 0 for gpu in answering(facts))
    if errors or numbers & UNCORRECTABLE:
        return fault(
            "gpu-memory-ecc-error", seen("ecc-errors", errors or sorted(numbers), "nvidia-smi, dmesg")
        )
    if not answering(facts) and facts.problem("driver.kernel_log"):
        raise Missing("driver.kernel_log", facts.problem("driver.kernel_log") or "absent")
    return fine(seen("ecc-errors", 0, "nvidia-smi"))


def _telling(log, pattern):
    return next((line for line in log if re.search(pattern, line)), "")
