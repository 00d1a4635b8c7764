"""Check `gpu-nodes-open`."""

from deepstart.machine.checks import check, fault, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import closed_nodes


@check(
    "gpu-nodes-open", layer="driver", after=("driver-answers",), needs=("driver.nodes",), platforms=("linux",)
)
def gpu_nodes_open(facts: Facts):
    """CUDA opens /dev/nvidia* for reading and writing."""
    closed = closed_nodes(facts)
    if closed:
        return fault("gpu-device-no-permission", seen("closed", closed, facts.source("driver.nodes")))
    return fine(seen("open", [n["path"] for n in facts["driver.nodes"]]))
