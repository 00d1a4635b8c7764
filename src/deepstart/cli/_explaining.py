"""What `deepstart explain` does, for both of its doors. Imports no Typer: its start costs more than this."""

import re
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from deepstart.findings import UserError, reason_of
from deepstart.trouble.pasted import is_picture, piped_text, read_text


def run(
    file: str | None,
    *,
    image: str | None = None,
    replay: str | None = None,
    here: bool = False,
    batch: bool = False,
    json: str | None = None,
    color: bool = True,
) -> None:
    """Explain a text, a picture, many texts, or the last failure of `run`."""
    if batch:
        _batch(file, json)
        return
    from deepstart.trouble.explain import explain as explain_text
    from deepstart.trouble.run_memory import with_memory
    from deepstart.trouble.run_record import Failure, last_failure

    if not image and file and is_picture(file):
        image = file
    error = _picture(image) if image else _text(file)
    failure = last_failure()
    whole = failure is not None and failure.is_whole and failure.text == error
    if not error.strip():
        raise _nothing_in(file)
    answer = explain_text(error, _snapshot(replay, here), ocr=bool(image), whole=whole)
    if whole and failure:
        answer = with_memory(answer, failure.memory, text=error)
    if image:
        answer["text"] = error
    if json:
        from deepstart.show.json import write_json

        write_json(answer, json)
    if json != "-":
        from deepstart.show.explanation import show_explanation
        from deepstart.show.terminal import make_console
        from deepstart.trouble.journal import remember_text, solved_before
        from deepstart.trouble.run_explain import print_solved
        from deepstart.words import text

        console = make_console(color)
        if solved := solved_before(failure if failure and failure.text == error else Failure(error), answer):
            print_solved(console, solved)
        entry = remember_text(error, answer)
        show_explanation(console, answer)
        if entry is not None and entry.solved is None:
            console.print(text("run.then-note", number=entry.id), style="dim")


def _batch(file: str | None, json: str | None) -> None:
    """One line of JSON for each line; leaves with 2 when some line asked nothing."""
    import json as jsons

    from deepstart.trouble.batch import answers

    lines = read_text(file, "explain.no-such-file").splitlines() if file and file != "-" else sys.stdin
    failed = False
    with _opened(json) as out:
        for answer in answers(lines):
            failed |= "error" in answer
            out.write(jsons.dumps(answer, ensure_ascii=False) + "\n")
    if failed:
        sys.exit(2)


def _opened(json: str | None) -> Any:
    if json in (None, "-"):
        return nullcontext(sys.stdout)
    try:
        return Path(str(json)).open("w", encoding="utf-8")
    except OSError as error:
        raise UserError("show.unwritable", path=json, reason=reason_of(error)) from None


def _text(file: str | None) -> str:
    """The text of a file, of standard input, or of the last failure of `run`."""
    if file and file != "-":
        return file if _is_message(file) else read_text(file, "explain.no-such-file")
    if file == "-" or not sys.stdin.isatty():
        piped = piped_text()
        if piped.strip() or file == "-":
            return piped
    from deepstart.trouble.run_record import last_failure

    failure = last_failure()
    if failure is None:
        raise UserError("explain.no-text")
    return failure.text


def _nothing_in(file: str | None) -> UserError:
    """What to say of a text without letters: where it came from, and that it is empty."""
    if file and file != "-":
        return UserError("explain.empty-file", path=file)
    return UserError("explain.empty-input" if file else "explain.empty-output")


def _is_message(argument: str) -> bool:
    """Whether the argument is the error itself: several words that name no file."""
    if len(argument.split()) < 2 or re.fullmatch(r"[^\n:]*\.(?:txt|log|out|err|json|md|png|jpe?g)", argument):
        return False
    try:
        return not Path(argument).exists()
    except (OSError, ValueError):  # too long for a name, or with characters that no name has
        return True


def _picture(path: str) -> str:
    from deepstart.trouble.screenshot import read_picture

    return read_picture(path)


def _snapshot(replay: str | None, here: bool) -> Any:
    if not (replay or here):
        return None
    if replay:
        from deepstart.machine import load_snapshot

        return load_snapshot(replay)
    from deepstart.machine.elsewhere import users_python
    from deepstart.trouble.run_explain import snapshot_for

    return snapshot_for(users_python() or "")
