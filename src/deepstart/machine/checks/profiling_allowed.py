"""Check `profiling-allowed`."""

from deepstart.machine.checks import attention, check, does_not_apply, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import installed


@check(
    "profiling-allowed",
    layer="driver",
    after=("driver-answers",),
    needs=("packages.installed",),
    platforms=("linux",),
)
def profiling_allowed(facts: Facts):
    """Counters for profilers are closed by default: that hinders no training, only who profiles."""
    closed = facts.get("driver.admin_profiling")
    if closed is None:  # WSL and old drivers have no such setting
        return does_not_apply("optional")
    if closed and "tensorboard-plugin-profile" in installed(facts):
        setting = seen("profiling", "RmProfilingAdminOnly: 1", facts.source("driver.admin_profiling"))
        return attention("gpu-counters-restricted-to-admin", setting)
    return fine(seen("profiling", "RmProfilingAdminOnly: %d" % closed))
