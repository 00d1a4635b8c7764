"""What single values mean: missing, number, date, yes or no. Whole columns at a time, by polars."""

import re

import polars as pl

#: Ways to write "there is nothing", in lower case.
MISSING = (
    "", "?", "na", "n/a", "#n/a", "nan", "-nan", "null", "none", "nil", "-", "--", "---", ".", "missing",
    "(missing)", "<na>", "\\n", "无", "缺失", "空", "暂无", "缺", "/", "—", "——",
)  # fmt: skip

#: Pairs that are answered yes or no, the no first, in lower case.
PAIRS = (
    ("false", "true"), ("no", "yes"), ("n", "y"), ("f", "t"), ("否", "是"), ("无", "有"), ("假", "真"),
    ("错", "对"), ("off", "on"), ("未", "已"),
)  # fmt: skip

NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
INFINITE = r"(?i)^[+-]?inf(inity)?$"
THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
COMMA_NUMBER = r"^[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+$"
#: What people write around a number: currency, percent.
AROUND = r"^[$€£¥￥]\s*|\s*(%|％|元|€)$"
LEADING_ZERO = r"^0\d+$"

DATE_FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y",
    "%m-%d-%Y", "%d %b %Y", "%b %d %Y", "%b %d, %Y", "%d-%b-%Y",
)  # fmt: skip
TIME_FORMATS = ("", " %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S", " %H:%M:%S%.f", "T%H:%M:%S%.f")
#: A cheap look before the formats are tried.
LOOKS_LIKE_DATE = (
    r"^\d{1,4}[-/.年 ]\d{1,2}[-/.月 ]\d{1,4}|^\d{1,2}[- ][A-Za-z]{3}[- ]\d{4}|^[A-Za-z]{3} \d{1,2},? \d{4}"
)

_number, _date, _around = re.compile(NUMBER), re.compile(LOOKS_LIKE_DATE), re.compile(AROUND)


def is_missing(value: str) -> bool:
    return value.strip().lower() in MISSING


def is_number(value: str) -> bool:
    value = _around.sub("", value.strip())
    return bool(_number.match(value) or re.match(THOUSANDS, value) or re.match(COMMA_NUMBER, value))


def is_date(value: str) -> bool:
    return bool(_date.match(value.strip()))


def without_missing(values: pl.Series) -> pl.Series:
    """The strings with outer blanks removed and nulls where they say that there is nothing."""
    stripped = values.str.strip_chars()
    return stripped.set(stripped.str.to_lowercase().is_in(list(MISSING)).fill_null(False), None)


def numbers(values: pl.Series) -> pl.Series:
    """The numbers that strings stand for, as float64; null where they stand for none.

    Plain numbers, then thousands with commas, then decimal commas, with currency or percent signs.
    """
    plain = values.cast(pl.Float64, strict=False)
    plain = plain.set(~values.str.contains(NUMBER).fill_null(False) & ~_infinite(values), None)
    if plain.null_count() == values.null_count():
        return plain
    bare = values.str.replace(AROUND, "")
    commas = bare.str.contains(",", literal=True)
    if not commas.any():
        return bare.set(~bare.str.contains(NUMBER).fill_null(False), None).cast(pl.Float64, strict=False)
    thousands = (bare.str.contains(THOUSANDS) | bare.str.contains(NUMBER)).sum()
    decimal = (bare.str.contains(COMMA_NUMBER) | bare.str.contains(NUMBER)).sum()
    if thousands >= decimal:
        tidy = bare.str.replace_all(",", "", literal=True).set(~_fits(bare, THOUSANDS), None)
    else:
        dotted = bare.str.replace_all(r"\.(\d{3})", "$1").str.replace(",", ".", literal=True)
        points = bare.str.contains(",", literal=True).fill_null(False)
        tidy = bare.zip_with(~points, dotted).set(~_fits(bare, COMMA_NUMBER), None)
    return tidy.cast(pl.Float64, strict=False)


def _infinite(values: pl.Series) -> pl.Series:
    return values.str.contains(INFINITE).fill_null(False)


def _fits(values: pl.Series, pattern: str) -> pl.Series:
    return (values.str.contains(pattern) | values.str.contains(NUMBER)).fill_null(False)


def readable(form: str) -> str:
    """A date format as people write it: YYYY-MM-DD."""
    day = re.split(r"[ T]%H", form)[0]
    for sign, name in (("%Y", "YYYY"), ("%m", "MM"), ("%d", "DD"), ("%b", "Mon")):
        day = day.replace(sign, name)
    return day


def dates(values: pl.Series) -> tuple[pl.Series, str]:
    """Seconds since 1970 of strings that are dates, null where they are none, and the format used."""
    filled = values.drop_nulls()
    head = filled.head(200)
    if head.str.contains(LOOKS_LIKE_DATE).sum() < max(0.9 * len(head), 1):
        return pl.Series([None] * len(values), dtype=pl.Float64), ""
    tidy = values.str.replace(r"(Z|[+-]\d\d:?\d\d)$", "") if head.str.contains(r"\d:\d").any() else values
    sample = tidy.drop_nulls().head(1000)
    formats = [day + time for day in DATE_FORMATS for time in TIME_FORMATS]
    best = max(formats, key=lambda f: sample.str.to_datetime(f, strict=False).count())
    seconds = tidy.str.to_datetime(best, strict=False).dt.timestamp("ms").cast(pl.Float64) / 1000
    return seconds, best
