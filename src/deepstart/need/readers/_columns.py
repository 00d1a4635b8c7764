"""One column of a table: what kind it is, and its values as the numbers that `Data.X` holds."""

import re
from dataclasses import dataclass

import numpy as np
import polars as pl
import polars.selectors as cs

from deepstart.need.data import Column
from deepstart.need.readers._values import (
    INFINITE,
    LEADING_ZERO,
    PAIRS,
    dates,
    numbers,
    without_missing,
)

#: From this share of numbers (or dates) on, the rest of a column is junk among numbers.
MOSTLY = 0.95
#: A column with fewer values than this share of the rows says next to nothing.
NEARLY_EMPTY = 0.02
#: Strings with at most this many different values are categories; more are, while they repeat enough.
FEW_LEVELS, MOST_LEVELS, REPEATS = 30, 1000, 0.5
#: From this share of leading zeros on, digits are codes, such as postcodes, and no amounts.
LEADING_ZEROS = 0.01
#: Rows from which on "different in every row" means something.
ENOUGH_ROWS = 30

ID_NAME = re.compile(
    r"(^|[ _.-])(id|ids|uuid|guid|key|index|idx|phone|phone[ _]?number|ssn|passport|rownum|row|no|nr|serial)$"
    r"|^(unnamed|column_1$)|[a-z]I[Dd]$|编号|序号|学号|工号|手机|电话|身份证|流水号",
    re.IGNORECASE,
)


@dataclass(eq=False)
class Parsed:
    """A column that was understood.

    Args:
        column: its name, kind and levels.
        values: float64, shape (n,); NaN where missing; codes into the levels where there are any.
        drop: why it should not be raced with: id of a note; empty when it should.
        junk: values that are no numbers in a column of numbers.
        infinite: how many values were infinite.
        length: mean length of its texts in signs; 0 for other kinds.
        format: how its dates were written.
    """

    column: Column
    values: np.ndarray
    drop: str = ""
    junk: tuple[str, ...] = ()
    infinite: int = 0
    length: float = 0.0
    format: str = ""

    @property
    def distinct(self) -> int:
        return len(np.unique(self.values[~np.isnan(self.values)]))


def parse_all(frame: pl.DataFrame) -> list[Parsed]:
    """Understand all columns. Those of plain numbers, which can be thousands, are cast all at once."""
    strings = frame.select(cs.string())
    cast = strings.select(pl.all().cast(pl.Float64, strict=False))
    codes = strings.select(pl.all().str.contains(LEADING_ZERO).mean())
    plain = {
        name
        for name in strings.columns
        if cast[name].null_count() == strings[name].null_count() < frame.height
        and not codes[name][0] > LEADING_ZEROS
    }
    return [_number(n, cast[n]) if n in plain else parse(n, frame[n]) for n in frame.columns]


def parse(name: str, values: pl.Series) -> Parsed:
    """Understand one column, whatever it is stored as."""
    kind = values.dtype
    if kind == pl.Boolean:
        return _coded(name, "boolean", values.cast(pl.String), ("false", "true"))
    if kind.is_numeric():
        return _number(name, values.cast(pl.Float64))
    if kind in (pl.Date, pl.Datetime):
        seconds = values.cast(pl.Datetime("ms")).dt.timestamp("ms").cast(pl.Float64) / 1000
        return _judged(Parsed(Column(name, "date"), _array(seconds)))
    if kind in (pl.Time, pl.Duration):
        return _number(name, values.cast(pl.Int64).cast(pl.Float64) / 1e9)
    if kind in (pl.Categorical, pl.Enum):
        return _category(name, values.cast(pl.String))
    if kind.is_nested() or kind in (pl.Binary, pl.Object):
        return Parsed(Column(name, "text"), np.full(len(values), np.nan), drop="nested-columns")
    return _parse_strings(name, values.cast(pl.String))


def _parse_strings(name: str, values: pl.Series) -> Parsed:
    """Booleans, numbers, dates, categories and texts among strings, in this order."""
    stripped = values.str.strip_chars()
    if pair := _pair(stripped):
        return _coded(name, "boolean", stripped, pair)
    filled = without_missing(values)
    count = len(filled) - filled.null_count()
    if count == 0:
        return Parsed(Column(name, "text"), np.full(len(values), np.nan), drop="empty-columns")
    found = numbers(filled)
    if len(found) - found.null_count() >= MOSTLY * count and not _are_codes(filled):
        parsed = _number(name, found)
        odd = filled.filter(found.is_null() & filled.is_not_null())
        infinite = odd.str.contains(INFINITE)
        parsed.junk = tuple(odd.filter(~infinite).unique().sort().to_list())
        parsed.infinite += int(infinite.sum())
        return parsed
    seconds, form = dates(filled)
    if len(seconds) - seconds.null_count() >= MOSTLY * count:
        return _judged(Parsed(Column(name, "date"), _array(seconds), format=form))
    return _strings(name, filled, count)


def _are_codes(values: pl.Series) -> bool:
    """Whether digits begin with zeros, as postcodes do and amounts do not."""
    return values.drop_nulls().str.contains(LEADING_ZERO).sum() > LEADING_ZEROS * values.count()


def _pair(values: pl.Series) -> tuple[str, str] | None:
    """The two words, as written, of a column that only says yes or no."""
    some = values.drop_nulls()
    if some.head(1000).str.to_lowercase().n_unique() > 4:
        return None
    words = [w for w in some.unique().to_list() if w]
    lower = {w.lower() for w in words} - {"na", "?", "n/a", "nan"}
    for no, yes in PAIRS:
        if lower == {no, yes}:
            spelled = {w.lower(): w for w in sorted(words, reverse=True)}
            return spelled[no], spelled[yes]
    return None


def _coded(name: str, kind: str, values: pl.Series, levels: tuple[str, ...]) -> Parsed:
    """Codes of strings that are among the levels, in whatever case."""
    codes = {level.lower(): float(i) for i, level in enumerate(levels)}
    coded = values.str.to_lowercase().replace_strict(codes, default=None, return_dtype=pl.Float64)
    return _judged(Parsed(Column(name, kind, levels), _array(coded)))


def _number(name: str, values: pl.Series) -> Parsed:
    array = _array(values)
    infinite = np.isinf(array)
    array[infinite] = np.nan
    parsed = _judged(Parsed(Column(name, "number"), array, infinite=int(infinite.sum())))
    if not parsed.drop and _is_counter(name, array):
        parsed.drop = "identifiers"
    return parsed


def _is_counter(name: str, values: np.ndarray) -> bool:
    """Whole numbers, all different: a running number, or something that is called an identifier."""
    if len(values) < ENOUGH_ROWS or np.isnan(values).any() or (values % 1 != 0).any():
        return False
    if len(np.unique(values)) < len(values):
        return False
    runs = values.max() - values.min() == len(values) - 1
    return runs or bool(ID_NAME.search(name))


def _strings(name: str, values: pl.Series, count: int) -> Parsed:
    """A category while values repeat, else a text; an identifier when all differ and none is prose."""
    levels = values.drop_nulls().unique().sort()
    share = len(levels) / count
    few, some = len(levels) <= FEW_LEVELS and share <= 0.9, len(levels) <= MOST_LEVELS and share <= REPEATS
    prose = is_prose(levels)
    kind = "category" if (few or some) and not (prose and share > 0.1) else "text"
    codes = values.replace_strict(levels, pl.int_range(len(levels), eager=True), return_dtype=pl.Float64)
    parsed = Parsed(
        Column(name, kind, tuple(levels.to_list())), _array(codes), length=_mean(levels.str.len_chars())
    )
    if kind == "text" and not prose and share > MOSTLY and count >= ENOUGH_ROWS:
        parsed.drop = "identifiers"
    return _judged(parsed)


def _mean(values: pl.Series) -> float:
    return float(np.mean(values.to_numpy())) if len(values) else 0.0


def _category(name: str, values: pl.Series) -> Parsed:
    """Values that the format itself declares to be categories."""
    levels = values.drop_nulls().unique().sort()
    codes = values.replace_strict(levels, pl.int_range(len(levels), eager=True), return_dtype=pl.Float64)
    return _judged(Parsed(Column(name, "category", tuple(levels.to_list())), _array(codes)))


def is_prose(levels: pl.Series) -> bool:
    """Whether strings are sentences or titles: three words or more, or six signs of an unspaced script."""
    sample = levels.head(2000)
    words = sample.str.count_matches(r"[\p{L}]{2,}")
    unspaced = sample.str.count_matches(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Khmer}\p{Lao}]")
    return _mean(words) >= 3 or _mean(unspaced) >= 6


def _judged(parsed: Parsed) -> Parsed:
    """Mark columns that say nothing: empty, nearly empty, always the same."""
    filled = ~np.isnan(parsed.values)
    if not filled.any():
        parsed.drop = "empty-columns"
    elif filled.sum() < NEARLY_EMPTY * len(filled):
        parsed.drop = "nearly-empty-columns"
    elif filled.all() and (parsed.values == parsed.values[0]).all():
        parsed.drop = "constant-columns"
    return parsed


def _array(values: pl.Series) -> np.ndarray:
    """Float64 with NaN for null, free to be written to."""
    return np.array(values.cast(pl.Float64).fill_null(float("nan")).to_numpy(), dtype=np.float64)
