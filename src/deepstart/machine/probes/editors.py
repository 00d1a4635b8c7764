"""Which Python the editors start: Jupyter kernels, VSCode, PyCharm."""

import json
import os
import re
import sys

from deepstart.machine.probes import Unknown, probe


def _json(text):
    """JSON as VSCode writes it: with comments and commas too many."""
    text = re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', lambda m: m.group(1) or "", text, flags=re.S)
    try:
        content = json.loads(re.sub(r",\s*([}\]])", r"\1", text))
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


@probe("editor.kernels", source="kernel.json")
def jupyter(system):
    home = system.home
    folders = {
        "linux": [home + "/.local/share/jupyter", "/usr/local/share/jupyter"],
        "macos": [home + "/Library/Jupyter", "/usr/local/share/jupyter"],
        "windows": [system.environ.get("APPDATA", home) + "\\jupyter"],
    }[system.platform] + [os.path.join(sys.prefix, "share", "jupyter")]
    rows = []
    for folder in folders:
        base = os.path.join(folder, "kernels")
        for name in system.names(base)[:50]:
            started = _json(system.read(os.path.join(base, name, "kernel.json")).text).get("argv")
            python = started[0] if isinstance(started, list) and started else ""
            if isinstance(python, str) and "python" in python.lower():
                exists = system.exists(python) if os.path.isabs(python) else bool(system.which(python))
                rows.append({"name": name, "python": python, "exists": exists})
    return {"editor.kernels": rows}


@probe("editor.vscode", source=".vscode/settings.json")
def vscode(system):
    """The interpreter named in the nearest project settings, looked for from the current folder upwards."""
    folder = system.folder
    for _ in range(4):
        reply = system.read(os.path.join(folder, ".vscode", "settings.json"))
        if reply.ok:
            settings = _json(reply.text)
            chosen = settings.get("python.defaultInterpreterPath") or settings.get("python.pythonPath")
            if isinstance(chosen, str) and chosen and "${env" not in chosen:
                path = chosen.replace("${workspaceFolder}", folder)
                exists = system.exists(path) if os.path.isabs(path) else bool(system.which(path))
                return {"editor.vscode": {"interpreter": path, "exists": exists}}
        folder = os.path.dirname(folder)
    raise Unknown("absent")


@probe("editor.pycharm", source=".idea/misc.xml, jdk.table.xml")
def pycharm(system):
    """The project names its interpreter; PyCharm's own table says where that lies."""
    text = system.read(os.path.join(system.folder, ".idea", "misc.xml")).text
    found = re.search(r'project-jdk-name="([^"]{1,200})"', text)
    if not found:
        raise Unknown("absent")
    for table in _pycharm_tables(system):
        for entry in re.findall(r"<jdk\b.*?</jdk>", system.read(table).text, re.S):
            name = re.search(r'<name value="([^"]*)"', entry)
            home = re.search(r'<homePath value="([^"]*)"', entry)
            if name and home and name.group(1) == found.group(1):
                path = home.group(1).replace("$USER_HOME$", system.home)
                return {"editor.pycharm": {"interpreter": path, "exists": system.exists(path)}}
    raise Unknown("absent")


def _pycharm_tables(system):
    """Tables of interpreters of all installed versions, the newest first."""
    base = {
        "linux": os.path.join(system.home, ".config", "JetBrains"),
        "macos": os.path.join(system.home, "Library", "Application Support", "JetBrains"),
        "windows": os.path.join(system.environ.get("APPDATA", system.home), "JetBrains"),
    }[system.platform]
    versions = [name for name in system.names(base) if name.startswith("PyCharm")]
    return [os.path.join(base, name, "options", "jdk.table.xml") for name in reversed(versions[-20:])]
