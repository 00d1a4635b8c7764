"""Check `macos-new-enough`."""

from deepstart.machine.checks import check, fault, fine, seen
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import builds


@check("macos-new-enough", layer="os", needs=("os.macos_version", "packages.installed"), platforms=("macos",))
def macos_new_enough(facts: Facts):
    """TensorFlow's wheels ask for macOS 12, PyTorch's from 2.9 on for macOS 14 (compat tables)."""
    found = facts["os.macos_version"]
    for build in builds(facts):
        needed = "12" if build.framework == "tensorflow" and version(build.version) >= (2, 13) else None
        if needed and version(found) < version(needed):
            return fault(
                "macos-too-old", seen("system", "macOS " + found), seen("needed", needed, build.label)
            )
    return fine(seen("system", "macOS " + found))
