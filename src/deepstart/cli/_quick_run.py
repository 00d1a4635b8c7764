"""`deepstart run`: parse, call, show. Parses for itself, because its start is time taken from the program."""

import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from deepstart import words
from deepstart.findings import UserError

FLAGS = {"--no-color": "color", "--no-watch": "watch"}
VALUES = {"--json": "json", "--language": "language", "--python": "python"}


def quick(arguments: list[str]) -> None:
    """Run what the arguments ask for and leave with its exit code; returns only to have the help shown."""
    options, program = split(arguments)
    if options is None or not program:
        return
    if options["language"] not in (None, *words.LANGUAGES):
        raise UserError("cli.unknown-language", wanted=options["language"])
    words.choose_language(options["language"])
    run(options, program)


def split(arguments: list[str]) -> tuple[dict[str, Any] | None, list[str]]:
    """Our own options, up to the program's name, and the rest, which is the program's; None: show help."""
    options: dict[str, Any] = {"color": True, "watch": True, "json": None, "language": None, "python": ""}
    rest = list(arguments)
    while rest and rest[0].startswith("-") and rest[0] != "-m":
        name, _, value = rest.pop(0).partition("=")
        if name == "--":
            break
        if name in FLAGS:
            options[FLAGS[name]] = False
        elif name in VALUES and (value or rest):
            options[VALUES[name]] = value or rest.pop(0)
        else:
            return None, []
    return options, rest


def run(options: dict[str, Any], program: list[str]) -> None:
    from deepstart.trouble.run import end_like, plan, run_program

    command = plan(program, options["python"])
    if options["json"]:  # an hour of training later would be too late
        from deepstart.show.json import check_target

        check_target(options["json"])
    if options["json"] == "-":  # standard output is for the JSON alone
        kept = os.dup(1)
        os.dup2(2, 1)
    notes = _notes_file() if options["watch"] and command.watchable else None
    try:
        ending = run_program(command, notes, lambda line: _tell(line, options["color"]))
    finally:
        if notes:
            with suppress(OSError):
                Path(notes).unlink()
    answer = _after(ending, options["color"])
    if options["json"]:
        from deepstart.show.json import write_json

        if options["json"] == "-":
            os.dup2(kept, 1)
        write_json({"exit_code": ending.exit_code, **answer}, options["json"])
    end_like(ending)


def _notes_file() -> str | None:
    try:
        handle, path = tempfile.mkstemp(prefix="deepstart-", suffix=".notes")
    except OSError:
        return None
    os.close(handle)
    return path


def _tell(line: str, color: bool) -> None:
    from deepstart.show.terminal import make_console
    from deepstart.trouble.watch import print_note

    print_note(make_console(color, stderr=True), line)


def _after(ending: Any, color: bool) -> dict[str, Any]:
    """What follows a program's end: nothing if all went well, else the explanation under its output."""
    import signal

    if ending.exit_code == 0:
        _note_success(ending, color)
        return {}
    wanted = ("SIGINT", "SIGTERM", "SIGPIPE", "SIGHUP")
    if ending.signal and ending.signal in (getattr(signal, name, None) for name in wanted):
        return {}
    try:
        from deepstart.show.terminal import make_console
        from deepstart.trouble.run_explain import explain_and_remember, print_failure

        explained = explain_and_remember(ending.failure)
        print_failure(make_console(color, stderr=True), explained, ending.exit_code)
        return explained.answer
    except Exception as error:  # our own mistake must not hide the program's
        if os.environ.get("DEEPSTART_DEBUG"):
            raise
        print(words.text("show.unexpected", error=f"{type(error).__name__}: {error}"), file=sys.stderr)
        return {}


def _note_success(ending: Any, color: bool) -> None:
    """If this very command failed before, its journal entries are solved now."""
    from deepstart.places import data_folder

    if not (data_folder() / "journal.sqlite").exists():  # the rest costs 30 ms
        return
    now = ending.failure
    with suppress(Exception):
        from deepstart.show.terminal import make_console
        from deepstart.trouble.journal import Journal

        if entry := Journal().worked(now.command, now.folder):
            make_console(color, stderr=True).print(
                words.text("run.works-now", number=entry.id), style="green"
            )
