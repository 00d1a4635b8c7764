"""Choices inside a fit keep together what belongs together, and look from the past to the future."""

import numpy as np
import pytest
from _contract import made

from deepstart.need.contenders import all_contenders
from deepstart.need.contenders._chooser import holdout, inner_splits
from deepstart.need.contenders._ties import MANY_GROUPS, NO_TIES, Ties
from deepstart.need.contenders._training import rows_aside, validation_rows
from deepstart.need.data import Column, Schema
from deepstart.need.trials import Job
from deepstart.need.worker import Request, run_job

GROUPS, ROWS_EACH = 12, 10
#: All rows of a patient are of one class, and each patient looks different: they can be known by heart.
BOUND = np.repeat(np.arange(GROUPS), ROWS_EACH)
Y = BOUND % 2
MIXED = np.random.default_rng(0).permutation(len(Y))
#: Contenders that choose nothing inside.
WITHOUT_CHOICE = {
    "table-decision-tree", "table-plain-linear", "image-features-boosting", "image-pixels-logistic",
    "text-naive-bayes",
}  # fmt: skip


def table():
    rng = np.random.default_rng(1)
    return (4 * rng.normal(size=(GROUPS, 5)))[BOUND] + rng.normal(size=(len(Y), 5))


def pictures():
    rng = np.random.default_rng(2)
    plain = rng.integers(0, 200, (GROUPS, 16, 16, 1))[BOUND]
    return (plain + rng.integers(0, 55, plain.shape)).astype("uint8")


def texts():
    rng = np.random.default_rng(3)
    return np.array([" ".join(f"word{g}of{w}" for w in rng.integers(0, 8, 12)) for g in BOUND], object)


SETTINGS = {
    "table": (table, {"schema": Schema(Column(f"c{i}", "number") for i in range(5))}),
    "image": (pictures, {"image_shape": (16, 16, 1)}),
    "text": (texts, {"languages": (("latin", 1.0),)}),
}


def fitted(name, ties, **more):
    """A contender of the modality that its name begins with, fitted on the mixed rows."""
    rows, setting = SETTINGS[name.split("-")[0]]
    estimator = made(name, max_seconds=60.0, **setting, **more)
    return estimator.fit(rows()[MIXED], Y[MIXED], **({"ties": ties} if ties else {}))


@pytest.fixture
def choices(monkeypatch):
    """Every choice inside a fit: the ties of its rows, their classes, and what was held out of what."""
    seen = []
    for name in ("hold_out", "several"):
        plain = getattr(Ties, name)

        def spy(self, y, *rest, plain=plain, several=name == "several"):
            parts = plain(self, y, *rest)
            seen.append((self, y, parts if several else [parts]))
            return parts

        monkeypatch.setattr(Ties, name, spy)
    return seen


CHOOSING = [
    c.name
    for c in all_contenders()
    if (c.family == "classical" and c.name not in WITHOUT_CHOICE)
    or c.name in ("table-mlp", "image-lenet", "text-average")
]


@pytest.mark.parametrize("name", CHOOSING)
def test_no_group_is_on_both_sides_of_a_choice(name, choices):
    fitted(name, Ties(BOUND[MIXED]))
    assert choices
    for ties, y, parts in choices:
        assert np.array_equal(ties.bound % 2, y)  # each row still has the group that it came with
        for learn, judge in parts:
            assert len(judge)
            assert not set(ties.bound[learn]) & set(ties.bound[judge])
            assert set(y[learn]) == set(y[judge]) == {0, 1}


@pytest.mark.parametrize("name", ["table-mlp", "image-lenet", "text-average"])
def test_a_network_that_knows_patients_by_heart_is_not_judged_on_rows_of_the_same(name):
    def least_error(ties):
        return min(entry["criterion"] for entry in fitted(name, ties).history_)

    alone, tied = least_error(None), least_error(Ties(BOUND[MIXED]))
    assert tied > 0.1 > 100 * alone


def test_boosted_trees_stop_early_where_more_rounds_help_only_with_known_patients():
    alone, tied = fitted("table-lightgbm", None), fitted("table-lightgbm", Ties(BOUND[MIXED]))
    assert tied.chosen_["rounds"] < 0.5 * alone.chosen_["rounds"]


@pytest.mark.parametrize("name", ["text-tfidf-svm", "image-features-svm"])
def test_a_margin_is_believed_less_when_it_was_measured_on_other_patients(name):
    assert fitted(name, Ties(BOUND[MIXED])).scale_ < 0.5 * fitted(name, None).scale_


@pytest.mark.parametrize("name", ["table-kernel-svm", "text-nbsvm", "image-lenet"])
def test_rows_that_nothing_ties_are_chosen_by_as_before(name):
    ties = Ties(np.arange(len(Y)), np.zeros(len(Y))).of(np.arange(len(Y)))
    rows = SETTINGS[name.split("-")[0]][0]()
    one, other = fitted(name, ties), fitted(name, None)
    assert np.array_equal(one.predict_proba(rows), other.predict_proba(rows))


def tied(n, groups, classes=2, seed=0):
    rng = np.random.default_rng(seed)
    bound = rng.integers(0, groups, n)
    return rng.integers(0, classes, n), bound


@pytest.mark.parametrize("groups", [5, 40, MANY_GROUPS + 300])
@pytest.mark.parametrize("share", [0.2, 0.12])
def test_about_the_wanted_part_is_held_out_of_few_groups_and_of_many(groups, share):
    y, bound = tied(3000, groups)
    learn, judge = holdout(y, True, 0, share, Ties(bound))
    assert not set(bound[learn]) & set(bound[judge])
    assert len(judge) == pytest.approx(share * 3000, rel=0.8)


def test_numbers_are_held_out_by_group_too():
    _, bound = tied(200, 20)
    y = bound + np.random.default_rng(0).normal(size=200)
    for learn, judge in [holdout(y, False, 0, ties=Ties(bound)), *inner_splits(y, False, 0, Ties(bound))]:
        assert not set(bound[learn]) & set(bound[judge])
    learn, aside = rows_aside(y, 0.12, 2000, False, np.random.default_rng(0), Ties(bound))
    assert not set(bound[learn]) & set(bound[aside])
    assert aside.any()


@pytest.mark.parametrize(
    ("y", "bound"),
    [
        (np.arange(60) % 2, np.zeros(60, int)),  # one group
        (np.arange(60) % 2, np.arange(60) % 2),  # each class in one group only
        (np.repeat([0, 1], [50, 10]), np.repeat([0, 1, 2, 3, 4, 5], 10)),  # one class in one group only
    ],
)
def test_where_whole_groups_cannot_be_held_out_rows_are(y, bound):
    ties, rng = Ties(bound), np.random.default_rng
    for mine, plain in zip(holdout(y, True, 0, ties=ties), holdout(y, True, 0), strict=True):
        assert np.array_equal(mine, plain)
    for mine, plain in zip(inner_splits(y, True, 0, ties), inner_splits(y, True, 0), strict=True):
        assert np.array_equal(mine[1], plain[1])
    assert rows_aside(y, 0.12, 2000, True, rng(0), ties)[1].any()
    aside = validation_rows(y, 0.12, 2000, True, rng(0))
    assert np.array_equal(rows_aside(y, 0.12, 2000, True, rng(0), NO_TIES)[1], aside)


def test_the_latest_rows_are_held_out_and_no_moment_is_on_both_sides():
    rng = np.random.default_rng(0)
    day, y = rng.integers(0, 50, 400), rng.integers(0, 2, 400)
    ties = Ties(order=day.astype(float))
    learn, aside = rows_aside(y, 0.12, 2000, True, rng, ties)
    for past, future in [
        holdout(y, True, 0, ties=ties),
        *inner_splits(y, True, 0, ties),
        (np.flatnonzero(learn), np.flatnonzero(aside)),
    ]:
        assert day[past].max() < day[future].min()
        assert len(future) == pytest.approx(0.16 * 400, rel=0.5)
    assert day[holdout(y, True, 0, ties=ties)[1]].max() == day.max()


def test_a_class_that_only_the_latest_rows_hold_is_learned_from_all_the_same():
    y = np.array([0, 1] * 40 + [2, 0, 1, 0] * 5)
    learn, judge = holdout(y, True, 0, ties=Ties(order=np.arange(100.0)))
    assert set(y[learn]) == {0, 1, 2}
    assert set(y[judge]) == {0, 1}


def test_what_is_bound_to_later_rows_is_not_learned_from():
    order = np.arange(200.0)
    bound = np.where(order < 120, order % 40, 40 + order % 20)
    bound[:5] = bound[-5:]  # seen early and late
    learn, judge = holdout(np.arange(200) % 2, True, 0, ties=Ties(bound, order))
    assert not set(bound[learn]) & set(bound[judge])
    assert judge.min() >= 140
    assert not set(range(5)) & set(learn)


class Recorder:
    """Stands for an estimator that chooses inside."""

    seen: Ties

    def fit(self, X, y, ties=NO_TIES):
        self.classes_, Recorder.seen = np.unique(y), ties
        return self

    def predict(self, X):
        return np.zeros(len(X), int)


def test_a_worker_tells_a_fit_the_groups_and_the_times_of_its_own_rows():
    from deepstart.need.contenders import Contender, Setting
    from deepstart.need.data import Data

    data = Data(
        "d", "table", "classification", table(), Y, ["a", "b"], groups=BOUND, order=np.arange(len(Y)) // 3
    )
    recorder = Contender("r", "classical", "table", "weak", lambda setting: Recorder(), "none")
    rows = MIXED[:70]
    run_job(
        Request(Job("r", 0, 70, False), Setting("classification"), rows, MIXED[70:], MIXED[:0]),
        recorder,
        data,
    )
    assert np.array_equal(Recorder.seen.bound, BOUND[rows])
    assert np.array_equal(Recorder.seen.order, rows // 3)


def test_where_two_moments_cannot_be_told_apart_groups_are():
    """Half of the rows at each moment: the later half is too much to hold out, and the groups remain."""
    ties = Ties(BOUND, np.arange(len(Y)) % 2.0)
    choices = [holdout(Y, True, 0, ties=ties), *inner_splits(Y, True, 0, ties)]
    for learn, judge in choices:
        assert len(judge)
        assert not np.isin(BOUND[learn], BOUND[judge]).any()


def test_windows_of_time_are_each_chosen_by_once():
    moments = np.repeat(np.arange(3.0), 40)
    windows = inner_splits(MIXED % 2, True, 0, Ties(None, moments))
    assert len({tuple(np.sort(judge)) for _, judge in windows}) == len(windows)
