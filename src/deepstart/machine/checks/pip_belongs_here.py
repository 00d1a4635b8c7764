"""Check `pip-belongs-here`."""

from deepstart.findings import Remedy
from deepstart.machine.checks import attention, check, fault, fine, pip, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import builds, installed


@check(
    "pip-belongs-here", layer="python", needs=("python.executable", "python.pip_owner", "packages.installed")
)
def pip_belongs_here(facts: Facts):
    """`pip install` goes to the Python that runs; else what is installed does not show."""
    owner = facts["python.pip_owner"]
    here = facts["python.executable"]
    shown = [
        seen("pip", owner["pip"], "PATH"),
        seen("pip-installs-for", owner["python"]),
        seen("python", here),
    ]
    if not owner["python"] or same_place(owner["python"], here):
        return fine(*shown[:1])
    own = [row["pip"] for row in facts.get("python.pips", []) if same_place(row["pip"], here)]
    shown += [seen("pip-of-this-python", own[0], "PATH")] if own else []
    if builds(facts) and "pip" not in installed(facts):  # uv's environments have none, and need none
        return fine(*shown)
    wanted_here = not builds(facts) and _is_the_users(facts, here)
    say = fault if wanted_here else attention
    right = Remedy((pip(facts, "install", "PACKAGE"),), "manual")
    return say("pip-belongs-to-other-python", *shown, remedies=(right,))


def _is_the_users(facts: Facts, here: str) -> bool:
    """Whether the user means this Python: it is the active environment's, or the first on PATH."""
    active = facts.get("python.active_environment", "")
    return here.startswith(active + "/") if active else same_place(facts.get("python.on_path", ""), here)


def same_place(one: str, other: str) -> bool:
    """Whether two interpreters lie in the same folder: python, python3 and python3.11 of one environment."""
    return _folder(one) == _folder(other)


def _folder(path):
    return path.replace("\\", "/").rpartition("/")[0].lower()
