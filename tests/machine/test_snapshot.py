"""Snapshots: what is written tells nothing about a person, and what is read is checked."""

import json

import pytest

from deepstart.findings import UserError
from deepstart.machine import diagnose, load_snapshot, write_snapshot
from deepstart.machine.snapshot import redacted
from deepstart.redact import Redactor
from tests.machines import make
from tests.machines.fake_system import RecordedSystem

SECRETS = {
    "/home/maria/project/venv/bin/python": "maria",
    "C:\\Users\\Maria\\venv\\python.exe": "Maria",
    "/mnt/c/Users/Maria/x": "Maria",
    "https://maria:hunter22@proxy.example:3128": "hunter22",
    "https://index.example/simple?token=abcdef123456": "abcdef123456",
    "hf_abcdefghijklmnop": "hf_abcdefghijklmnop",
    "ghp_0123456789abcdefghij": "ghp_0123456789abcdefghij",
    "sk-0123456789abcdef": "sk-0123456789abcdef",
    "Bearer abcdefgh.ijklmnop": "abcdefgh.ijklmnop",
    "maria@example.org": "maria",
    "GPU-8d9c1c2e-1111-2222-3333-444455556666": "8d9c1c2e",
    "00:1a:2b:3c:4d:5e": "1a:2b",
    "http://10.20.30.40:8080/simple": "10.20.30.40",
}
KEPT = (
    "nvidia-cublas-cu12==12.1.3.1", "nvidia-cudnn-cu12 9.1.0.70", "libcudart.so.12.9.79", "535.183.01",
    "/usr/local/cuda-12.4/lib64", "NVIDIA GeForce RTX 3060", "site-packages/nvidia/cudnn/lib/libcudnn.so.9",
    "0000:01:00.0", "http://127.0.0.1:8888", "opencv-python 4.10.0.84",
)  # fmt: skip


@pytest.mark.parametrize(("text", "secret"), SECRETS.items(), ids=list(SECRETS))
def test_what_is_private_is_masked(text, secret):
    assert secret not in Redactor(home="/home/maria").text(text)


@pytest.mark.parametrize("text", KEPT)
def test_what_a_diagnosis_needs_is_kept(text):
    assert Redactor(home="/home/maria", names=(("maria", "<user>"),)).text(text) == text


def test_a_version_of_four_numbers_that_stands_alone_is_no_address():
    value = {"nvidia-cublas-cu12": "12.9.1.4", "torch": "2.9.1+cu128", "address": "at 10.20.30.40"}
    kept = Redactor().clean(value)
    assert kept == {"nvidia-cublas-cu12": "12.9.1.4", "torch": "2.9.1+cu128", "address": "at <ip-1>"}


@pytest.mark.parametrize("path", sorted(make.SNAPSHOTS.glob("*.json")), ids=lambda path: path.stem)
def test_a_masked_snapshot_gets_the_same_diagnosis(path):
    snapshot = load_snapshot(str(path))
    named = Redactor(home="/home/user", names=[("nvidia", "user"), ("jetson", "host")])
    for masked in (named.clean(snapshot), redacted(snapshot)):
        assert [(f.id, f.status) for f in diagnose(masked)] == [(f.id, f.status) for f in diagnose(snapshot)]


def test_the_same_home_becomes_the_same_short_path():
    redactor = Redactor(home="/home/maria")
    assert redactor.text("/home/maria/venv:/home/maria/lib") == "~/venv:~/lib"


def test_a_written_snapshot_reads_back_and_names_nobody(tmp_path):
    system = RecordedSystem(home="/home/maria")
    snapshot = {"schema": 1, "facts": {"python.executable": {"value": "/home/maria/venv/bin/python"}}}
    assert "maria" not in json.dumps(redacted(snapshot, system))
    path = tmp_path / "snapshot.json"
    write_snapshot(snapshot, str(path))
    assert "maria" not in path.read_text()
    assert load_snapshot(str(path))["facts"]["python.executable"]["value"].endswith("venv/bin/python")


@pytest.mark.parametrize(
    "content", ["", "[1, 2]", "{}", '{"facts": {}}', "not json", "\x00\x01", "[" * 100_000]
)
def test_a_file_that_is_no_snapshot_is_refused_in_one_message(content, tmp_path):
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(UserError) as caught:
        load_snapshot(str(path))
    assert "no snapshot" in str(caught.value)


def test_a_snapshot_of_another_format_is_refused(tmp_path):
    path = tmp_path / "x.json"
    path.write_text('{"schema": 9, "facts": {"os.system": {"value": "linux"}}}')
    with pytest.raises(UserError, match="format 9"):
        load_snapshot(str(path))


def test_a_snapshot_that_cannot_be_written_is_told_in_one_message(tmp_path):
    with pytest.raises(UserError, match="cannot be written"):
        write_snapshot({"facts": {}}, str(tmp_path / "no" / "folder" / "x.json"))


@pytest.mark.parametrize("value", ["maria", "tensorflow", "node maria", "2.9.1+cu128", "nvidia-cudnn", ""])
def test_short_words_are_masked_only_where_they_name_somebody(value):
    redactor = Redactor(home="/home/maria", names=[("maria", "user")])
    assert redactor.clean(value) == redactor.text(value)
