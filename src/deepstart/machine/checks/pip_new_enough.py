"""Check `pip-new-enough`."""

from deepstart.machine.checks import (
    check,
    fault,
    fine,
    seen,
)
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import builds, installed


@check("pip-new-enough", layer="packages", needs=("packages.installed",), platforms=("linux",))
def pip_new_enough(facts: Facts):
    """pip before 19.0 knows no manylinux2010 wheels, before 20.3 no manylinux_2_x ones."""
    have = installed(facts).get("pip")
    if have and version(have) < (20, 3) and not builds(facts):
        return fault("pip-too-old-for-manylinux", seen("installed", "pip " + have), seen("needed", ">= 20.3"))
    return fine(seen("installed", "pip %s" % (have or "-")))
