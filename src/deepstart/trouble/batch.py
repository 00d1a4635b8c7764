"""Many texts at once: JSON Lines in, JSON Lines out. Standard library only, Python 3.8 syntax."""

import json
from typing import Any, Dict, Iterable, Iterator

from deepstart.findings import UserError
from deepstart.trouble.explain import explain


def explain_lines(lines: Iterable[str]) -> Iterator[str]:
    """One answer for each line `{"id", "error_text"}`; `id` comes first in the answer."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            asked = _read(line, number)
            yield json.dumps({"id": asked["id"], **explain(asked["error_text"])}, ensure_ascii=False)


def _read(line: str, number: int) -> Dict[str, Any]:
    try:
        asked = json.loads(line)
    except ValueError as error:
        raise UserError("explain.bad-batch", number=number, reason=str(error)) from None
    if not isinstance(asked, dict) or "id" not in asked or not isinstance(asked.get("error_text"), str):
        raise UserError("explain.bad-batch", number=number, reason=line.strip()[:80])
    return asked
