"""`deepstart forecast`: parse, call, show."""

from typing import Annotated

import typer

from deepstart.cli._options import Json, Language, NoColor, check_language
from deepstart.words import text


def _help(name: str) -> str:
    return text(f"forecast.help.{name}")


def forecast(
    curve: Annotated[str, typer.Argument(metavar="CURVE.csv|-", help=_help("curve"))] = "-",
    to: Annotated[list[float] | None, typer.Option(metavar="N", help=_help("to"))] = None,
    lower_is_better: Annotated[bool, typer.Option("--lower-is-better", help=_help("lower"))] = False,
    higher_is_better: Annotated[bool, typer.Option("--higher-is-better", help=_help("higher"))] = False,
    rival: Annotated[str | None, typer.Option(metavar="CURVE.csv", help=_help("rival"))] = None,
    batch: Annotated[bool, typer.Option("--batch", help=_help("batch"))] = False,
    json: Json = None,
    language: Language = None,
    no_color: NoColor = False,
) -> None:
    check_language(language)
    if batch:
        raise typer.Exit(_batch(curve))

    from deepstart.findings import UserError
    from deepstart.need.forecast import forecast_curve
    from deepstart.need.forecast.files import read_curve
    from deepstart.need.forecast.terminal import print_forecast, print_outlook
    from deepstart.show.terminal import make_console

    if curve == "-":
        raise UserError("forecast.no-file")
    read = read_curve(curve, _lower(lower_is_better, higher_is_better))
    seen = max(read.n, default=0)
    if before := [n for n in to or [] if n <= seen]:
        raise UserError("forecast.to-within", to=f"{min(before):g}", seen=f"{seen:g}")
    wanted = sorted(to or [2 * max(read.n), 4 * max(read.n), 8 * max(read.n)] if read.n else [])
    outlook = _outlook(read, _same_way(read, rival, lower_is_better or higher_is_better)) if rival else None
    found = forecast_curve(read.n, read.score, read.stderr, wanted, read.higher_is_better)
    if json != "-":
        console = make_console(not no_color)
        print_forecast(console, read, found)
        if outlook:
            print_outlook(console, outlook, curve, rival or "")
    if json:
        from deepstart.show.json import write_json

        write_json(_content(read, found) | _rivalry(outlook), json)


def _lower(lower: bool, higher: bool) -> bool | None:
    """Which way the person says is better; None: the column's name tells.

    Raises:
        UserError: they said both.
    """
    from deepstart.findings import UserError

    if lower and higher:
        raise UserError("forecast.both-ways")
    return lower if lower or higher else None


def _same_way(read, rival: str, said: bool):
    """The rival's curve, read as the first one.

    Raises:
        UserError: by its column's name the other way is better, so that the two are no rivals.
    """
    from deepstart.findings import UserError
    from deepstart.need.forecast.files import read_curve

    other = read_curve(rival, not read.higher_is_better if said else None)
    if other.higher_is_better != read.higher_is_better:
        raise UserError("forecast.other-score", rival=rival, score=read.score_name, other=other.score_name)
    return other


def _outlook(read, other):
    """Who of the two is ahead now and later."""
    from deepstart.need.forecast import compare_forecast, make_curve

    first, second = (make_curve(c.n, c.score, c.stderr, c.higher_is_better) for c in (read, other))
    return compare_forecast(first, second, side=0)


def _rivalry(outlook) -> dict:
    """The comparison for programs; nothing where there was none."""
    from dataclasses import asdict

    if outlook is None:
        return {}
    crossing = outlook.crossing
    return {
        "ahead": [{"n": n, "probability": p} for n, p in outlook.deep_ahead],
        "ahead_now": outlook.deep_ahead_now,
        "crossing": None if crossing.low is None else asdict(crossing),
        "unclear_beyond": outlook.unclear_beyond,
        "label_next": outlook.label_next,
    }


def _content(read, found) -> dict:
    """The forecast for programs."""
    from deepstart.need.forecast import PROVEN_RATIO

    points = zip(read.n, read.score, read.stderr, strict=True)
    return {
        "score": read.score_name,
        "higher_is_better": read.higher_is_better,
        "points": [dict(zip(("n", "mean", "stderr"), point, strict=True)) for point in points],
        "forecast": [dict(zip(("n", "mean", "low", "high"), row, strict=True)) for row in found],
        "proven_to": max(read.n) * PROVEN_RATIO,
    }


def _batch(source: str) -> int:
    """Answer each line of JSON as it comes; 2 when some line could not be answered."""
    import json
    import sys
    from pathlib import Path

    from deepstart.findings import UserError
    from deepstart.need.forecast.files import answer_batch, why_unread

    try:
        lines = sys.stdin if source == "-" else Path(source).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("forecast.unreadable", path=source, reason=why_unread(error)) from error
    failed = False
    for answer in answer_batch(lines):
        failed |= "error" in answer
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    return 2 if failed else 0
