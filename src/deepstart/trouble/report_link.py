"""The address that opens a project's form, filled in as far as an address may be long.

Sources: GitHub answers 414 to addresses beyond about 8 KB; its command-line tool refuses at 8,192
bytes and VS Code at 7,500, so 7,000 encoded bytes are safe.
"""

from typing import Any, Dict, List, NamedTuple, Tuple
from urllib.parse import quote_plus, urlencode

LIMIT = 7000
LEAST = 150  # bytes: a field with less room than this is left out whole

#: What matters most is filled first.
ORDER = ("version", "os", "python", "cuda", "gpu", "system", "error", "describe", "code", "expected", "story")


class Address(NamedTuple):
    """The address, its length in bytes, and the labels of the fields that did not fit whole."""

    url: str
    size: int
    left_out: Tuple[str, ...]


def prefilled(report: Any, limit: int = LIMIT) -> Address:
    """The address for a report: under `limit` bytes, whatever the report holds."""
    target = report.target
    base = "https://github.com/%s/issues/new?" % target.repository
    given: Dict[str, str] = {"template": target.template} if target.template else {}
    given["title"] = _shortened(report.title, 600, True)
    left_out: List[str] = []
    wanted: List[Tuple[str, str, str, str]] = []
    if target.body:
        wanted.append(("body", "body", "describe", report.body()))
    else:
        wanted += [
            (f.id, f.label, f.source, report.field_text(f.source))
            for f in target.fields
            if f.kind != "choice" and f.id
        ]
        left_out += [f.label for f in target.fields if f.kind != "choice" and not f.id]
    wanted.sort(key=lambda w: ORDER.index(w[2]) if w[2] in ORDER else len(ORDER))
    for name, label, source, value in wanted:
        room = limit - 1 - len(base) - len(urlencode(given)) - len(name) - 2
        if not value:
            continue
        if _size(value) <= room:
            given[name] = value
            continue
        left_out.append(label)
        share = room if wanted[-1][0] == name else room * 2 // 3  # something is left for those that follow
        if share >= LEAST:
            given[name] = _shortened(value, share, source != "error")
    url = base + urlencode(given)
    return Address(url, len(url), tuple(left_out))


def _size(value: str) -> int:
    return len(quote_plus(value))


def _shortened(value: str, room: int, keep_beginning: bool) -> str:
    """The longest beginning (or end) of `value` that takes `room` bytes, with a line that says so."""
    if _size(value) <= room:
        return value
    mark = "[shortened: the full text is in the saved report]"
    low, high = 0, len(value)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if _size(_cut(value, middle, keep_beginning, mark)) <= room else (low, middle - 1)
        )
    return _cut(value, low, keep_beginning, mark)


def _cut(value: str, n: int, keep_beginning: bool, mark: str) -> str:
    part = value[:n] if keep_beginning else value[len(value) - n :]
    lines = part.splitlines(keepends=True)
    if len(lines) > 1:  # no half lines
        part = "".join(lines[:-1] if keep_beginning else lines[1:])
    return "%s\n%s" % (part.rstrip("\n"), mark) if keep_beginning else "%s\n%s" % (mark, part)
