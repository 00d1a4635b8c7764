"""What this computer is: probes, snapshots, and the ladder of checks that finds the lowest broken layer.

Standard library only, Python 3.8 syntax: this runs where nothing can be installed, and is the whole
of `doctor.pyz`. Probes look and give facts, checks are pure functions of facts, findings go to the doors.
"""

from typing import Any, Dict, List

from deepstart.findings import Finding

__all__ = ["diagnose", "load_snapshot", "roots", "take_snapshot", "write_snapshot"]


def take_snapshot(*args: Any, **kwargs: Any) -> Dict[str, Any]:
    """Everything that can be seen of a machine; see `snapshot.take_snapshot`."""
    from deepstart.machine import snapshot

    return snapshot.take_snapshot(*args, **kwargs)


def write_snapshot(content: Dict[str, Any], path: str) -> None:
    """Write a snapshot as JSON, redacted."""
    from deepstart.machine import snapshot

    snapshot.write_snapshot(content, path)


def load_snapshot(path: str) -> Dict[str, Any]:
    """Read a snapshot that another machine wrote."""
    from deepstart.machine import snapshot

    return snapshot.load_snapshot(path)


def diagnose(snapshot: Dict[str, Any]) -> List[Finding]:
    """One finding or more for each check, lowest layer first. A pure function of the snapshot."""
    from deepstart.machine import ladder

    return ladder.diagnose(snapshot)


def roots(findings: List[Finding]) -> List[str]:
    """Ids of the causes that nothing below explains, lowest layer first."""
    from deepstart.machine import ladder

    return ladder.roots(findings)
