"""What `path` remembers between two visits: one JSON file in the user's data folder."""

import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from deepstart.findings import UserError, reason_of
from deepstart.places import usable_data_folder
from deepstart.show.json import refusal
from deepstart.start.skills import Graph

SCHEMA = 1


@dataclass
class Record:
    """One person's path.

    Args:
        goals: ids of the goals.
        hours_per_week: time that there is for learning.
        start: ISO date of the first plan.
        extra: optional skills that the computer makes worth while.
        known: skills that placement found.
        installed: skills of installing a tool that is there; says nothing about what they rest on.
        answers: replies to the placement's questions, by skill.
        passed: ISO date on which a skill's lesson was passed, by skill.
    """

    goals: list[str] = field(default_factory=list)
    hours_per_week: float = 5.0
    start: str = ""
    extra: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    installed: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    passed: dict[str, str] = field(default_factory=dict)

    def mastered(self, graph: Graph) -> frozenset[str]:
        """What need not be learned any more: known or passed, with all that it rests on, or installed.

        Whoever said "no" to a skill is believed, even where other answers speak for it, until a lesson
        that rests on it is passed.
        """
        passed = graph.closure(k for k in self.passed if k in graph.skills)
        known = graph.closure(k for k in self.known if k in graph.skills)
        known |= graph.skills.keys() & self.installed
        return (known - {k for k, reply in self.answers.items() if reply == "no"}) | passed


def record_file() -> Path:
    return usable_data_folder() / "path.json"


def check_record() -> None:
    """What is to be remembered can be written: told before the questions, not after them."""
    path = record_file()
    folder = next(p for p in path.parents if p.exists())
    if why := refusal(path if folder == path.parent else folder / path.name):
        raise UserError("path.cannot-write", path=path, why=why)


def read_record() -> Record | None:
    """What was remembered; None at the first visit.

    Raises:
        UserError: the file is there and cannot be understood.
    """
    path = record_file()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        fields = {k: v for k, v in content.items() if k in Record.__dataclass_fields__}
        return _checked(Record(**fields))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, AttributeError, TypeError):
        raise UserError("path.record-broken", path=path) from None


def _checked(record: Record) -> Record:
    """The record, when each field has the type that it should have; else TypeError or ValueError."""
    for name, blank in asdict(Record()).items():
        kind = (int, float) if isinstance(blank, float) else type(blank)
        if not isinstance(getattr(record, name), kind):
            raise TypeError(name)
    if record.start:
        date.fromisoformat(record.start)
    return record


def current_umask() -> int:
    """The permissions that the person's settings take from new files."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def write_named(path: Path, content: str) -> None:
    """Write a file where somebody said, in a folder that exists.

    Raises:
        UserError: it cannot be written there.
    """
    try:
        _write(path, content)
    except OSError as error:
        raise UserError("path.export-unwritable", path=path, why=reason_of(error)) from None


def write_text(path: Path, content: str) -> None:
    """Write a file of our own so that nobody ever sees half of it; its folder is made when absent.

    Raises:
        UserError: the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, content)
    except OSError as error:
        raise UserError("path.cannot-write", path=path, why=reason_of(error)) from None


def _write(path: Path, content: str) -> None:
    if path.exists() and not path.is_file():
        path.write_text(content, encoding="utf-8", newline="")  # a device or a pipe is not replaced
        return
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(content)
        Path(beside).chmod(0o666 & ~current_umask())
        Path(beside).replace(path)
    finally:
        Path(beside).unlink(missing_ok=True)


def write_record(record: Record) -> None:
    """Remember."""
    content = json.dumps({"schema": SCHEMA, **asdict(record)}, ensure_ascii=False, indent=1)
    write_text(record_file(), content + "\n")


def mark_passed(skills: Iterable[str], today: str) -> Record:
    """Remember that lessons were passed; what `learn` calls when a check turns green.

    Args:
        skills: ids; a lesson's id is its skill's.
        today: ISO date.
    """
    record = read_record() or Record()
    record.passed.update({s: today for s in skills if s not in record.passed})
    write_record(record)
    return record
