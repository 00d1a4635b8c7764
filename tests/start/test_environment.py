"""`setup`: the right plan for each recorded machine, and an application that survives being killed."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from deepstart import words
from deepstart.findings import UserError
from deepstart.machine import load_snapshot
from deepstart.machine.reading import Gpu
from deepstart.start.environment import apply as applying
from deepstart.start.environment.apply import MARK, STATE, Tools, Work, apply, examine, wheel_name
from deepstart.start.environment.decide import FRAMEWORKS, Wishes, decide, pin_sets
from deepstart.start.environment.files import project_files
from deepstart.start.environment.guide import TYPICAL, guide_html, guide_markdown, guide_steps, typical_plan
from deepstart.start.environment.situation import Situation, situation_of

SNAPSHOTS = Path(__file__).parents[1] / "machines" / "snapshots"
UBUNTU = Situation(
    "linux",
    "x86_64",
    "glibc",
    "2.39",
    uv=True,
    gpus=(Gpu("NVIDIA GeForce RTX 4060", "8.9", 8188),),
    driver="570.133.07",
)
LAPTOP = Situation("linux", "x86_64", "glibc", "2.39", uv=True)

#: Recorded machine -> what TensorFlow's plan must be: version-build, and a note that explains it.
PLANS = {
    "this-machine": ("2.21.0-cpu", "no-gpu"),
    "ubuntu-rtx3060-tf": ("2.21.0-cuda", "gpu-used"),
    "ubuntu-rtx4090-jax": ("2.21.0-cuda", "gpu-used"),
    "ubuntu-tesla-t4-tf": ("2.21.0-cuda", "gpu-used"),
    "server-4-a100-tf": ("2.21.0-cuda", "gpu-used"),
    "server-8-h100-tf": ("2.21.0-cuda", "gpu-used"),
    "ubuntu-gtx1080-tf": ("2.21.0-cuda", "gpu-used"),
    "ubuntu-rtx5090-torch": ("2.21.0-cuda", "kernels-compiled"),
    "maxwell-with-tf220": ("2.14.1-cuda", "no-kernels"),
    "gtx750-with-torch-cu130": ("2.14.1-cuda", "no-kernels"),
    "driver-too-old-tf220": ("2.14.1-cuda", "driver-too-old"),
    "ubuntu-tf210-system-cuda": ("2.14.1-cuda", "driver-too-old"),
    "driver-384-tf113": ("2.21.0-cpu", "gpu-left-out"),
    "kepler-with-old-torch": ("2.21.0-cpu", "gpu-left-out"),
    "driver-not-installed": ("2.21.0-cpu", "driver-silent"),
    "nouveau-owns-card": ("2.21.0-cpu", "driver-silent"),
    "module-library-mismatch": ("2.21.0-cpu", "driver-silent"),
    "docker-without-gpus": ("2.21.0-cpu", "driver-silent"),
    "docker-gpus-all-tf": ("2.21.0-cuda", "gpu-used"),
    "colab-t4": ("2.21.0-cuda", "gpu-used"),
    "colab-without-gpu": ("2.21.0-cpu", "no-gpu"),
    "wsl2-rtx3060-tf": ("2.21.0-cuda", "gpu-used"),
    "wsl2-no-gpu": ("2.21.0-cpu", "no-gpu"),
    "windows-cpu-tf": ("2.21.0-cpu", "no-gpu"),
    "windows-rtx3060-torch": ("2.21.0-cpu", "use-wsl"),
    "windows-tf-after-210": ("2.21.0-cpu", "use-wsl"),
    "macos-arm64-tf": ("2.21.0-cpu", "mac-cpu"),
    "macos-x86-python": ("2.21.0-cpu", "mac-cpu"),
    "macos-too-old": (None, "macos-old"),
    "centos7-torch29": ("2.20.0-cpu", "c-library-old"),
    "ubuntu1804-tf221": ("2.20.0-cpu", "c-library-old"),
    "alpine-tf": (None, "musl"),
    "cpu-without-avx-tf": (None, "no-avx"),
    "python-32-bit": (None, "not-64-bit"),
    "jetson-like-arm-cpu": ("2.21.0-cpu", "no-gpu"),
    "amd-gpu-torch-rocm": ("2.21.0-cpu", "no-gpu"),
}


def recorded(name, **wishes):
    return decide(situation_of(load_snapshot(str(SNAPSHOTS / f"{name}.json")), uv=True), Wishes(**wishes))


def short(plan):
    return f"{plan.pins.version}-{plan.pins.build}" if plan.possible else None


@pytest.mark.parametrize("machine", PLANS)
def test_a_recorded_machine_gets_the_right_plan_with_its_reason(machine):
    expected, reason = PLANS[machine]
    plan = recorded(machine)
    assert short(plan) == expected
    assert reason in {n.id for n in plan.notes}


@pytest.mark.parametrize(
    ("machine", "framework", "expected"),
    [
        ("ubuntu-rtx5090-torch", "torch", "2.9.1-cuda"),
        ("ubuntu-rtx3060-torch", "torch", "2.14.1-cuda"),
        ("windows-rtx3060-torch", "torch", "2.14.1-cuda"),
        ("macos-arm64-torch", "torch", "2.14.1-metal"),
        ("old-cpu-torch-without-avx", "torch", "2.14.1-cpu"),
        ("ubuntu-rtx4090-jax", "jax", "0.11.0-cuda"),
        ("windows-rtx3060-torch", "jax", "0.11.0-cpu"),
        ("cpu-without-avx-jax", "jax", None),
    ],
)
def test_other_frameworks_get_their_own_builds(machine, framework, expected):
    assert short(recorded(machine, framework=framework)) == expected


@pytest.mark.parametrize("path", sorted(SNAPSHOTS.glob("*.json")), ids=lambda p: p.stem)
def test_every_recorded_machine_gets_a_plan_or_a_reason_in_both_languages(path):
    for framework in FRAMEWORKS:
        plan = decide(situation_of(load_snapshot(str(path)), uv=False), Wishes(framework))
        assert plan.possible or any(n.status == "fail" for n in plan.notes)
        for note in plan.notes:
            for language in words.LANGUAGES:
                assert note.sentence("what", language)
                assert "{" not in note.sentence("what", language) + note.sentence("next", language)


def test_a_build_passed_over_for_its_driver_is_told_apart_from_the_one_taken():
    plan = decide(replace(UBUNTU, driver="570.133.07"), Wishes("torch"))
    told = next(n for n in plan.notes if n.id == "driver-too-old")
    assert told.sentence("what", "en").startswith("2.14.1 (CUDA 13.0) needs NVIDIA driver 580")
    assert short(plan) == "2.14.1-cuda"
    assert plan.pins.cuda == "12.6"


def test_an_intel_mac_gets_the_last_tensorflow_for_it():
    mac = Situation("macos", "x86_64", macos_version="13.6", uv=True)
    assert short(decide(mac)) == "2.16.2-cpu"


def test_the_apple_gpu_comes_on_request_with_a_warning():
    plan = decide(TYPICAL["macos"], Wishes(gpu=True))
    assert short(plan) == "2.18.1-metal"
    assert "metal-old" in {n.id for n in plan.notes}


def test_torch_for_the_processor_of_an_apple_mac_is_the_same_wheel():
    mac = TYPICAL["macos"]
    assert decide(mac, Wishes("torch", gpu=False)).pins == decide(mac, Wishes("torch")).pins


def test_windows_too_old_for_gpus_in_wsl_is_told_to_update():
    pc = replace(TYPICAL["windows"], gpus=(Gpu("RTX", "8.6", None),), driver="551.61", windows_build=18363)
    assert "windows-too-old-for-wsl" in {n.id for n in decide(pc).notes}


def test_without_uv_a_fitting_python_must_be_there():
    bare = replace(LAPTOP, uv=False, pythons={"/usr/bin/python3": "3.14.0"})
    assert "python-missing" in {n.id for n in decide(bare).notes}
    fitting = decide(replace(bare, pythons={"/usr/bin/python3": "3.12.3"}))
    assert (fitting.tool, fitting.python, fitting.interpreter) == ("venv", "3.12", "/usr/bin/python3")


def test_who_lives_in_conda_gets_conda():
    assert decide(replace(LAPTOP, conda=True)).tool == "conda"


def test_a_full_disk_stops_the_plan():
    assert not decide(replace(LAPTOP, free_mb=500)).possible


def test_a_cpu_wish_leaves_the_gpu_alone():
    assert short(decide(UBUNTU, Wishes(gpu=False))) == "2.21.0-cpu"


def test_pins_are_exact_and_every_set_knows_its_version_in_the_tables():
    for pins in pin_sets():
        assert all("==" in r for r in pins.requirements)
        assert pins.entry, pins


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_programs_of_the_project_are_python_without_open_fields(framework, language, tmp_path):
    words.choose_language(language)
    files = project_files(decide(LAPTOP, Wishes(framework, pycharm=True)), tmp_path / "demo")
    for name, content in files.items():
        assert "$" not in content.replace("${workspaceFolder}", "").replace("${file}", ""), name
        if name.endswith(".py"):
            compile(content, name, "exec")
        if name.endswith(".json"):
            json.loads(content)


# --- application ---------------------------------------------------------------------------------------


class FakeTools(Tools):
    """Programs that leave behind what the real ones do, conda's on Windows too."""

    def __init__(self, plan, broken=()):
        self.plan, self.broken, self.commands = plan, broken, []

    def run(self, command, folder, told, **environment):
        line = " ".join(command)
        self.commands.append(line)
        failing = next((b for b in self.broken if b in line), None)
        if failing:
            return 1, f"error: {failing} failed\n"
        if any(maker in line for maker in ("uv venv", "-m venv", "create --yes")) and "--dry-run" not in line:
            self.make(folder, "create --yes" in line)
        if "pip install" in line:
            for requirement in self.plan.pins.requirements:
                (self.packages(folder) / f"{wheel_name(requirement)}.dist-info").mkdir(exist_ok=True)
        if "pip freeze" in line:
            return 0, "\n".join(self.plan.pins.requirements)
        if "doctor.pyz" in line:
            Path(command[command.index("--json") + 1]).write_text('{"roots": [], "findings": []}')
        return 0, "accuracy=0.975\n"

    def packages(self, folder):
        windows = self.plan.situation.system == "windows"
        return folder / (".venv/Lib/site-packages" if windows else ".venv/lib/python3.12/site-packages")

    def make(self, folder, conda):
        """What the tools make; conda keeps a history, and on Windows its python.exe lies on top."""
        windows = self.plan.situation.system == "windows"
        places = {(False, False): "bin/python", (False, True): "bin/python"}
        places |= {(True, False): "Scripts/python.exe", (True, True): "python.exe"}
        python = folder / ".venv" / places[windows, conda]
        for file in (python, folder / ".venv" / ("conda-meta/history" if conda else "pyvenv.cfg")):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("")
        self.packages(folder).mkdir(parents=True, exist_ok=True)


def state_of(folder):
    """All files with content, the state file aside."""
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def plan():
    return decide(LAPTOP)


def test_a_second_run_changes_nothing_and_starts_no_program(plan, tmp_path):
    apply(plan, tmp_path / "demo", tools=FakeTools(plan))
    before, again = state_of(tmp_path), FakeTools(plan)
    apply(plan, tmp_path / "demo", tools=again)
    assert again.commands == []
    assert state_of(tmp_path) == before


KILL = """
import os, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from start.test_environment import FakeTools, LAPTOP
from deepstart.start.environment.apply import apply
from deepstart.start.environment.decide import decide
left = int(sys.argv[2])
def kill_at(*_):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), 9)
class Killing(FakeTools):
    def run(self, *arguments, **more):
        kill_at()
        answer = super().run(*arguments, **more)
        kill_at()
        return answer
plan = decide(LAPTOP)
apply(plan, Path(sys.argv[1]), tools=Killing(plan), tell=kill_at)
"""


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours may catch it and tidy up."""


def apply_until(plan, folder, left):
    """Apply, and be gone at the `left`-th event or program; True when it came to its end before."""

    def step(*_):
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed

    class Killing(FakeTools):
        def run(self, *arguments, **more):
            step()
            answer = super().run(*arguments, **more)
            step()
            return answer

    try:
        apply(plan, folder, tools=Killing(plan), tell=step)
    except Killed:
        return False
    return True


def test_killed_at_every_point_a_second_run_completes(plan, tmp_path):
    whole = tmp_path / "whole" / "demo"
    apply(plan, whole, tools=FakeTools(plan))
    point, finished = 0, False
    while not finished:
        folder = tmp_path / str(point) / "demo"
        finished = apply_until(plan, folder, point)
        apply(plan, folder, tools=FakeTools(plan))
        assert state_of(folder) == state_of(whole), point
        point += 1
    assert point > 25


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL exists on POSIX only")
@pytest.mark.parametrize("point", [0, 3, 9, 14, 17, 22])
def test_a_process_that_is_really_killed_leaves_a_folder_that_completes(plan, tmp_path, point):
    folder = tmp_path / "demo"
    script = KILL.format(tests=str(Path(__file__).parents[1]))
    ended = subprocess.run([sys.executable, "-c", script, str(folder), str(point)], env={**os.environ})
    assert ended.returncode == -9
    apply(plan, folder, tools=FakeTools(plan))
    assert json.loads((folder / STATE).read_text())["running"] == ""
    assert (folder / ".venv" / MARK).read_text() == applying.plan_mark(plan)


@pytest.mark.parametrize(
    ("broken", "key"),
    [
        ("uv pip compile", "setup.no-index"),
        ("uv venv", "setup.environment-failed"),
        ("uv pip install", "setup.install-failed"),
        ("doctor.pyz", "setup.doctor-failed"),
        ("first_training", "setup.training-failed"),
    ],
)
def test_a_failing_program_is_told_and_the_next_start_goes_on(plan, tmp_path, broken, key):
    with pytest.raises(UserError) as caught:
        apply(plan, tmp_path / "demo", tools=FakeTools(plan, [broken]))
    assert caught.value.key == key
    assert f"{broken} failed" in str(caught.value)
    assert apply(plan, tmp_path / "demo", tools=FakeTools(plan)).accuracy == 0.975


def test_without_an_index_nothing_is_begun_and_the_proxy_is_named(tmp_path):
    behind = decide(replace(LAPTOP, proxies=("HTTPS_PROXY",)))
    with pytest.raises(UserError) as caught:
        apply(behind, tmp_path / "demo", tools=FakeTools(behind, ["uv pip compile"]))
    assert "HTTPS_PROXY" in str(caught.value)
    assert not (tmp_path / "demo").exists()


def test_a_folder_of_wheels_needs_no_index(plan, tmp_path):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    with pytest.raises(UserError):
        apply(plan, tmp_path / "demo", tools=FakeTools(plan), wheels=wheels)
    (wheels / "a-1-py3-none-any.whl").write_text("")
    tools = FakeTools(plan, ["uv pip compile"])
    apply(plan, tmp_path / "demo", tools=tools, wheels=wheels)
    assert any(f"--no-index --find-links {wheels}" in c for c in tools.commands)


def test_files_and_environments_of_the_person_are_never_touched(plan, tmp_path):
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "hello.py").write_text("mine")
    work = apply(plan, folder, tools=FakeTools(plan))
    assert (folder / "hello.py").read_text() == "mine"
    assert work.kept == ["hello.py"]
    other = tmp_path / "other"
    (other / ".venv").mkdir(parents=True)
    (other / ".venv" / "pyvenv.cfg").write_text("theirs")
    with pytest.raises(UserError) as caught:
        apply(plan, other, tools=FakeTools(plan))
    assert caught.value.key == "setup.venv-foreign"
    assert (other / ".venv" / "pyvenv.cfg").read_text() == "theirs"


def test_a_file_that_the_person_changed_later_is_kept_when_the_plan_changes(plan, tmp_path):
    folder = tmp_path / "demo"
    apply(plan, folder, tools=FakeTools(plan))
    (folder / "first_training.py").write_text("better")
    other = decide(LAPTOP, Wishes(python="3.13"))
    apply(other, folder, tools=FakeTools(other))
    assert (folder / "first_training.py").read_text() == "better"
    assert "==3.13.*" in (folder / "pyproject.toml").read_text()


def test_a_removed_package_is_put_back(plan, tmp_path):
    folder = tmp_path / "demo"
    apply(plan, folder, tools=FakeTools(plan))
    next(folder.rglob("keras-*.dist-info")).rmdir()
    tools = FakeTools(plan)
    apply(plan, folder, tools=tools)
    assert any("pip install" in c for c in tools.commands)
    assert not any("uv venv" in c for c in tools.commands)


def test_a_training_that_does_not_learn_is_reported(plan, tmp_path):
    tools = FakeTools(plan)
    real = tools.run
    tools.run = lambda command, *rest, **more: (
        (0, "accuracy=0.100") if "first_training.py" in command else real(command, *rest, **more)
    )
    with pytest.raises(UserError) as caught:
        apply(plan, tmp_path / "demo", tools=tools)
    assert caught.value.key == "setup.training-poor"


# --- conda, venv, and the examination -------------------------------------------------------------------

CONDA_PC = replace(TYPICAL["windows"], conda=True)
CONDA_LAPTOP = replace(LAPTOP, conda=True)


@pytest.fixture
def conda(monkeypatch):
    monkeypatch.setenv("CONDA_EXE", "/opt/conda/bin/conda")


@pytest.mark.parametrize("machine", [CONDA_LAPTOP, CONDA_PC], ids=["linux", "windows"])
def test_conda_makes_the_environment_and_its_own_python_does_the_rest(conda, machine, tmp_path):
    plan = decide(machine)
    tools, folder = FakeTools(plan), tmp_path / "demo"
    apply(plan, folder, tools=tools)
    made = [c for c in tools.commands if "--prefix ./.venv" in c]
    assert made == ["/opt/conda/bin/conda create --yes python=3.12 pip --prefix ./.venv"]
    python = folder / (".venv/python.exe" if machine is CONDA_PC else ".venv/bin/python")
    assert python.exists()
    assert f"{python} -m pip install --no-input -r requirements.txt" in tools.commands
    assert f"{python} first_training.py" in tools.commands
    again = FakeTools(plan)
    apply(plan, folder, tools=again)
    assert again.commands == []


def test_files_for_conda_name_its_interpreter_and_how_to_enter(conda, tmp_path):
    files = project_files(decide(CONDA_PC), tmp_path / "demo")
    assert "conda activate ./.venv" in files["README.md"]
    settings = json.loads(files[".vscode/settings.json"])
    assert settings["python.defaultInterpreterPath"] == "${workspaceFolder}/.venv/python.exe"
    assert "      - keras==" in files["environment.yml"]


def test_conda_killed_at_every_point_completes(conda, tmp_path):
    plan, point, finished = decide(CONDA_LAPTOP), 0, False
    whole = tmp_path / "whole" / "demo"
    apply(plan, whole, tools=FakeTools(plan))
    while not finished:
        folder = tmp_path / str(point) / "demo"
        finished = apply_until(plan, folder, point)
        apply(plan, folder, tools=FakeTools(plan))
        assert state_of(folder) == state_of(whole), point
        point += 1
    assert point > 25


def test_conda_s_channels_are_asked_before_anything_is_begun(conda, tmp_path):
    plan = decide(CONDA_LAPTOP)
    with pytest.raises(UserError) as caught:
        apply(plan, tmp_path / "demo", tools=FakeTools(plan, ["--dry-run"]))
    assert caught.value.key == "setup.no-index"
    assert not (tmp_path / "demo").exists()


def test_conda_with_a_folder_of_wheels_stays_offline(conda, tmp_path):
    plan = decide(CONDA_LAPTOP)
    (tmp_path / "a-1-py3-none-any.whl").write_text("")
    tools = FakeTools(plan)
    apply(plan, tmp_path / "demo", tools=tools, wheels=tmp_path)
    assert not any("--dry-run" in c for c in tools.commands)
    assert any("--prefix ./.venv --offline" in c for c in tools.commands)


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize(
    ("tool", "broken", "key"),
    [
        ("conda", "", "setup.conda-missing"),
        ("uv", "uv --version", "setup.uv-missing"),
        ("venv", "import ensurepip", "setup.venv-missing"),
    ],
)
def test_a_missing_tool_is_told_before_anything_is_begun(monkeypatch, tmp_path, tool, broken, key, language):
    words.choose_language(language)
    monkeypatch.setattr(applying, "conda_program", lambda: "")
    plan = decide(replace(LAPTOP, pythons={"/usr/bin/python3": "3.12.3"}), Wishes(tool=tool))
    with pytest.raises(UserError) as caught:
        apply(plan, tmp_path / "demo", tools=FakeTools(plan, [broken] if broken else []))
    assert caught.value.key == key
    assert "{" not in str(caught.value)
    assert not (tmp_path / "demo").exists()


def test_a_system_s_python_without_pip_is_no_missing_index(tmp_path):
    plan = decide(replace(LAPTOP, pythons={"/usr/bin/python3": "3.12.3"}), Wishes(tool="venv"))
    tools = FakeTools(plan, ["/usr/bin/python3 -m pip"])
    apply(plan, tmp_path / "demo", tools=tools)
    assert any(c.startswith(f"{sys.executable} -m pip download") for c in tools.commands)


def test_conda_is_found_where_activation_left_it_or_on_the_path(tmp_path):
    program = tmp_path / "conda"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert (
        applying.conda_program({"CONDA_EXE": r"C:\conda\Scripts\conda.exe"}) == r"C:\conda\Scripts\conda.exe"
    )
    assert applying.conda_program({"PATH": str(tmp_path)}) == str(program)
    assert applying.conda_program({"PATH": str(tmp_path / "none")}) == ""


def test_the_examination_runs_in_a_real_environment_that_holds_nothing_of_ours(plan, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True)
    heard = []
    work = Work(plan, tmp_path, Tools(), lambda event, about: heard.append(about))
    examine(work)
    kept = json.loads((tmp_path / ".deepstart/doctor.json").read_text(encoding="utf-8"))
    assert kept == work.doctor
    assert {"python", "packages"} <= {f["layer"] for f in kept["findings"]}
    assert len(heard) > 5


# --- guides --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("system", TYPICAL)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_guide_is_made_from_the_same_plan_and_says_how_to_check(system, language):
    words.choose_language(language)
    plan = typical_plan(system, Wishes())
    page, markdown = guide_html(plan, "lab"), guide_markdown(plan, "lab")
    for requirement in plan.pins.requirements:
        assert requirement in markdown
        assert requirement in page
    steps = guide_steps(plan, "lab")
    assert all(s.check and s.expect for s in steps)
    assert "setup.guide" not in page + markdown


def told(system, card="", **wishes):
    """Sentences of a plan for another computer, by note."""
    plan = typical_plan(system, Wishes(**wishes), card)
    return plan, {n.id: n.sentence("what") + n.sentence("why") + n.sentence("next") for n in plan.notes}


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("system", TYPICAL)
@pytest.mark.parametrize("gpu", [None, True, False])
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_of_another_computer_nothing_is_claimed_that_nobody_told(system, gpu, framework, language):
    words.choose_language(language)
    plan, notes = told(system, gpu=gpu, framework=framework)
    pages = " ".join(notes.values())
    if plan.possible:  # JAX has no wheels for a Mac with an Intel processor
        pages += guide_html(plan, "lab") + guide_markdown(plan, "lab")
        assert f"assumed-{system}" in notes
    else:
        assert "nothing-fits" in notes
    assert not {"no-gpu", "gpu-used", "driver-too-old"} & notes.keys()
    for claim in ("4060", "570.133", "this machine", "this computer", "本机", "这台机器", "这台电脑"):
        assert claim not in pages
    assert plan.as_json()["assumed"] == system


@pytest.mark.parametrize(
    ("system", "framework"), [("ubuntu", "tensorflow"), ("wsl2", "jax"), ("windows", "torch")]
)
def test_an_assumed_card_is_said_and_so_is_how_to_name_it(system, framework):
    plan, notes = told(system, gpu=True, framework=framework)
    assert plan.pins.build == "cuda"
    assert "assumed" in notes["gpu-assumed"]
    assert "--card" in notes["gpu-assumed"]
    plan, notes = told(system)
    assert plan.pins.build == "cpu"
    assert "--gpu" in notes["gpu-not-told"]
    assert "--card" in notes["gpu-not-told"]


def test_a_gpu_wished_for_on_windows_is_told_of_wsl2_and_not_that_it_is_missing():
    plan, notes = told("windows", gpu=True)
    assert plan.pins.build == "cpu"
    assert "--for wsl2 --gpu" in notes["use-wsl"]


def test_the_driver_that_is_asked_for_is_the_one_of_the_framework_and_system():
    assert "driver 580 " in told("ubuntu", gpu=True, framework="jax")[1]["gpu-assumed"]
    assert "driver 525.60.13 " in told("ubuntu", gpu=True)[1]["gpu-assumed"]
    assert "driver 527.41 " in told("wsl2", gpu=True)[1]["gpu-assumed"]


@pytest.mark.parametrize(
    ("card", "version"),
    [("RTX 3060", "2.21.0"), ("4060", "2.21.0"), ("gtx 1080 ti", "2.21.0"), ("GTX 750 Ti", "2.14.1")],
)
def test_a_named_card_decides_the_version(card, version):
    plan, notes = told("ubuntu", card)
    assert short(plan) == f"{version}-cuda"
    assert card.split()[-1].lower() in notes["gpu-named"].lower()
    assert "gpu-assumed" not in notes


@pytest.mark.parametrize("card", ["foo", "GT 710"])
def test_a_card_that_no_table_knows_is_refused(card):
    with pytest.raises(UserError) as caught:
        told("ubuntu", card)
    assert caught.value.key == "setup.unknown-card"


def test_guides_differ_where_the_systems_do():
    text = {s: guide_markdown(typical_plan(s, Wishes(gpu=True)), "lab") for s in TYPICAL}
    assert "wsl --install" in text["wsl2"]
    assert "remote-wsl" in text["wsl2"]
    assert "Set-ExecutionPolicy" in text["windows"]
    assert "nvidia-smi" in text["ubuntu"]
    assert r".venv\Scripts\activate" in text["windows"]
    assert "source .venv/bin/activate" in text["macos"]


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("system", TYPICAL)
def test_a_step_has_a_short_headline_and_an_explanation_below_it(system, language):
    words.choose_language(language)
    for step in guide_steps(typical_plan(system, Wishes()), "lab"):
        assert len(step.what) < 40
        assert step.what[-1] not in ".。"
        assert step.how[-1] in ".。)）"


def test_a_step_says_into_which_shell_its_lines_go():
    shells = {s: [x.shell for x in guide_steps(typical_plan(s, Wishes()), "lab")] for s in TYPICAL}
    assert set(shells["windows"]) == {"powershell"}
    assert set(shells["ubuntu"]) == set(shells["macos"]) == {"bash"}
    assert shells["wsl2"][0] == "powershell"
    assert set(shells["wsl2"][1:]) == {"bash"}


@pytest.mark.parametrize("tool", ["uv", "venv", "conda"])
def test_powershell_may_run_scripts_before_the_first_one_has_to(tool):
    steps = guide_steps(typical_plan("windows", Wishes(tool=tool)), "lab")
    lines = [c for s in steps for c in s.commands]
    allowed = [n for n, c in enumerate(lines) if c.startswith("Set-ExecutionPolicy")]
    first = next(n for n, c in enumerate(lines) if "activate" in c)
    assert len(allowed) == 1
    assert allowed[0] < first


@pytest.mark.parametrize("system", TYPICAL)
@pytest.mark.parametrize(("tool", "proof"), [("uv", "uv"), ("conda", "conda"), ("venv", "--version")])
def test_what_makes_the_environment_is_checked_before_it_is_used(system, tool, proof):
    plan = typical_plan(system, Wishes(tool=tool))
    assert plan.possible
    checks = [s.check for s in guide_steps(plan, "lab")]
    made = next(n for n, s in enumerate(guide_steps(plan, "lab")) if s.check == "ls .venv")
    assert any(proof in c and "--version" in c for c in checks[:made])
    assert "{version}" not in guide_markdown(plan, "lab")


def test_what_a_fresh_system_lacks_is_installed_before_it_is_needed():
    lines = {
        s: [c for x in guide_steps(typical_plan(s, Wishes()), "lab") for c in x.commands] for s in TYPICAL
    }
    for linux in ("ubuntu", "wsl2"):
        assert lines[linux].index("sudo apt-get install -y curl") < next(
            n for n, c in enumerate(lines[linux]) if c.startswith("curl ")
        )
    runtime = next(n for n, c in enumerate(lines["windows"]) if "VCRedist" in c)
    assert runtime < next(n for n, c in enumerate(lines["windows"]) if "pip install" in c)


@pytest.mark.parametrize("system", ["windows", "wsl2"])
def test_a_new_terminal_for_vs_code_enters_the_folder_and_the_environment_again(system):
    lines = next(
        s.commands for s in guide_steps(typical_plan(system, Wishes()), "lab") if "code ." in s.commands
    )
    assert lines[0] == "cd lab"
    assert "activate" in lines[1]


def test_uv_is_told_of_the_mirror_that_pip_uses(plan, tmp_path, monkeypatch):
    monkeypatch.setattr(applying, "handed_to_uv", lambda: {"UV_DEFAULT_INDEX": "https://mirror.example"})
    told = {}

    class Listening(FakeTools):
        def run(self, command, folder, line, **environment):
            told[" ".join(command[:3])] = environment.get("UV_DEFAULT_INDEX")
            return super().run(command, folder, line, **environment)

    apply(plan, tmp_path / "demo", tools=Listening(plan))
    assert told["uv pip compile"] == told["uv pip install"] == "https://mirror.example"
    assert told[f"{tmp_path}/demo/.venv/bin/python first_training.py"] is None
