"""`deepstart need`: parse, call, show."""

from pathlib import Path
from typing import Annotated

import typer

from deepstart.cli._options import Json, Language, NoColor, check_language
from deepstart.words import text


def _help(name: str) -> str:
    return text(f"need.help.{name}")


def need(
    source: Annotated[str | None, typer.Argument(metavar="[PATH|NAME]", help=_help("source"))] = None,
    target: Annotated[str | None, typer.Option(help=_help("target"))] = None,
    group: Annotated[str | None, typer.Option(metavar="COLUMN|PATTERN", help=_help("group"))] = None,
    time: Annotated[str | None, typer.Option(metavar="COLUMN", help=_help("time"))] = None,
    worth: Annotated[float, typer.Option(metavar="POINTS", help=_help("worth"))] = 1.0,
    budget: Annotated[str, typer.Option(metavar="TIME", help=_help("budget"))] = "10m",
    seed: Annotated[int, typer.Option(help=_help("seed"))] = 0,
    interest: Annotated[str | None, typer.Option(metavar="yes|no", help=_help("interest"))] = None,
    report: Annotated[Path | None, typer.Option(metavar="FILE.html", help=_help("report"))] = None,
    resume: Annotated[bool, typer.Option("--resume/--no-resume", help=_help("resume"))] = True,
    exclude: Annotated[list[str] | None, typer.Option(metavar="CONTENDER", help=_help("exclude"))] = None,
    weights: Annotated[str | None, typer.Option(metavar="FOLDER", help=_help("weights"))] = None,
    json: Json = None,
    language: Language = None,
    no_color: NoColor = False,
) -> None:
    check_language(language)
    from deepstart.show.json import check_target
    from deepstart.show.terminal import make_console

    check_target(json)
    check_target(report, "path.export-unwritable")
    console = make_console(not no_color, stderr=json == "-")
    if source is None:
        from deepstart.need.interview import hold_interview

        answers = hold_interview(console, interest)
        _write(json, answers)
        return

    from deepstart.need import need as answer
    from deepstart.need.terminal import Progress, print_result

    progress = Progress(make_console(not no_color, stderr=True))
    with progress:
        progress.say(text("need.show.starting", source=source))
        result = answer(
            source,
            target=target,
            group=group,
            time_column=time,
            worth=worth,
            budget=budget,
            seed=seed,
            interest=interest,
            exclude=tuple(exclude or ()),
            weights=weights,
            resume=resume,
            tell=progress,
            notice=progress.notice,
        )
    print_result(console, result)
    if report:
        from deepstart.need.report import write_report

        write_report(result, report)
        console.print(text("need.show.report_at", path=report))
    else:
        console.print(text("need.show.report_hint"), style="dim")
    _write(json, result.as_json())


def _write(target: str | None, content: dict) -> None:
    if target:
        from deepstart.show.json import write_json

        write_json(content, target)
