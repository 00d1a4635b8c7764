"""Check `profiler-finds-cupti`."""

from deepstart.machine import loader
from deepstart.machine.checks import attention, check, does_not_apply, fine, seen
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import gpu_builds, installed


@check(
    "profiler-finds-cupti",
    layer="cuda",
    after=("cuda-libraries-found",),
    needs=("cuda.libraries", "packages.installed"),
    platforms=("linux",),
)
def profiler_finds_cupti(facts: Facts):
    """TensorFlow's profiler loads CUPTI, which toolkits keep in a folder of its own; training does not."""
    wanting = [b for b in gpu_builds(facts) if b.framework == "tensorflow" and "." in b.cuda]
    if not wanting:
        return does_not_apply("no-gpu-build")
    soname = name_for(wanting[0].cuda)
    picked = loader.pick(facts, soname)
    if picked:
        return fine(seen("loaded-cupti", "%s (%s)" % (picked.version, picked.path)))
    others = [c for c in loader.copies(facts, "libcupti.so.") if c.origin != "wheel"]
    wanted = "tensorboard-plugin-profile" in installed(facts)
    if not (others or wanted):  # nothing here says that anybody profiles
        return does_not_apply("cupti-optional")
    shown = [seen("built-with-cuda", wanting[0].cuda, wanting[0].label), seen("missing", soname)]
    shown += [seen("found", ["%s (%s)" % (c.path, c.version) for c in others[:3]])] if others else []
    return attention("libcupti-not-found", *shown)


def name_for(cuda):
    """CUDA 10.1 has libcupti.so.10.1, 11.2 libcupti.so.11.2; from 12 on the major number is enough."""
    numbers = version(cuda)
    return "libcupti.so.%d" % numbers[0] if numbers[0] >= 12 else "libcupti.so.%d.%d" % numbers[:2]
