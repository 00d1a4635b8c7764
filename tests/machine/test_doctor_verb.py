"""`deepstart doctor` as a person and a program meet it."""

import json
import subprocess
import sys

import pytest

from tests.machines import make

SNAPSHOTS = make.SNAPSHOTS


@pytest.fixture(autouse=True)
def nothing_kept_in_the_real_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "state"))


def doctor(*arguments, language="en", **more):
    command = [sys.executable, "-m", "deepstart", "doctor", *arguments, "--language", language]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, **more
    )


def replay(name, *arguments, **more):
    return doctor("--replay", str(SNAPSHOTS / (name + ".json")), *arguments, **more)


def test_the_ladder_shows_the_root_in_a_box_with_what_was_seen_and_what_to_type():
    result = replay("driver-too-old-tf220")
    assert result.returncode == 2
    for piece in ("✗ driver", "470.57.02", "525.60.13", "What to do:", "· CUDA", "✓ packages"):
        assert piece in result.stdout, piece


def test_chinese_says_the_same():
    result = replay("driver-too-old-tf220", language="zh")
    assert result.returncode == 2
    for piece in ("✗ 驱动", "470.57.02", "怎么办：", "需要修的只有一处", "项检查在等"):
        assert piece in result.stdout, piece


def test_json_on_standard_output_is_alone_there():
    result = replay("two-roots-driver-and-cpu-build", "--json", "-")
    content = json.loads(result.stdout)
    assert content["schema"] == 1
    assert content["roots"] == ["nvidia-driver-not-installed", "torch-cpu-only-build"]
    assert content["healthy"] is False


def test_a_machine_diagnosed_from_its_snapshot_is_the_machine(tmp_path):
    path = tmp_path / "me.json"
    here = doctor("--snapshot", str(path), "--json", "-")
    there = doctor("--replay", str(path), "--json", "-")
    assert here.returncode == there.returncode
    statuses = [[(f["id"], f["status"]) for f in json.loads(r.stdout)["findings"]] for r in (here, there)]
    assert statuses[0] == statuses[1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--replay", "no-such-file.json"), "cannot be read"),
        (("--replay", "x.json", "--fix"), "do not go together"),
        (("--snapshot", "/no/such/folder/x.json"), "cannot be written"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(arguments, says):
    result = doctor(*arguments)
    assert result.returncode == 2
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_a_healthy_machine_is_remembered_and_a_later_fault_shows_what_changed(tmp_path, monkeypatch):
    from deepstart.machine import changes, diagnose, load_snapshot

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    before = load_snapshot(str(SNAPSHOTS / "ubuntu-rtx3060-tf.json"))
    changes.keep(before)
    after = load_snapshot(str(SNAPSHOTS / "driver-too-old-tf220.json"))
    found = changes.changes(changes.last_healthy(after), after, diagnose(after))
    assert any("470.57.02" in change.after and "535.183.01" in change.before for change in found[:3])


def test_nothing_changed_means_nothing_shown():
    from deepstart.machine import changes, load_snapshot

    snapshot = load_snapshot(str(SNAPSHOTS / "ubuntu-rtx3060-tf.json"))
    assert changes.changes(snapshot, snapshot) == []


def test_a_read_only_home_spoils_no_healthy_verdict(tmp_path, monkeypatch):
    from deepstart.machine import changes

    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    snapshot = {"schema": 1, "facts": {"os.system": {"value": "linux"}}}
    changes.keep(snapshot)
    assert changes.last_healthy(snapshot) is None


def test_what_worked_in_another_python_is_no_measure_for_this_one():
    from deepstart.machine import changes, load_snapshot

    snapshot = load_snapshot(str(SNAPSHOTS / "ubuntu-rtx3060-tf.json"))
    changes.keep(snapshot)
    other = {"facts": {**snapshot["facts"], "python.executable": {"value": "/opt/other/bin/python"}}}
    assert changes.last_healthy(snapshot) is not None
    assert changes.last_healthy(other) is None


def test_a_narrow_control_group_is_told_in_mebibytes():
    from deepstart.machine.facts import Facts
    from deepstart.machine.report import _hardware

    def shown(mib):
        values = {"memory.total_mib": mib, "os.system": "macos"}  # where no card is looked for
        return _hardware(Facts({"facts": {name: {"value": v, "source": ""} for name, v in values.items()}}))

    assert shown(400).endswith("400 MiB")
    assert shown(24 * 1024).endswith("24 GiB")
