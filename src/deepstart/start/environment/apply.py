"""Carries a plan out: step by step, each noted when it is done, so that a second start goes on.

What belongs to the person is never touched: a file that differs from ours is kept, an environment
that we did not make is refused. The environment carries a mark of ours from its first moment, so a
half-made one can be told from somebody else's and made again.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deepstart.findings import UserError
from deepstart.machine.pyz import build as build_doctor
from deepstart.start.environment.decide import Plan
from deepstart.start.environment.files import environment_python, project_files, project_name
from deepstart.start.environment.mirror import handed_to_uv
from deepstart.start.memory import write_text
from deepstart.words import current_language

MARK = ".made-by-deepstart"
STATE = ".deepstart/setup.json"
LOG = ".deepstart/setup.log"
LEAST_ACCURACY = 0.9
#: Told of every event: name (`start`, `done`, `kept`, `file`, `line`, `warn`), and what it is about.
Tell = Callable[[str, str], None]


class Tools:
    """The border: every program that a set-up starts comes through here."""

    def run(
        self, command: Sequence[str], folder: Path, told: Callable[[str], None], **environment: str
    ) -> tuple[int, str]:
        """Run a program to its end, handing on each line as it comes.

        Returns:
            Exit code and all of its output; 127 when there is no such program.
        """
        try:
            process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            return 127, str(error)
        lines = []
        assert process.stdout
        with process:
            for line in process.stdout:
                lines.append(line)
                told(line.rstrip())
        return process.returncode, "".join(lines)


def last_lines(output: str, count: int) -> str:
    """The last lines that a program said, in one."""
    said = [line.strip() for line in output.splitlines() if line.strip()]
    return " / ".join(said[-count:])


@dataclass
class State:
    """What has been done in a folder, kept in STATE.

    Args:
        plan: fingerprint of the plan that was carried out.
        running: the step under way; empty between steps.
        done: steps that are finished.
        files: fingerprint of each file as we wrote it.
    """

    plan: str = ""
    running: str = ""
    done: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


def read_state(folder: Path) -> State:
    """The folder's state; a fresh one where there is none or it cannot be read."""
    try:
        content = json.loads((folder / STATE).read_text(encoding="utf-8"))
        return State(**{k: type(v)(content[k]) for k, v in asdict(State()).items()})
    except (OSError, ValueError, KeyError, TypeError):
        return State()


def fingerprint(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def plan_mark(plan: Plan) -> str:
    """Fingerprint of what decides the environment."""
    assert plan.pins
    return fingerprint(json.dumps([plan.python, plan.tool, plan.pins.requirements, plan.pins.index]))


@dataclass
class Work:
    """One application of a plan to a folder."""

    plan: Plan
    folder: Path
    tools: Tools
    tell: Tell
    wheels: Path | None = None
    conda: str = ""
    accuracy: float | None = None
    doctor: dict = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.folder = self.folder.absolute()
        self.state = read_state(self.folder)

    @property
    def python(self) -> str:
        return str(self.folder / environment_python(self.plan))

    def save(self) -> None:
        write_text(self.folder / STATE, json.dumps({"schema": 1, **asdict(self.state)}, indent=1) + "\n")

    def command(
        self, *command: str, fault: str, accepted: Sequence[int] = (0,), proof: Path | None = None
    ) -> str:
        """Run a program; its failure is told with its last lines.

        Args:
            command: program and arguments.
            fault: name of the message that tells of its failure.
            accepted: exit codes that are no failure.
            proof: file that it must have written.
        """
        settings = handed_to_uv() if command[0] == "uv" else {}

        def told(line: str) -> None:
            self.tell("line", line)

        code, output = self.tools.run(command, self.folder, told, **settings)
        if code not in accepted or (proof and not proof.exists()):
            write_text(self.folder / LOG, output)
            last = last_lines(output, 4) or str(code)
            raise UserError(f"setup.{fault}", exit_code=1, last=last, log=self.folder / LOG)
        return output

    def runs(self, *command: str, folder: Path | None = None) -> str:
        """Try a program that changes nothing: empty when it succeeds, else its last words."""
        settings = {**handed_to_uv(), "UV_HTTP_TIMEOUT": "15"}
        code, output = self.tools.run(command, folder or Path.cwd(), lambda line: None, **settings)
        return (last_lines(output, 2) or str(code)) if code else ""


# --- the steps: whether they still hold, and what they do --------------------------------------------


def files_hold(work: Work) -> bool:
    return all((work.folder / name).exists() for name in project_files(work.plan, work.folder))


def write_files(work: Work) -> None:
    """Write each file that is missing or still as we wrote it; the person's own are kept."""
    for name, content in project_files(work.plan, work.folder).items():
        path = work.folder / name
        here = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None
        ours = here is None or fingerprint(here) in (work.state.files.get(name), fingerprint(content))
        if not ours:
            work.kept.append(name)
            work.tell("warn", name)
            continue
        work.state.files[name] = fingerprint(content)
        if here != content:
            # Noted before it is written: a kill in between leaves a file that still counts as ours.
            work.save()
            write_text(path, content)
        work.tell("file", name)


def environment_holds(work: Work) -> bool:
    """The environment is ours and complete, and its interpreter is there."""
    mark = work.folder / ".venv" / MARK
    return mark.is_file() and mark.read_text() == plan_mark(work.plan) and Path(work.python).exists()


def make_environment(work: Work) -> None:
    """Make `.venv`; one that we half made is made again, one of somebody else's is refused."""
    home = work.folder / ".venv"
    if home.exists() and not (home / MARK).exists() and any(home.iterdir()):
        raise UserError("setup.venv-foreign", folder=home)
    if home.exists():
        shutil.rmtree(home)
    home.mkdir(parents=True)
    (home / MARK).write_text("")
    work.command(*environment_command(work), fault="environment-failed")
    (home / MARK).write_text(plan_mark(work.plan))


def environment_command(work: Work) -> list[str]:
    plan, home = work.plan, ".venv"
    if plan.tool == "uv":
        return ["uv", "venv", "--allow-existing", "--python", plan.interpreter or plan.python, home]
    if plan.tool == "conda":
        offline = ["--offline"] if work.wheels else []
        return [*conda_create(work), "--prefix", f"./{home}", *offline]
    return [plan.interpreter or sys.executable, "-m", "venv", home]


def conda_create(work: Work) -> list[str]:
    """conda goes on in a folder that is there and is no environment when it is told `--yes`."""
    return [work.conda, "create", "--yes", f"python={work.plan.python}", "pip"]


def conda_program(environ: Mapping[str, str] = os.environ) -> str:
    """conda's own program; empty without one.

    In an activated shell `conda` is a function, and on Windows the one on the PATH may be a batch file,
    which no program can start by that name: activation leaves the true place in CONDA_EXE.
    """
    return environ.get("CONDA_EXE") or shutil.which("conda", path=environ.get("PATH")) or ""


def site_packages(work: Work) -> list[Path]:
    return [
        *(work.folder / ".venv").glob("lib/python*/site-packages"),
        work.folder / ".venv/Lib/site-packages",
    ]


def packages_hold(work: Work) -> bool:
    """Each pinned package is there in its version."""
    assert work.plan.pins
    found = {p.name.lower() for site in site_packages(work) for p in site.glob("*.dist-info")}
    return all(f"{wheel_name(r)}.dist-info" in found for r in work.plan.pins.requirements)


def wheel_name(requirement: str) -> str:
    """`scikit-learn==1.7.2` as its folder is named: `scikit_learn-1.7.2`."""
    name, _, version = re.sub(r"\[.*?\]", "", requirement).partition("==")
    return f"{re.sub(r'[-_.]+', '_', name)}-{version}".lower()


def install_packages(work: Work) -> None:
    """Install the pins from the person's own index or from a folder of wheels, and note what came."""
    work.command(*install_command(work), fault="install-failed")
    freeze = (
        ["uv", "pip", "freeze", "--python", work.python] if work.plan.tool == "uv" else pip(work, "freeze")
    )
    lines = work.command(*freeze, fault="install-failed").splitlines()
    pins = "\n".join(line for line in lines if "==" in line)
    write_text(work.folder / "requirements.lock.txt", pins + "\n")


def pip(work: Work, *arguments: str) -> list[str]:
    return [work.python, "-m", "pip", *arguments]


def install_command(work: Work) -> list[str]:
    offline = ["--no-index", "--find-links", str(work.wheels)] if work.wheels else []
    if work.plan.tool == "uv":
        return ["uv", "pip", "install", "--python", work.python, "-r", "requirements.txt", *offline]
    return pip(work, "install", "--no-input", "-r", "requirements.txt", *offline)


def add_kernel(work: Work) -> None:
    """Let Jupyter find the environment."""
    name = project_name(work.folder)
    work.command(
        work.python, "-m", "ipykernel", "install", "--user", "--name", name, "--display-name", name,
        fault="kernel-failed",
    )  # fmt: skip


#: doctor's exit codes: healthy, warnings, a root cause, cannot tell. With any other it did not finish.
DOCTOR_CODES = (0, 1, 2, 3)


def examine(work: Work) -> None:
    """`doctor --deep` in the new environment, by its own interpreter, which holds none of our packages."""
    with tempfile.TemporaryDirectory() as beside:
        program, answer = build_doctor(Path(beside) / "doctor.pyz"), Path(beside) / "doctor.json"
        command = [work.python, str(program), "--deep", "--json", str(answer)]
        command += ["--language", current_language()]
        work.command(*command, fault="doctor-failed", accepted=DOCTOR_CODES, proof=answer)
        content = answer.read_text(encoding="utf-8")
    work.doctor = json.loads(content)
    write_text(work.folder / ".deepstart/doctor.json", content)


def doctor_holds(work: Work) -> bool:
    """The last examination found nothing broken; else it is worth another look."""
    try:
        return not json.loads((work.folder / ".deepstart/doctor.json").read_text(encoding="utf-8"))["roots"]
    except (OSError, ValueError, KeyError):
        return False


def train(work: Work) -> None:
    """The first training runs and learns."""
    output = work.command(work.python, "first_training.py", fault="training-failed")
    found = re.search(r"accuracy=([0-9.]+)", output)
    work.accuracy = float(found[1]) if found else 0.0
    if work.accuracy < LEAST_ACCURACY:
        raise UserError(
            "setup.training-poor", exit_code=1, accuracy=f"{work.accuracy:.3f}", least=LEAST_ACCURACY
        )


def always(work: Work) -> bool:
    return True


#: Name, whether it still holds when it was done before, what it does.
STEPS: tuple[tuple[str, Callable[[Work], bool], Callable[[Work], None]], ...] = (
    ("files", files_hold, write_files),
    ("environment", environment_holds, make_environment),
    ("packages", packages_hold, install_packages),
    ("kernel", always, add_kernel),
    ("doctor", doctor_holds, examine),
    ("training", always, train),
)


def steps_of(plan: Plan):
    """The steps that this plan takes."""
    return [step for step in STEPS if step[0] != "kernel" or plan.wishes.jupyter]


def pending(work: Work) -> list[str]:
    """The steps that are still to do; one that is to do drags along all that follow."""
    steps = steps_of(work.plan)
    if work.state.plan != plan_mark(work.plan):
        return [name for name, _, _ in steps]
    for i, (name, holds, _) in enumerate(steps):
        if name not in work.state.done or not holds(work):
            return [n for n, _, _ in steps[i:]]
    return []


def check_wishes(folder: str, wheels: Path | None) -> None:
    """The project's folder can be made, and the folder of wheels holds some.

    Raises:
        UserError: it cannot, or it does not.
    """
    if not folder.strip():
        raise UserError("setup.no-folder")
    place = Path(folder).absolute()
    there = next(part for part in (place, *place.parents) if part.exists())
    if not there.is_dir():
        raise UserError("setup.not-a-folder", folder=there)
    if not os.access(there, os.W_OK | os.X_OK):
        raise UserError("setup.folder-denied", folder=folder, there=there)
    if wheels is not None and not any(wheels.glob("*.whl")):
        raise UserError("setup.no-wheels", folder=wheels)


def check_before(work: Work) -> None:
    """What would stop us half-way is told before anything is begun."""
    check_wishes(str(work.folder), work.wheels)
    todo = pending(work)
    if not {"environment", "packages"} & set(todo):
        return
    check_room(work)
    if "environment" in todo:
        check_tool(work)
    if not work.wheels:
        check_index(work)


def check_tool(work: Work) -> None:
    """The program that makes the environment is there and can do it."""
    if work.plan.tool == "conda" and not work.conda:
        raise UserError("setup.conda-missing")
    if work.plan.tool == "uv" and work.runs("uv", "--version"):
        raise UserError("setup.uv-missing")
    if work.plan.tool == "venv" and (last := work.runs(base_python(work), "-c", "import ensurepip, venv")):
        # Debian and Ubuntu ship a Python whose venv needs a package of its own.
        raise UserError(
            "setup.venv-missing", interpreter=base_python(work), python=work.plan.python, last=last
        )


def base_python(work: Work) -> str:
    """The interpreter that venv builds on."""
    return work.plan.interpreter or sys.executable


def check_room(work: Work) -> None:
    """The disk that will hold the project has room, when the packages are still to come."""
    assert work.plan.pins
    if "packages" not in pending(work):
        return
    parent = next(p for p in (work.folder, *work.folder.parents) if p.exists())
    free, needed = shutil.disk_usage(parent).free >> 20, work.plan.pins.disk_mb
    if free < needed:
        raise UserError("setup.disk-full", free=free, needed=needed)


def check_index(work: Work) -> None:
    """The places that the person's own settings name for packages answer."""
    with tempfile.TemporaryDirectory() as beside:
        wish = Path(beside) / "wish.txt"
        wish.write_text("packaging\n")
        failures = (work.runs(*command, folder=Path(beside)) for command in index_commands(work, beside))
        last = next(filter(None, failures), "")
    if last:
        proxies = list(work.plan.situation.proxies)
        raise UserError("setup.no-index-proxy" if proxies else "setup.no-index", last=last, proxies=proxies)


def index_commands(work: Work, beside: str) -> Iterator[list[str]]:
    """Small questions to the package index (and to conda's channels), asked from the folder `beside`."""
    if work.plan.tool == "uv":
        quiet = ["--quiet", "--no-header", "--refresh-package", "packaging"]
        yield ["uv", "pip", "compile", *quiet, "wish.txt"]
        return
    if work.plan.tool == "conda":
        yield [*conda_create(work), "--dry-run", "--prefix", str(Path(beside) / "trial")]
    # A system's Python may come without pip; an index is not missing for that.
    pythons = dict.fromkeys([base_python(work), sys.executable])
    with_pip = [p for p in pythons if not work.runs(p, "-m", "pip", "--version")]
    for python in with_pip[:1]:
        quiet = ["--quiet", "--no-deps", "--disable-pip-version-check"]
        yield [python, "-m", "pip", "download", *quiet, "--dest", beside, "-r", "wish.txt"]


def apply(
    plan: Plan,
    folder: Path,
    *,
    tools: Tools | None = None,
    tell: Tell = lambda *_: None,
    wheels: Path | None = None,
) -> Work:
    """Carry the plan out in `folder`, or go on where an earlier start stopped.

    Args:
        plan: a possible plan.
        folder: the project; made when absent.
        tools: the border to programs; tests hand in another.
        tell: told of every event.
        wheels: folder of wheels to install from instead of an index.

    Raises:
        UserError: a step failed; what was finished stays, the next start goes on there.
    """
    work = Work(plan, folder, tools or Tools(), tell, wheels, conda_program())
    check_before(work)
    todo = pending(work)
    if todo:
        work.folder.mkdir(parents=True, exist_ok=True)
        work.state.plan, work.state.done = plan_mark(plan), [d for d in work.state.done if d not in todo]
        work.save()
    for name, _, act in steps_of(plan):
        if name not in todo:
            tell("kept", name)
            continue
        work.state.running = name
        work.save()
        tell("start", name)
        act(work)
        work.state.running = ""
        work.state.done.append(name)
        work.save()
        tell("done", name)
    return work
