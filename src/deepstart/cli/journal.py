"""`deepstart journal`: parse, call, show."""

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from deepstart.cli._options import Json, Language, NoColor, check_language
from deepstart.findings import UserError, reason_of
from deepstart.words import text


def _help(name: str) -> str:
    return text(f"journal.help.{name}")


app = typer.Typer(no_args_is_help=False, rich_markup_mode=None)
File = Annotated[Path | None, typer.Argument(metavar="[FILE.md]", help=_help("file"))]
Words = Annotated[list[str], typer.Argument(help=_help("words"))]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help=_help("number"))]
Fix = Annotated[str | None, typer.Option(help=_help("fix"))]
Lesson = Annotated[str | None, typer.Option(help=_help("lesson"))]
Verified = Annotated[bool | None, typer.Option("--verified/--not-verified", help=_help("verified"))]


class Door(NamedTuple):
    """Where a verb's answer goes: a console, and the file for JSON, if any."""

    console: Any
    json: str | None

    def write_json(self, **content: Any) -> bool:
        """Write JSON where it was asked for; whether nothing more may be printed."""
        if self.json:
            from deepstart.show.json import write_json

            write_json(content, self.json)
        return self.json == "-"


def _door(context: typer.Context, json: Json = None, language: Language = None, no_color: NoColor = False):
    """The options that every verb of the journal takes, before the verb or behind it."""
    from deepstart.show.terminal import make_console

    check_language(language)
    before = context.obj or {}
    json, no_color = json or before.get("json"), no_color or before.get("no_color", False)
    context.obj = {"json": json, "no_color": no_color}
    return Door(make_console(not no_color), json)


SHARED = list(inspect.signature(_door).parameters.values())


def verb(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register `function(door, ...)` as `deepstart journal NAME ...`, which takes the shared options too."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(function).parameters.values())[1:]

        def parsed(**given: Any) -> None:
            shared = {parameter.name: given.pop(parameter.name) for parameter in SHARED}
            function(_door(**shared), **given)

        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in SHARED + own]
        parsed.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        parsed.__annotations__ = {p.name: p.annotation for p in parameters}
        app.command(name, help=_help(name))(parsed)
        return function

    return register


@app.callback(invoke_without_command=True)
def journal(
    context: typer.Context, json: Json = None, language: Language = None, no_color: NoColor = False
) -> None:
    door = _door(context, json, language, no_color)
    if context.invoked_subcommand is None:
        list_entries(door)


@verb("list")
def list_entries(door: Door) -> None:
    _list(door, _journal().entries(), text("journal.empty"))


@verb("search")
def search(door: Door, words: Words) -> None:
    _list(door, _journal().search(" ".join(words)), text("journal.nothing-found"))


@verb("show")
def show(door: Door, number: Number) -> None:
    from deepstart.trouble.journal import markdown

    entry = _journal().get(number)
    if not door.write_json(entry=entry):
        sys.stdout.write(markdown([entry]).partition("\n\n")[2])


@verb("export")
def export(door: Door, file: File = None) -> None:
    from deepstart.trouble.journal import markdown

    entries = _journal().entries()
    content = markdown(entries)
    printed = door.write_json(entries=entries)
    if file is None:
        sys.stdout.write("" if printed else content)
        return
    try:
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        raise UserError("path.export-unwritable", path=file, why=reason_of(error)) from None
    if not printed:
        door.console.print(text("journal.exported", path=file))


@verb("note")
def note(
    door: Door, number: Number, fix: Fix = None, lesson: Lesson = None, verified: Verified = None
) -> None:
    from deepstart.trouble.journal import day

    if fix is None and lesson is None and verified is None:
        raise UserError("journal.nothing-noted", number=number)
    if any(said is not None and not said.strip() for said in (fix, lesson)):
        raise UserError("journal.empty-note", number=number)
    entry = _journal().note(number, fix, lesson, verified)
    if not door.write_json(entry=entry):
        key = "journal.noted" if entry.solved else "journal.reopened"
        door.console.print(text(key, number=number, day=day(entry.due)))


@verb("forget")
def forget(door: Door, number: Number) -> None:
    _journal().forget(number)
    if not door.write_json(forgotten=number):
        door.console.print(text("journal.forgotten", number=number))


@verb("review")
def review(door: Door) -> None:
    from deepstart.trouble.journal import day

    kept = _journal()
    due = kept.due()
    if door.write_json(due=due):
        return
    if not due:
        coming = [entry.due for entry in kept.entries() if entry.due]
        key = "journal.nothing-due" if coming else "journal.nothing-to-review"
        door.console.print(text(key, day=day(min(coming, default=None))))
    for entry in due:
        _review(door.console, kept, entry)


def _review(console: Any, kept: Any, entry: Any) -> None:
    """One question; without somebody to answer it only the question."""
    from deepstart.trouble.journal import day

    console.print(f"\n[bold]{_escaped(entry.problem or entry.what)}[/bold]  {_escaped(entry.command)}")
    if not sys.stdin.isatty():
        return
    console.input(text("journal.ask") + " ")
    name, advice = entry.outcome()
    outcome = f"{text('journal.field.' + name)}{text('show.colon')}{advice}" if advice else ""
    for part in (entry.told("what"), outcome, entry.lesson):
        if part:
            console.print("  " + _escaped(part))
    answer = console.input(text("journal.remembered") + " ").strip().lower()
    remembered = answer.startswith(("y", "是", "对", "想"))
    console.print(text("journal.again", day=day(kept.reviewed(entry.id, remembered).due)), style="dim")


def _journal() -> Any:
    from deepstart.trouble.journal import Journal

    return Journal()


def _escaped(value: str) -> str:
    from rich.markup import escape

    return escape(value)


def _list(door: Door, entries: list, nothing: str) -> None:
    if door.write_json(entries=entries):
        return
    if not entries:
        door.console.print(nothing)
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("number", "problem", "program", "state"):
        table.add_column(text(f"journal.field.{name}"), overflow="fold", no_wrap=name in ("number", "state"))
    for entry in entries:
        problem, known = _escaped(entry.headline()), _escaped(entry.told("what"))
        if known and known != problem:
            problem += f"\n[dim]{known}[/dim]"
        table.add_row(str(entry.id), problem, _escaped(entry.program()), _state(entry))
    door.console.print(table)
    if due := _journal().due():
        door.console.print(text("journal.due-hint", count=len(due)), style="dim")


def _state(entry: Any) -> str:
    from deepstart.trouble.journal import day

    if entry.solved:
        return f"[green]{text('journal.solved', day=day(entry.solved))}"
    return text("explain.harmless" if entry.is_harmless() else "journal.open")
