"""Check `gpu-not-hidden`."""

from deepstart.machine.checks import check, fault, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import hidden, working


@check("gpu-not-hidden", layer="cuda", after=("driver-answers",), needs=("env.variables",))
def gpu_not_hidden(facts: Facts):
    """CUDA_VISIBLE_DEVICES: empty, -1 or a first entry that names no GPU hides all of them."""
    value = facts["env.variables"].get("CUDA_VISIBLE_DEVICES")
    if value is None:
        return fine()
    shown = seen("CUDA_VISIBLE_DEVICES", value, "environment")
    if hidden(facts):
        return fault("cuda-visible-devices-hides-gpu", shown, seen("gpus", working(facts)))
    return fine(shown)
