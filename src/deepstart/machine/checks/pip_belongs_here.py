"""Check `pip-belongs-here`."""

from deepstart.machine.checks import attention, check, fault, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import builds


@check(
    "pip-belongs-here", layer="python", needs=("python.executable", "python.pip_owner", "packages.installed")
)
def pip_belongs_here(facts: Facts):
    """`pip install` goes to the Python that runs; else what is installed does not show."""
    owner = facts["python.pip_owner"]
    here = facts["python.executable"]
    shown = (
        seen("pip", owner["pip"], "PATH"),
        seen("pip-installs-for", owner["python"]),
        seen("python", here),
    )
    if not owner["python"] or same_place(owner["python"], here):
        return fine(*shown[:1])
    return (attention if builds(facts) else fault)("pip-belongs-to-other-python", *shown)


def same_place(one: str, other: str) -> bool:
    """Whether two interpreters lie in the same folder: python, python3 and python3.11 of one environment."""
    return _folder(one) == _folder(other)


def _folder(path):
    return path.replace("\\", "/").rpartition("/")[0].lower()
