"""Is the driver new enough for the CUDA with which the frameworks were built?"""

from deepstart.machine import compat
from deepstart.machine.checks import check, does_not_apply, fault, fine, seen
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import driver_version, gpu_builds, in_container, is_wsl2


@check("driver-new-enough", layer="driver", after=("driver-answers",), needs=("packages.installed",))
def driver_new_enough(facts: Facts):
    """Each CUDA has an oldest driver; the figure in nvidia-smi's head is only the newest CUDA it can run."""
    wanting = [build for build in gpu_builds(facts) if build.cuda]
    if not wanting:
        return does_not_apply("no-gpu-build")
    if facts.get("gpu.board"):
        return does_not_apply("board")
    found = driver_version(facts)
    windows = facts.get("os.system") == "windows" or is_wsl2(facts)
    for build in sorted(wanting, key=lambda b: version(b.cuda), reverse=True):
        needed = compat.needed_driver(build.cuda, windows)
        if needed and version(found) < version(needed) and not _runs(facts, build):
            return _too_old(facts, build, found, needed)
    return fine(seen("driver", found), seen("driver-maximum-cuda", maximum_cuda(facts, found)))


def _runs(facts, build):
    """Whether CUDA itself says that it runs this version: a compatibility package lifts an old driver."""
    answer = facts.get("driver.cuinit")
    told = bool(answer) and answer["code"] == 0 and answer["cuda"]
    return bool(told) and version(told) >= version(build.cuda)[:2]


def _too_old(facts, build, found, needed):
    shown = (
        seen("driver", found, "nvidia-smi"),
        seen("needed", needed, "%s, CUDA %s" % (build.label, build.cuda)),
        seen("built-with-cuda", build.cuda, build.label),
        seen("driver-maximum-cuda", maximum_cuda(facts, found), "nvidia-smi"),
    )
    cause = "host-driver-too-old-for-container" if in_container(facts) else "driver-too-old-for-cuda-runtime"
    return fault(cause, *shown)


def maximum_cuda(facts, found):
    """The newest CUDA that the driver runs: as it says itself, else by its branch."""
    told = facts.get("driver.smi", {}).get("cuda") or facts.get("driver.cuinit", {}).get("cuda")
    return told or compat.newest_cuda(found) or "?"
