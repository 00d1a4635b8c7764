"""`--fix`: runs what is safe, after asking, and proves it with the very check that found the fault.

Only remedies that a check worked out for this machine and graded safe are run: they change nothing
outside of the user's own environment and name what takes them back.
"""

import shlex
import subprocess
import sys
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from deepstart.findings import Finding, Remedy
from deepstart.machine import ladder
from deepstart.machine.snapshot import take_snapshot
from deepstart.words import text

Ask = Callable[[str], bool]
Say = Callable[[str], None]


def safe_remedy(finding: Finding) -> Optional[Remedy]:
    """The first remedy of a finding that may be run for the user; None when there is none."""
    if finding.status not in ("fail", "warn"):
        return None
    return next((r for r in finding.remedies if r.grade == "safe" and r.commands), None)


def fix(
    findings: Sequence[Finding],
    ask: Ask,
    say: Say,
    look: Callable[[], Dict[str, Any]] = take_snapshot,
    run: Optional[Callable[[str], int]] = None,
) -> List[Finding]:
    """Offer every safe remedy once, lowest layer first, and look again after each.

    Args:
        ask: asks the user a question; True means yes.
        say: shows one line.
        look: takes a new snapshot.
        run: runs one command and gives its exit code.

    Returns:
        The findings as they are in the end.
    """
    now, tried = list(findings), set()
    offered = False
    while True:
        todo = [f for f in now if safe_remedy(f) and f.id not in tried]
        if not todo:
            break
        tried.add(todo[0].id)
        offered = True
        now = _one(todo[0], now, ask, say, look, run or _run)
    if not offered:
        say(text("doctor.fix-none"))
    return now


def _one(finding: Finding, before: List[Finding], ask: Ask, say: Say, look, run) -> List[Finding]:
    """Offer, run and prove one remedy."""
    remedy = safe_remedy(finding)
    assert remedy is not None
    _show(finding, remedy, say)
    if not ask(text("doctor.fix-ask")):
        say(text("doctor.fix-skipped"))
        return before
    _run_all(remedy.commands, say, run)
    after = ladder.diagnose(look())
    new = _compare(finding, before, after, say)
    if new and remedy.undo and ask(text("doctor.fix-undo-ask")):
        _run_all(remedy.undo, say, run)
        after = ladder.diagnose(look())
    return after


def _show(finding: Finding, remedy: Remedy, say: Say) -> None:
    say(text("doctor.fix-offer", cause=finding.id))
    for command in remedy.commands:
        say("    " + command)
    if remedy.undo:
        say(text("doctor.undo"))
        for command in remedy.undo:
            say("    " + command)


def _run_all(commands: Tuple[str, ...], say: Say, run) -> None:
    """Run the commands in order; stop at the first that fails."""
    for command in commands:
        say(text("doctor.fix-running", command=command))
        code = run(command)
        if code:
            say(text("doctor.fix-failed", code=code))
            return


def _compare(finding: Finding, before: List[Finding], after: List[Finding], say: Say) -> List[str]:
    """Say what the same checks say now; the causes whose checks passed before, so that the fix made them."""
    key = "doctor.fix-still" if finding.id in _causes(after) else "doctor.fix-green"
    say(text(key, cause=finding.id))
    passed = {f.id for f in before if f.status == "pass"}
    green = [f.id for f in after if f.status == "pass" and f.id not in passed]
    if green:
        say(text("doctor.fix-turned", checks=green))
    come = [f for f in after if f.id in _causes(after) and f.id not in _causes(before)]
    new = [f.id for f in come if f.values.get("check") in passed]
    uncovered = [f.id for f in come if f.id not in new]
    if uncovered:  # what waited for the mended layer could be asked only now
        say(text("doctor.fix-uncovered", causes=uncovered))
    if new:
        say(text("doctor.fix-new", causes=new))
    return new


def _causes(findings: Sequence[Finding]) -> List[str]:
    return [finding.id for finding in findings if finding.status in ("fail", "warn")]


def _run(command: str) -> int:
    """Run one command where the user sees its output."""
    try:
        words: Any = command if sys.platform == "win32" else shlex.split(command)
        return subprocess.run(words, stdin=subprocess.DEVNULL, check=False).returncode
    except OSError as error:
        sys.stderr.write("%s\n" % error)
        return 127
