"""Check `environment-is-the-active-one`."""

from deepstart.machine.checks import attention, check, fine, seen
from deepstart.machine.facts import Facts


@check(
    "environment-is-the-active-one", layer="python", needs=("python.executable", "python.active_environment")
)
def environment_is_the_active_one(facts: Facts):
    """The environment that the shell has switched on is the one that is examined here."""
    active, here = facts["python.active_environment"], facts["python.executable"]
    if not active or here.replace("\\", "/").startswith(active.replace("\\", "/").rstrip("/") + "/"):
        return fine(seen("python", here))
    shown = seen("active", active, "VIRTUAL_ENV, CONDA_PREFIX")
    return attention("other-environment-active", shown, seen("python", here))
