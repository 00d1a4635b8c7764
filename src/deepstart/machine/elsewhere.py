"""Examines another Python than the one that runs: doctor.pyz is started there and hands back its facts.

deepstart may live in a place of its own (`uv tool`, pipx) while the user's frameworks are elsewhere.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, Optional

from deepstart.findings import UserError
from deepstart.machine.system import System
from deepstart.words import text

#: Folders in which installers of command-line tools keep an environment for each tool.
OF_TOOLS = ("/uv/tools/", "/pipx/venvs/", "/uv/cache/", "/.cache/uv/")


def users_python(system: Optional[System] = None, prefix: str = sys.prefix) -> Optional[str]:
    """The Python that the user works with, when this one is only a tool's own; None: it is this one."""
    system = system or System()
    if not any(mark in prefix.replace("\\", "/") + "/" for mark in OF_TOOLS):
        return None
    env = system.environ
    active = env.get("VIRTUAL_ENV") or env.get("CONDA_PREFIX")
    if active and active != prefix:
        inside = ("Scripts", "python.exe") if system.platform == "windows" else ("bin", "python")
        return os.path.join(active, *inside)
    found = system.which("python") or system.which("python3")
    return found if found and not found.startswith(prefix) else None


def take_snapshot_in(python: str, system: Optional[System] = None) -> Dict[str, Any]:
    """The snapshot that another Python takes.

    Raises:
        UserError: it does not start, or is older than 3.8.
    """
    from deepstart.machine import pyz
    from deepstart.machine.snapshot import load_snapshot

    system = system or System(limit=60)
    program = python if os.sep in python else system.which(python) or python
    with tempfile.TemporaryDirectory() as folder:
        application = pyz.build(Path(folder) / "doctor.pyz")
        facts = os.path.join(folder, "facts.json")
        reply = system.run(program, str(application), "--snapshot", facts, "--json", os.devnull, limit=60)
        if not os.path.exists(facts):
            said = reply.errors.strip().splitlines() or [text("doctor.reply." + reply.outcome)]
            raise UserError("doctor.python-does-not-start", python=python, why=said[-1])
        return load_snapshot(facts)
