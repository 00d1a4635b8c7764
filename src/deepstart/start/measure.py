"""What is seen on this computer: is git set up, does Python run, is there a GPU?

An installed tool proves its installation and nothing else: only the skill of installing that very tool
is settled by it, not what that skill rests on, and nothing that is done with the tool.
"""

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
        skill: the skill of installing it, which it settles; empty: none.
    """

    name: str
    value: str
    skill: str = ""


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


#: name, how to see it, the skill of installing it. Running a file, environments and commits are more
#: than an installation: they stay to be learnt, however much is installed.
LOOKS: tuple[tuple[str, Callable[[System], str], str], ...] = (
    ("git", git_name, ""),
    ("python", lambda system: sys.version.split()[0], ""),
    ("environment", environment_here, ""),
    ("tensorflow", tensorflow_here, "env.tf"),
    ("vscode", lambda system: system.which("code") or "", ""),
    ("gpu", nvidia_gpu, ""),
)


def measure(system: System | None = None) -> list[Measured]:
    """Look at this computer: seconds at most, nothing is changed."""
    system = system or System(limit=3)
    return [Measured(name, look(system), skill) for name, look, skill in LOOKS]


def platform_skills(system: str, gpu: bool) -> frozenset[str]:
    """Optional skills that this computer makes worth while."""
    return frozenset(["os.wsl"] * (system == "windows") + ["env.gpu"] * gpu)
