"""Check `build-has-kernels-for-gpu`."""

from deepstart.machine.checks import attention, check, does_not_apply, fault, fine, seen
from deepstart.machine.facts import Facts, Missing, version
from deepstart.machine.reading import (
    gpu_builds,
    nvidia_gpus,
    supported_capabilities,
)  # fmt: skip


@check(
    "build-has-kernels-for-gpu",
    layer="framework",
    needs=("packages.installed",),
    after=("gpu-present", "gpu-not-too-old", "driver-answers"),
)
def build_has_kernels_for_gpu(facts: Facts):
    """A wheel carries ready kernels for some generations; portable code can be compiled for newer ones."""
    gpus = [gpu for gpu in nvidia_gpus(facts) if gpu.capability]
    if not gpus:
        raise Missing("driver.smi", "absent")
    wanting = [b for b in gpu_builds(facts) if b.kernels]
    if not wanting:
        return does_not_apply("no-gpu-build")
    answers = [_judge(facts, build, gpu) for build in wanting for gpu in gpus[:1]]
    return [a for a in answers if a] or fine(seen("compute-capability", gpus[0].capability, gpus[0].name))


def _judge(facts, build, gpu):
    if build.kernels.ready_for(gpu.capability):
        return None
    carries = ["%s" % k for k in build.kernels.sass]
    shown = (
        seen("gpu", gpu.name),
        seen("compute-capability", gpu.capability),
        seen("kernels-in-wheel", carries, "%s, CUDA %s" % (build.label, build.cuda)),
    )
    if build.kernels.compilable_for(gpu.capability):
        size = facts.get("env.variables", {}).get("CUDA_CACHE_MAXSIZE", "-")
        return attention("ptx-jit-slow-first-start", *shown, seen("CUDA_CACHE_MAXSIZE", size, "environment"))
    known = supported_capabilities(build)
    if version(gpu.capability) >= (10, 0) and version(build.kernels.sass[-1]) < (10, 0):
        return fault("framework-build-lacks-blackwell-sm120", *shown)
    if known and version(gpu.capability) < version(known[0]):
        return fault("gpu-compute-capability-too-old", *shown, layer="hardware")
    return fault("build-omits-gpu-arch", *shown)
