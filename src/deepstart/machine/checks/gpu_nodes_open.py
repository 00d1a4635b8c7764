"""Check `gpu-nodes-open`."""

from deepstart.machine.checks import attention, check, fault, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import closed_nodes, cuda_devices, only_some_cards_closed


@check(
    "gpu-nodes-open", layer="driver", after=("driver-answers",), needs=("driver.nodes",), platforms=("linux",)
)
def gpu_nodes_open(facts: Facts):
    """CUDA opens /dev/nvidia* for reading and writing, and a build for ROCm /dev/kfd."""
    closed = closed_nodes(facts)
    amd = closed_nodes(facts, "/dev/kfd") if _for_rocm(facts) else []
    if not closed + amd:
        return fine(seen("open", [n["path"] for n in facts["driver.nodes"]]))
    say = attention if cuda_devices(facts) or (only_some_cards_closed(facts) and not amd) else fault
    return say("gpu-device-no-permission", seen("closed", closed + amd, facts.source("driver.nodes")))


def _for_rocm(facts):
    """Whether a framework here was built for AMD's GPUs, by name or version: torch 2.9.1+rocm6.4."""
    packages = facts.get("packages.installed", {})
    return any("rocm" in name or (name == "torch" and "+rocm" in packages[name]) for name in packages)
