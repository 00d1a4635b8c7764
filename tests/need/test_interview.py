"""Four questions without data: what people type is understood, and the rule counts yes."""

import io

import pytest
from rich.console import Console

from deepstart.need.interview import hold_interview, understand
from deepstart.need.questions import (
    QUESTIONS,
    Answer,
    Hardware,
    advice,
    advice_note,
    compute_answer,
    data_answer,
    hardware_answer,
    missing,
)
from deepstart.words import choose_language, text


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
    assert advice(said("yes" if i < count else "no" for i in range(4))) == expected


def said(answers):
    return {q: Answer(a, "limit-unknown") for q, a in zip(QUESTIONS, answers, strict=True)}


def test_without_a_yes_open_questions_leave_the_advice_open():
    assert advice(said(["unknown"] * 4)) == "unknown"
    assert advice(said(["no", "unknown", "unknown", "no"])) == "unknown"
    assert advice(said(["no", "no", "unknown", "no"])) == "not_now"
    assert advice(said(["yes", "unknown", "unknown", "unknown"])) == "think_hard"


def test_where_classical_methods_are_enough_a_count_that_recommends_networks_is_put_in_its_place():
    three = said(["yes", "yes", "yes", "no"])
    assert advice_note(three, "classical_enough", "en") == text("need.advice.but_enough", "en")
    assert advice_note(three, "deep_worth_it") == ""
    assert advice_note(said(["yes", "yes", "no", "no"]), "classical_enough") == ""


def test_only_answers_that_would_change_the_advice_are_missing():
    assert missing(said(["yes", "unknown", "unknown", "no"])) == ["data", "compute"]
    assert missing(said(["yes", "no", "unknown", "no"])) == []
    assert missing(said(["no"] * 4)) == []


@pytest.mark.parametrize(
    ("language", "says", "measured"),
    [
        ("en", "Cannot say yet", "Measured: no GPU, 2 cores, 8 GiB"),
        ("zh", "还不能下结论", "已测得：没有 GPU，2 个 CPU 核，8 GiB"),
    ],
)
def test_nobody_who_answered_nothing_is_told_not_now(monkeypatch, language, says, measured):
    choose_language(language)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    monkeypatch.setattr("deepstart.need.interview.measure_hardware", lambda: Hardware(2, 8, None))
    console = Console(file=io.StringIO(), width=300)
    out = hold_interview(console, None)
    shown = console.file.getvalue()
    assert (out["advice"], out["missing"]) == ("not_now", list(QUESTIONS))
    assert says in shown
    assert measured in shown
    assert all(text(f"need.missing.{q}") in shown for q in QUESTIONS)


def test_memory_that_could_not_be_measured_is_no_reason_to_fail():
    assert "? GiB" in hardware_answer(Hardware(2, float("nan"), None)).sentence()


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
