"""From a frame of columns to `Data`: kinds, target, task, what is left out. All table formats end here."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from deepstart.findings import Finding, UserError
from deepstart.need.data import Data, Schema
from deepstart.need.readers._columns import Parsed, parse_all
from deepstart.need.readers._folders import PART_OF_NAME
from deepstart.need.readers._notes import decided, note
from deepstart.need.readers._scripts import script_shares
from deepstart.need.readers._source import Wish
from deepstart.need.readers._target import Target, choose_target, decide_task
from deepstart.need.readers._values import readable
from deepstart.words import first_of, listed

#: More values than this are refused: as 8-byte numbers they take 1.6 GB, and a race needs copies.
MOST_CELLS = 200_000_000
#: More columns than this are refused: they would need more time than a race has.
MOST_COLUMNS = 50_000

#: Why columns are left out, in the order in which it is told.
REASONS = ("identifiers", "constant-columns", "empty-columns", "nearly-empty-columns", "nested-columns")


@dataclass
class Rows:
    """What a reader of a table format found.

    Args:
        frame: strings as in the file, or typed columns from formats that have types.
        notes: findings made while the file was read.
        numbers: by which number people find each row again, from 1; None: they are all there.
    """

    frame: pl.DataFrame
    notes: list[Finding] = field(default_factory=list)
    numbers: np.ndarray | None = None


def data_from_rows(where: str, rows: Rows, wish: Wish, notes: Sequence[Finding] = ()) -> Data:
    """What a table holds, ready to race on: a table, or texts where one column of text says it all.

    Args:
        where: what the person called the source.
        rows: what the reader of the format found.
        wish: the target column, if they named one.
        notes: findings made before.

    Raises:
        UserError: no rows, no columns that say anything, or no target to learn.
    """
    frame = rows.frame
    numbers = np.arange(1, frame.height + 1) if rows.numbers is None else rows.numbers
    if frame.height == 0 or frame.width == 0:
        raise UserError("readers.no-rows", path=where)
    if frame.width == 1:
        raise UserError("readers.one-column", path=where, column=frame.columns[0])
    part, columns, given = _part_column(parse_all(frame), wish.target)
    name, found = choose_target(columns, wish.target, where)
    chosen = next(p for p in columns if p.column.name == name)
    target = decide_task(chosen, where)
    rest = [p for p in columns if p is not chosen]
    kept = _worth_keeping(rest, where, wish.named)
    beside = [p for p in kept if p.column.name in wish.named]
    learned = [p for p in kept if p not in beside]
    keep = _rows_to_keep(target, kept)
    notes = [*notes, *rows.notes, *found, *target.notes, *given, *_row_notes(target, keep, numbers)]
    notes += _column_notes(rest, kept) + _odd_value_notes([*kept, chosen]) + _value_notes(kept)
    if len(learned) == 1 and learned[0].column.kind == "text":
        data = _texts(where, learned[0], target, keep, notes)
    else:
        beside, data = [], _table(where, kept, target, keep, notes)
    names = [p for p in rest if p.drop == "identifiers" and p.column.levels and p not in kept]
    data.beside = [(p.column, p.values[keep]) for p in [*beside, *names]]
    data.row_names = numbers[keep]
    data.part = None if part is None else part[keep]
    return data


def refuse_large(where: str, rows: int, columns: int) -> None:
    """Refuse a table that would not fit, before it is built.

    Raises:
        UserError: too many columns, or too many values.
    """
    if columns > MOST_COLUMNS:
        raise UserError("readers.too-many-columns", path=where, count=columns, most=MOST_COLUMNS)
    if rows * columns > MOST_CELLS:
        raise UserError(
            "readers.too-many-values", path=where, rows=rows, columns=columns, most=MOST_CELLS // columns
        )


def _part_column(
    columns: list[Parsed], target: str | None
) -> tuple[np.ndarray | None, list[Parsed], list[Finding]]:
    """A column that says only train, val and test is the split; it is taken out of the table."""
    for p in columns:
        words = [level.lower() for level in p.column.levels]
        able = p.column.kind == "category" and p.column.name != target
        if able and len(words) > 1 and all(w in PART_OF_NAME for w in words):
            codes = np.array([PART_OF_NAME[w] for w in words])
            if 0 in codes and not np.isnan(p.values).any():
                part = codes[p.values.astype(int)]
                return part, [c for c in columns if c is not p], [_split_note(p.column.name, part)]
    return None, columns, []


def _split_note(name: str, part: np.ndarray) -> Finding:
    train, val, test = (int(count) for count in np.bincount(part, minlength=3))
    return decided("split-in-column", column=name, train=train, val=val, test=test)


def _worth_keeping(rest: Sequence[Parsed], where: str, named: tuple[str, ...] = ()) -> list[Parsed]:
    """The columns to learn from, and those that were named. The only column of text is kept, even if it
    reads like an identifier."""
    kept = [p for p in rest if not p.drop or (p.drop == "identifiers" and p.column.name in named)]
    if not kept:
        texts = [p for p in rest if p.drop == "identifiers" and p.column.kind == "text"]
        kept = sorted(texts, key=lambda p: p.length)[-1:]
    if not kept:
        raise UserError(
            "readers.no-columns-left", path=where, dropped=first_of([p.column.name for p in rest])
        )
    return kept


def _rows_to_keep(target: Target, kept: Sequence[Parsed]) -> np.ndarray:
    """Rows whose target is known and that say anything at all."""
    known = ~np.isnan(target.values)
    blank = np.ones(len(known), bool)
    for p in kept:
        blank &= np.isnan(p.values)
    return known & ~blank


def _row_notes(target: Target, keep: np.ndarray, numbers: np.ndarray) -> list[Finding]:
    known = ~np.isnan(target.values)
    unknown, blank = numbers[~known], numbers[known & ~keep]
    return note("rows-without-target", unknown, target=target.name) + note("blank-rows", blank)


def _column_notes(rest: Sequence[Parsed], kept: Sequence[Parsed]) -> list[Finding]:
    """Which columns are left out, by reason."""
    by_reason = defaultdict(list)
    useful = set(map(id, kept))
    for p in rest:
        if id(p) not in useful:
            by_reason[p.drop].append(p.column.name)
    return [f for reason in REASONS for f in note(reason, by_reason[reason])]


def _odd_value_notes(columns: Sequence[Parsed]) -> list[Finding]:
    """What counts as missing among numbers, though something is written there."""
    junk = [f"{p.column.name} ({listed(first_of(p.junk))})" for p in columns if p.junk]
    infinite = [p.column.name for p in columns if p.infinite]
    counted = sum(p.infinite for p in columns)
    return note("text-among-numbers", junk) + note("infinite-values", infinite, values=counted)


def _value_notes(kept: Sequence[Parsed]) -> list[Finding]:
    """Values that were understood in a way that the person should know of."""
    notes = []
    missing = [p for p in kept if np.isnan(p.values).any()]
    if missing:
        cells = sum(int(np.isnan(p.values).sum()) for p in missing)
        share = round(100 * cells / (len(kept) * len(kept[0].values)), 1)
        notes.append(
            decided(
                "missing-values", count=cells, percent=share, names=first_of([p.column.name for p in missing])
            )
        )
    kept_dates = [p for p in kept if p.column.kind == "date"]
    return notes + note("date-columns", list(map(_date_column, kept_dates)), "pass")


def _date_column(parsed: Parsed) -> str:
    """Its name, and how its dates were understood: 3/4 may be March or April."""
    return f"{parsed.column.name} ({readable(parsed.format)})" if parsed.format else parsed.column.name


def _texts(where: str, text: Parsed, target: Target, keep: np.ndarray, notes: list) -> Data:
    rows = np.flatnonzero(keep)
    levels = text.column.levels
    X = np.array([levels[int(code)] for code in text.values[rows]], dtype=object)
    notes.append(decided("text-column", column=text.column.name, length=round(text.length)))
    return Data(
        where, "text", target.task, X, _y(target, rows), target.classes,
        target=target.name,
        languages=script_shares(X), notes=notes, origin={"source": where, "target": target.name},
    )  # fmt: skip


def _table(where: str, kept: list[Parsed], target: Target, keep: np.ndarray, notes: list) -> Data:
    rows = np.flatnonzero(keep)
    return Data(
        where, "table", target.task, np.column_stack([p.values[rows] for p in kept]), _y(target, rows),
        target.classes, Schema(p.column for p in kept),
        target=target.name,
        notes=notes, origin={"source": where, "target": target.name},
    )  # fmt: skip


def _y(target: Target, rows: np.ndarray) -> np.ndarray:
    values = target.values[rows]
    return values.astype(np.int64) if target.task == "classification" else values
