"""Help and usage errors of the command line in the reader's language.

Typer writes a few phrases of its own ("Usage:", "Options:") in English; they are replaced where the
finished help leaves its formatter. Its usage errors become messages like all others.
"""

import re
from difflib import get_close_matches
from typing import Any

from deepstart import words
from deepstart.findings import UserError
from deepstart.words import text


def translate_help() -> None:
    """Replace Typer's own phrases in all help that is shown from here on."""
    if words.current_language() == "en":
        return
    from typer import Context

    phrases = words.area_words("cli", words.current_language())["phrases"]
    english = words.area_words("cli", "en")["phrases"]

    owner: Any = next(c for c in Context.__mro__ if "formatter_class" in vars(c))

    class Formatter(owner.formatter_class):
        def getvalue(self) -> str:
            content = super().getvalue()
            for name, phrase in english.items():
                content = content.replace(phrase, phrases[name])
            return content

    owner.formatter_class = Formatter


def as_user_error(error: Any) -> UserError:
    """A usage error of Typer's as a message of ours."""
    verb = error.ctx.command_path if getattr(error, "ctx", None) else "deepstart"
    kind = type(error).__name__
    if kind == "NoSuchOption":
        near = get_close_matches(error.option_name, error.possibilities or (), 3, 0.7)
        nearest = near or f"{verb} --help"
        return UserError("cli.no-such-option", option=error.option_name, verb=verb, nearest=nearest)
    if extra := re.match(r"Got unexpected extra arguments?(?:\(s\))? \((.+)\)", error.format_message()):
        return UserError("cli.extra-words", extra=extra[1], verb=verb)
    if unknown := re.match(r"No such command '([^']+)'", error.format_message()):
        return no_such_verb(unknown[1], sorted(error.ctx.command.commands), verb)
    if kind == "BadOptionUsage":
        return UserError("cli.missing-value", name=error.option_name, verb=verb)
    if kind == "MissingParameter" and error.param is not None:
        return UserError("cli.missing-value", name=_name_of(error.param), verb=verb)
    if kind == "BadParameter" and error.param is not None:
        return UserError(
            "cli.bad-value", name=_name_of(error.param), message=_what_was_expected(error), verb=verb
        )
    return UserError("cli.usage", message=error.format_message(), verb=verb)


def _name_of(parameter: Any) -> str:
    """An option as it is typed, an argument as the help shows it."""
    if parameter.param_type_name == "argument":
        return parameter.name.upper()
    return parameter.opts[0]


#: What a value should have been, by the kind of pydantic's complaint (`int_parsing`, `float_parsing`).
EXPECTED = {"int": "whole-number", "float": "number"}


def _what_was_expected(error: Any) -> str:
    """Why a value was refused, in the reader's language where the reason is a number that is none."""
    complaints: list[dict[str, Any]] = getattr(error.__cause__, "errors", list)()
    for complaint in complaints:
        if kind := EXPECTED.get(complaint["type"].partition("_")[0]):
            return text(f"cli.expected.{kind}", value=complaint["input"])
    return error.message


def no_such_verb(verb: str, verbs: list[str], of: str = "deepstart") -> UserError:
    """What was typed is no verb of `of`; the nearest ones."""
    nearest = get_close_matches(verb, verbs, 3, 0.4) or verbs
    return UserError("cli.no-such-verb", verb=verb, of=of, nearest=nearest)
