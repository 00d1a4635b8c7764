"""From what somebody pasted to lines that can be matched.

Terminal codes, progress bars, quoting, boxes, time stamps and process prefixes go; severity stays.
Linear in the length of the text; never raises. Standard library only, Python 3.8 syntax.
"""

import re
from bisect import bisect_right
from typing import List, NamedTuple, Set

from deepstart.trouble.localised import in_english
from deepstart.trouble.readings import with_readings
from deepstart.trouble.training_logs import reading_of

#: More than this is read only at both ends: causes stand at the beginning or at the end.
MOST_CHARACTERS = 12_000_000
#: A longer line is no message; its middle is left out.
LONGEST_LINE = 20_000

TERMINAL_CODES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours and cursor movements
    r"|\x1b\][^\x07\x1b]{0,500}(?:\x07|\x1b\\)"  # titles and links
    r"|\x1b[@-_]"
    r"|\[\d{1,3}(?:;\d{1,3}){0,4}m"  # colours whose escape was lost in copying
)
#: A fence of Markdown, with the name of a language or right before the text.
FENCE = re.compile(r"^`{3,} ?(?:[\w+-]{1,20}$)?|`{3,}$")
INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
STRAIGHT = str.maketrans("‘’‚‛“”„\u00a0\u3000", "''''\"\"\"  ")

#: What programs and people put in front of a line; taken off as often as one fits.
PREFIX = re.compile(
    r"""\s*(?:
      (?:>\s?)+(?!\s*>)                                            # quoted mail, Python's prompt
    | \d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?[:\s]+
    | \[\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^\]]{0,20}\]:?\s*
    | \[\s*\d+\.\d+\]\s+                                           # kernel log
    | (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+\d+\s\d\d:\d\d:\d\d\s\S+\s(?:\S+:\s)?
    | kern\s?:\s*\w+\s?:\s
    | \[\d+,\d+\]<std(?:err|out)>:                                 # mpirun
    | \[?rank\s?\d+\]?:\s                                          # torchrun
    | \[\d+\]\s(?=\S*[A-Za-z])(?!\()
    | \(\w+\s(?:pid|rank)=[^)]{1,60}\)\s*                          # Ray
    | [\w.-]{1,40}\s+\|\s                                          # docker compose
    | [│┃║|×╰╭─▶>]+\s?                                             # pip's boxes
    )""",
    re.VERBOSE,
)
#: `docker compose` puts the container's name in front; that it did is worth keeping when the name goes.
COMPOSE = re.compile(r"^[\w.-]{1,40}[-_]\d{1,3}\s+\| ", re.MULTILINE)
#: A name without a number stands there too, but also in the logs of other starters and in tables.
PERHAPS_COMPOSE = re.compile(r"^([\w.-]{1,40}) +\| .*\n\1 +\| .*\n\1 +\| ", re.MULTILINE)
LOG_LINE = re.compile(r"^([IWEF])(?:\d{4} [\d:.]+\s+\d+)? (?:[\w/+.\\:-]+\.(?:cc|h|cu|cpp|hpp|py):\d+\])")
PROGRESS = re.compile(r"[█▉▊▋▌▍▎▏#=>━╸╺-]{8,}|\d+%\|")
NUMBER = re.compile(r"\d+")
BOLD_NAME = re.compile(r"'\*\*(\w[\w.]*)\*\*'")
CONSOLE_WIDTHS = (80, 120)
#: Blogs and chats swallow the quotes that Python sets around names; the messages that always have them.
QUOTES_LOST = tuple(
    (re.compile(regex), quoted)
    for regex, quoted in (
        (r"(AttributeError: module )([A-Za-z_][\w.]*)( has no attribute )(\w+)", r"\1'\2'\3'\4'"),
        (
            r"(AttributeError: (?:type object )?)([A-Za-z_]\w*)( (?:object )?has no attribute )(\w+)",
            r"\1'\2'\3'\4'",
        ),
        (r"(ModuleNotFoundError: No module named )([A-Za-z_][\w.]*)", r"\1'\2'"),
        (r"(ImportError: cannot import name )(\w+)( from )([A-Za-z_][\w.]*)", r"\1'\2'\3'\4'"),
        (r"(NameError: name )(\w+)( is not defined)", r"\1'\2'\3"),
        (r"(\(\) got an unexpected keyword argument )(\w+)", r"\1'\2'"),
        (r"(\(\) missing 1 required positional argument: )(\w+)", r"\1'\2'"),
    )
)


class Line(NamedTuple):
    """One line as it is matched.

    Args:
        text: cleaned, with single spaces.
        severity: I, W, E or F of a native log line; empty for others.
        number: line number in what was pasted, from 1.
        pasted: the line as it was, where the system's own words were put into English.
    """

    text: str
    severity: str
    number: int
    pasted: str = ""


class Cleaned:
    """A pasted text made ready: its lines, and all of it as one line of single spaces."""

    def __init__(self, lines: List[Line]):
        self.lines = lines
        self.flat = " ".join(line.text for line in lines)
        self.lower = lowered(self.flat)
        self.starts: List[int] = []
        position = 0
        for line in lines:
            self.starts.append(position)
            position += len(line.text) + 1

    def index_at(self, position: int) -> int:
        """Index of the line that stands at `position` of the flat text."""
        return max(0, bisect_right(self.starts, position) - 1)

    def line_at(self, position: int) -> Line:
        """The line that stands at `position` of the flat text."""
        return self.lines[self.index_at(position)]


def lowered(text: str) -> str:
    """Lower case, letter by letter, so that positions stay the same."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def clean(text: str) -> Cleaned:
    """Make a pasted text ready for matching."""
    if len(text) > MOST_CHARACTERS:
        half = MOST_CHARACTERS // 2
        text = text[:half] + "\n" + text[-half:]
    text = TERMINAL_CODES.sub("", text.translate(STRAIGHT))
    lines: List[Line] = []
    seen: Set[str] = set()
    before = ""
    for number, raw in enumerate(re.split("\r\n|\n|\r", text), 1):
        pasted = FENCE.sub("", clean_line(raw)).strip()
        line = in_english(pasted)
        shape = NUMBER.sub("0", line)
        if not line:
            continue
        if shape == before and PROGRESS.search(line) and "100%" not in line:  # a full bar ends an epoch
            continue
        before = shape
        if len(lines) > 2000:  # a long log repeats itself
            if line in seen:
                continue
            seen.add(line)
        severity = LOG_LINE.match(line)
        lines.append(
            Line(line, severity.group(1) if severity else "", number, "" if line == pasted else pasted)
        )
    if lines and (starter := _starter(text)):
        lines[0] = lines[0]._replace(text=lines[0].text + " ⟦%s⟧" % starter)
    read = with_readings([line.text for line in lines])
    if training := reading_of([line.text for line in lines]):
        read[training[0]] += " ⟦%s⟧" % training[1]
    return Cleaned([line._replace(text=read[index]) for index, line in enumerate(lines)])


def _starter(text: str) -> str:
    """Whether `docker compose` printed a text, by the names in front of its lines; empty if not.

    >>> _starter("web | a\\n" * 3 + "web exited with code 1"), _starter("web | a\\n" * 3)
    ('docker compose', 'perhaps compose')
    """
    if COMPOSE.search(text):
        return "docker compose"
    alike = PERHAPS_COMPOSE.search(text)
    if not alike:
        return ""
    ended = re.search(r"^%s exited with code \d" % re.escape(alike[1]), text, re.MULTILINE)
    return "docker compose" if ended else "perhaps compose"


def clean_line(raw: str) -> str:
    """One line without prefixes and codes, with single spaces."""
    if len(raw) > LONGEST_LINE:
        raw = raw[: LONGEST_LINE // 2] + " " + raw[-LONGEST_LINE // 2 :]
    line = INVISIBLE.sub("", raw)
    for _ in range(4):
        prefix = PREFIX.match(line)
        if not prefix or not prefix.end():
            break
        line = line[prefix.end() :]
    line = " ".join(line.split())
    return with_quotes(BOLD_NAME.sub(r"'\1'", line) if "'**" in line else line)


def with_quotes(line: str) -> str:
    """A message of Python with the quotes that were lost on its way.

    >>> with_quotes("AttributeError: module tensorflow has no attribute random_normal")
    "AttributeError: module 'tensorflow' has no attribute 'random_normal'"
    >>> with_quotes("TypeError: fit() got an unexpected keyword argument nb_epoch")
    "TypeError: fit() got an unexpected keyword argument 'nb_epoch'"
    """
    if "Error: " not in line or "'" in line or len(line) > 2000:
        return line
    for regex, quoted in QUOTES_LOST:
        line, found = regex.subn(quoted, line)
        if found:
            break
    return line


def looks_wrapped(text: str) -> bool:
    """Whether several lines of a short text end at the very same column, as when a window cuts them."""
    if len(text) > LONGEST_LINE:
        return False
    widths = [len(line) for line in text.splitlines()]
    return max(widths, default=0) >= 40 and widths.count(max(widths)) > 1


def unwrapped(text: str) -> str:
    """The text with lines joined that a narrow terminal or mail cut at one width, words included.

    >>> unwrapped("x" * 80 + "\\nyz")[78:]
    'xxyz'
    """
    lines = text.splitlines()
    widths = [len(line) for line in lines if len(line) >= 40]
    if len(widths) < 2 and widths[:1] not in ([width] for width in CONSOLE_WIDTHS):
        return text
    width = max(widths)
    out: List[str] = []
    for line in lines:
        if out and len(out[-1]) % width == 0 and out[-1]:
            out[-1] += line
        else:
            out.append(line)
    return "\n".join(out)
