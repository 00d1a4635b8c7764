"""Check `static-tls-suffices`."""

from deepstart.machine.checks import attention, check, does_not_apply, fine, seen
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import builds, installed

#: Packages that bring an OpenMP library of their own, which comes too late after TensorFlow.
LATE = ("xgboost", "scikit-learn", "opencv-python", "lightgbm")


@check(
    "static-tls-suffices",
    layer="os",
    needs=("cpu.architecture", "os.libc", "packages.installed"),
    platforms=("linux",),
)
def static_tls_suffices(facts: Facts):
    """On ARM, glibc before 2.32 has little static TLS; after TensorFlow none is left for libgomp."""
    libc = facts["os.libc"]
    if facts["cpu.architecture"] != "aarch64" or libc["name"] != "glibc":
        return does_not_apply("not-arm")
    late = [name for name in LATE if name in installed(facts)]
    tensorflow = any(build.framework == "tensorflow" for build in builds(facts))
    if version(libc["version"]) < (2, 32) and tensorflow and late:
        return attention(
            "static-tls-exhausted-libgomp",
            seen("c-library", "glibc " + libc["version"]),
            seen("installed", late),
        )
    return fine(seen("c-library", "glibc " + libc["version"]))
