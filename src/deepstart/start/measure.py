"""What can be measured is not asked: is git set up, does Python run, is there a GPU?"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from deepstart.machine.system import System


@dataclass(frozen=True)
class Measured:
    """One thing that was looked at.

    Args:
        name: key of its sentence, `path.measured.NAME`.
        value: what was seen; empty: nothing there.
        skill: the skill that it speaks for; empty: none.
        if_known: chance to see it with somebody who has the skill.
        if_not: the same with somebody who has not.
    """

    name: str
    value: str
    skill: str = ""
    if_known: float = 0.5
    if_not: float = 0.5


def evidence(name: str, value: str, skill: str, seen_if_known: float, seen_if_not: float) -> Measured:
    """A measurement that speaks for a skill when there is something and against it when not."""
    if value:
        return Measured(name, value, skill, seen_if_known, seen_if_not)
    return Measured(name, value, skill, 1 - seen_if_known, 1 - seen_if_not)


def git_name(system: System) -> str:
    return "git" if system.run("git", "config", "--get", "user.name").text.strip() else ""


def environment_here(system: System) -> str:
    """The virtual environment in the folder where the person stands, or the active one."""
    for name in (".venv", "venv"):
        if (Path(system.folder) / name).is_dir():
            return name
    return Path(sys.prefix).name if sys.prefix != sys.base_prefix else ""


def nvidia_gpu(system: System) -> str:
    """Name of the first NVIDIA GPU whose driver answers; empty without one."""
    reply = system.run("nvidia-smi", "--query-gpu=name", "--format=csv,noheader")
    return reply.lines[0] if reply.ok and reply.lines else ""


def tensorflow_here(system: System) -> str:
    return "TensorFlow" if find_spec("tensorflow") else ""


#: name, how to see it, the skill it speaks for, chance to see it with and without the skill.
LOOKS: tuple[tuple[str, Callable[[System], str], str, float, float], ...] = (
    ("git", git_name, "git.commit", 0.9, 0.3),
    ("python", lambda system: sys.version.split()[0], "py.run", 0.9, 0.6),
    ("environment", environment_here, "env.venv", 0.6, 0.25),
    ("tensorflow", tensorflow_here, "env.tf", 0.7, 0.3),
    ("vscode", lambda system: system.which("code") or "", "ed.vscode", 0.7, 0.3),
    ("gpu", nvidia_gpu, "", 0.5, 0.5),
)


def measure(system: System | None = None) -> list[Measured]:
    """Look at this computer: seconds at most, nothing is changed."""
    system = system or System(limit=3)
    return [evidence(name, look(system), skill, yes, no) for name, look, skill, yes, no in LOOKS]


def platform_skills(system: str, gpu: bool) -> frozenset[str]:
    """Optional skills that this computer makes worth while."""
    return frozenset(["os.wsl"] * (system == "windows") + ["env.gpu"] * gpu)
