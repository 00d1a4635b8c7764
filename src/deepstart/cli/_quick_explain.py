"""`deepstart explain TEXT` without Typer, whose start takes longer than the explanation itself."""

import sys

from deepstart import words
from deepstart.cli import _explaining
from deepstart.findings import UserError

FLAGS = {"--no-color": ("color", False), "--batch": ("batch", True)}
VALUES = {"--json": "json", "--language": "language"}


def quick(arguments: list[str]) -> None:
    """Explain and leave, if the arguments are the usual ones; else return, to have Typer parse them."""
    options: dict = {"color": True, "batch": False, "json": None, "language": None}
    files, rest = [], list(arguments)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name in FLAGS and not equals:
            key, chosen = FLAGS[name]
            options[key] = chosen
        elif name in VALUES and (equals or rest):
            options[VALUES[name]] = value if equals else rest.pop(0)
        elif name.startswith("-") and name != "-":
            return
        else:
            files.append(name + equals + value)
    if len(files) > 1:
        return
    language = options.pop("language")
    if language not in (None, *words.LANGUAGES):
        raise UserError("cli.unknown-language", wanted=language)
    words.choose_language(language)
    _explaining.run(files[0] if files else None, **options)
    sys.exit(0)
