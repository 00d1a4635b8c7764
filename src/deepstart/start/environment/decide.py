"""From a machine and wishes to a plan: which Python, which build, which exact versions, and why."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from deepstart.findings import Finding
from deepstart.machine import compat
from deepstart.start.environment.situation import Situation

HERE = Path(__file__).parent
FRAMEWORKS = ("tensorflow", "torch", "jax")
LABELS = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}
TOOLS = ("uv", "venv", "conda")
#: WSL2 hands GPUs through from here on. Source: TensorFlow's pip guide (in the table of machine facts).
WSL_GPU_BUILD = 19044
#: TensorFlow's oldest macOS. Source: as above.
OLDEST_MACOS = "12.0"
#: Where the CUDA of a torch or JAX wheel starts to run, beyond what its table says of kernels.
#: Sources: PyTorch RELEASE.md (2.14), JAX installation guide (0.11).
CUDA_FLOORS = {"13": ("580", "7.5"), "12": ("525.60.13", "5.2")}
MB_PER_MINUTE = 300


@dataclass(frozen=True)
class Wishes:
    """What the person asked for.

    Args:
        framework: one of FRAMEWORKS.
        gpu: True: a GPU build is wanted; False: none is; None: whatever suits the machine.
        python: minor version, `3.12`; None: the best one.
        tool: one of TOOLS; None: whichever is there.
        jupyter: register a Jupyter kernel.
        pycharm: write PyCharm's settings.
    """

    framework: str = "tensorflow"
    gpu: bool | None = None
    python: str | None = None
    tool: str | None = None
    jupyter: bool = False
    pycharm: bool = False


@dataclass(frozen=True)
class PinSet:
    """Exact versions that fit together; see pins.toml."""

    framework: str
    version: str
    build: str
    platforms: tuple[str, ...]
    python: tuple[str, ...]
    requirements: tuple[str, ...]
    download_mb: int
    disk_mb: int
    cuda: str = ""
    index: str = ""
    macos: str = OLDEST_MACOS

    @property
    def entry(self) -> Mapping[str, Any]:
        """What the compatibility tables say about this version."""
        return compat.release(self.framework, self.version) or {}


@dataclass(frozen=True)
class Plan:
    """What will be done and why.

    Args:
        situation: the machine.
        wishes: what was asked for.
        pins: the versions; None: nothing can be installed here.
        python: minor version.
        interpreter: path of the Python to build on; empty: the tool brings it.
        tool: one of TOOLS.
        notes: reasons and warnings, each a finding; a `fail` stands in the way.
    """

    situation: Situation
    wishes: Wishes
    pins: PinSet | None
    python: str = ""
    interpreter: str = ""
    tool: str = "venv"
    notes: tuple[Finding, ...] = field(default=())

    @property
    def possible(self) -> bool:
        return self.pins is not None and not any(n.status == "fail" for n in self.notes)

    @property
    def minutes(self) -> int:
        """A guess at a usual line: download, unpack, first training."""
        return 2 + (self.pins.download_mb // MB_PER_MINUTE if self.pins else 0)

    def as_json(self) -> dict[str, Any]:
        pins = self.pins
        return {
            "possible": self.possible,
            "platform": self.situation.platform,
            "assumed": self.situation.assumed or None,
            "framework": self.wishes.framework,
            "version": pins.version if pins else None,
            "build": pins.build if pins else None,
            "python": self.python,
            "interpreter": self.interpreter or None,
            "tool": self.tool,
            "requirements": list(pins.requirements) if pins else [],
            "index": (pins.index or None) if pins else None,
            "download_mb": pins.download_mb if pins else 0,
            "disk_mb": pins.disk_mb if pins else 0,
            "minutes": self.minutes,
            "notes": [n.as_json() for n in self.notes],
        }


def note(name: str, status: str = "pass", **values: Any) -> Finding:
    """A reason or a warning; its sentences are `setup.NAME`."""
    return Finding(name, status, "setup", values=values)


@cache
def pin_sets() -> tuple[PinSet, ...]:
    """All sets, best first."""
    content = tomllib.loads((HERE / "pins.toml").read_text(encoding="utf-8"))
    out = []
    for entry in content["set"]:
        tools = content["tools"][entry.pop("tools")]
        entry["requirements"] = (*entry["requirements"], *tools)
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
        out.append(PinSet(**values))
    return tuple(out)


def older(one: str, other: str) -> bool:
    """Whether version `one` is older; an unreadable version is not."""
    try:
        return Version(one) < Version(other)
    except InvalidVersion:
        return False


def has_kernels(pins: PinSet, capability: str) -> str:
    """`ready`, `compiled` (by the driver, at the first start) or empty: this build cannot use the GPU."""
    entry = pins.entry
    if entry.get("builds"):
        fitting = [
            b for b in entry["builds"] if (b.get("cuda") or b.get("cuda_min", "")).startswith(pins.cuda)
        ]
        entry = fitting[0] if fitting else {}
    if entry.get("sass") is None:
        floor = CUDA_FLOORS[pins.cuda.split(".")[0]][1] if pins.cuda else entry.get("capability_min", "3.5")
        return "" if older(capability, floor) else "ready"
    kernels = compat.Kernels(tuple(entry["sass"]), tuple(entry["ptx"] or ()))
    if kernels.ready_for(capability):
        return "ready"
    return "compiled" if kernels.compilable_for(capability) else ""


def needed_driver(pins: PinSet) -> str:
    """The oldest Linux driver for this build; empty when no table says."""
    if pins.cuda:
        return CUDA_FLOORS[pins.cuda.split(".")[0]][0]
    return compat.needed_driver(pins.entry["cuda"]) or ""


def driver_to_show(situation: Situation, pins: PinSet) -> str:
    """The oldest driver for build and card as nvidia-smi shows it; inside WSL2 it shows that of Windows."""
    windows = situation.system == "windows" or situation.wsl
    shown = compat.needed_driver(pins.cuda or pins.entry["cuda"], windows=True) if windows else None
    for_build = shown or needed_driver(pins)
    capability = best_gpu(situation).capability if situation.card_named and situation.gpus else ""
    for_card = compat.card_driver(capability, windows) if capability else None
    return for_card if for_card and older(for_build, for_card) else for_build


def gpu_refusal(pins: PinSet, situation: Situation) -> Finding | None:
    """Why this CUDA build cannot use the machine's GPUs."""
    best = best_gpu(situation)
    if best.capability and not has_kernels(pins, best.capability):
        return note("no-kernels", gpu=best.name, capability=best.capability, version=named(pins))
    needed = needed_driver(pins)
    if needed and older(situation.driver, needed):
        return note("driver-too-old", "warn", driver=situation.driver, needed=needed, version=named(pins))
    return None


def named(pins: PinSet) -> str:
    """The version, with its CUDA where one version is built for several."""
    return f"{pins.version} (CUDA {pins.cuda})" if pins.cuda else pins.version


def best_gpu(situation: Situation) -> Any:
    """The GPU with the highest compute capability."""
    return max(situation.gpus, key=lambda g: Version(g.capability or "0"))


def refusal(pins: PinSet, situation: Situation) -> Finding | None:
    """Why this set does not fit the machine; None: it does."""
    entry = pins.entry
    glibc = entry.get("min_glibc")
    if situation.libc == "glibc" and glibc and older(situation.libc_version, glibc):
        return note("c-library-old", have=situation.libc_version, needed=glibc, version=pins.version)
    if situation.system == "macos" and older(situation.macos_version, pins.macos):
        return note("macos-old", have=situation.macos_version, needed=pins.macos, version=pins.version)
    return gpu_refusal(pins, situation) if pins.build == "cuda" else None


def candidates(situation: Situation, wishes: Wishes) -> Iterator[PinSet]:
    """The sets for this platform and framework: GPU builds first where they are wanted and could run."""
    builds = [*gpu_builds(situation, wishes), "cpu"]
    for build in builds:
        for pins in pin_sets():
            fits = pins.framework == wishes.framework and situation.platform in pins.platforms
            if fits and pins.build == build:
                yield pins


def gpu_builds(situation: Situation, wishes: Wishes) -> list[str]:
    """`cuda` where a driver answers, `metal` on an Apple processor, unless no GPU is wanted."""
    if situation.system == "macos":
        # PyTorch's one wheel holds the Apple GPU; TensorFlow's plugin is old, so it must be asked for.
        asked = wishes.gpu or wishes.framework == "torch"
        return ["metal"] if asked else []
    if wishes.gpu is False:
        return []
    return ["cuda"] if situation.gpus and situation.driver else []


def choose_pins(situation: Situation, wishes: Wishes) -> tuple[PinSet | None, list[Finding]]:
    """The first set that fits, and why better ones were passed over."""
    passed_over: list[Finding] = []
    for pins in candidates(situation, wishes):
        if wishes.python and wishes.python not in pins.python:
            passed_over.append(note("python-not-for-it", python=wishes.python, version=pins.version))
            continue
        why = refusal(pins, situation)
        if why is None:
            return pins, _once(passed_over)
        passed_over.append(why)
    return None, _once(passed_over)


def _once(notes: list[Finding]) -> list[Finding]:
    """Of several notes of one kind the first: it names the newest version."""
    return list({n.id: n for n in reversed(notes)}.values())[::-1]


def choose_tool(situation: Situation, wishes: Wishes) -> str:
    """uv where it is, conda where the person lives in conda, else the standard library's venv."""
    if wishes.tool:
        return wishes.tool
    if situation.conda:
        return "conda"
    return "uv" if situation.uv else "venv"


def choose_python(situation: Situation, pins: PinSet, tool: str, wishes: Wishes) -> tuple[str, str]:
    """Minor version and path of the interpreter to build on; no path where the tool brings one."""
    wanted = (wishes.python,) if wishes.python else pins.python
    if tool == "conda":
        return wanted[0], ""
    for minor in wanted:
        for path, full in situation.pythons.items():
            if full == minor or full.startswith(minor + "."):
                return minor, path  # one that is here needs no download
    return wanted[0], ""


def obstacles(situation: Situation, wishes: Wishes) -> list[Finding]:
    """What makes any installation here impossible."""
    out = []
    if situation.bits == 32 or situation.architecture in ("i386", "i686", "armv7l", "armv6l"):
        out.append(note("not-64-bit", "fail", architecture=situation.architecture))
    if situation.libc == "musl":
        out.append(note("musl", "fail", framework=LABELS[wishes.framework]))
    x86 = situation.platform.endswith("x86_64")
    if wishes.framework != "torch" and x86 and situation.flags and "avx" not in situation.flags:
        out.append(note("no-avx", "fail", framework=LABELS[wishes.framework]))
    return out


def gpu_notes(situation: Situation, wishes: Wishes, pins: PinSet) -> list[Finding]:
    """What the plan means for the machine's GPU."""
    names = list(dict.fromkeys(g.name for g in situation.gpus))
    if pins.build == "metal":
        old_plugin = wishes.framework == "tensorflow"
        return [note("metal-old", "warn")] if old_plugin else [note("metal")]
    if pins.build == "cuda":
        out = [cuda_note(situation, names, pins)]
        best = best_gpu(situation)
        if best.capability and has_kernels(pins, best.capability) == "compiled":
            out.append(note("kernels-compiled", "warn", gpu=best.name, capability=best.capability))
        return out
    if situation.system == "macos":
        apple = situation.platform == "macos_arm64"
        return [note("mac-cpu")] if apple and wishes.framework == "tensorflow" else []
    if not situation.gpus and situation.assumed:
        return [note("gpu-not-told" if wishes.gpu is None else "cpu-asked")]
    if not situation.gpus:
        return [note("no-gpu", "warn" if wishes.gpu else "pass")]
    if wishes.gpu is False:
        return [note("gpu-not-wanted", gpu=names)]
    if situation.system == "windows" and wishes.framework != "torch":
        return [windows_note(situation, names)]
    if not situation.driver:
        return [note("driver-silent", "warn", gpu=names)]
    return [note("gpu-left-out", "warn", gpu=names)]


def cuda_note(situation: Situation, names: list[str], pins: PinSet) -> Finding:
    """The GPU that is used; for a computer of which nothing is known, what it has to have."""
    if not situation.assumed:
        return note("gpu-used", gpu=names, driver=situation.driver)
    needed = driver_to_show(situation, pins)
    if situation.card_named:
        return note("gpu-named", gpu=names, driver=needed)
    return note("gpu-assumed", "warn", driver=needed)


def windows_note(situation: Situation, names: list[str]) -> Finding:
    """On Windows itself TensorFlow and JAX use no GPU: WSL2 does, on a Windows that is new enough."""
    if situation.windows_build and situation.windows_build < WSL_GPU_BUILD:
        return note("windows-too-old-for-wsl", "warn", gpu=names, build=situation.windows_build)
    return note("use-wsl", "warn", gpu=names)


def room_note(situation: Situation, pins: PinSet) -> list[Finding]:
    if situation.free_mb is None or situation.free_mb > pins.disk_mb * 1.3:
        return []
    return [note("disk-full", "fail", free=situation.free_mb, needed=int(pins.disk_mb * 1.3))]


def python_note(situation: Situation, plan_python: str, interpreter: str, tool: str) -> list[Finding]:
    # Of another computer nobody told which it has: its guide installs one.
    if tool == "venv" and not interpreter and not situation.assumed:
        have = sorted(set(situation.pythons.values())) or "-"
        return [note("python-missing", "fail", python=plan_python, have=have)]
    return []


def decide(situation: Situation, wishes: Wishes | None = None) -> Plan:
    """The plan for a machine. Pure: nothing is looked at and nothing changed."""
    wishes = wishes or Wishes()
    tool = choose_tool(situation, wishes)
    blocked = obstacles(situation, wishes)
    pins, passed_over = choose_pins(situation, wishes)
    if pins is None or blocked:
        nothing = [
            note("nothing-fits", "fail", framework=LABELS[wishes.framework], platform=situation.platform)
        ]
        return Plan(situation, wishes, None, tool=tool, notes=(*(blocked or nothing), *passed_over))
    python, interpreter = choose_python(situation, pins, tool, wishes)
    notes = [
        note("chosen", framework=LABELS[wishes.framework], version=pins.version, python=python),
        *([note(f"assumed-{situation.assumed}")] if situation.assumed else []),
        *passed_over,
        *gpu_notes(situation, wishes, pins),
        note(f"tool-{tool}"),
        *python_note(situation, python, interpreter, tool),
        *room_note(situation, pins),
    ]
    return Plan(situation, wishes, pins, python, interpreter, tool, tuple(notes))
