"""`deepstart explain`: from the text of a failure to its cause and its fix. Parse, and hand on."""

from typing import Annotated

import typer

from deepstart.cli import _explaining
from deepstart.cli._options import Json, Language, NoColor, check_language
from deepstart.words import text


def explain(
    file: Annotated[str | None, typer.Argument(metavar="[FILE|-]", help=text("explain.help-file"))] = None,
    image: Annotated[
        str | None, typer.Option("--image", metavar="PNG", help=text("explain.help-image"))
    ] = None,
    replay: Annotated[
        str | None, typer.Option("--replay", metavar="SNAPSHOT", help=text("explain.help-replay"))
    ] = None,
    here: Annotated[bool, typer.Option("--here", help=text("explain.help-here"))] = False,
    batch: Annotated[bool, typer.Option("--batch", help=text("explain.help-batch"))] = False,
    json: Json = None,
    language: Language = None,
    no_color: NoColor = False,
) -> None:
    """Explain a text, a picture, many texts, or the last failure of `run`."""
    check_language(language)
    _explaining.run(file, image=image, replay=replay, here=here, batch=batch, json=json, color=not no_color)
