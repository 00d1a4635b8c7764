"""Programs that a signal ended: they print no traceback, so the signal's name is all that is known.

What a shell, a launcher or faulthandler says of it is recognised. Standard library only, Python 3.8 syntax.
"""

import re
from typing import Any, Dict, NamedTuple, Optional

from deepstart import words
from deepstart.trouble.cleaning import Cleaned
from deepstart.trouble.exceptions import LIBRARY

LINES = 60  # at the end of a text that are looked at

_CODE = r"(?:exit(?:ed with)?(?: code| status)?|code|status|returncode|signal)\s?[:=]?\s?\(?"
#: What a shell puts in front: `zsh: `, `bash: line 3: 4711 `, `./run.sh: line 3: 4711 `.
_SHELL = r"^(?:[^:]{0,40}: )?(?:(?:line )?\d+:? ){0,3}"
#: What says that a line is about this signal: its words, its name, or its number in an exit code.
SIGNALS = {
    "SIGSEGV": r"segmentation fault|\bSIGSEGV\b|access violation|0xC0000005|%s(?:139|-11)\b" % _CODE,
    "SIGKILL": r"%skilled\b(?!:| \w+ (?:in|by))|\bSIGKILL\b|%s(?:137|-9)\b" % (_SHELL, _CODE),
    "SIGABRT": r"%sabort(?:ed)?\b|\bSIGABRT\b|fatal python error: aborted|%s(?:134|-6)\b" % (_SHELL, _CODE),
    "SIGILL": r"illegal instruction|\bSIGILL\b|0xC000001D|%s(?:132|-4)\b" % _CODE,
    "SIGBUS": r"\bbus error\b|\bSIGBUS\b|%s(?:135|-7)\b" % _CODE,
    "SIGFPE": r"floating point exception|\bSIGFPE\b|%s(?:136|-8)\b" % _CODE,
}
#: faulthandler, which puts the innermost frame first.
FRAME = re.compile(r'^File "(?P<file>[^"]{1,400})", line (?P<line>\d+) in \S+$')
OURS = "run_bootstrap.py"


class Crash(NamedTuple):
    """A signal's name, the line that tells of it, and the innermost line of the user's own code, if known."""

    signal: str
    message: str
    file: str = ""
    line: int = 0


def crash_in(text: Cleaned) -> Optional[Crash]:
    """The crash that a text ends with, if it tells of one.

    >>> from deepstart.trouble.cleaning import clean
    >>> crash_in(clean("epoch 3\\nline 1: 4711 Segmentation fault (core dumped) python train.py")).signal
    'SIGSEGV'
    """
    for line in reversed(text.lines[-LINES:]):
        for name, regex in SIGNALS.items():
            if re.search(regex, line.text, re.IGNORECASE):
                return Crash(name, line.text[:200], *_own_frame(text))
    return None


def _own_frame(text: Cleaned) -> tuple:
    for line in text.lines:
        frame = FRAME.match(line.text)
        if frame and not LIBRARY.search(frame["file"]) and not frame["file"].endswith(OURS):
            return frame["file"], int(frame["line"])
    return ()


def plain_crash(crash: Crash, language: str) -> Dict[str, Any]:
    """What can be said of a signal, in the form in which exceptions are explained."""
    return {
        "exception": crash.signal,
        "message": crash.message,
        "meaning": words.text("explain.crash.%s.meaning" % crash.signal, language),
        "hint": words.text("explain.crash.%s.hint" % crash.signal, language),
        "file": crash.file,
        "line": crash.line,
        "code": "",
    }
