"""Check `cuda-starts`."""

from deepstart.machine import loader
from deepstart.machine.checks import check, fault, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.probes.nvidia_smi import NO_LIBRARY, STUB
from deepstart.machine.reading import answering, driver_version, hidden


@check(
    "cuda-starts",
    layer="driver",
    after=("gpu-nodes-open",),
    needs=("driver.cuinit", "driver.nodes"),
    platforms=("linux",),
)
def cuda_starts(facts: Facts):
    """What cuInit answers, asked in a child process. Codes: CUDA driver API, CUresult."""
    answer = facts["driver.cuinit"]
    code, nodes = answer["code"], [n["path"] for n in facts["driver.nodes"]]
    shown = seen("cuInit", code, facts.source("driver.cuinit"))
    if code == 0:
        return fine(seen("driver-maximum-cuda", answer["cuda"], "cuDriverGetVersion"))
    if code == NO_LIBRARY:
        return fault("driver-library-not-found", *_found(facts), seen("missing", "libcuda.so.1"))
    if code == STUB:
        return fault("cuda-stub-libcuda-on-library-path", shown, *_stub(facts), layer="cuda")
    if code == 804:
        return fault("cuda-forward-compat-unsupported-on-geforce", shown, layer="container")
    if code == 803:
        return fault("driver-kernel-userspace-mismatch", shown)
    if code == 802:
        return fault("nvidia-fabric-not-ready", shown)
    native = "/dev/nvidiactl" in nodes
    if native and "/dev/nvidia-uvm" not in nodes and code in (100, 999, 304):
        return fault("nvidia-uvm-device-missing", shown, *_uvm(facts))
    if code == 999:
        return fault("nvidia-uvm-broken-after-suspend", shown)
    if code == 100:
        return _no_device(facts, shown)
    return fault("cuda-does-not-start", shown)


def _no_device(facts, shown):
    """100, no device: usually the variable hides them all, which the check of that variable reports."""
    value = facts.get("env.variables", {}).get("CUDA_VISIBLE_DEVICES")
    named = [] if value is None else [seen("CUDA_VISIBLE_DEVICES", value, "environment")]
    if any(gpu["mig"] == "Enabled" for gpu in answering(facts)):
        mode = seen("mig", "Enabled", "nvidia-smi")
        return fault("mig-slice-not-selected", shown, mode, layer="cuda")
    return fine(*named) if hidden(facts) else fault("cuda-does-not-start", shown, *named)


def _stub(facts):
    """Which copy of libcuda the loader takes; a stub may lie in a folder of any name."""
    if facts.problem("cuda.libraries"):
        return []
    picked = loader.pick(facts, "libcuda.so.1")
    return [seen("loader-picks", picked.path, picked.origin)] if picked else []


def _uvm(facts):
    """The file is not there, or one of that name is another device."""
    name = "foreign-node" if "/dev/nvidia-uvm" in facts.get("driver.foreign_nodes", []) else "missing"
    return [seen(name, "/dev/nvidia-uvm", facts.source("driver.nodes"))]


def _found(facts):
    """What speaks for the driver although its library is out of sight."""
    shown = [seen("driver", driver_version(facts), "nvidia-smi")] if answering(facts) else []
    wanted = facts.get("env.variables", {}).get("NVIDIA_DRIVER_CAPABILITIES")
    said = facts.get("driver.library_error", "")
    shown += [seen("loader-says", said)] if said else []
    return shown + ([seen("NVIDIA_DRIVER_CAPABILITIES", wanted, "environment")] if wanted else [])
