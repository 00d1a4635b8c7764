"""What a text file does not say about itself: its encoding, delimiter, quotes and header.

Each guess is made from the beginning of the file and checked on all of it when it is read.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median

from deepstart.need.readers._values import is_date, is_missing, is_number

#: How much of a file the guesses look at, in bytes and in records.
SAMPLE_BYTES, SAMPLE_RECORDS = 256 * 1024, 200
#: At most this many lines, such as a title or comments, may stand above a table.
MOST_LINES_ABOVE = 20
#: A header is told from values by at most this many columns.
SAMPLE_COLUMNS = 200

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

#: Encodings that are asked of charset-normalizer, when neither UTF-8 nor Chinese fits.
OTHERS = ["cp1252", "latin_1", "cp1251", "big5", "shift_jis", "cp949", "euc_jp"]


def decode_text(data: bytes) -> tuple[str, str]:
    """The text of a file and the name of the encoding that was found.

    A byte-order mark decides; then UTF-8 if it fits strictly; then UTF-16 without a mark, seen by its
    zero bytes; then Chinese (GB18030, which holds GBK) if the high bytes come in its pairs; the rest is
    left to charset-normalizer, and Latin-1 always fits.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), encoding
    if wide := _wide_without_mark(data[:4096]):
        return data.decode(wide, "replace"), wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":  # cut off within the last character
            return data[: error.start].decode("utf-8"), "utf-8"
    if _in_chinese_pairs(data[:SAMPLE_BYTES]):
        return data.decode("gb18030", "replace"), "gb18030"
    return _any_other(data)


def _wide_without_mark(head: bytes) -> str:
    """UTF-16 without a mark: its zero bytes stand on one side, and read so it gives common signs."""
    if head.count(0) < max(len(head) // 100, 2):
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < 5 * min(even, odd):
        return ""
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(encoding, "replace")
    common = len(
        re.findall(r"[\t\n\r -~\u00a1-\u052f\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef]", text)
    )
    return encoding if common >= 0.95 * len(text) else ""


def _in_chinese_pairs(head: bytes) -> bool:
    """Whether the high bytes stand in pairs as GB 2312 writes its signs and its common characters."""
    runs = re.findall(rb"[\x80-\xff]+(?:[\x40-\x7e\x80-\xfe])?", head)
    high = sum(len(re.findall(rb"[\x80-\xff]", run)) for run in runs)
    paired = 2 * len(re.findall(rb"[\xa1-\xa9\xb0-\xf7][\xa1-\xfe]", head))
    return high > 0 and paired >= 0.9 * high


def _any_other(data: bytes) -> tuple[str, str]:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:SAMPLE_BYTES], cp_isolation=OTHERS).best()
    encoding = best.encoding if best else "latin_1"
    try:
        return data.decode(encoding), encoding.replace("_", "-")
    except UnicodeDecodeError:
        return data.decode("latin_1"), "latin-1"


@dataclass(frozen=True)
class Dialect:
    """How a table is written: what separates fields, and what quotes them (None: nothing does)."""

    delimiter: str
    quote: str | None = '"'

    def records(self, text: str):
        """The records as lists of fields; never fails on odd quotes or long fields."""
        stream = io.StringIO(text, newline="")
        if self.quote is None:
            return csv.reader(stream, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)
        return csv.reader(stream, delimiter=self.delimiter, quotechar=self.quote)


def find_dialect(text: str) -> Dialect:
    """The delimiter and quote that make the records of the sample most alike.

    Example:
        >>> find_dialect("a;b\\n1,5;2,25\\n3,5;4,0\\n").delimiter
        ';'
    """
    sample = whole_lines(text[:SAMPLE_BYTES])
    options = [Dialect(d, q) for q in ('"', None) for d in (",", "\t", ";", "|")]
    scored = [(score, -i) for i, score in enumerate(_alike(o, sample) for o in options)]
    best, at = max(scored)
    return options[-at] if best[0] > 0 else Dialect(",")


def tidy_top(text: str) -> tuple[str, Dialect, list[str]]:
    """The text from its header on, how it is written, and the lines above the table that were skipped.

    Excel writes `sep=;` first; reports have a title; R leaves the name of the row names out; tables of
    numbers are often aligned by blanks.
    """
    if said := re.match(r"sep=(.)\r?\n", text):
        text = text[said.end() :]
    dialect = Dialect(said[1]) if said else find_dialect(text)
    head = first_records(text, dialect)
    if max(map(len, head), default=0) < 2 and (aligned := _aligned_by_blanks(text)):
        return aligned, Dialect("\t"), []
    usual = Counter(map(len, head)).most_common(1)[0][0] if head else 0
    above = next((i for i, r in enumerate(head) if len(r) == usual), 0)
    if above == 1 and len(head[0]) == usual - 1 and not any(map(is_number, head[0])) and usual > 2:
        return dialect.delimiter + text, dialect, []
    if not 0 < above <= MOST_LINES_ABOVE or len(head[0]) > usual:
        return text, dialect, []
    reader = dialect.records(text)
    skipped = [dialect.delimiter.join(r) for r in islice((r for r in reader if r), above)]
    return "".join(text.splitlines(keepends=True)[reader.line_num :]), dialect, skipped


def first_records(text: str, dialect: Dialect) -> list[list[str]]:
    """The records of the sample, without blank lines."""
    return list(islice((r for r in dialect.records(whole_lines(text[:SAMPLE_BYTES])) if r), SAMPLE_RECORDS))


def _aligned_by_blanks(text: str) -> str:
    """Rows of mostly numbers that blanks hold apart, with tabs in their place; empty for anything else."""
    rows = [line.split() for line in whole_lines(text[:SAMPLE_BYTES]).splitlines() if line.strip()]
    fields = [f for row in rows for f in row]
    equal = len(set(map(len, rows))) == 1 and rows and len(rows[0]) > 1
    if not equal or sum(map(is_number, fields)) < 0.6 * len(fields):
        return ""
    return "\n".join("\t".join(line.split()) for line in text.splitlines())


def whole_lines(sample: str) -> str:
    """Without the last, unfinished line, if there is another."""
    cut = sample.rfind("\n")
    return sample if cut <= 0 or sample.endswith("\n") else sample[: cut + 1]


def _alike(dialect: Dialect, sample: str) -> tuple[float, float, int]:
    """How well a dialect fits: share of records of the usual length, fields left uncut, that length."""
    records = []
    try:
        for record in dialect.records(sample):
            if record:
                records.append(record)
            if len(records) >= SAMPLE_RECORDS:
                break
    except csv.Error:
        return (0.0, 0.0, 0)
    if not records:
        return (0.0, 0.0, 0)
    usual, count = Counter(map(len, records)).most_common(1)[0]
    if usual < 2:
        return (0.0, 0.0, 0)
    fields = [f for r in records for f in r]
    others = [d for d in ",\t;|" if d != dialect.delimiter]
    uncut = sum(any(d in f for d in others) for f in fields if len(f) < 40)
    swallowed = sum("\n" in f and f.count(dialect.delimiter) > 2 for f in fields)
    header_fits = len(records[0]) == usual
    share = (count - swallowed) / len(records) * (1.0 if header_fits else 0.8)
    return (round(share, 2), -round(uncut / len(fields), 2), usual)


def has_header(records: Sequence[Sequence[str]]) -> bool:
    """Whether the first record names the columns.

    It does when a column of numbers or dates begins with something else. Where all is text, it does
    unless one of its fields comes again below, or it is as long as the text below it.
    """
    if len(records) < 2:
        return bool(records) and not any(is_number(f) for f in records[0])
    first, body = records[0], records[1:]
    step = len(first) // SAMPLE_COLUMNS + 1
    contrast = [_contrast(first[i], [r[i] for r in body if i < len(r)]) for i in range(0, len(first), step)]
    if any(c is not None for c in contrast):
        return any(c for c in contrast)
    return _text_header(first, body)


def _contrast(name: str, values: Sequence[str]) -> bool | None:
    """Whether `name` differs in kind from the values below; None where they are plain text."""
    filled = [v for v in values if not is_missing(v)]
    for is_kind in (is_number, is_date):
        if filled and sum(map(is_kind, filled)) >= 0.8 * len(filled):
            return not is_kind(name) and not (is_missing(name) and name.strip() != "")
    return None


def _text_header(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    if any(count > 1 for field, count in Counter(first).items() if field):
        return False
    for i, name in enumerate(first):
        column = [r[i] for r in body if i < len(r)]
        if name in column and name.strip():
            return False
        if column and len(name) > 60 and len(name) > median(map(len, column)) / 4:
            return False
    return True


def column_names(first: Sequence[str], named: bool) -> list[str]:
    """Names of the columns, each once; `column_3` where there is none."""
    names: list[str] = []
    taken: set[str] = set()
    for i, field in enumerate(first):
        name = (field.strip() if named else "") or f"column_{i + 1}"
        unique, k = name, 2
        while unique in taken:
            unique, k = f"{name}_{k}", k + 1
        names.append(unique)
        taken.add(unique)
    return names
