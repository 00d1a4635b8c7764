"""Runs a program untouched, keeps the end of what it printed, and explains when it fails.

The program gets our standard input, environment, folder and process group. Each of its two output
streams is a terminal where ours is one, and a pipe where it is not, so colours, progress bars and
buffering stay as they were; every byte is passed on as it comes.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from deepstart.findings import UserError
from deepstart.trouble.run_memory import KILLED, kills_for_memory, measure
from deepstart.trouble.run_record import Failure, Keeper

BOOTSTRAP = Path(__file__).with_name("run_bootstrap.py")
WINDOWS = os.name == "nt"
BLOCK = 1 << 16

#: What a shell says when a signal ends a program. Whether a core was dumped is not known here.
SIGNAL_WORDS = {
    "SIGKILL": "Killed",
    "SIGSEGV": "Segmentation fault",
    "SIGILL": "Illegal instruction",
    "SIGABRT": "Aborted",
    "SIGBUS": "Bus error",
    "SIGFPE": "Floating point exception",
    "SIGTERM": "Terminated",
}

#: Exit codes by which programs in between hand on that a signal ended the one they started.
FROM_A_CHILD = {
    **{code: code for code in (132, 134, 135, 136, 137, 139)},  # shells and Docker: 128 and the signal
    **{256 - number: -number for number in (9, 11)},  # sys.exit(subprocess.run(...).returncode)
}


class Command(NamedTuple):
    """What is started: its words, the interpreter if it is Python, whether its training can be watched."""

    words: List[str]
    python: str = ""
    watchable: bool = False


class Ending(NamedTuple):
    """How a program ended: exit code as a shell gives it, the signal or 0, and what is kept of its output."""

    exit_code: int
    signal: int
    failure: Failure


def plan(arguments: Sequence[str], python: str = "") -> Command:
    """What `deepstart run ARGUMENTS` starts.

    A Python file or `-m MODULE` runs in this shell's Python; anything else is a program of its own.

    Raises:
        UserError: there is no such file or program.
    """
    script, rest = arguments[0], list(arguments[1:])
    if python and not shutil.which(python):
        raise UserError("run.no-such-python", python=python)
    interpreter = python or shell_python()
    if script == "-m" and rest:
        return Command([interpreter, "-m", *rest], interpreter)
    if re.fullmatch(r"python[\d.]*(\.exe)?", Path(script).name) and (found := shutil.which(script)):
        watchable = bool(rest) and rest[0].endswith(".py") and Path(rest[0]).is_file()
        return Command([found, *rest], found, watchable)
    if Path(script).is_file() and (script.endswith((".py", ".pyw")) or not os.access(script, os.X_OK)):
        if script.endswith(".ipynb"):
            raise UserError("run.notebook", path=script)
        return Command([interpreter, script, *rest], interpreter, True)
    if found := shutil.which(script):
        return Command([found, *rest])
    raise UserError("run.no-such-script", path=script, folder=os.getcwd())


def shell_python() -> str:
    """The Python of the active environment, else the one that runs deepstart, unless that is a tool's own."""
    names = ("Scripts/python.exe", "python.exe") if WINDOWS else ("bin/python",)
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        for name in names:
            candidate = Path(os.environ.get(variable) or "/nowhere", name)
            if candidate.is_file():
                return str(candidate)
    parts = Path(sys.prefix).parts
    if "pipx" in parts or ("uv" in parts and "tools" in parts):
        return shutil.which("python3") or shutil.which("python") or sys.executable
    return sys.executable


def run_program(
    command: Command, notes: Optional[str] = None, tell: Callable[[str], None] = lambda line: None
) -> Ending:
    """Run it and pass everything through.

    Args:
        command: from `plan`.
        notes: file for what the watcher sees in the training; None: do not watch.
        tell: called with each of the watcher's notes (a line of JSON), while the program runs.
    """
    words, environment = command.words, None
    if notes and command.watchable:
        words = [words[0], str(BOOTSTRAP), *words[1:]]
        environment = {**os.environ, "DEEPSTART_WATCH": notes}
    begun, kills = time.monotonic(), kills_for_memory()
    streams = Streams()
    with PassSignals() as set_process:
        process = subprocess.Popen(
            words, stdout=streams.out, stderr=streams.err, env=environment, close_fds=False
        )
        set_process(process)
        streams.start(process)
        teller = Teller(notes, tell) if environment else None
        status = process.wait()
        memory = measure(kills, handed_on=status > 0) if status in KILLED else None
        streams.finish()
        if teller:
            teller.finish()
    number = -status if status < 0 else 0
    text = streams.text() + _last_words(status)
    failure = Failure(
        text,
        list(command.words),
        os.getcwd(),
        command.python,
        128 + number if number else status,
        time.monotonic() - begun,
        memory=memory,
    )
    return Ending(failure.exit_code, number, failure)


def _last_words(status: int) -> str:
    """What a shell would have added below the output of a program that a signal ended."""
    if status < 0:
        with suppress(ValueError):
            return "\n%s\n" % SIGNAL_WORDS.get(signal.Signals(-status).name, "")
    if status in FROM_A_CHILD:  # a shell or launcher in between
        return "\nProcess finished with exit code %d\n" % FROM_A_CHILD[status]
    if status > 0xC0000000:  # Windows ends a crashed program with the number of the exception
        return "\nProcess finished with exit code %d (0x%X)\n" % (status - (1 << 32), status)
    return ""


class Streams:
    """The program's two outputs: a terminal or a pipe each, read by a thread each."""

    def __init__(self) -> None:
        self.links: List[Tuple[int, int, Keeper]] = []  # where we read, where we write it to, what we keep
        self.ours: List[int] = []  # the program's ends, ours to close once it runs
        self.terminals: List[int] = []
        same = _same_file(1, 2)
        self.out = self._link(1)
        self.err = self.out if same else self._link(2)
        self.threads: List[threading.Thread] = []

    def _link(self, descriptor: int) -> int:
        """The end of a new terminal or pipe that the program gets in place of ours."""
        if not WINDOWS and os.isatty(descriptor):
            read, write = _output_terminal(descriptor)
            self.terminals.append(read)
        else:
            read, write = os.pipe()
        self.links.append((read, descriptor, Keeper()))
        self.ours.append(write)
        return write

    def start(self, process: subprocess.Popen) -> None:
        """To be called when the program runs: close its ends here and pass on what comes."""
        for descriptor in self.ours:
            os.close(descriptor)
        if self.terminals:
            signal.signal(signal.SIGWINCH, lambda *_: self._resize(process))
        for link in self.links:
            thread = threading.Thread(target=self._pass_on, args=link, daemon=True)
            thread.start()
            self.threads.append(thread)

    def _resize(self, process: subprocess.Popen) -> None:
        for master in self.terminals:
            with suppress(OSError):
                _copy_size(1 if os.isatty(1) else 2, master)
        with suppress(OSError):  # the kernel told it too, but perhaps before the size was copied
            process.send_signal(signal.SIGWINCH)

    def _pass_on(self, read: int, write: int, keeper: Keeper) -> None:
        while True:
            try:
                chunk = os.read(read, BLOCK)
            except OSError:  # a terminal whose other end is closed
                chunk = b""
            if not chunk:
                break
            keeper.add(chunk)
            if not _write_all(write, chunk):
                break
        os.close(read)  # a reader who went away is the program's to know: it gets the broken pipe

    def finish(self) -> None:
        """Wait until all is passed on; not for a grandchild that keeps the stream open and is silent."""
        for thread, (_, _, keeper) in zip(self.threads, self.links, strict=True):
            seen = -1
            while thread.is_alive() and seen != keeper.count:
                seen = keeper.count
                thread.join(0.2)

    def text(self) -> str:
        """What is kept; errors last, since a buffered output arrives only when the program is over."""
        return "\n".join(text for _, _, keeper in self.links if (text := keeper.text()))


def _write_all(descriptor: int, chunk: bytes) -> bool:
    view = memoryview(chunk)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except BlockingIOError:
            import select

            select.select([], [descriptor], [])
        except OSError:
            return False
    return True


def _same_file(one: int, other: int) -> bool:
    """Whether two descriptors lead to the same place, as after `2>&1` or in one terminal."""
    try:
        return os.path.sameopenfile(one, other)
    except (OSError, AttributeError):
        return False


def _output_terminal(like: int) -> Tuple[int, int]:
    """A terminal for output only: it changes no byte and has the size of the one at `like`."""
    import pty
    import termios

    master, slave = pty.openpty()
    attributes = termios.tcgetattr(slave)
    attributes[1] &= ~termios.OPOST  # the real terminal does that once, afterwards
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(slave, termios.TCSANOW, attributes)
    _copy_size(like, master)
    return master, slave


def _copy_size(terminal: int, master: int) -> None:
    import fcntl
    import termios

    size = fcntl.ioctl(terminal, termios.TIOCGWINSZ, b"\0" * 8)
    fcntl.ioctl(master, termios.TIOCSWINSZ, size)


class PassSignals:
    """While a program runs, signals are its business: what only we get is passed on to it.

    Ctrl-C in a terminal reaches the whole process group, so it is passed on only when we are not
    the terminal's own group.
    """

    PASSED_ON = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGINT", "SIGQUIT")

    def __init__(self) -> None:
        self.process: Optional[subprocess.Popen] = None
        self.early: List[int] = []
        self.before: Dict[int, Any] = {}

    def __enter__(self) -> Callable[[subprocess.Popen], None]:
        for name in self.PASSED_ON:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) != signal.SIG_IGN:  # nohup stays nohup
                self.before[number] = signal.signal(number, self._receive)
        if hasattr(signal, "SIGWINCH"):
            self.before[signal.SIGWINCH] = signal.getsignal(signal.SIGWINCH)
        return self._set

    def __exit__(self, *error: Any) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _set(self, process: subprocess.Popen) -> None:
        self.process = process
        for number in self.early:
            self._receive(number)

    def _receive(self, number: int, frame: Any = None) -> None:
        if number in (signal.SIGINT, getattr(signal, "SIGQUIT", None)) and _has_the_terminal():
            return
        if self.process is None:
            self.early.append(number)
        else:
            with suppress(OSError):
                self.process.send_signal(number)


def _has_the_terminal() -> bool:
    """Whether a key pressed in the terminal reaches our whole process group."""
    if WINDOWS:
        return True
    for descriptor in (0, 1, 2):
        with suppress(OSError):
            return os.tcgetpgrp(descriptor) == os.getpgrp()
    return False


class Teller:
    """Passes on the watcher's notes while the program runs.

    Args:
        notes: the file that the watcher appends lines to.
        tell: called with each whole line.
    """

    PAUSE = 0.3  # seconds between two looks

    def __init__(self, notes: Optional[str], tell: Callable[[str], None]):
        self.file = open(notes or os.devnull, encoding="utf-8", errors="replace")  # noqa: SIM115 - closed in finish
        self.tell, self.rest = tell, ""
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def _look(self) -> None:
        while not self.over.wait(self.PAUSE):
            self._read()

    def _read(self) -> None:
        *lines, self.rest = (self.rest + self.file.read()).split("\n")
        for line in lines:
            self.tell(line)

    def finish(self) -> None:
        self.over.set()
        self.thread.join()
        self._read()
        self.file.close()


def end_like(ending: Ending) -> None:
    """Leave as the program left: with its exit code, or by the signal that ended it."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    if ending.signal and not WINDOWS:
        import resource

        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # one core file is enough
            if ending.signal not in (signal.SIGKILL, signal.SIGSTOP):
                signal.signal(ending.signal, signal.SIG_DFL)
            os.kill(os.getpid(), ending.signal)
    os._exit(ending.exit_code & 0xFF if not WINDOWS else ending.exit_code)
