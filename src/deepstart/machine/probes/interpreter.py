"""Python: which one this is, which others stand on PATH, and to which one `pip` belongs."""

import os
import platform
import re
import sys
import sysconfig

from deepstart.machine.probes import Unknown, probe


@probe(
    "python.version", "python.executable", "python.implementation", "python.bits", "python.machine",
    "python.kind", "python.externally_managed", source="sys",
)  # fmt: skip
def this_python(system):
    stdlib = sysconfig.get_paths()["stdlib"]
    venv = sys.prefix != getattr(sys, "base_prefix", sys.prefix)
    return {
        "python.version": platform.python_version(),
        "python.executable": system.executable,
        "python.implementation": platform.python_implementation(),
        "python.bits": 64 if sys.maxsize > 2**32 else 32,
        "python.machine": platform.machine().lower(),
        "python.kind": _kind(system, venv),
        "python.externally_managed": not venv and system.exists(os.path.join(stdlib, "EXTERNALLY-MANAGED")),
    }


def _kind(system, venv):
    if venv:
        return "venv"
    if system.exists(os.path.join(sys.prefix, "conda-meta")):
        return "conda"
    where = sys.prefix.replace("\\", "/")
    marks = {"/.pyenv/": "pyenv", "/uv/python/": "uv", "/WindowsApps/": "store", "/homebrew/": "homebrew"}
    return next((kind for mark, kind in marks.items() if mark in where + "/"), "system")


def _programs(system, pattern):
    """Programs on PATH whose name matches, in the order of PATH."""
    for folder in system.environ.get("PATH", "").split(os.pathsep)[:100]:
        for name in system.names(folder):
            if re.match(pattern, name, re.I):
                yield os.path.join(folder, name)


@probe("python.interpreters", "python.on_path", source="PATH")
def interpreters(system):
    """Read from names and links only: starting each of them would take seconds."""
    rows, seen = [], set()
    for path in _programs(system, r"python(\d(\.\d+)?)?(\.exe)?$"):
        real = system.resolve(path)
        if real not in seen:
            seen.add(real)
            found = re.search(r"(\d\.\d+)", os.path.basename(real)) or re.search(
                r"(\d\.\d+)(?!.*\d\.\d)", real
            )
            rows.append({"path": path, "version": found.group(1) if found else ""})
    first = system.which("python") or system.which("python3") or ""
    return {"python.interpreters": rows[:60], "python.on_path": first or None}


@probe("python.pip_owner", "python.pips", source="first line of pip")
def pip_owner(system):
    """A pip script says in its first line which Python it installs for; on Windows near its end."""
    rows = []
    for path in _programs(system, r"pip(\d(\.\d+)?)?(\.exe)?$"):
        content = system.read_bytes(path)
        if isinstance(content, bytes):
            rows.append({"pip": path, "python": _owner(system, content)})
    pip = system.which("pip") or system.which("pip3")
    if not pip:
        return {"python.pips": rows[:60]}
    content = system.read_bytes(pip)
    if not isinstance(content, bytes):
        raise Unknown("denied" if content.outcome == "denied" else "failed")
    return {"python.pip_owner": {"pip": pip, "python": _owner(system, content)}, "python.pips": rows[:60]}


def _owner(system, content):
    """The Python that a pip script starts; empty when it does not say."""
    found = re.search(
        rb"#!\s*\"?([^\r\n\"]+?python[^\r\n\"]*)", content[-4000:] if content[:2] == b"MZ" else content[:1000]
    )
    if not found:
        return ""
    owner = found.group(1).decode("utf-8", "replace").strip()
    return (system.which(owner.split()[-1]) or "") if owner.startswith("/usr/bin/env ") else owner


@probe("python.active_environment", source="VIRTUAL_ENV, CONDA_PREFIX")
def active_environment(system):
    """The environment that the user's shell has switched on; empty without one."""
    env = system.environ
    return {"python.active_environment": env.get("VIRTUAL_ENV") or env.get("CONDA_PREFIX") or ""}
