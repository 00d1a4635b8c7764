"""Four questions without data: what people type is understood, and the rule counts yes."""

import io

import pytest
from rich.console import Console

from deepstart.need.interview import hold_interview, understand
from deepstart.need.questions import Answer, Hardware, advice, compute_answer, data_answer


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("y", "yes"),
        ("Yes.", "yes"),
        ("是", "yes"),
        ("no", "no"),
        ("没有", "no"),
        ("", "unknown"),
        ("hm", "unknown"),
    ],
)
def test_answers_in_both_languages_are_understood(typed, meant):
    assert understand(typed) == meant


@pytest.mark.parametrize(
    ("count", "expected"),
    [(4, "strongly_recommended"), (3, "recommended"), (2, "think_hard"), (1, "think_hard"), (0, "not_now")],
)
def test_the_rule_counts_how_often_the_answer_is_yes(count, expected):
    questions = ("interest", "data", "compute", "limit")
    answers = {q: Answer("yes" if i < count else "no", "limit-unknown") for i, q in enumerate(questions)}
    assert advice(answers) == expected


def test_a_person_who_says_yes_three_times_on_a_machine_without_gpu(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\ny\ny\n"))
    monkeypatch.setattr(
        "deepstart.need.interview.measure_hardware", lambda: Hardware(cores=2, memory_gib=8, gpu=None)
    )
    console = Console(file=io.StringIO(), width=80)
    out = hold_interview(console, None)
    assert out["advice"] == "recommended"
    assert out["questions"]["compute"]["answer"] == "unknown"
    assert "8 GiB" in console.file.getvalue()


def test_the_end_of_the_input_counts_as_not_known(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert hold_interview(Console(file=io.StringIO()), "yes")["questions"]["data"]["answer"] == "unknown"


def test_few_rows_of_one_class_are_no_and_long_training_is_no():
    assert data_answer(5000, "owl", 20, 50, scarce=True).answer == "no"
    assert data_answer(5000, "owl", 2000, 50, scarce=False).answer == "yes"
    assert compute_answer(Hardware(2, 8, None), 3 * 3600).answer == "no"
    assert compute_answer(Hardware(2, 8, None), 40).answer == "yes"
