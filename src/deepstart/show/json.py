"""JSON for programs: one object, schema number first, nothing else on standard output."""

import json
import math
import sys
from pathlib import Path
from typing import Any

from deepstart.findings import UserError, reason_of

SCHEMA = 1


def plain(value: Any) -> Any:
    """`value` as JSON knows it: numpy scalars unwrapped, NaN and infinity as null, paths as text."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in value]
    if hasattr(value, "as_json"):
        return plain(value.as_json())
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)


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
