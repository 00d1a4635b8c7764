"""JSON for programs: one object, schema number first, nothing else on standard output."""

import errno
import json
import math
import os
import sys
from pathlib import Path
from typing import Any

from deepstart.findings import UserError, reason_of

SCHEMA = 1


def plain(value: Any) -> Any:
    """`value` as JSON knows it: numpy scalars unwrapped, NaN and infinity as null, paths as text."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if hasattr(value, "as_json"):  # before tuples: a named one says its fields by name
        return plain(value.as_json())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)


def refusal(target: str | Path) -> str:
    """Why a file cannot be written there, in the reader's language; empty: nothing speaks against it."""
    path = Path(target)
    try:
        if path.is_dir():
            return reason_of(IsADirectoryError(errno.EISDIR, ""))
        if path.exists() and not path.is_file():
            return ""  # a device or a pipe
        path.parent.stat()
        if not path.parent.is_dir():
            return reason_of(NotADirectoryError(errno.ENOTDIR, ""))
        allowed = os.access(path.parent, os.W_OK | os.X_OK)
        allowed = allowed and (not path.exists() or os.access(path, os.W_OK))
    except OSError as error:
        return reason_of(error)
    return "" if allowed else reason_of(PermissionError(errno.EACCES, ""))


def check_target(target: str | Path | None, key: str = "show.unwritable") -> None:
    """Refuse a file that cannot be written: told before the work is done, not after it.

    Args:
        target: a path; None and `-` (standard output) are fine.
        key: name of the message, which may name `path` and why (`why` or `reason`).

    Raises:
        UserError: it cannot be written.
    """
    if target is None or str(target) == "-":
        return
    if why := refusal(target):
        raise UserError(key, path=target, why=why, reason=why)


def write_json(content: dict, target: str) -> None:
    """Write `content` to the file `target`, or to standard output for `-`.

    Raises:
        UserError: the file cannot be written.
    """
    text = json.dumps({"schema": SCHEMA, **plain(content)}, ensure_ascii=False, indent=1) + "\n"
    if target == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        try:
            Path(target).write_text(text, encoding="utf-8")
        except OSError as error:
            raise UserError("show.unwritable", path=target, reason=reason_of(error)) from None
