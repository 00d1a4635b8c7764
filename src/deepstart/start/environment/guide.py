"""The plan as a guide to follow by hand: each step with the check that proves it."""

from dataclasses import dataclass, replace
from pathlib import Path

from deepstart.findings import UserError
from deepstart.machine import compat
from deepstart.machine.reading import Gpu
from deepstart.start.environment.decide import LABELS, Plan, Wishes, decide, driver_to_show
from deepstart.start.environment.files import EXTENSIONS, activation, filled, requirements_text
from deepstart.start.environment.situation import Situation
from deepstart.words import text

#: The driver that is assumed where one has to be installed: a new one. Source: NVIDIA's release branches.
NEW_DRIVER = "580"
#: Compute capability of the oldest cards with a GPU that every version planned here can use.
USUAL_CAPABILITY = "7.5"
#: A usual machine of each system, for guides that are not about this one: no older than the notes say.
TYPICAL = {
    "windows": Situation("windows", "x86_64", windows_build=19045),
    "wsl2": Situation("linux", "x86_64", "glibc", "2.31", wsl=True, windows_build=19045),
    "macos": Situation("macos", "arm64", macos_version="14.0"),
    "macos-intel": Situation("macos", "x86_64", macos_version="12.0"),
    "ubuntu": Situation("linux", "x86_64", "glibc", "2.31"),
}
TYPICAL = {name: replace(machine, uv=True, assumed=name) for name, machine in TYPICAL.items()}
NAMES = {"windows": "Windows", "wsl2": "Windows + WSL2", "macos": "macOS", "ubuntu": "Ubuntu/Linux"}


@dataclass(frozen=True)
class GuideStep:
    """One step by hand: what to do, what to type, how to check it and what the check shows."""

    what: str
    how: str
    commands: tuple[str, ...] = ()
    check: str = ""
    expect: str = ""
    listing: str = ""
    shell: str = "bash"


def typical_plan(system: str, wishes: Wishes, card: str = "") -> Plan:
    """The plan for a usual machine of a system, of which nothing else is known.

    Args:
        system: a key of TYPICAL.
        wishes: what was asked for; a GPU is there only where one was asked for or named.
        card: name of its NVIDIA card; empty: none was named.

    Raises:
        UserError: no such system, or no such card.
    """
    if system not in TYPICAL:
        raise UserError("setup.unknown-system", system=system)
    plan = decide(with_card(TYPICAL[system], wishes, card), wishes)
    # Nothing is known of the tools there: the guide installs the one that it uses.
    return replace(plan, notes=tuple(n for n in plan.notes if not n.id.startswith("tool-")))


def with_card(machine: Situation, wishes: Wishes, card: str) -> Situation:
    """The machine with the card that was named, or with a usual one where only a GPU was asked for."""
    if card and machine.system == "macos":
        raise UserError("setup.contradiction", one=f"--for {machine.assumed}", other=f"--card {card}")
    if card:
        gpu = card_named(card)
        driver = compat.last_driver(gpu.capability or "") or NEW_DRIVER
        return replace(machine, gpus=(gpu,), driver=driver, card_named=True)
    if wishes.gpu and machine.system != "macos":
        gpu = Gpu(text("setup.assumed-gpu"), USUAL_CAPABILITY, None)
        return replace(machine, gpus=(gpu,), driver=NEW_DRIVER)
    return machine


def card_named(card: str) -> Gpu:
    """An NVIDIA card by the name that people give it: "RTX 3060", "gtx 1080 ti", "4060".

    Raises:
        UserError: the tables know no such card, or several chips under that name.
    """
    for name in (card, f"RTX {card}", f"GTX {card}", f"Tesla {card}"):
        known = compat.gpu(name)
        if known and known.capability:
            return Gpu(f"NVIDIA {known.model}", known.capability, None)
    raise UserError("setup.unknown-card", card=card)


def system_of(plan: Plan) -> str:
    """Which of the guides a plan belongs to."""
    if plan.situation.system == "linux":
        return "wsl2" if plan.situation.wsl else "ubuntu"
    return plan.situation.system


def step(
    name: str, commands: tuple[str, ...] = (), check: str = "", expect: str = "", **more: str
) -> GuideStep:
    """The step of that name, its headline and its explanation in the reader's language."""
    how = more.pop("how", "") or text(f"setup.guide-how.{name}")
    return GuideStep(text(f"setup.guide.{name}"), how, commands, check, expect, **more)


#: PowerShell runs no script until it has been allowed once: neither an activation nor what loads conda.
ALLOW_SCRIPTS = "Set-ExecutionPolicy -Scope CurrentUser RemoteSigned"
#: Where a terminal stands when it is opened: what `pwd` shows there.
HOMES = {"windows": "C:\\Users\\…", "wsl2": "/home/…", "macos": "/Users/…", "ubuntu": "/home/…"}


def opening(system: str, plan: Plan) -> list[GuideStep]:
    """A terminal, and what lies below the environment."""
    gpu = plan.pins is not None and plan.pins.build == "cuda"
    if system == "wsl2":
        install = ("wsl --install -d Ubuntu",)
        steps = [step("terminal-wsl2", install, "wsl -l -v", "Ubuntu … 2", shell="powershell")]
        home = step("wsl-home", ("cd ~",), "pwd", HOMES[system])
        driver = [step("driver-wsl2", (), "nvidia-smi", driver_shown(plan))] if gpu else []
        return [*steps, home, *driver]
    terminal = step(f"terminal-{system}", (), "pwd", HOMES[system])
    if system == "windows":
        return [terminal, runtime_step()]
    if not (gpu and system == "ubuntu"):
        return [terminal]
    install = ("sudo ubuntu-drivers install",)
    return [terminal, step("driver-ubuntu", install, "nvidia-smi", driver_shown(plan))]


def runtime_step() -> GuideStep:
    """The Visual C++ runtime, which no wheel brings along. Source: TensorFlow's installation page."""
    install = ("winget install Microsoft.VCRedist.2015+.x64",)
    return step("runtime-windows", install, r"Test-Path C:\Windows\System32\msvcp140_1.dll", "True")


def driver_shown(plan: Plan) -> str:
    """What nvidia-smi has to show: a driver that is new enough."""
    assert plan.pins
    return text("setup.guide.driver-shown", driver=driver_to_show(plan.situation, plan.pins))


def uv_step(system: str) -> GuideStep:
    """Source: uv's installation page. A fresh Ubuntu has no curl."""
    curl = ("sudo apt-get update", "sudo apt-get install -y curl") if system in ("ubuntu", "wsl2") else ()
    commands = (*curl, "curl -LsSf https://astral.sh/uv/install.sh | sh")
    if system == "windows":
        commands = ('powershell -ExecutionPolicy ByPass -c "irm https://astral.sh/uv/install.ps1 | iex"',)
    how = text("setup.guide-how.uv-linux") if curl else ""
    return step("uv", commands, "uv --version", "uv 0.…", how=how)


def tool_step(plan: Plan, system: str) -> GuideStep:
    """What makes environments: uv brings its Python along, conda too, venv is a part of a Python."""
    if plan.tool == "uv":
        return uv_step(system)
    if plan.tool == "conda":
        windows = system == "windows"
        name, allow = ("conda-windows", (ALLOW_SCRIPTS,)) if windows else ("conda", ())
        return step("conda", allow, "conda --version", "conda …", how=text(f"setup.guide-how.{name}"))
    version = plan.python
    call = f"py -{version}" if system == "windows" else f"python{version}"
    linux = system in ("ubuntu", "wsl2")
    install = ("sudo apt-get update", f"sudo apt-get install -y python{version}-venv") if linux else ()
    how = text(f"setup.guide-how.python{'-linux' if linux else ''}", version=version)
    return step("python", install, f"{call} --version", f"Python {version}.…", how=how)


def making(plan: Plan, folder: str, windows: bool) -> list[GuideStep]:
    """Folder, environment, packages."""
    assert plan.pins
    quoted = " ".join(f'"{r}"' if "[" in r or "+" in r else r for r in plan.pins.requirements)
    index = f" --extra-index-url {plan.pins.index}" if plan.pins.index else ""
    make, install = f"uv venv --python {plan.python}", "uv pip install"
    if plan.tool == "conda":
        make = f"conda create -y -p ./.venv python={plan.python} pip"
        install = "python -m pip install"
    elif plan.tool == "venv":
        make = f"py -{plan.python} -m venv .venv" if windows else f"python{plan.python} -m venv .venv"
        install = "python -m pip install"
    made = "conda-meta" if plan.tool == "conda" else "pyvenv.cfg"
    there = "…\\" if windows else "…/"
    return [
        step("folder", (f"mkdir {folder}", f"cd {folder}"), "pwd", there + folder),
        step("environment", (make,), "ls .venv", f"… {made} …"),
        activating(plan, windows),
        step("packages", (f"{install}{index} {quoted}",), *checked(install)),
    ]


def activating(plan: Plan, windows: bool) -> GuideStep:
    """How the environment is entered, with leave for PowerShell where nothing before has given it."""
    scripted = windows and plan.tool != "conda"
    name = "activate-windows" if scripted else "activate"
    commands = (*([ALLOW_SCRIPTS] if scripted else []), activation(plan))
    return step(name, commands, "python --version", f"Python {plan.python}.…")


def checked(install: str) -> tuple[str, str]:
    """How uv and pip prove that packages agree, and what they print then."""
    command = install.replace(" install", " check")
    return (
        command,
        "All installed packages are compatible" if "uv" in command else "No broken requirements found.",
    )


def proving(plan: Plan, folder: str) -> list[GuideStep]:
    """One computation, one training, the editor."""
    framework = plan.wishes.framework
    look = {
        "tensorflow": "tensorflow as m; print(m.__version__, m.config.list_physical_devices())",
        "torch": "torch as m; print(m.__version__, m.cuda.is_available())",
        "jax": "jax as m; print(m.__version__, m.devices())",
    }[framework]
    assert plan.pins
    if (plan.pins.build, framework) == ("metal", "torch"):
        look = "torch as m; print(m.__version__, m.backends.mps.is_available())"
    gpu = {"tensorflow": " … GPU:0", "torch": " True", "jax": " CudaDevice"}[framework]
    shown = plan.pins.build == "cuda" or (plan.pins.build == "metal" and framework != "jax")
    expect = plan.pins.version + (gpu if shown else "")
    script = filled(f"train_{framework}.py")
    return [
        step("hello", (), f'python -c "import {look}"', expect),
        editor(system_of(plan), folder, activation(plan)),
        step("training", (), "python first_training.py", "accuracy=0.9…", listing=script),
    ]


def editor(system: str, folder: str, activate: str) -> GuideStep:
    """VS Code with its extensions; for WSL2 it runs in Windows and reaches into Linux.

    Windows hands a new search path to new terminals only: there the environment is entered again.
    """
    before = {
        "wsl2": (f"cd {folder}", activate, "code --install-extension ms-vscode-remote.remote-wsl"),
        "windows": (f"cd {folder}", activate),
        "ubuntu": ("sudo snap install --classic code",),
    }.get(system, ())
    return step(
        "editor",
        (*before, *(f"code --install-extension {name}" for name in EXTENSIONS), "code ."),
        "code --list-extensions",
        f"… {EXTENSIONS[0]} …",
        how=text(f"setup.guide-how.editor-{system}") + text("path.space") + text("setup.guide-how.editor"),
    )


def guide_steps(plan: Plan, folder: str) -> list[GuideStep]:
    """All steps by hand for a plan that can be carried out."""
    system = system_of(plan)
    windows = system == "windows"
    tool = tool_step(plan, system)
    steps = [*opening(system, plan), tool, *making(plan, folder, windows), *proving(plan, folder)]
    return [replace(s, shell="powershell") for s in steps] if windows else steps


def guide_title(plan: Plan) -> str:
    return text("setup.guide-title", framework=LABELS[plan.wishes.framework], platform=NAMES[system_of(plan)])


def guide_markdown(plan: Plan, folder: str) -> str:
    """The guide as Markdown."""
    out = [f"# {guide_title(plan)}", "", text("setup.guide-intro"), ""]
    for number, one in enumerate(guide_steps(plan, folder), 1):
        out += [f"## {number}. {one.what}", "", one.how, ""]
        if one.listing:
            out += ["```python", one.listing.rstrip(), "```", ""]
        if one.commands:
            out += [f"```{one.shell}", *one.commands, "```", ""]
        if one.check:
            out += [f"**{text('setup.guide-check')}**{text('show.colon')}`{one.check}`  "]
            out += [f"{text('setup.guide-expect')}{text('show.colon')}`{one.expect}`", ""]
    out += [f"## {text('setup.guide-why')}", ""]
    out += [f"- {n.sentence('what')}{text('path.space')}{n.sentence('why')}".rstrip() for n in plan.notes]
    out += ["", "```", requirements_text(plan).rstrip(), "```", "", text("setup.guide-trouble"), ""]
    return "\n".join(out)


def guide_html(plan: Plan, folder: str) -> str:
    """The guide as one page without outside requests."""
    from deepstart.show.html import render

    steps = guide_steps(plan, folder)
    return render("guide.html", title=guide_title(plan), steps=steps, plan=plan, pins=requirements_text(plan))


def write_guide(plan: Plan, folder: str, target: Path) -> None:
    """Write the guide; the ending of `target` chooses the form, see MAKERS."""
    from deepstart.start.memory import write_named

    write_named(target, MAKERS[target.suffix.lower()](plan, folder))


#: Forms of a guide by the ending of its file.
MAKERS = {".html": guide_html, ".htm": guide_html, ".md": guide_markdown}
