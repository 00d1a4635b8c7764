"""Another Python than the one that runs deepstart is examined from inside of it."""

import sys
from pathlib import Path

import pytest

from deepstart.findings import UserError
from deepstart.machine import elsewhere
from tests.machines.fake_system import RecordedSystem


def test_a_tool_of_its_own_examines_the_active_environment():
    system = RecordedSystem(environ={"VIRTUAL_ENV": "/home/user/project/.venv"})
    tool = "/home/user/.local/share/uv/tools/deepstart"
    assert elsewhere.users_python(system, tool) == "/home/user/project/.venv/bin/python"


def test_installed_beside_the_frameworks_it_examines_itself():
    system = RecordedSystem(environ={"VIRTUAL_ENV": "/home/user/project/.venv"})
    assert elsewhere.users_python(system, "/home/user/project/.venv") is None


def test_another_python_tells_its_own_facts():
    facts = elsewhere.take_snapshot_in(sys.executable)["facts"]
    assert facts["python.version"]["value"] == ".".join(map(str, sys.version_info[:3]))
    assert facts["python.executable"]["value"].endswith(Path(sys.executable).name)


def test_a_python_that_is_none_is_told_in_one_message():
    with pytest.raises(UserError, match="cannot be examined"):
        elsewhere.take_snapshot_in("/no/such/python")
