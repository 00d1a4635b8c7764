"""What makes two failures the same: the exception, its message without what differs each run, and where."""

import re
from typing import List, NamedTuple, Pattern, Tuple

_ANSI = re.compile(
    r"\x1b\[[0-9;?]{0,20}[ -/]{0,2}[@-~]|\x1b\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)"
    r"|[^\n]{0,2000}\r(?!\n)"
)
_FRAME = re.compile(r'(?m)^\s{0,20}File "([^"\n]{1,400})", line \d{1,7}, in ([^\n]{1,200})$')
_EXCEPTION = re.compile(
    r"(?m)^(?:[ |+]{0,8})((?:[A-Za-z_]\w{0,60}\.){0,8}[A-Z]\w{0,80}"
    r"(?:Error|Exception|Interrupt|Exit|Warning|NotFound|Abort|Failure|Timeout|Iteration|Fault))"
    r"(?::[ \t]?([^\n]{0,500}))?$"
)
_CRASH = re.compile(
    r"(?m)^(?:.{0,80}\s)?(Segmentation fault|Illegal instruction|Aborted|Bus error|Killed|"
    r"Floating point exception|Fatal Python error: [\w ]{1,60})(?: \(core dumped\))?$"
)

#: What differs from run to run, and what stands for it. Versions, error names and sm_XX stay.
VOLATILE: Tuple[Tuple[Pattern[str], str], ...] = tuple(
    (re.compile(pattern), mark)
    for pattern, mark in (
        (r"0x[0-9a-fA-F]{4,16}", "<hex>"),
        (r"(?i)\b[a-z]:[\\/][^\s\"'<>|:*?]{1,300}|(?<![\w.<>])~?(?:/[\w.+@-]{1,100}){2,20}/?", "<path>"),
        (r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", "<uuid>"),
        (r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?", "<time>"),
        (r"\b\d+(?:\.\d+)?\s?(?:[KMGT]i?B|bytes|seconds|secs|ms)\b", "<size>"),
        (r"[(\[]\s?(?:None|\d+|\?)(?:\s?,\s?(?:None|\d+|\?)){0,9}\s?,?\s?[)\]]", "<shape>"),
        (r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])", "<n>"),
    )
)


class Signature(NamedTuple):
    """Exception or crash, its message as a template, and the function in which it was raised."""

    kind: str
    message: str
    where: str = ""

    def __str__(self) -> str:
        return " | ".join(part for part in self if part)


def without_colours(text: str) -> str:
    """A text as it stood on the screen in the end: no escape codes, no overwritten progress bars."""
    return _ANSI.sub("", text)


def signature(text: str) -> Signature:
    """The signature of the last failure in a text; all empty if there is none."""
    text = without_colours(text)
    exceptions = list(_EXCEPTION.finditer(text))
    if not exceptions:
        crashes = _CRASH.findall(text)
        return Signature(crashes[-1] if crashes else "", "")
    last = exceptions[-1]
    frames: List[Tuple[str, str]] = _FRAME.findall(text, 0, last.start())
    where = frames[-1][1].strip() if frames else ""
    below = [line.strip() for line in text[last.end() :].splitlines() if line.strip()]
    message = " ".join(filter(None, (last.group(2), told_below(last.group(2) or "", below))))
    return Signature(last.group(1).rpartition(".")[2], template(message), where)


def told_below(message: str, below: List[str]) -> str:
    """What happened, where the message of an exception only says where; else nothing.

    Keras says it on the next line, TensorFlow on the one above the name of the node.

    Args:
        below: the lines after the message that are not empty.

    >>> told_below("Graph execution error:", ["Detected at node a", "OOM when allocating", "[[{{node a}}]]"])
    'OOM when allocating'
    """
    if message.startswith("Exception encountered when calling"):
        return below[0][:500] if below else ""
    if message.endswith("Graph execution error:"):
        node = next((n for n, line in enumerate(below) if line.startswith("[[{{")), 0)
        return below[node - 1][:500] if node else ""
    return ""


def template(message: str) -> str:
    """A message with what differs from run to run replaced by marks."""
    for pattern, mark in VOLATILE:
        message = pattern.sub(mark, message)
    return message.strip()
