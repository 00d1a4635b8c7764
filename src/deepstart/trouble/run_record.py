"""What is kept of the last failure, so that `explain`, `report` and `journal` need no pasting."""

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Dict, List, Optional

from deepstart.places import data_folder

#: Bytes kept of an output: its beginning, where native causes stand, and its end, where it failed.
HEAD, TAIL = 64 * 1024, 256 * 1024


@dataclass
class Failure:
    """One program that failed: what was run, how it ended and what it printed.

    Args:
        text: the output, standard error and output as they came, with a gap in the middle if long.
        command: the words typed; of a notebook its file, or `ipython` where that is not known.
        folder: working folder.
        python: interpreter that ran it, if it was Python.
        exit_code: as a shell gives it (128 + signal).
        seconds: how long it ran.
        when: seconds since 1970.
        memory: of a program that was killed, as `run_memory.measure` found it; else None.
    """

    text: str
    command: List[str] = field(default_factory=list)
    folder: str = ""
    python: str = ""
    exit_code: int = 1
    seconds: float = 0.0
    when: float = field(default_factory=time.time)
    memory: Optional[Dict[str, Optional[int]]] = None

    @property
    def is_whole(self) -> bool:
        """Whether the text is all of the output: only `run` sees that, and it alone takes the time."""
        return self.seconds > 0

    def save(self) -> None:
        """Keep it as the last failure; readable by this user only. A full disk loses it silently."""
        with suppress(OSError):
            path = _path()
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name("%s.%d" % (path.name, os.getpid()))
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(handle, "w", encoding="utf-8", errors="replace") as file:
                json.dump({"schema": 1, **asdict(self)}, file, ensure_ascii=False)
            beside.replace(path)


def last_failure() -> Optional[Failure]:
    """The last failure of `run`, the hook or a notebook; None if there is none or it is garbled."""
    try:
        content = json.loads(_path().read_text(encoding="utf-8"))
        known = {f.name for f in fields(Failure)}
        return Failure(**{k: v for k, v in content.items() if k in known})
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def _path() -> Path:
    return data_folder() / "last-failure.json"


class Keeper:
    """Keeps the beginning and the end of a stream of bytes in bounded memory."""

    def __init__(self, head: int = HEAD, tail: int = TAIL):
        self.head_size, self.tail_size = head, tail
        self.head, self.tail = bytearray(), bytearray()
        self.count = 0

    def add(self, chunk: bytes) -> None:
        self.count += len(chunk)
        room = self.head_size - len(self.head)
        if room > 0:
            self.head += chunk[:room]
            chunk = chunk[room:]
        self.tail += chunk
        if len(self.tail) > 2 * self.tail_size:  # rarely, so that the cost stays in step with the stream
            del self.tail[: -self.tail_size]

    def text(self) -> str:
        """What was kept; a line says how much is missing between its two parts."""
        tail = bytes(self.tail[-self.tail_size :])
        missing = self.count - len(self.head) - len(tail)
        gap = b"\n[... %d bytes ...]\n" % missing if missing else b""
        return (bytes(self.head) + gap + tail).decode("utf-8", errors="replace")
