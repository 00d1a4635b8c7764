"""Check `optional-cuda-parts`."""

from deepstart.machine import loader
from deepstart.machine.checks import check, does_not_apply, fine, seen
from deepstart.machine.facts import Facts


@check("optional-cuda-parts", layer="cuda", after=("gpu-present",))
def optional_cuda_parts(facts: Facts):
    """A compiler (nvcc) and TensorRT: wheels need neither; whoever has them sees which."""
    nvcc = facts.get("cuda.nvcc")
    shown = [seen("nvcc", nvcc["version"], nvcc["path"])] if nvcc else []
    if facts.problem("cuda.libraries") is None:
        shown += [
            seen("tensorrt", "%s (%s)" % (c.version, c.path)) for c in loader.copies(facts, "libnvinfer.")[:1]
        ]
    return fine(*shown) if shown else does_not_apply("optional")
