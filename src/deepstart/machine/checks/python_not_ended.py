"""Check `python-not-ended`."""

from deepstart.machine import compat
from deepstart.machine.checks import check, fine, seen
from deepstart.machine.facts import Facts, minor


@check("python-not-ended", layer="python", needs=("python.version",))
def python_not_ended(facts: Facts):
    """Old Pythons still work, but get neither fixes nor new wheels; this only tells until when."""
    python = minor(facts["python.version"])
    entry = next((e for e in compat.table("python")["entries"] if e["version"] == python), None)
    return fine(seen("python-supported-until", entry["end_of_life"])) if entry else fine()
