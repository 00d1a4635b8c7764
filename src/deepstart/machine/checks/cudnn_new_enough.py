"""Check `cudnn-new-enough`."""

from deepstart.machine import loader
from deepstart.machine.checks import check, does_not_apply, fault, fine, install, pinned, seen
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import gpu_builds


@check(
    "cudnn-new-enough",
    layer="cudnn",
    after=("cuda-libraries-found",),
    needs=("cuda.libraries", "packages.installed"),
    platforms=("linux",),
)
def cudnn_new_enough(facts: Facts):
    """At run time: the same major number as at build time, and the same or a higher minor one."""
    wanting = [b for b in gpu_builds(facts) if b.framework != "torch" and b.cudnn]
    if not wanting:
        return does_not_apply("no-gpu-build")
    answers = [a for a in (_judge(facts, build) for build in wanting) if a]
    return answers[:1] or fine(seen("loaded-cudnn", _picked(facts, wanting[0]).version))


def _picked(facts, build):
    return loader.pick(facts, "libcudnn.so.%d" % version(build.cudnn)[0])


def _judge(facts, build):
    picked = _picked(facts, build)
    shown = [seen("built-with-cudnn", build.cudnn, build.label)]
    if not picked:
        return _absent(facts, shown)
    if not loader.older(picked.version, build.cudnn):
        return None
    shown.append(seen("loader-picks", "%s (%s)" % (picked.path, picked.version), picked.origin))
    better = [c for c in loader.copies(facts, picked.name) if not loader.older(c.version, build.cudnn)]
    if better:
        shown.append(seen("newer-copy", "%s (%s)" % (better[0].path, better[0].version), better[0].origin))
    if better and picked.origin == "LD_LIBRARY_PATH":
        return fault("cudnn-shadowed-by-older-copy-on-path", *shown)
    if better and picked.origin == "conda":
        return fault("cudnn-shadowed-by-other-copy-in-conda-env", *shown)
    return fault("cudnn-runtime-older-than-build", *shown, remedies=_newer(facts, build, picked))


def _absent(facts, shown):
    others = loader.copies(facts, "libcudnn.so.")
    if others:
        found = seen("found", "%s (%s)" % (others[0].path, others[0].version))
        return fault("cudnn-major-differs-from-build", *shown, found, layer="framework")
    return fault("cudnn-not-installed", *shown, seen("missing", "libcudnn.so"))


def _newer(facts, build, picked):
    """A newer wheel of cuDNN, when the old one is a wheel; not when PyTorch pins it."""
    names = [n for n in facts["packages.installed"] if n.startswith("nvidia-cudnn-cu")]
    if picked.origin != "wheel" or not names or "torch" in facts["packages.installed"]:
        return ()
    wanted = "%s>=%s,<%d" % (names[0], build.cudnn, version(build.cudnn)[0] + 1)
    return (install(facts, wanted, back=pinned(facts, names[0])),)
