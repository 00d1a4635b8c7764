"""The command line: each verb is one file in this folder, imported only when it is asked for.

A verb's file defines a function of the verb's own name (`need.py`: `need`) with Typer annotations.
It parses, calls and shows; it decides nothing. Its one-line help is `cli.VERB.help` in the words.
"""

import os
import pkgutil
import sys
from importlib import import_module
from typing import Any

from deepstart import words

#: Exit code after Ctrl-C: 128 and the number of the signal, as shells have it.
INTERRUPTED = 130


def verbs() -> list[str]:
    """The verbs, by the files in this folder; names that begin with an underscore are helpers."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


def language_asked_for(arguments: list[str]) -> str | None:
    """`--language` before anything is parsed, since help itself is shown in that language."""
    for i, argument in enumerate(arguments):
        if argument.startswith("--language="):
            argument, following = "--language", argument.partition("=")[2]
        else:
            following = arguments[i + 1] if i + 1 < len(arguments) else ""
        if argument == "--language" and following in words.LANGUAGES:
            return following
    return None


def verb_asked_for(arguments: list[str]) -> str | None:
    """The first word that is neither an option nor the value of `--language`."""
    for before, word in zip(["", *arguments], arguments, strict=False):
        if not word.startswith("-") and before != "--language":
            return word
    return None


def build_app(arguments: list[str]):
    """The Typer application; only the verb that `arguments` name is imported."""
    import typer

    app = typer.Typer(
        help=words.text("cli.help"),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    asked = verb_asked_for(arguments)
    for verb in verbs():
        help_text = words.text(f"cli.{verb}.help", default="")
        if verb == asked:
            module = import_module(f"deepstart.cli.{verb}")
            settings = getattr(module, "CONTEXT_SETTINGS", None)
            if hasattr(module, "app"):  # a verb with verbs of its own
                app.add_typer(module.app, name=verb, help=help_text, short_help=help_text)
            else:
                app.command(verb, help=help_text, short_help=help_text, context_settings=settings)(
                    getattr(module, verb)
                )
        else:
            app.command(verb, help=help_text, short_help=help_text)(_not_imported)

    @app.callback(invoke_without_command=True)
    def top(
        context: typer.Context,
        version: bool = typer.Option(False, "--version", help=words.text("cli.version")),
        language: str = typer.Option("", "--language", metavar="zh|en", help=words.text("cli.language")),
    ):
        from deepstart.cli._options import check_language

        check_language(language or None)
        if version:
            from deepstart import __version__

            typer.echo(__version__)
            raise typer.Exit
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())

    return app


def _not_imported() -> None:
    """Stands for a verb that was not asked for."""


def _quick(arguments: list[str]) -> None:
    """A verb whose start must cost nothing parses for itself: function `quick` in `_quick_VERB.py`.

    It leaves with an exit code of its own, or returns to have the ordinary door open.
    """
    if arguments and arguments[0] in verbs():
        name = f"_quick_{arguments[0]}"
        if any(module.name == name for module in pkgutil.iter_modules(__path__)):
            import_module(f"deepstart.cli.{name}").quick(arguments[1:])


def main() -> None:
    """Entry point: every failure becomes one message and an exit code, never a traceback."""
    from deepstart.findings import UserError

    for stream in (sys.stdout, sys.stderr):  # a letter that this terminal lacks is no reason to fail
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if verb_asked_for(sys.argv[1:]) != "run":  # what a program gets is passed on as it came
        sys.argv[1:] = [_printable(argument) for argument in sys.argv[1:]]
    arguments = sys.argv[1:]
    words.choose_language(language_asked_for(arguments))
    color = "--no-color" not in arguments
    try:
        _quick(arguments)
        sys.exit(_run(arguments))
    except UserError as error:
        _tell(error, arguments, color)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print(words.text("show.interrupted"), file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("DEEPSTART_DEBUG"):
            raise
        print(words.text("show.unexpected", error=f"{type(error).__name__}: {error}"), file=sys.stderr)
        sys.exit(70)


def _printable(argument: str) -> str:
    """An argument that can be printed and stored; the path of a file that exists stays as it is."""
    try:
        argument.encode("utf-8")
    except UnicodeEncodeError:
        if not os.path.lexists(argument):
            return argument.encode("utf-8", "replace").decode("utf-8")
    return argument


def _run(arguments: list[str]) -> int:
    """Run the verb that `arguments` name; its exit code. Usage errors come out as our own messages."""
    from typer import Abort, BadParameter

    from deepstart.cli._help import as_user_error, no_such_verb, translate_help

    translate_help()
    # Every usage error, whichever click it is that Typer carries.
    usage_error: Any = BadParameter.__bases__[0]
    asked = verb_asked_for(arguments)
    if asked and asked not in verbs():
        raise no_such_verb(asked, verbs())
    try:
        code = build_app(arguments)(standalone_mode=False, prog_name="deepstart")
    except usage_error as error:
        if not arguments:
            error.show()  # it carries the help
            return 2
        raise as_user_error(error) from error
    except Abort as error:
        raise KeyboardInterrupt from error
    if (
        code == INTERRUPTED and asked != "run"
    ):  # Typer made it of Ctrl-C; `run` hands on what its program left
        print(file=sys.stderr)  # after the ^C of the terminal
        raise KeyboardInterrupt
    return code if isinstance(code, int) else 0


def _tell(error, arguments: list[str], color: bool) -> None:
    """Show bad input to a person, and to a program too when it asked for JSON on standard output."""
    from deepstart.show.terminal import print_error

    if "--json=-" in arguments or any(
        a == "--json" and b == "-" for a, b in zip(arguments, arguments[1:], strict=False)
    ):
        from deepstart.show.json import write_json

        write_json(error.as_json(), "-")
    print_error(error, color)
