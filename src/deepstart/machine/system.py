"""The border to the computer: every process, file and variable that a probe sees comes through here.

A test hands the probes another `System`. Whatever a tool does (hang, crash, print garbage or 100 MB,
be missing or forbidden), the answer is a Reply, never an exception.
"""

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Dict, List, Mapping, Optional

#: No tool that a probe asks has more to say; what comes after is not read and the tool is stopped.
OUTPUT_CAP = 1 << 20
#: Tools answer in English and in ASCII, whatever the user's language.
PLAIN_LOCALE = {"LC_ALL": "C", "LANG": "C", "LANGUAGE": "C"}


class Reply:
    """What came back from a process or a file.

    Args:
        outcome: `ok`, `exit` (ended with another code than 0), `timeout`, `missing`, `denied`,
            `capped` (said more than OUTPUT_CAP bytes) or `failed`.
        text: standard output, or the file's content; undecodable bytes become U+FFFD.
        errors: standard error.
        code: exit code; negative: the signal that ended it; None where there was no process.
    """

    def __init__(self, outcome: str, text: str = "", errors: str = "", code: Optional[int] = None):
        self.outcome, self.text, self.errors, self.code = outcome, text, errors, code

    @property
    def ok(self) -> bool:
        return self.outcome == "ok"

    @property
    def lines(self) -> List[str]:
        return [line.strip() for line in self.text.splitlines() if line.strip()]

    def __repr__(self) -> str:
        return "Reply(%r, %r, %r, %r)" % (self.outcome, self.text[:80], self.errors[:80], self.code)


class _Collector(threading.Thread):
    """Reads one pipe up to a cap, so that a chatty process can neither block nor fill the memory."""

    def __init__(self, pipe, cap: int):
        super().__init__(daemon=True)
        self.pipe, self.cap, self.data, self.full = pipe, cap, b"", threading.Event()
        self.start()

    def run(self):
        try:
            while len(self.data) < self.cap:
                chunk = os.read(self.pipe.fileno(), 65536)
                if not chunk:
                    return
                self.data += chunk
            self.full.set()
        except (OSError, ValueError):  # the pipe was closed under us
            pass


class System:
    """This computer.

    Args:
        limit: seconds that a tool may take when the probe names no limit of its own; a probe's own
            limit is never exceeded either when `limit` is smaller.
    """

    def __init__(self, limit: float = 5.0):
        self.limit = limit

    @property
    def platform(self) -> str:
        """`linux`, `windows` or `macos`."""
        return {"win32": "windows", "cygwin": "windows", "darwin": "macos"}.get(sys.platform, "linux")

    @property
    def environ(self) -> Mapping[str, str]:
        return os.environ

    @property
    def executable(self) -> str:
        """The Python interpreter that is examined."""
        return sys.executable

    @property
    def folder(self) -> str:
        """The folder in which the user stands."""
        try:
            return str(Path.cwd())
        except OSError:  # it was deleted
            return ""

    @property
    def home(self) -> str:
        return os.path.expanduser("~")

    def which(self, name: str) -> Optional[str]:
        """Full path of a program, or None; also looks where tools hide from an ordinary user's PATH."""
        found = shutil.which(name, path=self.environ.get("PATH"))
        if found or self.platform == "windows":
            return found
        return shutil.which(name, path="/usr/sbin:/sbin:/usr/bin:/bin:/usr/lib/wsl/lib")

    def run(self, name: str, *arguments: str, limit: Optional[float] = None) -> Reply:
        """Run a program to its end, or to its limit in seconds, and say how it went."""
        program = name if os.path.isabs(name) else self.which(name)
        if not program or not os.path.exists(program):
            return Reply("missing")
        limit = min(limit or self.limit, self.limit * 2)
        try:
            process = self._start([program, *arguments])
        except FileNotFoundError:
            return Reply("missing")
        except PermissionError as error:
            return Reply("denied", errors=str(error))
        except OSError as error:
            return Reply("failed", errors=str(error))
        return _finish(process, time.monotonic() + limit)

    def _start(self, command: List[str]) -> "subprocess.Popen":
        own_group: Dict[str, object] = (
            {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
            if self.platform == "windows"
            else {"start_new_session": True}
        )
        return subprocess.Popen(  # type: ignore[call-overload]
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**self.environ, **PLAIN_LOCALE},
            **own_group,
        )

    def read(self, path: str, cap: int = OUTPUT_CAP) -> Reply:
        """The content of a file, up to `cap` bytes."""
        reply = self.read_bytes(path, cap)
        if isinstance(reply, Reply):
            return reply
        text = reply.decode("utf-8", "replace")
        return Reply("ok" if len(reply) < cap else "capped", text)

    def read_bytes(self, path: str, cap: int = OUTPUT_CAP):
        """The bytes of a file, or the Reply that says why there are none."""
        try:
            with open(path, "rb") as file:
                return file.read(cap)
        except (FileNotFoundError, NotADirectoryError):
            return Reply("missing")
        except PermissionError:
            return Reply("denied")
        except (OSError, ValueError) as error:
            return Reply("failed", errors=str(error))

    def read_at(self, path: str, offset: int, size: int) -> bytes:
        """A piece of a file; empty where it cannot be read."""
        try:
            with open(path, "rb") as file:
                file.seek(offset)
                return file.read(min(size, OUTPUT_CAP))
        except (OSError, ValueError, OverflowError):
            return b""

    def size(self, path: str) -> Optional[int]:
        """Bytes of a file; None where it cannot be told."""
        try:
            return os.stat(path).st_size
        except (OSError, ValueError):
            return None

    def names(self, folder: str) -> List[str]:
        """What lies in a folder, sorted; empty where there is none or it may not be read."""
        try:
            return sorted(os.listdir(folder))
        except (OSError, ValueError):
            return []

    def exists(self, path: str) -> bool:
        return os.path.exists(path)

    def resolve(self, path: str) -> str:
        """The path with its links followed."""
        return os.path.realpath(path)

    def device(self, path: str) -> Optional[int]:
        """The major number of a device file, 0 when it is none; None when it cannot be looked at."""
        try:
            found = os.stat(path)
        except (OSError, ValueError):
            return None
        return os.major(found.st_rdev) if stat.S_ISCHR(found.st_mode) else 0

    def may(self, path: str, mode: int) -> bool:
        """Whether this user may read (os.R_OK), write (os.W_OK) or run (os.X_OK) it."""
        return os.access(path, mode)

    def space(self, folder: str) -> Optional[Dict[str, int]]:
        """Total and free MiB of the disk under a folder."""
        try:
            usage = shutil.disk_usage(folder)
        except (OSError, ValueError):
            return None
        return {"total_mib": usage.total >> 20, "free_mib": usage.free >> 20}


def _finish(process: "subprocess.Popen", deadline: float) -> Reply:
    """Wait for the process, its output or its limit, whichever ends first, and clean up behind it."""
    out, err = _Collector(process.stdout, OUTPUT_CAP), _Collector(process.stderr, OUTPUT_CAP)
    ended = _wait(process, [out, err], deadline)
    outcome = "capped" if out.full.is_set() or err.full.is_set() else "timeout"
    if not ended:
        kill_tree(process)
    for collector in (out, err):
        collector.join(0.2)
    text, errors = out.data.decode("utf-8", "replace"), err.data.decode("utf-8", "replace")
    _close(process)
    if ended:
        outcome = "ok" if process.returncode == 0 else "exit"
    return Reply(outcome, text, errors, process.returncode if ended else None)


def _wait(process: "subprocess.Popen", collectors: List[_Collector], deadline: float) -> bool:
    """Whether the process ended by itself, and its pipes with it, before the deadline and the cap."""
    pause = 0.002
    while time.monotonic() < deadline:
        if any(c.full.is_set() for c in collectors):
            return False
        if process.poll() is not None and not any(c.is_alive() for c in collectors):
            return True
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    return process.poll() is not None and not any(c.is_alive() for c in collectors)


def kill_tree(process: "subprocess.Popen") -> None:
    """Stop a process and its children; one that the kernel cannot stop is left behind, not waited for."""
    try:
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, timeout=5)
        else:
            os.killpg(process.pid, signal.SIGKILL)
    except (OSError, subprocess.SubprocessError):
        pass
    with suppress(subprocess.TimeoutExpired):
        process.wait(0.5)


def _close(process: "subprocess.Popen") -> None:
    for pipe in (process.stdout, process.stderr):
        try:
            if pipe:
                pipe.close()
        except OSError:
            pass
