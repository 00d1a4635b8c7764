"""Check `tensorflow-gpu-not-retired`."""

from deepstart.machine.checks import (
    check,
    fault,
    fine,
    seen,
)
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import installed


@check("tensorflow-gpu-not-retired", layer="packages", needs=("packages.installed",))
def tensorflow_gpu_not_retired(facts: Facts):
    """tensorflow-gpu ended with 2.11; what is called 2.12 installs nothing."""
    have = installed(facts).get("tensorflow-gpu")
    if have and version(have) >= (2, 12):
        return fault("tensorflow-gpu-package-removed", seen("installed", "tensorflow-gpu " + have))
    return fine()
