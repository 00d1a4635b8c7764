"""--fix: only what is safe, only after a yes, proven by the same check."""

import copy

import pytest

from deepstart.machine import diagnose, load_snapshot, roots
from deepstart.machine.fixing import fix, safe_remedy
from tests.machines import make

NUMPY = load_snapshot(str(make.SNAPSHOTS / "numpy2-with-onnxruntime.json"))


class Environment:
    """A machine whose packages change when a command is run."""

    def __init__(self, snapshot, effect):
        self.snapshot, self.effect = copy.deepcopy(snapshot), effect
        self.ran, self.said = [], []

    def run(self, command):
        self.ran.append(command)
        return self.effect(self.snapshot["facts"]["packages.installed"]["value"], command) or 0

    def fix(self, answer=True):
        return fix(
            diagnose(self.snapshot), lambda _: answer, self.said.append, lambda: self.snapshot, self.run
        )


def older_numpy(packages, command):
    packages["numpy"] = "1.26.4" if "numpy<2" in command else "2.1.3"


def test_a_safe_remedy_is_run_and_the_same_check_proves_it():
    environment = Environment(NUMPY, older_numpy)
    findings = environment.fix()
    assert environment.ran == ['/home/user/venv/bin/python -m pip install "numpy<2"']
    assert "Proven: numpy2-abi-break is gone." in environment.said
    assert roots(findings) == []


def test_nothing_runs_without_a_yes():
    environment = Environment(NUMPY, older_numpy)
    assert roots(environment.fix(answer=False)) == ["numpy2-abi-break"]
    assert environment.ran == []


def test_a_remedy_that_does_not_help_is_not_called_a_fix_and_not_tried_twice():
    environment = Environment(NUMPY, lambda packages, command: None)
    environment.fix()
    assert len(environment.ran) == 1
    assert "numpy2-abi-break is still there." in environment.said


def test_a_failing_command_stops_the_rest():
    two = load_snapshot(str(make.SNAPSHOTS / "two-tensorflows.json"))
    environment = Environment(two, lambda packages, command: 1)
    environment.fix()
    assert len(environment.ran) == 1
    assert any("exit code 1" in line for line in environment.said)


def test_a_remedy_that_breaks_something_else_is_taken_back():
    def worse(packages, command):
        older_numpy(packages, command)
        packages.pop("tf-nightly", None)
        if "numpy<2" in command:
            packages["tf-nightly"] = "2.21.0"

    environment = Environment(NUMPY, worse)
    environment.fix()
    assert environment.ran[-1].endswith("pip install numpy==2.1.3")
    assert any("two-tensorflow-distributions" in line for line in environment.said)


def test_what_only_waited_for_the_fix_is_no_reason_to_take_it_back():
    snapshot = copy.deepcopy(NUMPY)
    snapshot["facts"]["packages.installed"]["value"].pop("tensorflow")
    snapshot["facts"].pop("framework.tensorflow")
    environment = Environment(snapshot, older_numpy)
    environment.fix()
    assert len(environment.ran) == 1
    assert "Could be seen only now: no-framework-installed" in environment.said


@pytest.mark.parametrize("path", sorted(make.SNAPSHOTS.glob("*.json")), ids=lambda path: path.stem)
def test_what_is_called_safe_needs_no_root_and_names_its_undo(path):
    for finding in diagnose(load_snapshot(str(path))):
        remedy = safe_remedy(finding)
        if remedy:
            assert not any("sudo" in command for command in remedy.commands)
            assert all(" pip " in command for command in remedy.commands)


def test_the_systems_python_is_never_changed():
    snapshot = copy.deepcopy(NUMPY)
    snapshot["facts"]["python.kind"]["value"] = "system"
    assert not any(safe_remedy(finding) for finding in diagnose(snapshot))
