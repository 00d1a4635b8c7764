"""`deepstart run`: its help. Running is done by `_quick_run`, which never gets here."""

from typing import Annotated

import typer

from deepstart.cli._options import Json, Language, NoColor
from deepstart.words import text

CONTEXT_SETTINGS = {"allow_interspersed_args": False, "ignore_unknown_options": True}


Script = Annotated[str, typer.Argument(metavar="SCRIPT", help=text("run.help.script"))]
Arguments = Annotated[list[str] | None, typer.Argument(metavar="[ARGS]...", help=text("run.help.arguments"))]


def run(
    script: Script,
    arguments: Arguments = None,
    watch: Annotated[bool, typer.Option("--watch/--no-watch", help=text("run.help.watch"))] = True,
    python: Annotated[str, typer.Option(metavar="PATH", help=text("run.help.python"))] = "",
    json: Json = None,
    language: Language = None,
    no_color: NoColor = False,
) -> None:
    from deepstart.cli._quick_run import run as run_it

    run_it(
        {"color": not no_color, "watch": watch, "json": json, "language": language, "python": python},
        [script, *(arguments or [])],
    )
