"""Check `cuda-libraries-found`."""

from deepstart.machine import loader
from deepstart.machine.checks import check, does_not_apply, fault, fine, install, seen
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import gpu_builds, installed, tensorflow_name


@check(
    "cuda-libraries-found",
    layer="cuda",
    after=("driver-new-enough",),
    needs=("cuda.libraries", "packages.installed"),
    platforms=("linux",),
)
def cuda_libraries_found(facts: Facts):
    """libcudart stands for all: PyTorch's wheels bring theirs, TensorFlow and JAX may rely on others."""
    wanting = [b for b in gpu_builds(facts) if b.framework != "torch" and b.cuda]
    if not wanting:
        return does_not_apply("no-gpu-build")
    answers = [a for a in (_missing(facts, build) for build in wanting) if a]
    picked = [loader.pick(facts, loader.cudart(build.cuda)) for build in wanting]
    return answers or fine(*(seen("loaded-cuda", "%s (%s)" % (p.version, p.path)) for p in picked if p))


def _missing(facts, build):
    soname = loader.cudart(build.cuda)
    picked = loader.pick(facts, soname)
    shown = [seen("built-with-cuda", build.cuda, build.label), seen("missing", soname)]
    if picked and picked.origin == "wheel" and _ignores_wheels(build):
        return fault("pip-nvidia-libs-not-on-library-path", *shown, seen("found", picked.path))
    if picked:
        return _of_another_release(facts, build, picked)
    off_path = loader.off_path(facts, soname)
    if off_path:
        return fault("cuda-toolkit-not-on-library-path", *shown, seen("found", off_path.path))
    others = loader.copies(facts, "libcudart.so.")
    if others:
        found = ["%s (%s)" % (o.version, o.path) for o in others[:4]]
        return fault("cuda-toolkit-version-differs-from-wheel", *shown, seen("found", found))
    return fault("cuda-libraries-not-installed", *shown, remedies=_with_cuda(facts, build))


#: Numbers in the names of libraries, by the first CUDA that has them: some moved inside of a major release
#: (libcusolver in 11.1). Source: NVIDIA, CUDA Toolkit release notes, component versions; tensorflow#44777.
NAMES = {
    "libcublas": (((10, 1), 10), ((11, 0), 11), ((12, 0), 12), ((13, 0), 13)),
    "libcusolver": (((10, 1), 10), ((11, 1), 11), ((13, 0), 12)),
    "libcusparse": (((10, 1), 10), ((11, 0), 11), ((12, 0), 12)),
    "libcufft": (((10, 1), 10), ((12, 0), 11), ((13, 0), 12)),
}


def _of_another_release(facts, build, runtime):
    """The runtime fits, and a library of the same toolkit has another number than the build asks for."""
    for library, steps in NAMES.items():
        numbers = [number for first, number in steps if version(build.cuda)[:2] >= first]
        if not numbers or len(version(build.cuda)) < 2:
            continue
        soname = "%s.so.%d" % (library, numbers[-1])
        others = [c for c in loader.copies(facts, library + ".so.") if _folder(c) == _folder(runtime)]
        if others and not loader.pick(facts, soname):
            shown = seen("built-with-cuda", build.cuda, build.label), seen("missing", soname)
            found = "%s (%s)" % (others[0].version, others[0].path)
            return fault("cuda-toolkit-version-differs-from-wheel", *shown, seen("found", found))
    return None


def _folder(copy):
    return copy.path.rpartition("/")[0]


def _ignores_wheels(build):
    """TensorFlow before 2.14 knows no wheels of NVIDIA's; 2.16 lost the way to them (tensorflow#63362)."""
    return build.framework == "tensorflow" and (
        version(build.version)[:2] == (2, 16) or version(build.version) < (2, 14)
    )


def _with_cuda(facts, build):
    if build.framework == "tensorflow" and version(build.version) >= (2, 14):
        name = tensorflow_name(installed(facts)) or "tensorflow"
        if name in ("tensorflow", "tf-nightly"):
            return (install(facts, "%s[and-cuda]==%s" % (name, build.version)),)
    if build.framework == "jax":
        return (install(facts, "jax[cuda%s]==%s" % (build.cuda.split(".")[0], build.version)),)
    return ()
