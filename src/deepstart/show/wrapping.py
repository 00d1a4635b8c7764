"""Lines of text that is partly Chinese: Chinese breaks between any two letters, not at spaces only."""

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

#: Marks that never begin a line, and those that never end one.
#: Source: W3C, Requirements for Chinese Text Layout.
NOT_FIRST = set("，。、；：！？）》」』】”’…—%,.;:!?)]}")
NOT_LAST = set("（《「『【“‘([{")


class Flowing:
    """A Text that wraps Chinese as Chinese and all else as Rich does."""

    def __init__(self, text: Text):
        self.text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if not has_chinese(self.text.plain):
            yield self.text
            return
        for line in self.text.split(allow_blank=True):
            for part in line.divide(breaks(line.plain, options.max_width)):
                part.rstrip()
                yield part

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self.text)


def has_chinese(text: str) -> bool:
    """Whether any letter of the text is Chinese."""
    return any(map(_chinese, text))


def breaks(text: str, width: int) -> list[int]:
    """Where to break a line so that no part is wider than `width` cells, as far as it can be broken."""
    offsets, start, used, possible = [], 0, 0, 0
    for place, letter in enumerate(text):
        if place > start and _may_break(text[place - 1], letter):
            possible = place
        used += cell_len(letter)
        if used > width and letter != " ":
            cut = possible if possible > start else place
            offsets.append(cut)
            start, used = cut, cell_len(text[cut : place + 1])
    return offsets


def _may_break(before: str, after: str) -> bool:
    if after in NOT_FIRST or before in NOT_LAST or after == " ":
        return False
    return before == " " or _chinese(before) or _chinese(after)


def _chinese(letter: str) -> bool:
    return "\u2e80" <= letter <= "\u9fff" or "\uff00" <= letter <= "\uffef" or letter in "“”‘’—…"
