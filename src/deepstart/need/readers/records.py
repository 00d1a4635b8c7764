"""Tables and texts in JSON: one object a line (JSON Lines), or one list of objects."""

import json
from typing import Any

import numpy as np
import polars as pl

from deepstart.findings import UserError
from deepstart.need.data import Data
from deepstart.need.readers._notes import note
from deepstart.need.readers._sniff import decode_text
from deepstart.need.readers._source import Source, Wish, read_bytes
from deepstart.need.readers._table import Rows, data_from_rows, refuse_large

#: From this share of lines that are no objects on, the file is something else.
MOST_BROKEN = 0.2


def looks_like(source: Source) -> bool:
    """Text that begins with a brace, or is called .jsonl, .ndjson or .json."""
    return source.form == "records"


def read(source: Source, wish: Wish) -> Data:
    """A table or texts from JSON records."""
    assert source.path is not None
    return data_from_rows(source.name, rows_of(read_bytes(source.path), source.name), wish)


def rows_of(data: bytes, where: str) -> Rows:
    """All values as strings; objects inside objects become columns named `outer.inner`."""
    text = decode_text(data)[0]
    objects, broken = _whole(text) or _by_line(text)
    if not objects or len(broken) > MOST_BROKEN * (len(objects) + len(broken)):
        raise UserError("readers.broken-table", path=where, form="JSON")
    rows = [_flat(o) for o in objects]
    names = list(dict.fromkeys(name for row in rows for name in row))
    refuse_large(where, len(rows), len(names))
    columns = {name: [row.get(name) for row in rows] for name in names}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    numbers = np.setdiff1d(np.arange(1, len(objects) + len(broken) + 1), broken)
    return Rows(frame, note("broken-lines", broken), numbers)


def _whole(text: str) -> tuple[list[dict], list[int]] | None:
    """The objects of a file that is one JSON value: a list, or an object with one list in it."""
    if not text.lstrip().startswith(("[", "{")):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict):
        lists = [v for v in value.values() if isinstance(v, list)]
        value = lists[0] if len(lists) == 1 else [value]
    objects = [v for v in value if isinstance(v, dict)]
    return (objects, [i + 1 for i, v in enumerate(value) if not isinstance(v, dict)])


def _by_line(text: str) -> tuple[list[dict], list[int]]:
    """One object a line, and the numbers of lines that are none."""
    objects, broken = [], []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            objects.append(value)
        else:
            broken.append(number)
    return objects, broken


def _flat(record: dict[str, Any], prefix: str = "") -> dict[str, str | None]:
    """Strings for all values; nothing for lists, which no column can hold."""
    flat: dict[str, str | None] = {}
    for key, value in record.items():
        if isinstance(value, dict) and not prefix:
            flat.update(_flat(value, f"{key}."))
        elif isinstance(value, str) or value is None:
            flat[prefix + key] = value
        elif isinstance(value, bool):
            flat[prefix + key] = str(value).lower()
        else:
            flat[prefix + key] = repr(value) if isinstance(value, int | float) else None
    return flat
