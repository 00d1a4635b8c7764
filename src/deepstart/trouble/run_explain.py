"""The explanation under a failed program's output."""

from typing import Any, Dict, List, Optional, Tuple

from deepstart.trouble.run_record import Failure
from deepstart.words import text


def explain_failure(failure: Failure) -> Dict[str, Any]:
    """The verdict on a failure, as the contract of `explain` says; unknown when nothing can be said."""
    try:
        from deepstart.trouble.explain import explain
    except ImportError:
        return {"known": False, "candidates": [], "question": ""}
    return explain(failure.text)


def explain_and_remember(failure: Failure) -> Tuple[Dict[str, Any], Any]:
    """Explain a failure, keep it as the last one and enter it in the journal.

    Returns:
        the answer, and the journal's entry of the last time that this was solved, or None.
    """
    from deepstart.trouble import journal

    failure.save()
    answer = explain_failure(failure)
    solved = journal.solved_before(failure.text, answer)
    journal.remember(failure, answer)
    return answer, solved


def best(answer: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    """The first candidate that is no harmless line; None when the cause is unknown."""
    candidates: List[Dict[str, Any]] = answer.get("candidates") or []
    return next((c for c in candidates if not c.get("harmless")), None) if answer.get("known") else None


def print_failure(
    console: Any, failure: Failure, answer: Dict[str, Any], solved: Optional[Any] = None
) -> None:
    """Show under a program's output why it failed and what to do.

    Args:
        console: a rich console on standard error.
        solved: the journal's entry of the last time this was solved.
    """
    from rich.rule import Rule

    console.print()
    console.print(Rule(text("run.failed", code=failure.exit_code), style="red", align="left"))
    if solved is not None:
        print_solved(console, solved)
    print_explanation(console, answer)
    console.print(text("run.then"), style="dim")


def print_solved(console: Any, entry: Any) -> None:
    """The journal's `you solved this on ...`, in front of everything else."""
    from rich.text import Text

    console.print(Text("★ " + text("journal.solved_on", day=entry.solved_day()), style="bold green"))
    for part in (entry.fix, entry.lesson):
        if part:
            console.print(Text("  " + part))


def print_explanation(console: Any, answer: Dict[str, Any]) -> None:
    """The first candidate in a box, how sure it is, and the question that would settle a doubt."""
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    chosen = best(answer)
    if chosen is None:
        console.print(Text(text("run.unknown")))
        if answer.get("question"):
            console.print(Text(str(answer["question"])))
        return
    parts = [Text(chosen["what"], style="bold")]
    labels = (("why", "run.why"), ("next", "show.next"), ("confirm", "run.confirm"))
    parts += [
        Text.assemble((text(label) + " ", "bold"), str(chosen[part]))
        for part, label in labels
        if chosen.get(part)
    ]
    if answer.get("question"):
        parts.append(Text.assemble((text("run.question") + " ", "bold"), str(answer["question"])))
    title = "%s · %s · %s" % (
        chosen["cause_id"],
        chosen["layer"],
        text("run.confidence." + chosen["confidence"]),
    )
    console.print(Panel(Group(*parts), title=title, title_align="left", border_style="red"))
