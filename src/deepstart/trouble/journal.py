"""The journal: every failure that was explained, what helped, and what its owner learned from it.

One SQLite file in the user's data folder, in WAL mode: several processes may write at once, and one
that is killed while writing leaves it whole. Secrets are masked before anything is written.

An entry is one failure (its signature and cause) of one program (its place): what was solved in one script is
not solved in another. It is told there all the same, with the name of the script in which it helped.
"""

import datetime
import os
import re
import shlex
import sqlite3
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from deepstart.findings import UserError, reason_of
from deepstart.places import usable_data_folder
from deepstart.trouble.fulltext import TOKENIZER, for_index, quoted, words_of
from deepstart.trouble.markdown import fenced
from deepstart.trouble.run_explain import best
from deepstart.trouble.run_record import Failure
from deepstart.trouble.run_signature import signature, template, told_below, without_colours

DAY = 86400.0
#: Days until the next review after each success in a row; from then on it doubles.
STEPS = (1, 3, 7, 16, 35)
EXCERPT = 4000  # letters kept of an output: its end

_COLUMNS = """
  id INTEGER PRIMARY KEY, signature TEXT NOT NULL, cause TEXT NOT NULL, layer TEXT NOT NULL,
  problem TEXT NOT NULL, what TEXT NOT NULL, advice TEXT NOT NULL, excerpt TEXT NOT NULL,
  command TEXT NOT NULL, folder TEXT NOT NULL, first_seen REAL NOT NULL, last_seen REAL NOT NULL,
  times INTEGER NOT NULL DEFAULT 1, fix TEXT NOT NULL DEFAULT '', lesson TEXT NOT NULL DEFAULT '',
  verified INTEGER, solved REAL, due REAL, streak INTEGER NOT NULL DEFAULT 0"""


def _begin(connection: sqlite3.Connection) -> None:
    """Version 1: a failure is the same in whatever program it happens."""
    connection.execute("CREATE TABLE entries (%s, UNIQUE (signature, cause))" % _COLUMNS)
    connection.execute('CREATE VIRTUAL TABLE entries_words USING fts5(words, tokenize="%s")' % TOKENIZER)


def _tell_places_apart(connection: sqlite3.Connection) -> None:
    """Version 2: failures of different programs are different entries."""
    connection.create_function("place_of", 2, _place_of_stored, deterministic=True)
    connection.execute(
        "CREATE TABLE placed (%s, place TEXT NOT NULL, UNIQUE (signature, cause, place))" % _COLUMNS
    )
    connection.execute("INSERT INTO placed SELECT *, place_of(command, folder) FROM entries")
    connection.execute("DROP TABLE entries")
    connection.execute("ALTER TABLE placed RENAME TO entries")


#: What leads from each version of the file (`PRAGMA user_version`) to the next.
UPGRADES: Tuple[Callable[[sqlite3.Connection], None], ...] = (_begin, _tell_places_apart)


class Entry(NamedTuple):
    """One failure; times are seconds since 1970, `verified` is None until somebody knows."""

    id: int
    signature: str
    cause: str
    layer: str
    problem: str
    what: str
    advice: str
    excerpt: str
    command: str
    folder: str
    first_seen: float
    last_seen: float
    times: int
    fix: str
    lesson: str
    verified: Optional[int]
    solved: Optional[float]
    due: Optional[float]
    streak: int
    place: str

    def program(self) -> str:
        """What ran, in short: a script's name, `-m module` or a command; empty for a pasted text."""
        command, elsewhere, _ = self.place.partition(" @ ")
        return command if elsewhere else Path(command).name

    def solved_day(self) -> str:
        return day(self.solved)

    def told(self, part: str) -> str:
        """What happened (`what`) or what to do (`next`) in the reader's language, if the cause is known."""
        from deepstart import causes
        from deepstart.trouble.explain import for_module

        cause = causes.load().get(self.cause)
        if cause is None:
            return self.what if part == "what" else self.advice
        missing = re.search(r"(?i)no module named ['\"]?(\w+)", self.problem)
        module = {"module": missing.group(1)} if missing else {}
        return for_module(cause.told_by(self.problem.lower()).sentence(part), module)

    def headline(self) -> str:
        """The problem in one short line: without the modules of the exception's class, and not too long.

        Returns:
            up to 120 letters.
        """
        line = re.sub(r"^(?:\w+\.)+(?=\w+(?:Error|Exception)\b)", "", self.problem or self.told("what"))
        return line if len(line) <= 120 else line[:119].rstrip() + "…"

    def is_harmless(self) -> bool:
        """Whether it is no fault, as earlier versions entered such messages too."""
        from deepstart import causes

        cause = causes.load().get(self.cause)
        return cause is not None and cause.harmless

    def outcome(self) -> "Outcome":
        """What helped, as far as somebody has said so; until then what was advised or tried, and no more."""
        if self.fix:
            return Outcome("fix" if self.solved else "tried", self.fix)
        return Outcome("advised", self.told("next"))

    def as_json(self) -> Dict[str, Any]:
        return {**self._asdict(), "verified": None if self.verified is None else bool(self.verified)}


class Solved(NamedTuple):
    """A solved entry that helps with a failure: has it the same signature, was it in the same program?"""

    entry: Entry
    same: bool
    here: bool


class Outcome(NamedTuple):
    """A piece of advice with the name of its heading: `fix` (it helped), `tried` (in vain), `advised`."""

    name: str
    text: str


def day(when: Optional[float]) -> str:
    """A time as the reader's own date, or nothing."""
    return datetime.date.fromtimestamp(when).isoformat() if when else ""


class Journal:
    """The journal in `path`; by default this user's own.

    Raises:
        UserError: the file cannot be opened or written.
    """

    def __init__(self, path: Optional[Path] = None):
        self.path = path or usable_data_folder() / "journal.sqlite"

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=20, isolation_level=None)) as connection:
                connection.row_factory = lambda _, row: Entry(*row) if len(row) == len(Entry._fields) else row
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                self._upgrade(connection)
                yield connection
        except (OSError, sqlite3.Error) as error:
            if "not a database" in str(error) or "malformed" in str(error):
                raise UserError("journal.broken", path=self.path) from None
            why = reason_of(error) if isinstance(error, OSError) else error
            raise UserError("journal.unusable", path=self.path, why=why) from None

    def _upgrade(self, connection: sqlite3.Connection) -> None:
        """Bring a new file or one of an earlier version up to date, in one transaction.

        Raises:
            UserError: a later version wrote it.
        """
        if self._known_version(connection) == len(UPGRADES):
            return
        with transaction(connection):
            version = self._known_version(connection)  # another process may have been faster
            for upgrade in UPGRADES[version:]:
                upgrade(connection)
            connection.execute("PRAGMA user_version = %d" % len(UPGRADES))

    def _known_version(self, connection: sqlite3.Connection) -> int:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > len(UPGRADES):
            raise UserError("journal.newer", path=self.path)
        return version

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is written, or nothing."""
        with self._open() as connection, transaction(connection):
            self._known_version(connection)  # a later version may have upgraded it while we waited
            yield connection

    def remember(self, failure: Failure, answer: Dict[str, Any], now: Optional[float] = None) -> Entry:
        """Enter an explained failure; one that this program had before is counted, not entered twice."""
        from deepstart.redact import Redactor

        redactor, now = Redactor.of(), now or time.time()
        chosen = best(answer) or {}
        values = {
            "signature": redactor.text(_identity(failure)),
            "cause": chosen.get("cause_id", ""),
            "layer": chosen.get("layer", ""),
            "problem": redactor.text(_problem(failure.text, chosen)),
            "what": chosen.get("what", ""),
            "advice": chosen.get("next", ""),
            "excerpt": redactor.text(failure.text[-EXCERPT:]),
            "command": redactor.text(command_line(failure.command)),
            "folder": redactor.text(failure.folder),
            "first_seen": now,
            "last_seen": now,
            "place": redactor.text(place_of(failure.command, failure.folder)),
        }
        with self._write() as connection:
            row = connection.execute(
                "INSERT INTO entries (%s) VALUES (%s) ON CONFLICT (signature, cause, place) DO UPDATE SET "
                "times = times + 1, last_seen = excluded.last_seen, command = excluded.command, "
                "folder = excluded.folder RETURNING id"
                % (", ".join(values), ", ".join(":" + name for name in values)),
                values,
            ).fetchone()
            return self._index(connection, row[0])

    def note(
        self,
        number: int,
        fix: Optional[str] = None,
        lesson: Optional[str] = None,
        verified: Optional[bool] = None,
        now: Optional[float] = None,
    ) -> Entry:
        """Write down what helped and what was learned; this makes an entry solved and due for review.

        Raises:
            UserError: there is no such entry.
        """
        from deepstart.redact import Redactor

        redactor, now = Redactor.of(), now or time.time()
        with self._write() as connection:
            self._get(connection, number)
            connection.execute(
                "UPDATE entries SET fix = coalesce(?, fix), lesson = coalesce(?, lesson), "
                "verified = coalesce(?, verified), "
                "solved = CASE WHEN ? THEN NULL ELSE coalesce(solved, ?) END, "
                "due = CASE WHEN ? THEN NULL ELSE coalesce(due, ?) END WHERE id = ?",
                (
                    fix and redactor.text(fix),
                    lesson and redactor.text(lesson),
                    verified,
                    verified is False,
                    now,
                    verified is False,
                    now + DAY * STEPS[0],
                    number,
                ),
            )
            return self._index(connection, number)

    def _index(self, connection: sqlite3.Connection, number: int) -> Entry:
        entry = self._get(connection, number)
        named = (entry.problem, entry.cause, entry.layer, entry.what, entry.advice)
        words = (*named, entry.fix, entry.lesson, entry.excerpt)
        connection.execute("DELETE FROM entries_words WHERE rowid = ?", (number,))
        connection.execute(
            "INSERT INTO entries_words (rowid, words) VALUES (?, ?)", (number, for_index("\n".join(words)))
        )
        return entry

    def _get(self, connection: sqlite3.Connection, number: int) -> Entry:
        entry = connection.execute("SELECT * FROM entries WHERE id = ?", (number,)).fetchone()
        if entry is None:
            raise UserError("journal.no-such-entry", number=number)
        return entry

    def get(self, number: int) -> Entry:
        with self._open() as connection:
            return self._get(connection, number)

    def entries(self) -> List[Entry]:
        """All entries, the latest first."""
        with self._open() as connection:
            return connection.execute("SELECT * FROM entries ORDER BY last_seen DESC, id DESC").fetchall()

    def search(self, query: str, limit: int = 20) -> List[Entry]:
        """Entries that hold any of the words, the most fitting first."""
        words = words_of(query)
        if not words:
            return []
        with self._open() as connection:
            return connection.execute(
                "SELECT entries.* FROM entries_words JOIN entries ON entries.id = entries_words.rowid "
                "WHERE entries_words MATCH ? ORDER BY bm25(entries_words) LIMIT ?",
                (" OR ".join(map(quoted, words)), limit),
            ).fetchall()

    def solved_before(self, failure: Failure, answer: Dict[str, Any]) -> Optional[Solved]:
        """The last time that this was solved: here, else elsewhere, else another of the same cause."""
        from deepstart.redact import Redactor

        redactor = Redactor.of()
        cause = (best(answer) or {}).get("cause_id", "")
        asked = {
            "same": redactor.text(_identity(failure)),
            "cause": cause,
            "place": redactor.text(place_of(failure.command, failure.folder)),
        }
        if not self.path.exists():
            return None
        with self._open() as connection:
            entry = connection.execute(
                "SELECT * FROM entries WHERE solved IS NOT NULL AND ((signature = :same AND signature != '') "
                "OR (cause = :cause AND cause != '')) "
                "ORDER BY signature = :same DESC, place = :place DESC, solved DESC LIMIT 1",
                asked,
            ).fetchone()
        return entry and Solved(entry, entry.signature == asked["same"], entry.place == asked["place"])

    def worked(self, command: List[str], folder: str, now: Optional[float] = None) -> Optional[Entry]:
        """The same command ran through: its failures that were open are solved and verified.

        Another interpreter is no other command: it often is what helped.

        Returns:
            the last of them, or None.
        """
        from deepstart.redact import Redactor

        redactor = Redactor.of()
        typed, there = _typed(redactor.text(command_line(command))), redactor.text(folder)
        with self._open() as connection:
            found = connection.execute(
                "SELECT * FROM entries WHERE place = ? AND folder = ? AND solved IS NULL ORDER BY last_seen",
                (redactor.text(place_of(command, folder)), there),
            ).fetchall()
        same = [entry for entry in found if _typed(entry.command) == typed]
        solved = [self.note(entry.id, verified=True, now=now) for entry in same]
        return solved[-1] if solved else None

    def due(self, now: Optional[float] = None) -> List[Entry]:
        """Solved entries whose review is due, the longest due first."""
        with self._open() as connection:
            return connection.execute(
                "SELECT * FROM entries WHERE due IS NOT NULL AND due <= ? ORDER BY due", (now or time.time(),)
            ).fetchall()

    def reviewed(self, number: int, remembered: bool, now: Optional[float] = None) -> Entry:
        """Set the next review: further away each time it was remembered, tomorrow when it was not."""
        now = now or time.time()
        with self._write() as connection:
            streak = self._get(connection, number).streak + 1 if remembered else 0
            connection.execute(
                "UPDATE entries SET streak = ?, due = ? WHERE id = ?",
                (streak, now + DAY * interval(streak), number),
            )
            return self._get(connection, number)

    def forget(self, number: int) -> None:
        """Take an entry out."""
        with self._write() as connection:
            self._get(connection, number)
            connection.execute("DELETE FROM entries WHERE id = ?", (number,))
            connection.execute("DELETE FROM entries_words WHERE rowid = ?", (number,))


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is done inside is written, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def interval(streak: int) -> int:
    """Days until the next review after so many successes in a row.

    >>> [interval(n) for n in range(8)]
    [1, 3, 7, 16, 35, 70, 140, 280]
    """
    beyond = max(0, streak - len(STEPS) + 1)
    return STEPS[min(streak, len(STEPS) - 1)] << beyond


_PYTHON = re.compile(r"(?i)(?:.*[/\\])?(?:python[\d.]*w?|pyw?)(?:\.exe)?$")
CODE = 120  # letters of a `-c` program that tell it apart


def place_of(command: Sequence[str], folder: str) -> str:
    """Which program a command runs, whatever its interpreter, options and arguments.

    Args:
        command: its words, as the program gets them.
        folder: the working folder.

    >>> place_of(["/usr/bin/python3", "-X", "dev", "My Projects/train.py", "--rate", "0.1"], "/srv/one")
    '/srv/one/My Projects/train.py'
    >>> place_of(["python", "-mbye"], "/srv/one"), place_of(["make", "train"], "/srv/one"), place_of([], "")
    ('-m bye @ /srv/one', 'make train @ /srv/one', '')
    """
    if not command:
        return ""
    if command[0].endswith(".ipynb"):
        return _in_folder(command[0], folder)
    if not _PYTHON.match(command[0]):  # what its words mean is not known
        return "%s @ %s" % (" ".join(command), folder)
    started = _started(list(command[1:]))
    if len(started) == 1 and started[0] not in ("", "-"):
        return _in_folder(started[0], folder)
    return "%s @ %s" % (" ".join(" ".join(started).split())[:CODE] or "python", folder)


def _in_folder(file: str, folder: str) -> str:
    return file if file.startswith("~") else os.path.normpath(Path(folder, file))


def _started(rest: List[str]) -> List[str]:
    """What Python's arguments start: `[FILE]`, `["-m", MODULE]`, `["-c", CODE]`, or nothing."""
    while rest and rest[0].startswith("-") and rest[0] != "-":
        word = rest.pop(0)
        if word == "--":
            break
        if word.startswith(("--", "-V:")):  # the latter is of Windows' launcher `py`
            continue
        option = re.search("[mcXW]", word)  # the first that takes a value, as in `-um train`
        if not option:
            continue
        value = word[option.end() :] or (rest.pop(0) if rest else "")
        if option.group() in "mc":
            return ["-" + option.group(), value]
    return rest[:1]


def command_line(command: Sequence[str]) -> str:
    """The words of a command as one line, quoted so that a shell reads the same words."""
    if os.name == "nt":
        from subprocess import list2cmdline

        return list2cmdline(command)
    return " ".join(map(shlex.quote, command))


def _words(line: str) -> List[str]:
    """The words of a command line; where its quotes do not close, those between spaces."""
    try:
        if os.name == "nt":
            return [word.strip('"') for word in shlex.split(line, posix=False)]
        return shlex.split(line)
    except ValueError:
        return line.split()


def _place_of_stored(line: str, folder: str) -> str:
    """The place of a command that an earlier version has written as one line, without quotes."""
    return place_of(_words(line), folder)


def _typed(line: str) -> List[str]:
    """The words of a command without its interpreter."""
    command = _words(line)
    return command[1:] if command and _PYTHON.match(command[0]) else command


def _identity(failure: Failure) -> str:
    """What makes two failures one entry: the signature of the error, if a line tells of one.

    Without an error line the output tells nothing apart, so command, folder and last line do.
    """
    told = str(signature(failure.text))
    if told or not failure.command:
        return told
    where = "%s @ %s" % (command_line(failure.command), failure.folder)
    return "%s | %s" % (template(problem_line(failure.text)), where)


def _problem(text: str, chosen: Dict[str, Any]) -> str:
    """The line that names the problem; without an exception the one by which its cause was recognised."""
    raised = signature(without_colours(text[-20_000:])).kind
    return problem_line(text) if raised else chosen.get("line") or problem_line(text)


def problem_line(text: str) -> str:
    """The line that names the problem: the last exception, else the last line that is not empty.

    Keras and TensorFlow put what happened below a first line that only says where; then both are given.
    """
    lines = [line.strip() for line in without_colours(text[-20_000:]).splitlines() if line.strip()]
    numbers = [n for n, line in enumerate(lines) if signature(line).kind] or [len(lines) - 1]
    line = lines[numbers[-1]] if lines else ""
    if lines:
        kind, _, message = line.partition(": ")
        told = told_below(message, lines[numbers[-1] + 1 :])
        line = "%s: %s" % (kind, told) if told else line
    return line[:300]


def remember(failure: Failure, answer: Dict[str, Any]) -> Optional[Entry]:
    """Enter a failure in this user's journal; a journal that cannot be written loses it silently."""
    with suppress(UserError):
        return Journal().remember(failure, answer)
    return None


def remember_text(text: str, answer: Dict[str, Any]) -> Optional[Entry]:
    """Enter a pasted text in which a fault was recognised; the last failure of `run` is in already."""
    from deepstart.trouble.run_record import last_failure

    last = last_failure()
    if best(answer) is None or (last is not None and last.text == text):
        return None
    return remember(Failure(text), answer)


def solved_before(failure: Failure, answer: Dict[str, Any]) -> Optional[Solved]:
    """The last time that this user solved this, or None."""
    with suppress(UserError):
        return Journal().solved_before(failure, answer)
    return None


def markdown(entries: List[Entry]) -> str:
    """The journal as Markdown, for a wiki or a notebook on paper."""
    from deepstart.words import text

    parts = ["# " + text("journal.title"), ""]
    for entry in entries:
        parts += ["## %s" % (entry.problem or entry.what), ""]
        first, last = day(entry.first_seen), day(entry.last_seen)
        seen = text("journal.seen", first=first, last=last, times=entry.times)
        rows = (
            ("seen", seen),
            ("cause", "%s (%s)" % (entry.cause, entry.layer) if entry.cause else ""),
            ("what", entry.told("what")),
            entry.outcome(),
            ("verified", text("journal.yes") if entry.verified else ""),
            ("lesson", entry.lesson),
            ("command", "`%s`" % entry.command if entry.command else ""),
        )
        parts += ["- **%s**: %s" % (text("journal.field." + name), value) for name, value in rows if value]
        parts += ["", fenced(entry.excerpt.strip()), ""]
    return "\n".join(parts)
