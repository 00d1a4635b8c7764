"""Snapshots: every fact about a machine as one JSON file, so that it can be diagnosed elsewhere."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any, Dict, Optional

from deepstart.findings import UserError, reason_of
from deepstart.machine.facts import Facts
from deepstart.machine.probes import all_probes, run_probes
from deepstart.machine.system import System
from deepstart.redact import Redactor

SCHEMA = 1
KIND = "deepstart-machine"


def take_snapshot(system: Optional[System] = None, limit: Optional[float] = None) -> Dict[str, Any]:
    """Everything that can be seen of a machine, as plain values.

    Args:
        system: the border to the computer; this computer when absent.
        limit: seconds for each probe instead of its own limit.

    Returns:
        `{"schema": 1, "kind": ..., "taken": ISO time, "facts": {name: {value or error, source, ms}}}`.
        Nothing is masked yet: `write_snapshot` does that.
    """
    import datetime

    taken = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    facts = run_probes(system or System(), all_probes(), limit)
    return {"schema": SCHEMA, "kind": KIND, "taken": taken, "facts": facts}


def redacted(snapshot: Dict[str, Any], system: Optional[System] = None) -> Dict[str, Any]:
    """The same snapshot without names of people and machines, tokens, addresses and serial numbers."""
    return Redactor.of(system or System()).clean(snapshot)


def write_snapshot(snapshot: Dict[str, Any], path: str) -> None:
    """Write a snapshot, redacted; another process never sees half a file."""
    folder = os.path.dirname(os.path.abspath(path))
    text = json.dumps(redacted(snapshot), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    try:
        handle, beside = tempfile.mkstemp(dir=folder, prefix=".snapshot-")
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(beside, path)
    except OSError as error:
        raise UserError("doctor.cannot-write", path=path, why=reason_of(error)) from None


def load_snapshot(path: str) -> Dict[str, Any]:
    """Read a snapshot that another machine wrote.

    Raises:
        UserError: there is no such file, or it is no snapshot.
    """
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UserError("doctor.cannot-read", path=path, why=reason_of(error)) from None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise UserError("doctor.no-snapshot", path=path) from None
    if not isinstance(content, dict) or not Facts(content).facts:
        raise UserError("doctor.no-snapshot", path=path)
    if content.get("schema") != SCHEMA:
        raise UserError("doctor.other-schema", path=path, schema=content.get("schema"))
    return content
