"""The options that every verb takes."""

from typing import Annotated

import typer

from deepstart.words import text

Json = Annotated[str | None, typer.Option("--json", metavar="FILE", help=text("cli.json"))]
Language = Annotated[str | None, typer.Option("--language", metavar="zh|en", help=text("cli.language"))]
NoColor = Annotated[bool, typer.Option("--no-color", help=text("cli.no-color"))]


def check_language(language: str | None) -> None:
    """Refuse a language that deepstart does not speak; None leaves what stood before the verb."""
    from deepstart.findings import UserError
    from deepstart.words import LANGUAGES, choose_language

    if language is None:
        return
    if language not in LANGUAGES:
        raise UserError("cli.unknown-language", wanted=language)
    choose_language(language)


def check_positive(name: str, value: float | None, verb: str) -> None:
    """Refuse a number of things or seconds that is zero, negative, endless or no number."""
    from deepstart.findings import UserError

    if value is not None and not 0 < value < float("inf"):
        message = text("cli.expected.positive", value=f"{value:g}")
        raise UserError("cli.bad-value", name=name, message=message, verb=verb)
