"""Check `conda-picked-gpu-build`."""

from deepstart.machine.checks import (
    check,
    fault,
    fine,
    seen,
)
from deepstart.machine.facts import Facts
from deepstart.machine.reading import builds


@check("conda-picked-gpu-build", layer="packages", needs=("packages.installed",), after=("gpu-present",))
def conda_picked_gpu_build(facts: Facts):
    """conda may choose a CPU build of TensorFlow even where there is a GPU."""
    if facts.get("packages.installers", {}).get("tensorflow") != "conda":
        return fine()
    build = next((b for b in builds(facts) if b.framework == "tensorflow"), None)
    if build and not build.gpu:
        return fault("conda-picked-cpu-build", seen("installed", build.label, "conda"))
    return fine()
