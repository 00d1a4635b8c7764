"""Check `wsl-can-use-gpus`."""

from deepstart.machine.checks import check, does_not_apply, fault, fine, seen
from deepstart.machine.facts import Facts

#: Insider builds in which GPU support of WSL 2 was broken. Source: microsoft/WSL#6773.
BROKEN_BUILDS = (21343,)


@check("wsl-can-use-gpus", layer="os", needs=("os.wsl",), platforms=("linux",))
def wsl_can_use_gpus(facts: Facts):
    """Only WSL 2 reaches the GPU, on Windows 10 21H2 (build 19044) or newer."""
    if not facts["os.wsl"]:
        return does_not_apply("not-wsl")
    if facts["os.wsl"] == 1:
        return fault("wsl1-has-no-gpu", seen("kernel", facts.get("os.kernel", "")))
    build = facts.get("os.windows_build")
    if build in BROKEN_BUILDS:
        return fault("windows-build-broke-wsl-gpu", seen("windows-build", build))
    # Source: TensorFlow's pip guide, "Windows 10 19044 or higher".
    if build is not None and build < 19044:
        return fault("windows-too-old-for-wsl-gpu", seen("windows-build", build), seen("needed", 19044))
    return fine(seen("kernel", facts.get("os.kernel", "")))
