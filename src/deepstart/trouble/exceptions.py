"""The Python exceptions in a text: which one ended the program, and the last line of the user's own code.

Standard library only, Python 3.8 syntax.
"""

import re
from typing import List, NamedTuple, Optional

from deepstart.trouble.cleaning import Cleaned

FRAME = re.compile(r'^File "(?P<file>[^"]{1,400})", line (?P<line>\d+)(?:, in (?P<where>.+))?$')
RAISED = re.compile(
    r"^(?:[^\"]{0,60}[^\x00-\x7f\"][ :：]{1,3}|(?:Error|ERROR|FATAL) ?: )?"  # a prefix
    r"(?P<type>(?:[A-Za-z_][\w]*\.)*[A-Z_]\w*(?:Error|Exception|Interrupt|Exit|Warning|Iteration|Fault|NotFound|Timeout))"
    r"(?:: (?P<message>.*)|:?$)"
)
#: Classes whose name says nothing of an error (re.error, socket.timeout): only below a frame.
RAISED_BELOW_A_FRAME = re.compile(r"^(?P<type>(?:[a-z_]\w*\.)+[A-Za-z_]\w*)(?:: (?P<message>.*)|:?$)")
#: What `python -m NAME` and `python FILE` print in place of a traceback; a whole path may hold spaces.
UNSTARTED = re.compile(
    r"^['\"]?(?:(?:[a-z]:)?[^\s:'\"]{0,200}|(?:[a-z]:[\\/]|/)[^:'\"]{0,200}[\\/])"
    r"\bpython[\w.]{0,12}['\"]?: (?:"
    r"Error while finding module specification for \S{1,200} "
    r"\((?P<type>\w{1,40}): (?P<message>[^()]{0,300})\).*"
    r"|(?P<module>No module named .*)|(?P<file>can't open file .*))$",
    re.IGNORECASE,
)
JAVASCRIPT = re.compile(r"^at (?:.+ \()?(?:file:|node:|[/\w.-]+\.[cm]?[jt]s:)\S*\)?$")
LIBRARY = re.compile(
    r"(?:site|dist)-packages|[/\\]lib[/\\]python\d|[/\\]Lib[/\\](?!site)|lib/python\d"
    r"|^<(?!stdin|ipython|string)|^(?!/).*\.px[di]$|^(?!/).*\.pyx$",
)


class Raised(NamedTuple):
    """One exception.

    Args:
        type: its class, without the module.
        message: its first line of text.
        place: index of the line in the cleaned text.
        file, line, code: the last frame in the user's own code, where there is one.
    """

    type: str
    message: str
    place: int
    file: str = ""
    line: int = 0
    code: str = ""


def exceptions(text: Cleaned) -> List[Raised]:
    """All exceptions of the text, in order; those of a chain are separate ones."""
    found: List[Raised] = []
    frame: Optional[tuple] = None
    in_frames = False
    for index, line in enumerate(text.lines):
        here = FRAME.match(line.text)
        if here:
            if not LIBRARY.search(here["file"]):
                follows = text.lines[index + 1].text if index + 1 < len(text.lines) else ""
                code = "" if FRAME.match(follows) or RAISED.match(follows) else follows
                frame = (here["file"], int(here["line"]), code)
            in_frames = True
            continue
        raised = RAISED.match(line.text) or (in_frames and RAISED_BELOW_A_FRAME.match(line.text))
        if raised and not raised["type"].endswith("Warning"):
            name = raised["type"].rpartition(".")[2]
            found.append(Raised(name, (raised["message"] or "").strip(), index, *(frame or ())))
            frame, in_frames = None, False
        elif unstarted := UNSTARTED.match(line.text):
            found.append(_unstarted(unstarted, index))
    return found


def _unstarted(told: "re.Match[str]", place: int) -> Raised:
    """What the interpreter says when it finds nothing to start, as the exception that it stands for."""
    if told["file"]:
        return Raised(_why_not_opened(told["file"]), told["file"], place)
    message = (told["message"] or told["module"]).replace("'", "")  # as the shorter form writes it
    return Raised(told["type"] or "ModuleNotFoundError", message, place)


def _why_not_opened(message: str) -> str:
    """The class of exception that Python raises for the error number at the end of a message."""
    told = re.search(r"\[Errno (\d{1,5})\]", message)
    return type(OSError(int(told.group(1)), "")).__name__ if told else "FileNotFoundError"


def last_exception(text: Cleaned) -> Optional[Raised]:
    """The exception that ended the program, if one did."""
    found = exceptions(text)
    if found and any(JAVASCRIPT.match(line.text) for line in text.lines[found[-1].place :]):
        return None  # a TypeError of Node means something else
    return found[-1] if found else None
