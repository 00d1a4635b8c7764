"""The remedies of a cause in the order that fits where the failure happened: system first, then installer.

The text of a failure often tells both (a path, a library's ending, a prompt); what it leaves open is taken
from the machine that asks. Standard library only, Python 3.8 syntax.
"""

import re
import sys
from typing import Any, Dict, List

from deepstart.causes import Cause

#: What a text shows of its system; the first that is found counts.
SYSTEMS = (
    ("colab", re.compile(r"/content/|\bcolab\b|googlecolab")),
    ("wsl", re.compile(r"microsoft-standard|\bwsl ?2?\b|/mnt/[c-f]/")),
    ("docker", re.compile(r"\bdocker\b|nvidia-container-cli|root@[0-9a-f]{12}\b")),
    ("windows", re.compile(r"\b[a-z]:\\|winerror|\.dll\b|\.pyd\b|win_amd64|\.exe\b|powershell")),
    ("macos", re.compile(r"/users/|\.dylib\b|macosx?_|darwin|\bmacos\b|\bzsh:")),
    ("linux", re.compile(r"/home/|/usr/(?:lib|local)|\.so\b|manylinux|\bapt(?:-get)?\b|dpkg")),
)
INSTALLERS = (
    ("uv", re.compile(r"\buv (?:pip|add|sync|run|venv|lock)\b")),
    ("conda", re.compile(r"\bconda\b|\bmamba\b|anaconda|miniconda|miniforge|[/\\]envs[/\\]")),
    ("docker", re.compile(r"\bdocker (?:run|build|pull|compose)\b|nvidia-container-cli")),
)
#: Where a remedy for another system works as well.
KIN = {"wsl": ("linux",), "docker": ("linux",), "colab": ("linux",)}


def remedies(cause: Cause, text: str) -> List[Dict[str, Any]]:
    """All remedies, those for the system and the installer that the text shows first.

    Args:
        text: what was pasted, in lower case.
    """
    system, installer = told(SYSTEMS, text) or this_system(), told(INSTALLERS, text) or "pip"
    listed = [
        {
            "commands": list(raw.get("commands", ())),
            "grade": raw.get("grade", "manual"),
            "platform": raw.get("platform", "any"),
            "installer": raw.get("installer", "any"),
            "undo": list(raw.get("undo", ())),
        }
        for raw in cause.remedies
    ]
    return sorted(
        listed,
        key=lambda r: (
            _distance(r["platform"], system, KIN.get(system, ())),
            _distance(r["installer"], installer, ()),
        ),
    )


def told(signs: Any, text: str) -> str:
    """The first name whose sign stands in the beginning or the end of the text; empty if there is none."""
    ends = text[:20_000] + " " + text[-20_000:] if len(text) > 40_000 else text
    return next((name for name, sign in signs if sign.search(ends)), "")


def this_system() -> str:
    return {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")


def _distance(offered: str, wanted: str, kin: Any) -> int:
    """0 for the very one, 1 for one that works everywhere or is near, 2 for another."""
    return 0 if offered == wanted else 1 if offered == "any" or offered in kin else 2
