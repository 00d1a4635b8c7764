"""How a plan and its progress look in the terminal."""

from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from deepstart.show.terminal import finding_box, finding_line
from deepstart.start.environment.apply import Work, steps_of
from deepstart.start.environment.decide import LABELS, Plan
from deepstart.start.environment.files import activation
from deepstart.words import text


def print_plan(plan: Plan, folder: str, console: Console) -> None:
    """What, why, sizes, time."""
    pins = plan.pins
    if not plan.possible or pins is None:
        console.print(Text(text("setup.impossible"), style="bold"))
        for found in plan.notes:
            failed = found.status == "fail"
            console.print(finding_box(found) if failed else finding_line(replace(found, status="warn")))
        return
    label = LABELS[plan.wishes.framework]
    head = {"framework": label, "version": pins.version, "build": pins.build, "python": plan.python}
    console.print(Text(text("setup.title", folder=folder, **head), style="bold"))
    size = text("setup.size", download=pins.download_mb, disk=pins.disk_mb, minutes=plan.minutes)
    console.print(Text(size))
    console.print()
    for found in plan.notes:
        print_note(found, console)
    console.print()
    console.print(Text(text("setup.tool", tool=plan.tool, packages=" ".join(pins.requirements))))
    console.print(Text(text("setup.will-do") + text("show.colon"), style="bold"))
    for number, (name, _, _) in enumerate(steps_of(plan), 1):
        console.print(Text(f"  {number}. {text(f'setup.step.{name}')}"))


def print_note(found, console: Console) -> None:
    console.print(finding_line(found))
    for part in ("why", "next"):
        if sentence := found.sentence(part):
            console.print(Text("  " + sentence, style="dim" if part == "why" else ""))


class Progress:
    """Tells of each event of `apply` as it happens."""

    def __init__(self, console: Console):
        self.console, self.step, self.changed = console, "", False

    def __call__(self, event: str, about: str) -> None:
        if event in ("start", "done", "kept"):
            self.step = about
            self.changed = self.changed or event == "start"
            self.console.print(Text(text(f"setup.{event}", step=text(f"setup.step.{about}"))))
        elif event == "warn":
            self.console.print(Text(text("setup.keeps-yours", file=about), style="yellow"))
        elif event == "line" and about.strip():
            self.console.print(Text("    " + about[: self.console.width - 6], style="dim"))


def print_result(work: Work, progress: Progress, console: Console) -> None:
    """What turned green."""
    console.print()
    if not progress.changed:
        console.print(Text(text("setup.nothing-to-do"), style="green"))
    if work.doctor:
        roots = work.doctor["roots"]
        where = Path(work.folder) / ".deepstart/doctor.json"
        told = text("setup.roots", roots=roots, file=where) if roots else text("setup.verified")
        console.print(Text(told, style="yellow" if roots else "green"))
    if work.accuracy is not None:
        console.print(Text(text("setup.trained", accuracy=f"{work.accuracy:.3f}"), style="green"))
    # Two lines: PowerShell before version 7 does not know `&&`.
    folder = str(work.folder)
    console.print(text("setup.finished"))
    for line in (f'cd "{folder}"' if " " in folder else f"cd {folder}", activation(work.plan)):
        console.print("    " + line, markup=False, highlight=False, soft_wrap=True)
