"""Tables in text: CSV, TSV and their kin, also gzipped; encoding, delimiter and header are found."""

import csv
import io
import re
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

import numpy as np
import polars as pl

from deepstart.findings import Finding, UserError
from deepstart.need.data import Data
from deepstart.need.readers._notes import decided, note
from deepstart.need.readers._sniff import (
    SAMPLE_BYTES,
    Dialect,
    column_names,
    decode_text,
    first_records,
    has_header,
    tidy_top,
)
from deepstart.need.readers._source import Source, Wish, read_bytes
from deepstart.need.readers._table import Rows, data_from_rows, refuse_large

#: More records of odd length than this share mean that the dialect is not what it seems.
MOST_RAGGED = 0.2
#: More zero bytes than this share mean that the file is no text.
MOST_NULS = 0.1
#: The same for other control signs.
MOST_CONTROL = 0.02
FIELD_LIMIT = 64 * 2**20


def looks_like(source: Source) -> bool:
    """A file of text, or a gzipped one."""
    return source.form == "delimited"


def read(source: Source, wish: Wish) -> Data:
    """A table or texts from a file of delimited text."""
    assert source.path is not None
    return data_from_rows(source.name, rows_of(read_bytes(source.path), source.name), wish)


def rows_of(data: bytes, where: str) -> Rows:
    """All columns as strings, and what was found out on the way.

    Raises:
        UserError: not a table: binary, empty, ragged, or with a million columns.
    """
    text, encoding = decode_text(data)
    text, notes = _without_nuls(text, where)
    if encoding != "utf-8":
        notes.append(decided("encoding", encoding=encoding))
    if not text.strip():
        raise UserError("readers.one-empty", path=where)
    _refuse_wide(text, where)
    with _long_fields():
        try:
            text, dialect, above = tidy_top(text)
            head = first_records(text, dialect)
            named = has_header(head)
            names = column_names(head[0], named)
            rows = _parse(text, dialect, names, named, where)
        except csv.Error:
            raise UserError("readers.broken-table", path=where, form="CSV") from None
    notes += note("lines-above", above, "pass")
    notes.append(decided("table-form", delimiter=_called(dialect.delimiter), columns=len(names)))
    if not named:
        notes.append(decided("no-header", first=names[0], last=names[-1]))
    rows.notes[:0] = notes
    return rows


def _called(delimiter: str) -> str:
    return {"\t": "TAB"}.get(delimiter, delimiter)


def _without_nuls(text: str, where: str) -> tuple[str, list[Finding]]:
    """Zero bytes end up in files by broken exports; they carry nothing."""
    count = text.count("\0")
    if count > MOST_NULS * len(text) or _control_signs(text[:SAMPLE_BYTES]) > MOST_CONTROL:
        raise UserError("readers.binary-file", path=where)
    if not count:
        return text, []
    return text.replace("\0", ""), [Finding("nul-bytes", "warn", "readers", {"count": count})]


def _control_signs(text: str) -> float:
    """Share of signs that no text has."""
    return len(re.findall(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]", text)) / max(len(text), 1)


def _refuse_wide(text: str, where: str) -> None:
    """Count columns before anything is built for them."""
    first = text[: text.find("\n")] if "\n" in text else text
    columns = max(first.count(d) for d in ",\t;|") + 1
    refuse_large(where, text.count("\n"), columns)


@contextmanager
def _long_fields():
    """The csv module refuses fields above 128 KiB; long texts are fine here."""
    before = csv.field_size_limit(FIELD_LIMIT)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _parse(text: str, dialect: Dialect, names: list[str], named: bool, where: str) -> Rows:
    """The frame: by polars when every record has its length, else record by record."""
    records, long_rows, short_rows, swallowed = _survey(text, dialect, len(names), named)
    if swallowed:  # a quote that nothing closes; read without quotes, if the rows then have their length
        bare = replace(dialect, quote=None)
        again = _survey(text, bare, len(names), named)
        if len(again[1]) + len(again[2]) <= MOST_RAGGED * again[0]:
            dialect, (records, long_rows, short_rows, _) = bare, again
    ragged = sorted(long_rows + short_rows)
    if len(ragged) > MOST_RAGGED * records:
        raise UserError(
            "readers.ragged", path=where, count=len(ragged), rows=records, columns=len(names),
            delimiter=_called(dialect.delimiter), row=ragged[0],
        )  # fmt: skip
    width = len(names)
    notes = note("long-rows", long_rows, columns=width) + note("short-rows", short_rows, columns=width)
    frame = None if notes else _by_polars(text, dialect, names, named)
    if frame is None or frame.height != records - named:
        frame = _record_by_record(text, dialect, names, named)
    numbers = np.setdiff1d(np.arange(1, records - named + 1), long_rows) if long_rows else None
    return Rows(frame, notes, numbers)


def _survey(text: str, dialect: Dialect, width: int, named: bool) -> tuple[int, list[int], list[int], bool]:
    """Number of records, numbers of rows too long and too short, and whether a quote swallowed rows."""
    records, swallowed = 0, False
    long_rows: list[int] = []
    short_rows: list[int] = []
    for number, record in enumerate((r for r in dialect.records(text) if r), 1 - named):
        records += 1
        if len(record) > width and any(f.strip() for f in record[width:]):
            long_rows.append(number)
        elif len(record) < width:
            short_rows.append(number)
        swallowed = swallowed or any("\n" in f and _holds_rows(f, dialect, width) for f in record)
    return records, long_rows, short_rows, swallowed


def _holds_rows(field: str, dialect: Dialect, width: int) -> bool:
    """Whether a field of several lines is in truth several rows."""
    return sum(line.count(dialect.delimiter) == width - 1 for line in field.split("\n")) > 2


def _by_polars(text: str, dialect: Dialect, names: list[str], named: bool) -> pl.DataFrame | None:
    try:
        return pl.read_csv(
            io.BytesIO(text.encode("utf-8", "replace")), has_header=False, skip_rows=0,
            separator=dialect.delimiter, quote_char=dialect.quote, infer_schema=False,
            new_columns=names, truncate_ragged_lines=True,
        ).slice(int(named))  # fmt: skip
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None


def _record_by_record(text: str, dialect: Dialect, names: list[str], named: bool) -> pl.DataFrame:
    """Slower and exact: short records are filled with nothing, long ones are left out."""
    width = len(names)
    rows = [
        record[:width] + [None] * (width - len(record))
        for record in islice((r for r in dialect.records(text) if r), int(named), None)
        if not any(f.strip() for f in record[width:])
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
