"""`deepstart report`: parse, ask, show. Nothing is sent."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from deepstart.cli._options import Json, Language, NoColor, check_language, check_positive
from deepstart.findings import UserError, reason_of
from deepstart.trouble.pasted import piped_text, read_text
from deepstart.words import text


def _option(name: str, *names: str, metavar: str | None = None) -> Any:
    return typer.Option(*names, metavar=metavar, help=text(f"report.help.{name}"))


def report(
    file: Annotated[str | None, typer.Argument(metavar="[FILE|-]", help=text("report.help.file"))] = None,
    target: Annotated[str | None, _option("for", "--for", metavar="PROJECT")] = None,
    expected: Annotated[str, _option("expected", "--expected")] = "",
    steps: Annotated[str, _option("steps", "--steps")] = "",
    tried: Annotated[list[str] | None, _option("tried", "--tried")] = None,
    title: Annotated[str, _option("title", "--title")] = "",
    code: Annotated[Path | None, _option("code", "--code", metavar="FILE")] = None,
    out: Annotated[Path | None, _option("out", "--out", metavar="FILE.md")] = None,
    minimise: Annotated[Path | None, _option("minimise", "--minimise", metavar="SCRIPT")] = None,
    limit: Annotated[float, _option("limit", "--limit", metavar="SECONDS")] = 300,
    arguments: Annotated[str, _option("arguments", "--arguments")] = "",
    quick: Annotated[bool, _option("quick", "--quick")] = False,
    json: Json = None,
    language: Language = None,
    no_color: NoColor = False,
) -> None:
    check_language(language)
    check_positive("--limit", limit, "deepstart report")
    from deepstart.show.json import check_target
    from deepstart.show.terminal import make_console
    from deepstart.trouble.report import Answers, write_report
    from deepstart.trouble.report_targets import names_project

    check_target(out, "report.cannot-write")
    check_target(json)
    console = make_console(not no_color, stderr=json == "-")
    minimal = _shrink(console, minimise, arguments, limit) if minimise else None
    failure = _failure(file, minimal, minimise)
    if target and not names_project(target, failure.text):
        console.print(text("report.other-project", project=target), style="yellow")
    answers = Answers(expected, steps, list(tried or ()), title, _read(code) if code else "")
    if sys.stdin.isatty() and file != "-" and json != "-":
        _ask(console, answers)
    snapshot = None
    if not quick:
        from deepstart.machine import take_snapshot

        snapshot = take_snapshot()
    made = write_report(failure, target, answers, snapshot, minimal, own=not quick)
    _show(console, made, out)
    if json:
        from deepstart.show.json import write_json

        write_json(made.as_json(), json)


def _shrink(console: Any, path: Path, arguments: str, limit: float) -> Any:
    import shlex

    from deepstart.trouble.minimise import minimise, parsed
    from deepstart.trouble.run import shell_python

    parsed(str(path))  # what cannot be shrunk is refused before anything is announced
    console.print(text("report.shrinking", path=path, limit=round(limit)), style="dim")
    minimal = minimise(str(path), shlex.split(arguments), shell_python(), limit)
    console.print(
        text(
            "report.shrunk",
            before=minimal.before,
            after=minimal.after,
            tries=minimal.tries,
            seconds=round(minimal.seconds, 1),
            signature=minimal.signature,
        )
    )
    if minimal.out_of_time:
        console.print(text("report.shrunk-timeout"), style="yellow")
    return minimal


def _failure(file: str | None, minimal: Any, script: Path | None) -> Any:
    """The failure to report: a text, the shrunk script's, or the last one of `run`."""
    from deepstart.trouble.run import shell_python
    from deepstart.trouble.run_record import Failure, last_failure

    if minimal:
        python = shell_python()
        return Failure(minimal.output, [python, str(script)], str(Path.cwd()), python)
    if file == "-" or (file is None and not sys.stdin.isatty() and (piped := piped_text()).strip()):
        return Failure(piped_text() if file == "-" else piped, python=shell_python())
    if file:
        return Failure(_read(Path(file)), python=shell_python())
    failure = last_failure()
    if failure is None:
        raise UserError("report.nothing-failed")
    return failure


def _read(path: Path) -> str:
    return read_text(str(path), "report.cannot-read")


def _ask(console: Any, answers: Any) -> None:
    """Ask for what only the user knows and has not said."""
    for name in ("expected", "steps"):
        if not getattr(answers, name):
            setattr(answers, name, console.input(text(f"report.ask.{name}") + " ").strip())
    if not answers.tried and (tried := console.input(text("report.ask.tried") + " ").strip()):
        answers.tried.append(tried)


def _show(console: Any, made: Any, out: Path | None) -> None:
    """The preview first; then what is missing, where it is saved, and the address."""
    from rich.rule import Rule
    from rich.text import Text

    target = made.target
    console.print(
        Rule(text("report.preview", target=target.name, repository=target.repository), align="left")
    )
    console.print(Text(text("report.title", title=made.title), style="bold"))
    console.print(Text(made.body()), soft_wrap=True)  # as it is to be pasted
    console.print(Rule())
    counts = ", ".join(f"{n} {kind}" for kind, n in sorted(made.masked.items()))
    console.print(text("report.masked", counts=counts) if counts else text("report.nothing-masked"))
    if made.missing:
        console.print(text("report.missing"), style="yellow")
    for name, required in made.missing:
        need = text("report.required" if required else "report.optional")
        console.print(Text(f"  {need}{text('show.colon')}" + text(f"report.part.{name}")))
    if made.not_english():
        console.print(text("report.write-english"), style="yellow")
    _save(console, made, out)
    _show_address(console, made)


def _save(console: Any, made: Any, out: Path | None) -> None:
    if out is None:
        console.print(text("report.save-hint"), style="dim")
        return
    by_hand = [f for f in made.fields() if not f["id"] and f["value"]]
    extra = "".join(f"\n\n<!-- {f['label']} -->\n\n{f['value']}\n" for f in by_hand if f["source"] == "own")
    try:
        out.write_text(f"# {made.title}\n\n{made.body()}{extra}", encoding="utf-8")
    except OSError as error:
        raise UserError("report.cannot-write", path=out, why=reason_of(error)) from None
    console.print(text("report.saved", path=out))


def _show_address(console: Any, made: Any) -> None:
    from rich.text import Text

    choices = [f for f in made.fields() if f["kind"] == "choice"]
    if choices:
        console.print(text("report.choices"))
    for f in choices:
        console.print(Text(text("report.choose", label=f["label"], value=f["value"])))
    address = made.address()
    console.print(text("report.address", size=address.size))
    console.print(Text(address.url), soft_wrap=True, style="cyan")
    if address.left_out:
        console.print(text("report.left-out", fields=", ".join(address.left_out)))
