"""The watcher says what goes wrong in a real training, and nothing in a healthy one."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from deepstart import words
from deepstart.trouble.watch import print_note

pytestmark = pytest.mark.slow

RULES = Path(words.__file__).parents[1] / "trouble" / "watching" / "rules"


@pytest.fixture(scope="module")
def trainings(tmp_path_factory):
    """What was noted in each of the trainings; one process trains them all."""
    script = Path(__file__).with_name("watched_trainings.py")
    environment = {**os.environ, "DEEPSTART_DEBUG": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    ended = subprocess.run(
        [sys.executable, str(script), str(tmp_path_factory.mktemp("notes") / "notes")],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert "Traceback" not in ended.stderr, ended.stderr[-3000:]
    return json.loads(ended.stdout.splitlines()[-1])


FAULTS = [
    ("loss_nan", "loss-nan"),
    ("loss_flat", "loss-flat"),
    ("labels_outside", "labels-outside"),
    ("one_class", "one-class"),
    ("softmax_one_unit", "softmax-one-unit"),
    ("input_not_scaled", "input-not-scaled"),
    ("leak_duplicates", "leak-duplicates"),
    ("leak_duplicates_of_a_split", "leak-duplicates"),
    ("leak_duplicates_of_datasets", "leak-duplicates"),
    ("input_starving", "input-starving"),
    ("input_starving_dataset", "input-starving"),
    ("memory_growing", "memory-growing"),
]


@pytest.mark.parametrize(("training", "rule"), FAULTS)
def test_each_fault_is_noted_and_nothing_else(trainings, training, rule):
    assert {note["rule"] for note in trainings["seen"][training]} == {rule}


@pytest.mark.parametrize("training", ["healthy", "input_scaled_by_the_model"])
def test_a_healthy_training_is_left_in_peace(trainings, training):
    assert trainings["seen"][training] == []


def test_the_watcher_changes_no_result(trainings):
    watched, plain = trainings["results"]
    assert watched == plain


def test_notes_name_the_numbers(trainings):
    noted = {name: notes[0]["values"] for name, notes in trainings["seen"].items() if notes}
    assert noted["labels_outside"] == {"low": 0, "high": 2, "outputs": 2, "top": 1, "needed": 3}
    assert noted["leak_duplicates"] == {"count": 10, "n": 32}
    assert noted["leak_duplicates_of_a_split"] == {"count": 16, "n": 16}
    assert noted["one_class"]["winner"] == 0
    assert (noted["one_class"]["share"], noted["one_class"]["classes"]) == (88, 2)
    assert noted["loss_nan"]["epoch"] == 1
    assert 20 <= noted["memory_growing"]["rate"] <= 60


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_note_is_told_with_all_its_numbers(trainings, language):
    words.choose_language(language)
    for notes in trainings["seen"].values():
        for note in notes:
            out = io.StringIO()
            print_note(Console(file=out, width=200), json.dumps(note))
            assert out.getvalue().strip()
            assert "{" not in out.getvalue()


def test_every_rule_has_a_training_that_shows_it():
    rules = {path.stem.replace("_", "-") for path in RULES.glob("*.py") if path.stem != "__init__"}
    assert rules == {rule for _, rule in FAULTS}


@pytest.mark.parametrize("line", ["", "{", "[]", '{"rule": 1}', '{"rule": "x", "values": 3}', "null"])
def test_garbled_notes_are_left_out(line):
    out = io.StringIO()
    print_note(Console(file=out), line)
    assert out.getvalue() == ""
