"""The answer of `doctor` as plain text, for where Rich cannot be installed: the same rows and boxes."""

import textwrap
import unicodedata
from typing import Any, Callable, Dict, List, Sequence

from deepstart.findings import Finding, Remedy
from deepstart.machine import report
from deepstart.words import text

SIGNS = {"pass": "✓", "warn": "!", "fail": "✗", "blocked": "·", "unknown": "?", "not_applicable": "–"}
WIDTH = 100


def cells(words: str) -> int:
    """Width on the screen: Chinese letters take two cells."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in words)


def ladder_text(
    findings: Sequence[Finding], snapshot: Dict[str, Any], remedies_of: Callable[[Finding], Sequence[Remedy]]
) -> str:
    """Everything that `doctor` says, ready to print."""
    lines = [text("doctor.title")]
    rows = report.rows(findings, snapshot)
    width = max((cells(row.title) for row in rows), default=0)
    for row in rows:
        pad = " " * (width - cells(row.title) + 1)
        lines.append("%s %s%s%s" % (SIGNS[row.status], row.title, pad, " ".join(row.says.split())[:WIDTH]))
    lines += ["", report.verdict(findings)]
    for status in ("fail", "warn"):
        for finding in (f for f in findings if f.status == status):
            lines += _box(report.box(finding, remedies_of(finding)))
    return "\n".join([*lines, "", *report.notes(findings, snapshot)])


def _box(box: report.Box) -> List[str]:
    lines = ["", "%s [%s] %s" % (SIGNS[box.status], box.id, box.what)]
    if box.seen:
        lines.append("  " + text("doctor.seen"))
        lines += ["    " + line for words in box.seen for line in words.splitlines()]
    for title, words in (("show.why", box.why), ("show.next", box.then)):
        if words:
            lines += textwrap.wrap(
                report.heading(title) + words, WIDTH, initial_indent="  ", subsequent_indent="  "
            )
    lines += ["      " + command for command in box.remedy.commands]
    if box.remedy.undo:
        lines += ["  " + text("doctor.undo")] + ["      " + command for command in box.remedy.undo]
    return lines
