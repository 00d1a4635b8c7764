"""Check `windows-long-paths`."""

from deepstart.machine.checks import attention, check, fine, seen
from deepstart.machine.facts import Facts


@check("windows-long-paths", layer="os", needs=("os.long_paths",), platforms=("windows",))
def windows_long_paths(facts: Facts):
    """TensorFlow's files lie so deep that they pass 260 characters below a long folder name."""
    prefix = facts.get("disk.packages", {}).get("path", "")
    if facts["os.long_paths"] or len(prefix) < 100:
        return fine()
    return attention("windows-long-path", seen("packages-in", prefix), seen("length", len(prefix)))
