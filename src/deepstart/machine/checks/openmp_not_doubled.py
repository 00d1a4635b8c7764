"""Check `openmp-not-doubled`."""

from deepstart.machine.checks import attention, check, fine, seen
from deepstart.machine.facts import Facts


@check("openmp-not-doubled", layer="packages", needs=("packages.openmp",), platforms=("windows", "macos"))
def openmp_not_doubled(facts: Facts):
    """conda's numpy with MKL and pip's torch bring one OpenMP each; a program that loads both is stopped."""
    copies = facts["packages.openmp"]
    if len(copies) < 2:
        return fine(seen("found", copies or "-"))
    return attention("openmp-duplicate-runtime", seen("found", copies))
