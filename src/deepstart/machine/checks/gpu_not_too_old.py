"""Is the GPU young enough for the installed frameworks?"""

from deepstart.machine import compat
from deepstart.machine.checks import attention, check, does_not_apply, fault, fine, seen
from deepstart.machine.facts import Facts, Missing, version
from deepstart.machine.reading import gpu_builds, nvidia_gpus, supported_capabilities


@check("gpu-not-too-old", layer="hardware", after=("gpu-present",), needs=("packages.installed",))
def gpu_not_too_old(facts: Facts):
    """Compute capability against the smallest for which any build of this framework version is made."""
    gpus = [g for g in nvidia_gpus(facts) if g.capability]
    if not gpus:
        raise Missing("driver.smi", facts.problem("driver.smi") or "absent")
    best = max(gpus, key=lambda gpu: version(gpu.capability))
    wanting = gpu_builds(facts)
    if not wanting:
        return does_not_apply("no-gpu-build")
    answers = [_judge(build, best) for build in wanting]
    return [a for a in answers if a] or fine(seen("compute-capability", best.capability, best.name))


def _judge(build, gpu):
    entry = compat.release(build.framework, build.version) or {}
    lowest = _lowest(build, entry)
    if not lowest or version(gpu.capability) >= version(lowest):
        return None
    facts = (
        seen("gpu", gpu.name),
        seen("compute-capability", gpu.capability),
        seen("needed-capability", lowest, build.label),
    )
    # A documented limit without a list of kernels is weaker: say so, and do not call it a fault.
    certain = build.framework != "tensorflow" or entry.get("sass") is not None
    return (fault if certain else attention)("gpu-compute-capability-too-old", *facts)


def _lowest(build, entry):
    """The smallest capability that any build of this version carries."""
    if build.framework == "jax":
        limits = [b["sm_min"] for b in entry.get("builds", []) if b["sm_min"]]
        return min(limits, key=version) if limits else None
    known = supported_capabilities(build)
    if known:
        return known[0]
    return entry.get("capability_min")
