"""The ladder in the terminal: one line a layer, the roots in boxes, then what else is worth a line."""

from collections.abc import Callable, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Group
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from deepstart.findings import Finding, Remedy
from deepstart.machine import report
from deepstart.show.terminal import STATUS_STYLE
from deepstart.show.wrapping import Flowing
from deepstart.words import text


def show_ladder(
    console,
    findings: Sequence[Finding],
    snapshot: dict[str, Any],
    remedies_of: Callable[[Finding], Sequence[Remedy]],
    verbose: bool = False,
) -> None:
    """The whole answer of `doctor`."""
    console.print(Text(text("doctor.title"), style="bold"))
    if verbose:
        _show_checks(console, findings)
        _show_libraries(console, snapshot)
    else:
        _show_rows(console, report.rows(findings, snapshot))
    console.print()
    roots = [finding for finding in findings if finding.status == "fail"]
    warnings = [finding for finding in findings if finding.status == "warn"]
    console.print(Text(report.verdict(findings), style="bold"))
    for finding in roots:
        console.print(_panel(report.box(finding, remedies_of(finding))))
    if roots and warnings:
        console.print(Text(text("doctor.warnings"), style="bold"))
    for finding in warnings:
        console.print(_panel(report.box(finding, remedies_of(finding))))
    for note in report.notes(findings, snapshot):
        console.print(Flowing(Text(note, style="dim")))


def _show_checks(console, findings: Sequence[Finding]) -> None:
    """One line a check, below the name of its layer."""
    layer = ""
    for finding in (f for f in findings if f.values.get("because") != "other-system"):
        if finding.layer != layer:
            layer = finding.layer or ""
            console.print(Text(text("doctor.layer." + layer), style="bold"))
        sign, style = STATUS_STYLE[finding.status]
        title = finding.id if finding.area == "causes" else finding.sentence("what")
        console.print(Text.assemble(("  " + sign + " ", style), title, (_after(finding), "dim")))


def _after(finding: Finding) -> str:
    """What follows the title of a check: its evidence when it passed, else why not."""
    if finding.status != "pass":
        return ": " + report.line(finding)
    values = "; ".join(report.named(fact) for fact in finding.facts if fact.value != "")
    return ": " + values if values else ""


def _show_libraries(console, snapshot: dict[str, Any]) -> None:
    """Which copy of each CUDA library the loader takes, why, and what it passes over."""
    rows = report.loaded(report.Facts(snapshot))
    if rows:
        console.print(Text(text("doctor.libraries"), style="bold"))
    for row in rows:
        console.print(Text.assemble("  ", row.name, ": ", row.picked or "-", (" · " + row.why, "dim")))
        for copy in row.passed_over:
            console.print(Text("    " + text("doctor.passed-over", copy=copy), style="dim"))


def _show_rows(console, rows: Sequence[report.Row]) -> None:
    """One line a layer, cut at the terminal's edge; Chinese letters are two cells wide."""
    width = max((cell_len(row.title) for row in rows), default=0)
    for row in rows:
        sign, style = STATUS_STYLE[row.status]
        quiet = "dim" if row.status in ("not_applicable", "blocked") else ""
        title = row.title + " " * (width - cell_len(row.title) + 1)
        line = Text.assemble((sign + " ", style), (title, quiet), (" ".join(row.says.split()), quiet))
        console.print(line, no_wrap=True, overflow="ellipsis")


def _panel(box: report.Box) -> Panel:
    _, style = STATUS_STYLE[box.status]
    parts: list[Text | Flowing | Padding] = [Flowing(Text(box.what, style="bold"))]
    if box.seen:
        parts.append(Text(text("doctor.seen")))
        parts.extend(Padding(Flowing(Text(line)), (0, 0, 0, 2)) for line in box.seen)
    if box.why:
        parts.append(Flowing(Text.assemble((report.heading("show.why"), "bold"), box.why)))
    if box.then:
        parts.append(Flowing(Text.assemble((report.heading("show.next"), "bold"), box.then)))
    parts.extend(Text("    " + command, style="cyan") for command in box.remedy.commands)
    if box.remedy.undo:
        parts.append(Text(text("doctor.undo"), style="dim"))
        parts.extend(Text("    " + command, style="dim") for command in box.remedy.undo)
    return Panel(Group(*parts), border_style=style, title=escape(box.id), title_align="left")
