"""What stands before a verdict: whether the rows are enough for any answer."""

from dataclasses import replace

import numpy as np
import pytest

from deepstart.need.contenders import contenders_for
from deepstart.need.data import Data
from deepstart.need.evidence import Evidence
from deepstart.need.metrics import METRICS, choose_metric
from deepstart.need.splits import make_splits
from deepstart.need.statistics import Posterior
from deepstart.need.trials import Job, Trial, TrialStore
from deepstart.need.verdict import (
    MOST_TIMES,
    SURE,
    beats_dummy,
    chance_above_guessing,
    could_settle,
    curve,
    rows_to_settle,
    scarce,
    side_of,
)  # fmt: skip


def evidence_on(*counts):
    """No trials yet, on classes of these sizes."""
    y = np.repeat(np.arange(len(counts)), counts)
    classes = [f"class {k}" for k in range(len(counts))]
    data = Data("d", "table", "classification", np.zeros((len(y), 1)), y, classes)
    return Evidence(data, choose_metric(data), [], TrialStore(None), {})


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((5000, 30), True),  # AUROC stands and falls with the thirty
        ((4000, 4000, 30), False),  # accuracy: thirty of 8,030 rows move it by 0.4 points at most
        ((40, 40, 40), True),
        ((60, 60, 60), False),
        ((900, 120, 60), False),
    ],
)
def test_rows_are_scarce_where_the_score_hangs_on_fewer_than_fifty(counts, expected):
    assert scarce(evidence_on(*counts)) is expected


def evidence_after_one_split(n, classical, deep, shared):
    """Both sides have raced on a fifth of `n` rows, with so many wrong, and so many of them in common."""
    y = np.arange(n) % 3
    data = Data("d", "table", "classification", np.zeros((n, 1)), y, ["a", "b", "c"])
    evidence = Evidence(data, choose_metric(data), make_splits(data, most=1), TrialStore(None), {})
    test = evidence.splits[0].test
    for family, start, count in (("classical", 0, classical), ("deep", classical - shared, deep)):
        said = y[test]
        said[start : start + count] = (said[start : start + count] + 1) % 3
        evidence.champions[family] = [Trial(Job(family, 0, n, True), "ok", 1.0, test=np.eye(3)[said])]
    return evidence


@pytest.mark.parametrize("wrong", [(500, 1, 4, 1), (800, 2, 4, 2), (800, 3, 6, 3)])
def test_what_is_sure_because_no_score_is_above_one_is_settled(wrong):
    evidence = evidence_after_one_split(*wrong)
    sides = evidence.champions["deep"], evidence.champions["classical"]
    assert evidence.difference(*sides).above(0.01) > 1 - SURE
    assert evidence.chances(*sides, 0.01).deep < 1 - SURE
    assert could_settle(evidence, 0.01, splits=1)


def test_near_a_perfect_score_fewer_rows_settle_an_answer():
    evidence = evidence_after_one_split(300, 1, 2, 1)
    lead = evidence.lead()
    at_most = Posterior(lead.mean, lead.scale / MOST_TIMES**0.5, lead.df)
    assert at_most.above(0.01) > 1 - SURE  # the lead alone would not settle it with any number allowed
    assert rows_to_settle(evidence, 0.01) == 1000


def test_a_side_without_an_error_may_err_all_the_same():
    evidence = evidence_after_one_split(180, 0, 2, 0)
    (trial,) = evidence.champions["classical"]
    evidence.store.add(trial)
    side, (point,) = side_of(evidence, "classical"), curve(evidence, "classical")
    # In one of forty tests as long as this one a method of that score makes no error.
    assert (side.score, side.high) == (1, 1)
    assert side.low == point["low"] == pytest.approx(0.025 ** (1 / 36))
    assert side_of(evidence, "deep").low < side.low


def with_accuracy(evidence, contender, split, n, accuracy, first=True):
    """A trial that is wrong on the first (or last) test rows of a split and right on this share, kept."""
    test = evidence.splits[split].test
    wrong = len(test) - round(accuracy * len(test))
    said = evidence.data.y[test]
    said[:wrong] = (said[:wrong] + 1) % 3
    trial = Trial(
        Job(contender, split, n, n == len(evidence.splits[split].train)), "ok", 1.0, test=np.eye(3)[said]
    )
    evidence.store.add(trial)
    return trial


def on_splits(count, n=600):
    y = np.arange(n) % 3
    data = Data("d", "table", "classification", np.zeros((n, 1)), y, ["a", "b", "c"])
    return Evidence(data, choose_metric(data), make_splits(data, most=count), TrialStore(None), {})


def test_an_easy_split_does_not_make_the_curve_fall_at_its_end():
    evidence = on_splits(3)
    n = len(evidence.splits[0].train)
    with_accuracy(evidence, "c", 0, n // 2, 0.90)  # the first split is easy: 0.95 with all rows
    for split, accuracy in enumerate((0.95, 0.80, 0.80)):
        with_accuracy(evidence, "c", split, len(evidence.splits[split].train), accuracy)
    half, whole = curve(evidence, "c")
    assert (half["n"], whole["n"]) == (n // 2, n)
    assert whole["mean"] == pytest.approx(0.85, abs=0.005)
    assert half["mean"] == pytest.approx(0.80, abs=0.005)  # 0.05 less than all rows of the same split


def test_a_sample_of_a_split_on_which_all_rows_were_not_tried_does_not_bend_the_curve():
    evidence = on_splits(2)
    n = len(evidence.splits[0].train)
    with_accuracy(evidence, "c", 0, n // 2, 0.80)
    with_accuracy(evidence, "c", 1, n // 2, 0.60)  # a hard split, and no fit on all its rows
    with_accuracy(evidence, "c", 0, n, 0.85)
    half, whole = curve(evidence, "c")
    assert whole["mean"] - half["mean"] == pytest.approx(0.05, abs=0.005)


def test_what_one_split_cannot_tell_from_guessing_several_can():
    evidence = on_splits(5, n=120)
    evidence.contenders["guess"] = replace(contenders_for("table", "classification")[0], family="dummy")
    for split in range(5):
        n = len(evidence.splits[split].train)
        with_accuracy(evidence, "guess", split, n, 1 / 3, first=False)
        evidence.champions["deep"].append(with_accuracy(evidence, "c", split, n, 0.46))
    assert beats_dummy(evidence)
    evidence.champions["deep"] = evidence.champions["deep"][:1]
    assert not beats_dummy(evidence)


def test_a_side_below_guessing_is_told_from_one_above_it():
    evidence = on_splits(3)
    evidence.contenders["guess"] = replace(contenders_for("table", "classification")[0], family="dummy")
    for split in range(3):
        n = len(evidence.splits[split].train)
        with_accuracy(evidence, "guess", split, n, 1 / 3, first=False)
        evidence.champions["deep"].append(with_accuracy(evidence, "c", split, n, 0.25))
        evidence.champions["classical"].append(with_accuracy(evidence, "d", split, n, 0.60))
    assert chance_above_guessing(evidence, "deep") < 0.5
    assert chance_above_guessing(evidence, "classical") >= SURE


def test_no_interval_leaves_the_scores_that_there_are():
    evidence = evidence_after_one_split(15, 1, 2, 1)  # three test rows tell next to nothing
    side, lead = side_of(evidence, "deep"), evidence.lead()
    assert (side.low, side.high) == (0.0, 1.0)
    assert evidence.test_interval(evidence.champions["deep"][0])[1:] == (0.0, 1.0)
    assert lead.interval()[0] == -1.0
    evidence.metric = replace(evidence.metric, least=METRICS["r2"].least)
    assert side_of(evidence, "deep").low < 0  # R2 has no least value


def test_a_sides_costs_are_those_of_the_contender_that_it_is_named_after():
    evidence = evidence_after_one_split(180, 2, 2, 2)
    (trial,) = evidence.champions["deep"]
    other = replace(trial, job=replace(trial.job, contender="other"), fit_seconds=60.0)
    named = replace(trial, fit_seconds=2.0)
    evidence.champions["deep"] = [named, other, other, named, named]
    assert (side_of(evidence, "deep").name, side_of(evidence, "deep").fit_seconds) == ("deep", 2.0)
    evidence.champions["deep"] = [named, other, replace(other, fit_seconds=70.0)]
    assert (side_of(evidence, "deep").name, side_of(evidence, "deep").fit_seconds) == ("other", 65.0)
