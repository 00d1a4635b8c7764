"""Broken for real, on this computer: environments, files, variables and disks, seen by the real probes."""

import json
import os
import shutil
import stat
import subprocess
import sys
import venv
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the environments are laid out as on POSIX")


class Environment:
    """A virtual environment, its folder of packages, and doctor run inside of it."""

    def __init__(self, folder: Path):
        venv.create(folder, with_pip=False, symlinks=True)
        self.folder, self.python = folder, folder / "bin" / "python"
        # A pip of its own, as installers leave it; otherwise the first pip on PATH would be a stranger's.
        pip = folder / "bin" / "pip"
        pip.write_text(f"#!{self.python}\nimport sys\nsys.exit('this pip installs nothing')\n")
        pip.chmod(0o755)
        self.packages = next((folder / "lib").glob("python3*")) / "site-packages"

    def install(self, **versions):
        """What an installer leaves behind of a package: its metadata."""
        for name, version in versions.items():
            folder = self.packages / f"{name}-{version}.dist-info"
            folder.mkdir()
            name = name.replace("_", "-")
            (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            (folder / "RECORD").write_text("")
        return self

    def doctor(self, cwd=None, **variables):
        """The findings that fail or warn, and the whole answer."""
        environment = {**os.environ, "PYTHONPATH": "", "VIRTUAL_ENV": str(self.folder), **variables}
        environment["PATH"] = variables.get("PATH", f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
        start = (
            f"import sys; sys.path.append({str(SOURCE)!r});"
            "from deepstart.machine.door import main; sys.exit(main())"
        )
        command = [str(self.python), "-c", start, "--json", "-"]
        result = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment, cwd=cwd or self.folder
        )
        assert "Traceback" not in result.stderr, result.stderr
        answer = json.loads(result.stdout)
        trouble = {f["id"] for f in answer["findings"] if f["status"] in ("fail", "warn")}
        return trouble, answer


@pytest.fixture
def environment(tmp_path):
    return Environment(tmp_path / "venv")


def test_an_environment_without_a_framework(environment):
    trouble, answer = environment.doctor()
    assert "no-framework-installed" in trouble
    assert answer["roots"] == []


def test_numpy_2_under_extensions_compiled_for_numpy_1(environment):
    environment.install(tensorflow="2.15.1", keras="2.15.0", numpy="2.1.3")
    assert environment.doctor()[1]["roots"] == ["numpy2-abi-break"]


def test_protobuf_that_refuses_old_generated_code(environment):
    environment.install(tensorflow="2.8.4", keras="2.8.0", numpy="1.22.4", protobuf="4.25.3")
    assert environment.doctor()[1]["roots"] == ["protobuf-4-vs-old-pb2"]


def test_two_keras_in_one_folder(environment):
    environment.install(tensorflow="2.15.1", numpy="1.26.4", keras="2.15.0").install(keras="3.3.3")
    assert "stale-tensorflow-files" in environment.doctor()[1]["roots"]


def test_an_install_that_broke_off(environment):
    environment.install(tensorflow="2.15.1", numpy="1.26.4", keras="2.15.0")
    (environment.packages / "~ensorflow").mkdir()
    assert environment.doctor()[1]["roots"] == ["stale-tensorflow-files"]


def test_a_file_named_tensorflow_beside_the_script(environment, tmp_path):
    (tmp_path / "tensorflow.py").write_text("")
    environment.install(tensorflow="2.15.1", numpy="1.26.4", keras="2.15.0")
    assert environment.doctor(cwd=tmp_path)[1]["roots"] == ["local-file-shadows-package"]


def test_what_pip_installed_into_a_folder_on_the_path_is_no_file_of_the_users_own(environment, tmp_path):
    beside = tmp_path / "site"
    (beside / "keras").mkdir(parents=True)
    (beside / "keras" / "__init__.py").write_text("")
    environment.install(tensorflow="2.15.1", numpy="1.26.4", keras="2.15.0")
    hidden = environment.doctor(PYTHONPATH=str(beside))[1]
    (beside / "keras-2.15.0.dist-info").mkdir()
    (beside / "keras-2.15.0.dist-info" / "METADATA").write_text("Name: keras\nVersion: 2.15.0\n")
    installed = environment.doctor(PYTHONPATH=str(beside))[1]
    assert "local-file-shadows-package" in hidden["roots"]
    assert "local-file-shadows-package" not in installed["roots"]


@pytest.mark.parametrize("name", ["random", "json", "enum", "inspect"])
def test_a_file_named_like_a_module_of_pythons_does_not_end_doctor_itself(name, tmp_path):
    (tmp_path / f"{name}.py").write_text("numbers = [1, 2, 3]\n")
    command = [sys.executable, "-m", "deepstart", "doctor", "--json", "-"]
    variables = {**os.environ, "PYTHONPATH": str(SOURCE), "XDG_STATE_HOME": str(tmp_path / "state")}
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=variables, cwd=tmp_path)
    assert "Traceback" not in result.stderr, result.stderr
    assert "local-file-shadows-stdlib" in [f["id"] for f in json.loads(result.stdout)["findings"]]


def test_a_pip_of_another_python(environment, tmp_path):
    pip = tmp_path / "bin" / "pip"
    pip.parent.mkdir()
    pip.write_text("#!/usr/bin/python3\n")
    pip.chmod(pip.stat().st_mode | stat.S_IXUSR)
    _, answer = environment.doctor(PATH=f"{pip.parent}{os.pathsep}{os.environ['PATH']}")
    assert "pip-belongs-to-other-python" in answer["roots"]


def test_an_empty_path(environment):
    environment.install(tensorflow="2.15.1", numpy="1.26.4", keras="2.15.0")
    _, answer = environment.doctor(PATH="")
    assert answer["roots"] == []
    assert len(answer["findings"]) > 40


def test_another_environment_is_active(environment, tmp_path):
    assert "other-environment-active" in environment.doctor(VIRTUAL_ENV=str(tmp_path / "other"))[0]


def test_a_certificate_that_was_removed(environment):
    environment.install(tensorflow="2.15.1", numpy="1.26.4", keras="2.15.0")
    assert environment.doctor(SSL_CERT_FILE="/no/such/ca.pem")[1]["roots"] == ["certificate-file-missing"]


def test_an_older_library_on_ld_library_path_is_the_one_that_counts(environment, tmp_path, monkeypatch):
    from deepstart.machine import loader, take_snapshot
    from deepstart.machine.facts import Facts

    (tmp_path / "libcudnn.so.8.1.0").write_text("")
    (tmp_path / "libcudnn.so.8").symlink_to(tmp_path / "libcudnn.so.8.1.0")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    picked = loader.pick(Facts(take_snapshot()), "libcudnn.so.8")
    assert (picked.version, picked.origin) == ("8.1.0", "LD_LIBRARY_PATH")


DRIVER = r"""
#include <string.h>
int cuInit(unsigned flags) { return ANSWER; }
int cuDriverGetVersion(int *v) { *v = 13000; return 0; }
int cuDeviceGetCount(int *n) { *n = 2; return 0; }
int cuDeviceGet(int *device, int index) { *device = index; return 0; }
int cuDeviceGetName(char *name, int size, int device) { strcpy(name, device ? "Second" : "First"); return 0; }
int cuDeviceTotalMem_v2(size_t *size, int device) { *size = (size_t)80 << 30; return 0; }
int cuDeviceGetAttribute(int *value, int which, int device) { *value = which == 75 ? 9 : 0; return 0; }
"""


@pytest.mark.skipif(not shutil.which("gcc"), reason="needs a C compiler")
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("0", ({"code": 0, "cuda": "13.0", "devices": 2}, ["First", "Second"])),
        ("100", ({"code": 100, "cuda": "13.0", "devices": 0}, [])),
    ],
)
def test_a_real_library_of_the_drivers_form_is_asked_in_a_child(answer, told, tmp_path, monkeypatch):
    from deepstart.machine.probes.nvidia_smi import cuinit
    from deepstart.machine.system import System

    source, library = tmp_path / "driver.c", tmp_path / "libcuda.so.1"
    source.write_text(DRIVER.replace("ANSWER", answer))
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source], check=True)
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    facts = cuinit(System(limit=20))
    gpus = [{"name": name, "capability": "9.0", "memory_mib": 81920} for name in told[1]]
    assert (facts["driver.cuinit"], facts["driver.cuda_gpus"]) == (told[0], gpus)


def test_an_empty_library_of_the_drivers_name_is_told_as_the_loader_says(tmp_path, monkeypatch):
    from deepstart.machine.probes.nvidia_smi import cuinit
    from deepstart.machine.system import System

    (tmp_path / "libcuda.so.1").write_text("")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    facts = cuinit(System(limit=20))
    assert facts["driver.cuinit"]["code"] == -1
    assert "file too short" in facts["driver.library_error"]


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 1 MiB, mounted for this test."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root on Linux")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def test_a_full_disk(environment, small_disk):
    (small_disk / "fill").write_bytes(b"x" * (1 << 19))
    environment.install(tensorflow="2.15.1", numpy="1.26.4", keras="2.15.0")
    assert environment.doctor(TMPDIR=str(small_disk))[1]["roots"] == ["disk-full"]


def test_a_read_only_home(environment, small_disk):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    environment.install(tensorflow="2.15.1", numpy="1.26.4", keras="2.15.0")
    trouble, answer = environment.doctor(HOME=str(small_disk))
    assert trouble == {"home-not-writable"}
    assert answer["roots"] == []


# --- a real pip that really installs, from a folder of wheels -------------------------------------------
def wheel(folder: Path, name: str, version: str) -> None:
    """The smallest wheel: a module of that name that knows its version."""
    import zipfile

    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}/__init__.py", f'__version__ = "{version}"\n')
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


@pytest.fixture
def with_pip(tmp_path, monkeypatch):
    """An environment with its own pip, which finds NumPy 1 and 2 in a folder and nothing on a network."""
    environment = Environment(tmp_path / "venv")
    (environment.folder / "bin" / "pip").unlink()
    command = [str(environment.python), "-m", "ensurepip"]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this Python brings no pip")
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for version in ("1.26.4", "2.1.3"):
        wheel(wheels, "numpy", version)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    command = [str(environment.python), "-m", "pip", "install", "-q", "numpy==2.1.3"]
    subprocess.run(command, capture_output=True, check=True)
    return environment.install(tensorflow="2.15.1", keras="2.15.0")


def fix(environment, answers):
    """What `--fix` says and its exit code, when these answers are typed."""
    start = (
        f"import sys; sys.path.append({str(SOURCE)!r});"
        "from deepstart.machine.door import main; sys.exit(main(['--fix', '--language', 'en']))"
    )
    path = f"{environment.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    variables = {**os.environ, "PYTHONPATH": "", "VIRTUAL_ENV": str(environment.folder), "PATH": path}
    command = [str(environment.python), "-c", start]
    return subprocess.run(
        command,
        input=answers,
        capture_output=True,
        text=True,
        check=False,
        env=variables,
        cwd=environment.folder,
    )


def numpy_of(environment):
    command = [str(environment.python), "-c", "import numpy; print(numpy.__version__)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_a_fix_really_changes_the_environment_and_is_proven(with_pip):
    result = fix(with_pip, "y\n")
    assert "numpy<2" in result.stdout
    assert "Proven: numpy2-abi-break is gone." in result.stdout
    assert numpy_of(with_pip) == "1.26.4"
    assert with_pip.doctor()[1]["roots"] == []


def test_a_fix_that_breaks_another_package_is_really_taken_back(with_pip):
    with_pip.install(needs_numpy_2="1.0")
    metadata = with_pip.packages / "needs_numpy_2-1.0.dist-info" / "METADATA"
    metadata.write_text(metadata.read_text() + "Requires-Dist: numpy>=2\n")
    result = fix(with_pip, "y\ny\n")
    assert "New since the fix: requirement-not-met" in result.stdout
    assert numpy_of(with_pip) == "2.1.3"
    assert "requirement-not-met" not in with_pip.doctor()[0]


def test_without_a_yes_nothing_is_changed(with_pip):
    result = fix(with_pip, "n\n")
    assert result.returncode == 2
    assert numpy_of(with_pip) == "2.1.3"


def test_a_fix_that_cannot_be_had_is_told_and_changes_nothing(with_pip, tmp_path):
    for path in (tmp_path / "wheels").glob("numpy-1*"):
        path.unlink()
    result = fix(with_pip, "y\n")
    assert "numpy2-abi-break is still there." in result.stdout
    assert result.returncode == 2
    assert numpy_of(with_pip) == "2.1.3"


# --- files of a project and of editors ------------------------------------------------------------------
def test_a_course_that_pins_a_release_without_wheels_for_this_python(environment, tmp_path):
    (tmp_path / "requirements.txt").write_text("tensorflow==1.15.0\n")
    assert environment.doctor(cwd=tmp_path)[1]["roots"] == ["tf1-needs-python37-or-older"]


def test_pycharm_that_runs_the_project_with_another_python(environment, tmp_path):
    environment.install(tensorflow="2.15.1", numpy="1.26.4", keras="2.15.0")
    (tmp_path / ".idea").mkdir()
    (tmp_path / ".idea" / "misc.xml").write_text('<component project-jdk-name="Python 3.9" />')
    table = tmp_path / ".config" / "JetBrains" / "PyCharm2025.2" / "options" / "jdk.table.xml"
    table.parent.mkdir(parents=True)
    table.write_text(
        '<jdk version="2"><name value="Python 3.9" /><homePath value="$USER_HOME$/other/python" /></jdk>'
    )
    trouble, answer = environment.doctor(cwd=tmp_path, HOME=str(tmp_path))
    assert trouble == {"editor-interpreter-missing"}
    assert answer["roots"] == []


def test_every_pip_on_the_path_is_told_with_its_python(environment, monkeypatch):
    from deepstart.machine import take_snapshot

    monkeypatch.setenv("PATH", f"{environment.folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    pips = take_snapshot()["facts"]["python.pips"]["value"]
    own = {"pip": str(environment.folder / "bin" / "pip"), "python": str(environment.python)}
    assert pips[0] == own
