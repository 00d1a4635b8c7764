"""Check `profiling-allowed`."""

from deepstart.machine.checks import check, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import driver_version


@check(
    "profiling-allowed",
    layer="driver",
    after=("driver-answers",),
    platforms=("linux",),
)
def profiling_allowed(facts: Facts):
    """Counters for profilers are closed by default: that hinders no training."""
    return fine(seen("driver", driver_version(facts)))
