"""What the watcher in a training program noted, in the reader's language."""

import json
from typing import Any

from deepstart.words import text


def print_note(console: Any, line: str) -> None:
    """Show one note: a line of JSON `{"rule": ..., "values": {...}}`; anything else is left out."""
    from rich.text import Text

    try:
        note = json.loads(line)
        key, values = "run.watch.%s" % note["rule"], dict(note["values"])
    except (ValueError, TypeError, KeyError):
        return
    console.print()
    console.print(Text(text("run.watch.heading"), style="bold yellow"), Text(text(key + ".what", **values)))
    for part in ("why", "next"):
        console.print(Text("  " + text("%s.%s" % (key, part), **values)))
