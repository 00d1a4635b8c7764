"""What changed since it worked: the last healthy snapshot is kept, and compared when something fails."""

import json
import os
import sys
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

from deepstart.findings import Finding
from deepstart.machine.facts import SHAPES, Facts
from deepstart.machine.snapshot import load_snapshot, redacted, write_snapshot

#: Facts that change all the time and explain nothing.
RESTLESS = ("memory.available_mib", "disk.", "driver.kernel_log", "packages.requirements", "deep.", "editor.")


class Change(NamedTuple):
    """One difference; `before` or `after` is empty where the thing was not there."""

    name: str
    before: str
    after: str


def kept_path(snapshot: Dict[str, Any]) -> str:
    """Where the last healthy snapshot of the examined Python on this user's account lies."""
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Application Support")
    else:
        base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    import hashlib

    from deepstart.redact import Redactor

    # Masked as in a written snapshot: what another Python told through a file gets the same name.
    python = Redactor.of().text(Facts(snapshot).get("python.executable") or sys.executable)
    this = hashlib.sha1(python.encode("utf-8", "replace")).hexdigest()[:12]
    return os.path.join(base, "deepstart", "healthy-%s.json" % this)


def keep(snapshot: Dict[str, Any]) -> None:
    """Remember this machine as it is now; where nothing can be written, nothing is remembered."""
    try:
        path = kept_path(snapshot)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write_snapshot(snapshot, path)
    except Exception:  # a read-only home must not spoil a healthy verdict
        pass


def last_healthy(now: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    """The snapshot that was kept of the same Python; None when there is none or it cannot be read."""
    try:
        return load_snapshot(kept_path(now))
    except Exception:
        return None


def changes(before: Dict[str, Any], after: Dict[str, Any], findings: Sequence[Finding] = ()) -> List[Change]:
    """What differs, what matters for the failed findings first, then lowest layer first."""
    old, new = Facts(redacted(before)), Facts(redacted(after))
    found: List[Change] = []
    for name in SHAPES:
        one, other = _steady(old.get(name)), _steady(new.get(name))
        if not name.startswith(RESTLESS) and one != other:
            found += _differences(name, one, other)
    telling = " ".join(
        str(fact.value) + " " + fact.name for f in findings if f.status == "fail" for fact in f.facts
    )
    return sorted(found, key=lambda change: 0 if _matters(change, telling) else 1)


def _steady(value: Any) -> Any:
    """What nvidia-smi says, without how much memory is taken at the moment."""
    if not isinstance(value, dict) or "gpus" not in value:
        return value
    return {**value, "gpus": [{k: v for k, v in gpu.items() if k != "used_mib"} for gpu in value["gpus"]]}


def _matters(change: Change, telling: str) -> bool:
    """Whether a finding's evidence names the thing or its new value."""
    return change.name.rpartition(" ")[2] in telling or (len(change.after) > 2 and change.after in telling)


def _differences(name: str, old: Any, new: Any) -> List[Change]:
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted(set(old) | set(new))
        return [
            Change("%s %s" % (name, key), _short(old.get(key)), _short(new.get(key)))
            for key in keys
            if old.get(key) != new.get(key)
        ]
    if isinstance(old, list) and isinstance(new, list):
        gone, come = [x for x in old if x not in new], [x for x in new if x not in old]
        return [Change(name, _short(gone), _short(come))] if gone or come else []
    return [Change(name, _short(old), _short(new))]


def _short(value: Any) -> str:
    if value is None or value == []:
        return "-"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 100 else text[:97] + "..."
