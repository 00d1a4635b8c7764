"""Check `gpu-open-for-computing`."""

from deepstart.machine.checks import check, fault, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import answering


@check("gpu-open-for-computing", layer="cuda", after=("driver-answers",), needs=("driver.smi",))
def gpu_open_for_computing(facts: Facts):
    """Compute mode `Prohibited` refuses every program; `Exclusive_Process` all but one."""
    modes = [gpu["compute_mode"] or "Default" for gpu in answering(facts)]
    shown = seen("compute-mode", sorted(set(modes)), "nvidia-smi")
    if modes and all(mode == "Prohibited" for mode in modes):
        return fault("gpu-compute-mode-prohibited", shown)
    return fine(shown)
