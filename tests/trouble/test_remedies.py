"""The first remedy that is shown fits the system and the installer of the failure."""

import pytest

from deepstart.causes import load
from deepstart.trouble.explain import explain
from deepstart.trouble.remedies import INSTALLERS, SYSTEMS, remedies, told


@pytest.mark.parametrize(
    ("text", "system"),
    [
        (r"File C:\Users\u\train.py", "windows"),
        ("OSError: [WinError 126]", "windows"),
        ('File "/Users/u/train.py"', "macos"),
        ("zsh: illegal hardware instruction", "macos"),
        ('File "/home/u/train.py"', "linux"),
        ("Linux 5.15.90.1-microsoft-standard-WSL2 /home/u", "wsl"),
        ("/content/train.py /usr/lib", "colab"),
        ("docker: Error response from daemon", "docker"),
        ("loss is nan", ""),
    ],
)
def test_a_text_shows_its_system(text, system):
    assert told(SYSTEMS, text.lower()) == system


@pytest.mark.parametrize(
    ("text", "installer"),
    [
        ("uv pip install torch", "uv"),
        ("/opt/miniconda3/lib", "conda"),
        (r"C:\x\envs\tf\lib", "conda"),
        ("pip", ""),
    ],
)
def test_a_text_shows_its_installer(text, installer):
    assert told(INSTALLERS, text.lower()) == installer


def test_remedies_for_the_shown_system_come_first_and_none_is_lost():
    cause = load()["python-too-new-for-wheel"]
    for text, system in ((r"c:\users\u", "windows"), ("/users/u", "macos"), ("/home/u", "linux")):
        listed = remedies(cause, text)
        assert len(listed) == len(cause.remedies)
        assert listed[0]["platform"] == system


def test_remedies_for_the_shown_installer_come_first_within_a_system():
    cause = load()["torch-cpu-only-build"]
    assert remedies(cause, "uv pip install torch")[0]["installer"] == "uv"
    assert remedies(cause, "/opt/miniconda3/envs/t")[0]["installer"] == "conda"


def test_an_answer_carries_platform_and_installer_of_each_remedy():
    answer = explain("AssertionError: Torch not compiled with CUDA enabled")
    assert all(
        {"platform", "installer", "commands", "grade", "undo"} <= r.keys()
        for r in answer["candidates"][0]["remedies"]
    )


def test_every_fault_of_the_lower_layers_that_a_command_can_mend_names_one():
    layers = {"os", "container", "cuda", "cudnn", "packages"}
    seen_by_doctor = {
        "home-not-writable",
        "temporary-folder-not-writable",
        "cuda-libraries-not-installed",
        "cudnn-not-installed",
    }
    bare = {c.id for c in load().values() if c.layer in layers and not c.remedies and not c.harmless}
    assert bare <= seen_by_doctor | {"companion-library-lacks-name"}
