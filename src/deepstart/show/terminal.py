"""The terminal: findings as coloured lines and boxes. Colour repeats what the words say."""

import os
import sys

from rich.cells import cell_len
from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from deepstart.findings import Finding, UserError
from deepstart.show.wrapping import Flowing, has_chinese
from deepstart.words import spaced, text

#: Sign and colour of each status; the sign says it without colour too.
STATUS_STYLE = {
    "pass": ("✓", "green"),
    "warn": ("!", "yellow"),
    "fail": ("✗", "red"),
    "blocked": ("·", "dim"),
    "unknown": ("?", "magenta"),
    "not_applicable": ("–", "dim"),
}


class FlowingConsole(Console):
    """A console on which text that is partly Chinese breaks as Chinese does, also in boxes and tables."""

    def render(self, renderable, options=None):
        given = options or self.options
        if isinstance(renderable, Text) and not (renderable.no_wrap or given.no_wrap):
            too_wide = any(cell_len(line) > given.max_width for line in renderable.plain.split("\n"))
            if too_wide and has_chinese(renderable.plain):
                renderable = Flowing(renderable)
        return super().render(renderable, options)


def make_console(color: bool = True, stderr: bool = False) -> Console:
    """A console on standard output (or error) that honours --no-color and NO_COLOR."""
    return FlowingConsole(
        stderr=stderr,
        no_color=not color or bool(os.environ.get("NO_COLOR")),
        highlight=False,
        soft_wrap=False,
        legacy_windows=False if sys.platform != "win32" else None,
    )


def finding_line(finding: Finding) -> Text:
    """One line: sign, then what was seen."""
    sign, style = STATUS_STYLE[finding.status]
    return Text.assemble((f"{sign} ", style), finding.sentence("what") or finding.id)


def finding_box(finding: Finding) -> Panel:
    """A box for what matters most: what was seen, why it matters, what to type."""
    _, style = STATUS_STYLE[finding.status]
    parts = [Text(finding.sentence("what"), style="bold")]
    if why := finding.sentence("why"):
        parts.append(Text(why))
    if then := finding.sentence("next"):
        parts.append(Text.assemble((spaced(text("show.next")), "bold"), then))
    for remedy in finding.remedies:
        parts.extend(Text(f"    {command}", style="cyan") for command in remedy.commands)
    return Panel(Group(*parts), border_style=style, title=escape(finding.id), title_align="left")


def print_error(error: UserError, color: bool = True) -> None:
    """One message for bad input: what was found, why it matters, what to do."""
    console = make_console(color, stderr=True)
    console.print(Text.assemble(("✗ ", "red"), (error.sentence("what") or error.key, "bold")))
    if why := error.sentence("why"):
        console.print(Text("  " + why))
    if then := error.sentence("next"):
        console.print(Text.assemble(("  " + spaced(text("show.next")), "bold"), then))
