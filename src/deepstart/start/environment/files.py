"""The files of a new project: pins, first programs, editor settings, a short README."""

import json
import re
from pathlib import Path
from string import Template

from deepstart.start.environment.decide import LABELS, Plan
from deepstart.words import current_language, look_up, text

HERE = Path(__file__).parent / "project"
EXTENSIONS = ("ms-python.python", "ms-python.debugpy", "ms-toolsai.jupyter")
#: The environment, what programs leave behind, models and data: large, or made again at any time.
IGNORED = (
    ".venv/",
    ".deepstart/",
    "__pycache__/",
    ".ipynb_checkpoints/",
    "logs/",
    "data/",
    "*.keras",
    "*.pt",
)


def environment_python(plan: Plan) -> str:
    """Path of the environment's interpreter inside the project, with forward slashes."""
    if plan.situation.system != "windows":
        return ".venv/bin/python"
    return ".venv/python.exe" if plan.tool == "conda" else ".venv/Scripts/python.exe"


def activation(plan: Plan) -> str:
    """What to type in the project's folder to enter the environment."""
    if plan.tool == "conda":
        return "conda activate ./.venv"  # with a slash in it, or conda takes it for a name
    return r".venv\Scripts\activate" if plan.situation.system == "windows" else "source .venv/bin/activate"


def project_name(folder: Path) -> str:
    """A name that packaging accepts, from the folder's."""
    return re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "project"


def script_words() -> dict[str, str]:
    return look_up("setup.script", current_language())


def filled(file: str, **more: str) -> str:
    """A file of `project/` with its words in the person's language."""
    template = Template((HERE / f"{file}.txt").read_text(encoding="utf-8"))
    return template.safe_substitute(script_words(), **more)


def requirements_text(plan: Plan) -> str:
    assert plan.pins
    head = [f"--extra-index-url {plan.pins.index}"] if plan.pins.index else []
    return "\n".join([*head, *plan.pins.requirements]) + "\n"


def pyproject_text(plan: Plan, name: str) -> str:
    assert plan.pins
    listed = "".join(f"    {json.dumps(r)},\n" for r in plan.pins.requirements)
    index = f'\n[[tool.uv.index]]\nname = "extra"\nurl = "{plan.pins.index}"\n' if plan.pins.index else ""
    return (
        f'[project]\nname = "{name}"\nversion = "0.1.0"\nrequires-python = "=={plan.python}.*"\n'
        f"dependencies = [\n{listed}]\n{index}"
    )


def conda_text(plan: Plan, name: str) -> str:
    """An environment.yml that conda users know."""
    assert plan.pins
    listed = "".join(f"      - {r}\n" for r in requirements_text(plan).splitlines())
    return (
        f"name: {name}\nchannels:\n  - conda-forge\ndependencies:\n  - python={plan.python}\n  - pip\n"
        f"  - pip:\n{listed}"
    )


def vscode_files(plan: Plan) -> dict[str, str]:
    """Interpreter, extensions, launch configurations and tasks."""
    python = "${workspaceFolder}/" + environment_python(plan)
    settings = {
        "python.defaultInterpreterPath": python,
        "python.terminal.activateEnvironment": True,
        "jupyter.notebookFileRoot": "${workspaceFolder}",
        "files.exclude": {"**/__pycache__": True},
    }
    launch = {
        "version": "0.2.0",
        "configurations": [
            _launch(script_words()["this-file"], "${file}"),
            _launch(script_words()["train"], "${workspaceFolder}/first_training.py"),
        ],
    }
    tasks = {
        "version": "2.0.0",
        "tasks": [
            _task(script_words()["train"], python, ["first_training.py"], group="build"),
            _task(script_words()["hello"], python, ["hello.py"]),
        ],
    }
    content: dict[str, dict] = {
        "settings": settings,
        "extensions": {"recommendations": list(EXTENSIONS)},
        "launch": launch,
        "tasks": tasks,
    }
    return {f".vscode/{name}.json": _json(value) for name, value in content.items()}


def _launch(name: str, program: str) -> dict:
    return {
        "name": name,
        "type": "debugpy",
        "request": "launch",
        "program": program,
        "console": "integratedTerminal",
    }


def _task(label: str, command: str, arguments: list[str], group: str = "none") -> dict:
    return {
        "label": label, "type": "process", "command": command, "args": arguments,
        "group": group, "problemMatcher": [],
    }  # fmt: skip


def _json(value: dict) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def pycharm_files(plan: Plan, name: str) -> dict[str, str]:
    """What makes PyCharm offer this environment for the project."""
    return {
        ".idea/misc.xml": (
            '<?xml version="1.0" encoding="UTF-8"?>\n<project version="4">\n'
            f'  <component name="ProjectRootManager" version="2" '
            f'project-jdk-name="Python {plan.python} ({name})" project-jdk-type="Python SDK" />\n</project>\n'
        )
    }


def project_files(plan: Plan, folder: Path) -> dict[str, str]:
    """All files of the project, content by path inside the folder."""
    name, framework = project_name(folder), plan.wishes.framework
    out = {
        "requirements.txt": requirements_text(plan),
        "pyproject.toml": pyproject_text(plan, name),
        "hello.py": filled(f"hello_{framework}.py"),
        "first_training.py": filled(f"train_{framework}.py"),
        ".gitignore": "\n".join(IGNORED) + "\n",
        "README.md": filled(
            "README.md",
            name=name,
            activate=activation(plan),
            about=text("setup.readme-about", framework=LABELS[framework], python=plan.python),
        ),
        **vscode_files(plan),
    }
    if plan.tool == "conda":
        out["environment.yml"] = conda_text(plan, name)
    if plan.wishes.pycharm:
        out.update(pycharm_files(plan, name))
    return out
