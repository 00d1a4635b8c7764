"""The explanation under a failed program's output."""

import os
import sys
import traceback
from contextlib import suppress
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

from deepstart.trouble.run_record import Failure
from deepstart.words import text


def explain_failure(failure: Failure) -> Dict[str, Any]:
    """The verdict on a failure, as the contract of `explain` says.

    Where the text alone leaves a doubt, this machine's facts confirm or refute it.
    """
    from deepstart.trouble.explain import explain
    from deepstart.trouble.run_memory import with_memory

    answer = explain(failure.text, whole=failure.is_whole)
    chosen = best(answer)
    if chosen is not None and chosen["confidence"] != "sure":
        answer = explain(failure.text, snapshot=snapshot_for(failure.python), whole=failure.is_whole)
    return with_memory(answer, failure.memory, text=failure.text)


def snapshot_for(python: str) -> Dict[str, Any]:
    """The facts of this machine as the Python that failed sees it; as ours does if it does not start."""
    from deepstart.findings import UserError
    from deepstart.machine import take_snapshot

    if python and os.path.dirname(python) != os.path.dirname(sys.executable):
        from deepstart.machine.elsewhere import take_snapshot_in

        with suppress(UserError):
            return take_snapshot_in(python)
    return take_snapshot()


class Explained(NamedTuple):
    """A failure's verdict, the last time that it was solved (`journal.Solved`), its entry in the journal.

    The latter two are None where there is none or the journal cannot be used.
    """

    answer: Dict[str, Any]
    solved: Any
    entry: Any


def explain_and_remember(failure: Failure) -> Explained:
    """Explain a failure, keep it as the last one and enter it in the journal."""
    from deepstart.trouble import journal

    failure.save()
    answer = explain_failure(failure)
    solved = journal.solved_before(failure, answer)
    return Explained(answer, solved, journal.remember(failure, answer))


def best(answer: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    """The first candidate that is no harmless line; None when the cause is unknown."""
    candidates: List[Dict[str, Any]] = answer.get("candidates") or []
    return next((c for c in candidates if not c.get("harmless")), None) if answer.get("known") else None


def print_failure(console: Any, explained: Explained, exit_code: Optional[int] = None) -> None:
    """Show below the usual output why it failed and what to do.

    Args:
        console: a rich console.
        exit_code: of a program that ended; None where something goes on, as a notebook does.
    """
    from rich.rule import Rule

    from deepstart.show.explanation import show_explanation

    ended = exit_code is not None
    console.print()
    heading = text("run.failed", code=exit_code) if ended else text("run.raised")
    console.print(Rule(heading, style="red", align="left"))
    if explained.solved is not None:
        print_solved(console, explained.solved)
    show_explanation(console, explained.answer)
    console.print(text("run.then"), style="dim")
    if explained.entry is not None:
        console.print(text("run.then-note", number=explained.entry.id), style="dim")


def print_solved(console: Any, solved: Any) -> None:
    """The journal's `you solved this on ...`, in front of everything else."""
    from rich.text import Text

    entry = solved.entry
    elsewhere = text("journal.solved-where", place=entry.place) if entry.place and not solved.here else ""
    key = "journal.solved_on" if solved.same else "journal.solved-alike"
    heading = text(key, day=entry.solved_day(), where=elsewhere)
    written = [part for part in (entry.fix, entry.lesson) if part]
    console.print(Text("★ " + heading, style="bold green"))
    for part in written or [text("journal.solved-unwritten", number=entry.id)]:
        console.print(Text("  " + part))


def explain_exception(
    kind: Any, error: Any, trace: Any, console: Any = None, command: Sequence[str] = ()
) -> None:
    """Explain one uncaught exception of this process; whatever goes wrong in here stays in here.

    Args:
        kind, error, trace: as `sys.excepthook` gets them.
        console: where to; standard error when absent.
        command: what runs; this process's Python and arguments when absent.
    """
    if not issubclass(kind, Exception):
        return  # Ctrl-C and a wanted exit need no explanation
    try:
        from deepstart.show.terminal import make_console

        text = "".join(traceback.format_exception(kind, error, trace))
        typed = list(command) or [sys.executable, *sys.argv]
        failure = Failure(text, typed, os.getcwd(), sys.executable)
        print_failure(console or make_console(stderr=True), explain_and_remember(failure))
    except Exception:
        if os.environ.get("DEEPSTART_DEBUG"):
            raise
