"""Is there a GPU that the frameworks can use?"""

from deepstart.machine.checks import attention, check, does_not_apply, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import nvidia_gpus


@check("gpu-present", layer="hardware", needs=("os.system",))
def gpu_present(facts: Facts):
    """No GPU is no fault: everything runs on the processor, only training takes longer."""
    gpus = [] if facts["os.system"] == "macos" else nvidia_gpus(facts)
    if gpus:
        return fine(seen("gpu", [gpu.name for gpu in gpus], "nvidia-smi, PCI"))
    kind = facts.get("container.kind", "")
    if kind in ("colab", "kaggle"):
        return attention("colab-gpu-runtime-not-selected", seen("runs-in", kind)), does_not_apply("no-gpu")
    if facts["os.system"] == "macos":
        return does_not_apply("mac-gpu")
    if facts.get("os.wsl") == 2 and facts.get("driver.library_paths"):
        return fine(seen("gpu", "/dev/dxg", "WSL"))
    if any(card["vendor"] == "amd" for card in facts.get("gpu.pci", [])):
        return does_not_apply("amd-gpu")
    return does_not_apply("no-gpu")
