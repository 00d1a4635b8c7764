"""`deepstart journal`: parse, call, show."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from deepstart.cli._options import Json, Language, NoColor, check_language
from deepstart.words import text


def _help(name: str) -> str:
    return text(f"journal.help.{name}")


app = typer.Typer(no_args_is_help=False, rich_markup_mode=None)
File = Annotated[Path | None, typer.Argument(metavar="[FILE.md]", help=_help("file"))]
Words = Annotated[list[str], typer.Argument(help=_help("words"))]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help=_help("number"))]


@app.callback(invoke_without_command=True)
def journal(
    context: typer.Context, json: Json = None, language: Language = None, no_color: NoColor = False
) -> None:
    check_language(language)
    context.obj = {"json": json, "color": not no_color}
    if context.invoked_subcommand is None:
        _list(context, _journal().entries(), text("journal.empty"))


@app.command("list", help=_help("list"))
def list_entries(
    context: typer.Context, json: Json = None, language: Language = None, no_color: NoColor = False
) -> None:
    check_language(language)
    _list(context, _journal().entries(), text("journal.empty"), json)


@app.command(help=_help("search"))
def search(
    context: typer.Context,
    words: Words,
    json: Json = None,
    language: Language = None,
    no_color: NoColor = False,
) -> None:
    check_language(language)
    _list(context, _journal().search(" ".join(words)), text("journal.nothing-found"), json)


@app.command(help=_help("show"))
def show(
    context: typer.Context,
    number: Number,
    json: Json = None,
    language: Language = None,
    no_color: NoColor = False,
) -> None:
    check_language(language)
    from deepstart.trouble.journal import markdown

    entry = _journal().get(number)
    if not _json(context, json, {"entry": entry}):
        sys.stdout.write(markdown([entry]).partition("\n\n")[2])


@app.command(help=_help("export"))
def export(
    context: typer.Context,
    file: File = None,
    json: Json = None,
    language: Language = None,
    no_color: NoColor = False,
) -> None:
    check_language(language)
    from deepstart.trouble.journal import markdown

    entries = _journal().entries()
    content = markdown(entries)
    printed = _json(context, json, {"entries": entries})
    if file is None and printed:
        return
    if file is None:
        sys.stdout.write(content)
        return
    try:
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        from deepstart.findings import UserError, reason_of

        raise UserError("path.export-unwritable", path=file, why=reason_of(error)) from None
    if not printed:
        _console(context).print(text("journal.exported", path=file))


@app.command(help=_help("note"))
def note(
    context: typer.Context,
    number: Number,
    fix: Annotated[str | None, typer.Option(help=_help("fix"))] = None,
    lesson: Annotated[str | None, typer.Option(help=_help("lesson"))] = None,
    verified: Annotated[
        bool | None, typer.Option("--verified/--not-verified", help=_help("verified"))
    ] = None,
    json: Json = None,
    language: Language = None,
    no_color: NoColor = False,
) -> None:
    check_language(language)
    from deepstart.findings import UserError
    from deepstart.trouble.journal import day

    if any(said is not None and not said.strip() for said in (fix, lesson)):
        raise UserError("journal.empty-note", number=number)
    entry = _journal().note(number, fix, lesson, verified)
    if _json(context, json, {"entry": entry}):
        return
    key = "journal.noted" if entry.solved else "journal.reopened"
    _console(context).print(text(key, number=number, day=day(entry.due)))


@app.command(help=_help("forget"))
def forget(
    context: typer.Context,
    number: Number,
    json: Json = None,
    language: Language = None,
    no_color: NoColor = False,
) -> None:
    check_language(language)
    _journal().forget(number)
    if not _json(context, json, {"forgotten": number}):
        _console(context).print(text("journal.forgotten", number=number))


@app.command(help=_help("review"))
def review(
    context: typer.Context, json: Json = None, language: Language = None, no_color: NoColor = False
) -> None:
    check_language(language)
    from deepstart.trouble.journal import day

    kept = _journal()
    due = kept.due()
    if _json(context, json, {"due": due}):
        return
    console = _console(context)
    if not due:
        coming = [entry.due for entry in kept.entries() if entry.due]
        key = "journal.nothing-due" if coming else "journal.nothing-to-review"
        console.print(text(key, day=day(min(coming, default=None))))
        return
    for entry in due:
        console.print(f"\n[bold]{_escaped(entry.problem or entry.what)}[/bold]  {_escaped(entry.command)}")
        if not sys.stdin.isatty():
            continue
        console.input(text("journal.ask") + " ")
        for part in (entry.told("what"), entry.fix or entry.told("next"), entry.lesson):
            if part:
                console.print("  " + _escaped(part))
        answer = console.input(text("journal.remembered") + " ").strip().lower()
        remembered = answer.startswith(("y", "是", "对", "想"))
        console.print(text("journal.again", day=day(kept.reviewed(entry.id, remembered).due)), style="dim")


def _journal() -> Any:
    from deepstart.trouble.journal import Journal

    return Journal()


def _console(context: typer.Context) -> Any:
    from deepstart.show.terminal import make_console

    return make_console(context.obj["color"] and not context.params.get("no_color"))


def _json(context: typer.Context, target: str | None, content: dict) -> bool:
    """Write JSON where it was asked for; whether nothing more may be printed."""
    target = target or context.obj["json"]
    if target:
        from deepstart.show.json import write_json

        write_json(content, target)
    return target == "-"


def _escaped(value: str) -> str:
    from rich.markup import escape

    return escape(value)


def _list(context: typer.Context, entries: list, nothing: str, json: str | None = None) -> None:
    if _json(context, json, {"entries": entries}):
        return
    from rich.table import Table

    from deepstart.trouble.journal import day

    console = _console(context)
    if not entries:
        console.print(nothing)
        return
    table = Table(box=None, pad_edge=False)
    for name in ("number", "problem", "cause", "state"):
        table.add_column(text(f"journal.field.{name}"), overflow="fold" if name != "number" else "crop")
    for entry in entries:
        state = text("journal.solved", day=day(entry.solved)) if entry.solved else text("journal.open")
        style = "green" if entry.solved else ""
        state = f"[{style}]{state}" if style else state
        table.add_row(str(entry.id), _escaped(entry.problem or entry.what), entry.cause, state)
    console.print(table)
    if due := _journal().due():
        console.print(text("journal.due-hint", count=len(due)), style="dim")
