"""Findings, the currency of deepstart: what was seen, what follows, what to do next.

A data audit, a layer of the machine, an error text, a skill: each yields findings, and the same
renderers show them all. Standard library only, Python 3.8 syntax: this also runs inside doctor.pyz.
"""

import errno
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Tuple

from deepstart import words

STATUSES = ("pass", "warn", "fail", "blocked", "unknown", "not_applicable")

#: The layers of a machine and of the work on it, lowest first. The lowest broken one is the cause.
LAYERS = (
    "hardware", "os", "driver", "container", "cuda", "cudnn", "python", "packages", "framework", "api",
    "data", "model", "training", "memory", "distributed", "saving", "serving", "editor",
)  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """One thing that was seen, and where: a fact without a source cannot be checked."""

    name: str
    value: Any
    source: str = ""


@dataclass(frozen=True)
class Remedy:
    """What to do about a finding.

    Args:
        commands: what to type, one command an entry, ready to paste; may be empty.
        grade: `safe` (undoable, touches only the user's own environment), `careful`, or `manual`.
        platform: the system it is for (`linux`, `windows`, `macos`, `wsl`, ...), or `any`.
        undo: commands that take it back, where there are any.
        key: name of a sentence in the words that says what the commands do, or nothing.
    """

    commands: Tuple[str, ...] = ()
    grade: str = "manual"
    platform: str = "any"
    undo: Tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True)
class Finding:
    """What was seen, what follows and what to do next.

    Args:
        id: short kebab-case name; its sentences are `what`, `why` and `next` under `words_key`.
        status: one of STATUSES.
        area: the file of words that holds its sentences (`need`, `doctor`, ...).
        values: what the sentences name, by field.
        layer: one of LAYERS, for findings about a machine.
        facts: what was seen, each with its source.
        blocked_by: ids of findings that must be mended first.
        remedies: what can be done, best first.
    """

    id: str
    status: str
    area: str
    values: Mapping[str, Any] = field(default_factory=dict)
    layer: Optional[str] = None
    facts: Tuple[Fact, ...] = ()
    blocked_by: Tuple[str, ...] = ()
    remedies: Tuple[Remedy, ...] = ()

    def __post_init__(self):
        if self.status not in STATUSES:
            raise ValueError("status %r of finding %r is not one of %s" % (self.status, self.id, STATUSES))
        if self.layer is not None and self.layer not in LAYERS:
            raise ValueError("layer %r of finding %r is not one of %s" % (self.layer, self.id, LAYERS))

    def sentence(self, part: str, language: Optional[str] = None) -> str:
        """One of the sentences `what`, `why`, `next` in the reader's language; empty if it has none."""
        return words.text("%s.%s.%s" % (self.area, self.id, part), language, default="", **self.values)

    def as_json(self, language: Optional[str] = None) -> Dict[str, Any]:
        """The finding as plain values, with its sentences in `language`."""
        out = asdict(self)
        out["values"] = dict(self.values)
        for part in ("what", "why", "next"):
            out[part] = self.sentence(part, language)
        return out


def reason_of(error: OSError) -> str:
    """Why the operating system refused, in the reader's language where that reason is a common one."""
    name = errno.errorcode.get(error.errno or 0, "")
    if name == "EBUSY" and any(p and Path(p).is_dir() for p in (error.filename, error.filename2)):
        name = "EISDIR"  # Linux calls the working folder busy when a file is to be put in its place
    return words.text("show.refused.%s" % name, default="") or error.strerror or str(error)


class UserError(Exception):
    """Bad input or usage, told in one message: what was found, why it matters, what to do.

    `UserError("need.no-such-path", path="x")` takes its sentences from the words; the doors print
    them without a traceback and leave with `exit_code`.
    """

    def __init__(self, key: str, exit_code: int = 2, **values: Any):
        super().__init__(key)
        self.key, self.exit_code, self.values = key, exit_code, values
        self._subject = words.subject()  # it is often read where nobody knows any more what it was about

    def sentence(self, part: str, language: Optional[str] = None) -> str:
        with words.speaking_of(self._subject):
            return words.text("%s.%s" % (self.key, part), language, default="", **self.values)

    def __str__(self) -> str:
        return words.joined(*(self.sentence(part) for part in ("what", "why", "next")))

    def as_json(self) -> Dict[str, Any]:
        return {"schema": 1, "error": self.key, **{p: self.sentence(p) for p in ("what", "why", "next")}}
