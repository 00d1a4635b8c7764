"""Broken for real, on this computer: environments, files, variables and disks, seen by the real probes."""

import json
import os
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
