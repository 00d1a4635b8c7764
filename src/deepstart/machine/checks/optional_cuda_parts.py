"""Check `optional-cuda-parts`."""

from deepstart.machine.checks import check, does_not_apply
from deepstart.machine.facts import Facts


@check("optional-cuda-parts", layer="cuda", after=("gpu-present",))
def optional_cuda_parts(facts: Facts):
    """A compiler (nvcc), TensorRT and CUPTI: wheels need none of them; CUPTI only helps the profiler."""
    return does_not_apply("optional")
