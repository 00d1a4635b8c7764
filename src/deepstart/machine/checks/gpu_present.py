"""Is there a GPU that the frameworks can use?"""

from deepstart.machine.checks import attention, check, does_not_apply, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import builds, gpu_builds, in_container, nvidia_gpus, working


@check("gpu-present", layer="hardware", needs=("os.system",))
def gpu_present(facts: Facts):
    """No GPU is no fault: everything runs on the processor, only training takes longer."""
    gpus = [] if facts["os.system"] == "macos" else nvidia_gpus(facts)
    if gpus and _kept_out(facts):
        return does_not_apply("not-handed-in")
    if gpus:
        return fine(seen("gpu", [gpu.name for gpu in gpus], "nvidia-smi, PCI"))
    kind = facts.get("container.kind", "")
    if _has_tpu(facts):
        return does_not_apply("tpu")
    if kind in ("colab", "kaggle"):
        return attention("colab-gpu-runtime-not-selected", seen("runs-in", kind)), does_not_apply("no-gpu")
    if facts["os.system"] == "macos":
        return does_not_apply("mac-gpu")
    if facts.get("os.wsl") == 2 and facts.get("driver.library_paths"):
        return fine(seen("gpu", "/dev/dxg", "WSL"))
    if any(card["vendor"] == "amd" for card in facts.get("gpu.pci", [])):
        return does_not_apply("amd-gpu")
    return does_not_apply("no-gpu")


def _kept_out(facts):
    """A container sees the host's card on the bus; nobody asks for it when nothing here could use it."""
    if not in_container(facts) or working(facts) or facts.problem("packages.installed"):
        return False
    asked = "NVIDIA_VISIBLE_DEVICES" in facts.get("env.variables", {})
    here = [node for node in facts.get("driver.nodes", []) if node["path"].startswith("/dev/nvidia")]
    return not (asked or here or gpu_builds(facts)) and bool(builds(facts))


def _has_tpu(facts):
    variables = facts.get("env.variables", {})
    asked = {"TPU_ACCELERATOR_TYPE", "COLAB_TPU_ADDR"} & set(variables)
    return bool(asked) or "libtpu" in facts.get("packages.installed", {})
