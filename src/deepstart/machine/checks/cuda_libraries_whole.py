"""Check `cuda-libraries-whole`."""

from deepstart.machine import loader
from deepstart.machine.checks import attention, check, does_not_apply, fault, fine, install, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import gpu_builds


@check(
    "cuda-libraries-whole",
    layer="cuda",
    after=("gpu-present",),
    needs=("cuda.cut_off", "cuda.libraries", "packages.installed"),
    platforms=("linux",),
)
def cuda_libraries_whole(facts: Facts):
    """A full disk or a broken-off copy leaves a library's beginning, at which the loader stops."""
    if not gpu_builds(facts):
        return does_not_apply("no-gpu-build")
    rows = [row for row in loader.copies(facts, "lib") if row.path in facts["cuda.cut_off"]]
    wheels = {row.name for row in loader.copies(facts, "lib") if row.origin == "wheel"}
    for row in (row for row in rows if not row.name.startswith("libcuda.so")):
        if loader.pick(facts, row.name) == row:
            say = fault if row.name in wheels else attention  # what no wheel brings may not be wanted
            shown = seen("file", row.path, row.origin)
            return say("cuda-library-cut-off", shown, remedies=_again(facts, row))
    return fine()


def _again(facts, row):
    """The wheel that brings it, once more."""
    wheel = loader.wheel_of(facts, row.name) if row.origin == "wheel" else None
    if not wheel:
        return ()
    pinned = "%s==%s" % (wheel, facts["packages.installed"][wheel])
    return (install(facts, "--force-reinstall", "--no-deps", "--no-cache-dir", pinned),)
