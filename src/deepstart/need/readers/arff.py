"""Tables in ARFF, the format of Weka and OpenML: declared types, also sparse rows and strings.

scipy.io.arff reads no strings and no sparse rows, so this reader is our own. It follows the
description of the format: Attribute-Relation File Format, University of Waikato.
"""

import csv
import re
from collections.abc import Iterator

import numpy as np
import polars as pl

from deepstart.findings import UserError
from deepstart.need.data import Data
from deepstart.need.readers._notes import note
from deepstart.need.readers._sniff import decode_text
from deepstart.need.readers._source import Source, Wish, read_bytes
from deepstart.need.readers._table import Rows, data_from_rows, refuse_large

ATTRIBUTE = re.compile(
    r"""@attribute\s+('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s{]+)\s*(.*)$""", re.IGNORECASE
)
NUMERIC = ("numeric", "real", "integer")


def looks_like(source: Source) -> bool:
    """A text file called .arff, or one that begins with its comments and @relation."""
    return source.form == "arff"


def read(source: Source, wish: Wish) -> Data:
    """A table or texts from an ARFF file."""
    assert source.path is not None
    return data_from_rows(source.name, rows_of(read_bytes(source.path), source.name), wish)


def rows_of(data: bytes, where: str) -> Rows:
    """Columns of the declared types: numbers, categories for nominal ones, strings for the rest."""
    lines = iter(decode_text(data)[0].splitlines())
    names, types = _header(lines, where)
    records, odd = _records(lines, types)
    if len(odd) > 0.2 * (len(records) + len(odd)):
        raise UserError(
            "readers.ragged", path=where, count=len(odd), rows=len(records) + len(odd), columns=len(names),
            delimiter=",", row=odd[0],
        )  # fmt: skip
    refuse_large(where, len(records), len(names))
    strings = pl.DataFrame(records, schema=dict.fromkeys(names, pl.String), orient="row")
    typed = [_typed(strings[name], kind) for name, kind in zip(names, types, strict=True)]
    numbers = np.setdiff1d(np.arange(1, len(records) + len(odd) + 1), odd)
    return Rows(pl.DataFrame(typed), note("long-rows", odd, columns=len(names)), numbers)


def _header(lines: Iterator[str], where: str) -> tuple[list[str], list[str]]:
    """Names and types of the attributes, up to @data."""
    names: list[str] = []
    types: list[str] = []
    for line in lines:
        line = line.strip()
        if line.lower().startswith("@data"):
            break
        if match := ATTRIBUTE.match(line):
            name, kind = _unquoted(match[1]), match[2].strip()
            names.append(name if name not in names else f"{name}_{len(names) + 1}")
            types.append("nominal" if kind.startswith("{") else (kind.lower().split() or ["string"])[0])
    if not names or "relational" in types:
        raise UserError("readers.broken-table", path=where, form="ARFF")
    return names, types


def _unquoted(value: str) -> str:
    """Without the quotes around and the backslashes inside."""
    if len(value) > 1 and value[0] in "'\"" and value[-1] == value[0]:
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def _records(lines: Iterator[str], types: list[str]) -> tuple[list[list[str | None]], list[int]]:
    """The rows, dense or sparse, and the numbers of those with too many or too few values."""
    records: list[list[str | None]] = []
    odd: list[int] = []
    for number, line in enumerate((x for x in map(str.strip, lines) if x and x[0] != "%"), 1):
        found = _sparse(line, types) if line.startswith("{") else _fields(line)
        if found and len(found) == len(types):
            records.append([None if v == "?" else v for v in found])
        else:
            odd.append(number)
    return records, odd


def _fields(line: str) -> list[str | None]:
    """The values of a dense row. Single or double quotes may hold commas; a backslash escapes."""
    line = re.sub(r",\s*\{[\d.]+\}$", "", line)  # the weight of a row
    if "'" not in line and '"' not in line and "\\" not in line:
        return [v.strip() for v in re.split(r"[,\t]", line)]
    quote = "'" if re.search(r"(^|,)\s*'", line) else '"'
    rows = csv.reader([line], quotechar=quote, escapechar="\\", doublequote=False, skipinitialspace=True)
    return [v.strip() for v in next(rows)]


def _sparse(line: str, types: list[str]) -> list[str | None]:
    """A row that names only its non-zero values: `{1 5, 3 yes}`."""
    row: list[str | None] = ["0" if kind in NUMERIC else None for kind in types]
    for item in _fields(line.strip("{}").strip()) if line.strip("{} ") else []:
        index, _, value = (item or "").partition(" ")
        if not index.isdigit() or int(index) >= len(types):
            return []
        row[int(index)] = _unquoted(value.strip())
    return row


def _typed(values: pl.Series, kind: str) -> pl.Series:
    if kind in NUMERIC:
        return values.cast(pl.Float64, strict=False)
    return values.cast(pl.Categorical) if kind == "nominal" else values
