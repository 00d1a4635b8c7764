"""Many texts at once: JSON Lines in, JSON Lines out. Standard library only, Python 3.8 syntax."""

import json
from typing import Any, Dict, Iterable, Iterator, Optional

from deepstart.findings import UserError
from deepstart.trouble.explain import explain

SCHEMA = 1


def explain_lines(lines: Iterable[str]) -> Iterator[str]:
    """The answers as lines of JSON."""
    for answer in answers(lines):
        yield json.dumps(answer, ensure_ascii=False)


def answers(lines: Iterable[str]) -> Iterator[Dict[str, Any]]:
    """One answer for each line `{"id", "error_text"}`; `id` comes first in the answer, then `schema`.

    A line that asks nothing is answered with `error`, `what`, `why` and `next`; the others are not lost.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            asked = _read(line)
            if asked is None:
                error = UserError("explain.bad-batch", number=number, reason=line.strip()[:80])
                yield {"id": None, "schema": SCHEMA, "line": number, **error.as_json()}
            else:
                yield {"id": asked["id"], "schema": SCHEMA, **explain(asked["error_text"])}


def _read(line: str) -> Optional[Dict[str, Any]]:
    try:
        asked = json.loads(line)
    except ValueError:
        return None
    right = isinstance(asked, dict) and "id" in asked and isinstance(asked.get("error_text"), str)
    return asked if right else None
