"""doctor.pyz: one file, no packages, no write access, any Python from 3.8."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import deepstart
from deepstart.machine import pyz
from tests.machines import make


@pytest.fixture(scope="module")
def doctor(tmp_path_factory):
    return pyz.build(tmp_path_factory.mktemp("pyz") / "doctor.pyz")


def pythons():
    """Other Pythons on this computer, from 3.8."""
    found = [sys.executable]
    for base in (Path.home() / ".pyenv" / "versions", Path.home() / ".local/share/uv/python"):
        found += [str(p) for p in sorted(base.glob("*/bin/python")) if _new_enough(p)]
    return found


def _new_enough(path):
    version = "".join(c if c in "0123456789." else " " for c in path.parts[-3]).split()
    numbers = [int(n) for n in version[0].split(".")[:2]] if version else []
    return len(numbers) == 2 and numbers >= [3, 8]


def run(python, doctor, *arguments, **more):
    command = [python, "-I", "-S", str(doctor), *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **more)


@pytest.mark.parametrize("python", pythons(), ids=lambda path: Path(path).parts[-3])
def test_it_diagnoses_a_snapshot_on_every_python_here(python, doctor):
    snapshot = make.SNAPSHOTS / "driver-too-old-tf220.json"
    result = run(python, doctor, "--replay", str(snapshot), "--json", "-")
    assert result.returncode == 2, result.stderr
    content = json.loads(result.stdout)
    assert content["roots"] == ["driver-too-old-for-cuda-runtime"]
    root = next(f for f in content["findings"] if f["status"] == "fail")
    assert root["what"]
    assert root["remedy"]


def test_the_same_source_gives_the_same_bytes(doctor, tmp_path):
    assert pyz.build(tmp_path / "again.pyz").read_bytes() == doctor.read_bytes()


def test_it_starts_by_its_own_name(doctor):
    result = subprocess.run([str(doctor), "--help"], capture_output=True, text=True, check=False)
    assert result.returncode == 0
    assert "--snapshot" in result.stdout


def test_the_one_in_the_docs_is_of_this_version_and_knows_every_recorded_root():
    """Causes and words may be newer in the source; what it decides may not."""
    attached = Path(__file__).parents[2] / "docs" / "downloads" / "doctor.pyz"
    code = (
        f"import sys, json; sys.path.insert(0, {str(attached)!r}); import deepstart;"
        "from deepstart.machine import diagnose, load_snapshot, roots;"
        "found = [roots(diagnose(load_snapshot(path))) for path in sys.argv[1:]];"
        "print(json.dumps([deepstart.__version__, found]))"
    )
    paths = sorted(make.SNAPSHOTS.glob("*.json"))
    command = [sys.executable, "-I", "-S", "-c", code, *map(str, paths)]
    version, found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    again = "python -m deepstart.machine.pyz docs/downloads/doctor.pyz"
    assert version == deepstart.__version__, again
    expected = [json.loads(path.read_text(encoding="utf-8"))["expect"]["roots"] for path in paths]
    wrong = [p.stem for p, f, e in zip(paths, found, expected, strict=True) if sorted(f) != sorted(e)]
    assert wrong == [], again


def test_it_speaks_chinese(doctor):
    snapshot = str(make.SNAPSHOTS / "numpy2-with-tf215.json")
    result = run(sys.executable, doctor, "--replay", snapshot, "--language", "zh", "--json", "-")
    root = next(f for f in json.loads(result.stdout)["findings"] if f["status"] == "fail")
    assert "NumPy" in root["what"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in root["what"])


def test_it_examines_this_machine_without_write_access(doctor, tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir()
    shutil.copy(doctor, folder / "doctor.pyz")
    folder.chmod(0o555)
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "TMPDIR": "/nonexistent"}
    result = run(sys.executable, folder / "doctor.pyz", "--json", "-", cwd=folder, env=environment)
    folder.chmod(0o755)
    assert result.returncode in (0, 1, 2), result.stderr
    assert json.loads(result.stdout)["findings"]


def test_bad_input_is_one_message(doctor):
    result = run(sys.executable, doctor, "--replay", "no-such-file")
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
