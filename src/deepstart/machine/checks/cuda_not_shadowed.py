"""Check `cuda-not-shadowed`."""

from deepstart.machine import loader
from deepstart.machine.checks import attention, check, does_not_apply, fault, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import gpu_builds


@check(
    "cuda-not-shadowed",
    layer="cuda",
    after=("gpu-present",),
    needs=("cuda.libraries", "packages.installed"),
    platforms=("linux",),
)
def cuda_not_shadowed(facts: Facts):
    """LD_LIBRARY_PATH comes before what the wheels bring, so an older copy there wins."""
    kinds = {build.framework for build in gpu_builds(facts)}
    if not kinds:
        return does_not_apply("no-gpu-build")
    older = loader.shadowing(facts)
    linker = [pair for pair in older if pair[0].name.startswith("libnvJitLink")]
    if "torch" in kinds and linker:
        return fault("nvjitlink-version-shadowed", *_shown(linker[0]))
    if older and kinds - {"torch"}:
        return fault("ld-library-path-shadows-pip-cuda", *_shown(older[0]))
    if linker:
        return attention("nvjitlink-version-shadowed", *_shown(linker[0]))
    return fine()


def _shown(pair):
    taken, own = pair
    return (
        seen("loader-picks", "%s (%s)" % (taken.path, taken.version), "LD_LIBRARY_PATH"),
        seen("wheel-brings", "%s (%s)" % (own.path, own.version), "wheel"),
    )
