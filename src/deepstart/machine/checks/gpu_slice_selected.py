"""Check `gpu-slice-selected`."""

from deepstart.machine.checks import attention, check, fault, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import answering


@check("gpu-slice-selected", layer="cuda", after=("gpu-not-hidden",), needs=("driver.smi", "env.variables"))
def gpu_slice_selected(facts: Facts):
    """With MIG on, a process sees one slice, named by its id, as device 0."""
    if not any(gpu["mig"] == "Enabled" for gpu in answering(facts)):
        return fine()
    value = facts["env.variables"].get("CUDA_VISIBLE_DEVICES", "")
    shown = (seen("mig", "Enabled", "nvidia-smi"), seen("CUDA_VISIBLE_DEVICES", value or "-"))
    answer = facts.get("driver.cuinit")
    if not value and answer and answer["code"] == 0 and answer["devices"]:
        return fine(*shown)  # a process that names no slice gets the first
    if value.startswith(("MIG-", "<gpu-id")):
        return fine(*shown)
    if value and value != "0":
        return fault("mig-slice-not-selected", *shown)
    return attention("mig-slice-not-selected", *shown)
