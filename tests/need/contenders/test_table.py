"""The contract of every contender for tables, as a list of small checks that pick them up unasked."""

import pickle
from functools import cache

import numpy as np
import pytest
from sklearn.base import clone

from deepstart import words
from deepstart.need.contenders import Setting, contenders_for
from deepstart.need.data import Column, Schema

TASKS = ("classification", "regression")
#: Networks are told to train briefly; everything else is quick on so few rows.
BRIEF = {"epochs": 40}
EVERY = [
    pytest.param(c, task, id=f"{c.name}-{task}") for task in TASKS for c in contenders_for("table", task)
]
LEARNERS = [p for p in EVERY if p.values[0].family != "dummy"]

SCHEMA = Schema([
    Column("length", "number"), Column("weight", "number"), Column("rooms", "number"),
    Column("colour", "category", ("red", "green", "blue", "grey")),
])  # fmt: skip
LABELS = np.array([10, 20, 40])


def easy_table(task, n=120, seed=0):
    """Rows whose target follows from length and colour."""
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.normal(size=(n, 2)), rng.integers(1, 6, n), rng.integers(0, 4, n)])
    level = X[:, 0] + (X[:, 3] == 2)
    y = LABELS[np.digitize(level, [-0.3, 0.9])] if task == "classification" else 1000 + 50 * level
    X.flags.writeable = False
    return X, y


def hostile_table(task):
    """30 rows of all that goes wrong in tables, and rows to predict that are worse."""
    rng = np.random.default_rng(1)
    columns = {
        Column("all missing", "number"): np.full(40, np.nan),
        Column("constant", "number"): np.full(40, 7.0),
        Column("holes", "number"): np.where(rng.random(40) < 0.3, np.nan, rng.normal(size=40)),
        Column("huge", "number"): rng.normal(size=40) * 1e250,
        Column("infinite", "number"): np.where(rng.random(40) < 0.1, np.inf, rng.normal(size=40)),
        Column("tiny", "number"): rng.normal(size=40) * 1e-250,
        Column("skewed", "number"): rng.lognormal(0, 20, 40),
        Column("new levels", "category", tuple("abcdef")): np.r_[
            rng.integers(0, 3, 30), rng.integers(3, 6, 10)
        ],
        Column("many levels", "category", tuple(map(str, range(40)))): np.arange(40.0),
        Column("yes or no", "boolean", ("no", "yes")): rng.choice([0, 1, np.nan], 40),
        Column("when", "date"): rng.integers(-(10**9), 2 * 10**9, 40).astype(float),
        Column("note", "text", (*(f"第 {i} 条 note" for i in range(38)), "", "new")): np.arange(40.0),
    }
    X = np.column_stack(list(columns.values()))
    if task == "classification":
        y = np.array([0] * 16 + [1] * 12 + [2] * 2)
    else:
        y = rng.normal(size=30) * 1e12
    return X[:30], y, X[30:], Schema(columns)


def made(contender, task, schema=SCHEMA, **more):
    setting = Setting(task=task, n_classes=3, n_rows=120, schema=schema, seed=3, **more)
    estimator = contender.make(setting)
    return estimator.set_params(**{k: v for k, v in BRIEF.items() if k in estimator.get_params()})


@cache
def fitted(contender, task):
    X, y = easy_table(task)
    return made(contender, task).fit(X, y)


def says(estimator, X):
    """Probabilities or numbers."""
    return estimator.predict_proba(X) if hasattr(estimator, "classes_") else estimator.predict(X)


def error(estimator, X, y):
    if hasattr(estimator, "classes_"):
        return np.mean(estimator.predict(X) != y)
    return np.mean((estimator.predict(X) - y) ** 2)


@pytest.mark.parametrize(("contender", "task"), EVERY)
def test_clone_keeps_everything(contender, task):
    estimator = made(contender, task, balanced=True, max_seconds=9.0, threads=1)
    copy = clone(estimator)
    assert copy.get_params() == estimator.get_params()
    assert vars(copy).keys() == vars(estimator).keys()


@pytest.mark.parametrize(("contender", "task"), EVERY)
def test_a_clone_with_the_same_seed_predicts_the_same(contender, task):
    (X, y), (new, _) = easy_table(task), easy_table(task, seed=9)
    first = fitted(contender, task)
    np.testing.assert_allclose(says(clone(first).fit(X, y), new), says(first, new), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("contender", "task"), EVERY)
def test_a_fitted_one_survives_a_pickle(contender, task):
    new, _ = easy_table(task, seed=9)
    estimator = fitted(contender, task)
    np.testing.assert_allclose(
        says(pickle.loads(pickle.dumps(estimator)), new), says(estimator, new), rtol=1e-5
    )


@pytest.mark.parametrize(("contender", "task"), EVERY)
def test_answers_have_the_shape_and_the_labels_that_were_learnt(contender, task):
    new, _ = easy_table(task, n=7, seed=9)
    estimator = fitted(contender, task)
    assert estimator.predict(new).shape == (7,)
    if task == "classification":
        assert (estimator.classes_ == LABELS).all()
        probability = estimator.predict_proba(new)
        np.testing.assert_allclose(probability.sum(axis=1), 1, atol=1e-9)
        assert (estimator.predict(new) == LABELS[probability.argmax(axis=1)]).all()


@pytest.mark.parametrize(("contender", "task"), LEARNERS)
def test_it_beats_always_saying_the_same(contender, task):
    (X, y), (new, truth) = easy_table(task), easy_table(task, seed=9)
    dummies = [c for c in contenders_for("table", task) if c.family == "dummy"]
    dummy = min(error(made(c, task).fit(X, y), new, truth) for c in dummies)
    assert error(fitted(contender, task), new, truth) < 0.8 * dummy


@pytest.mark.parametrize(("contender", "task"), LEARNERS)
def test_a_model_that_had_no_time_can_be_used(contender, task):
    X, y = easy_table(task)
    answer = says(made(contender, task, max_seconds=0.01).fit(X, y), X)
    assert np.isfinite(answer).all()


@pytest.mark.parametrize(("contender", "task"), EVERY)
def test_a_hostile_table_is_survived(contender, task):
    X, y, new, schema = hostile_table(task)
    estimator = made(contender, task, schema, balanced=True).fit(X, y)
    assert np.isfinite(says(estimator, new)).all()
    assert np.isfinite(says(estimator, np.full((2, len(schema)), np.nan))).all()


@pytest.mark.parametrize(("contender", "task"), EVERY)
def test_a_single_constant_column_is_survived(contender, task):
    X, y = np.full((12, 1), 3.0), easy_table(task)[1][:12]
    answer = says(made(contender, task, Schema([Column("x", "number")])).fit(X, y), X[:2])
    np.testing.assert_allclose(answer[0], answer[1], rtol=1e-6)


@pytest.mark.parametrize(("contender", "task"), LEARNERS)
def test_a_single_column_without_a_schema_is_enough(contender, task):
    X, y = easy_table(task)
    assert np.isfinite(says(made(contender, task, Schema()).fit(X[:40, :1], y[:40]), X[:5, :1])).all()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", sorted({p.values[0].name for p in EVERY}))
def test_each_has_a_name_for_people(name, language):
    assert words.look_up(f"contenders.names.{name}", language)


@pytest.mark.parametrize("task", TASKS)
def test_both_families_have_an_ordinary_and_a_strong_one(task):
    rungs = {(c.family, c.strength) for c in contenders_for("table", task)}
    assert {(f, s) for f in ("classical", "deep") for s in ("ordinary", "strong")} <= rungs
    assert ("classical", "weak") in rungs


@pytest.mark.parametrize("name", ["table-lightgbm", "table-catboost"])
def test_boosted_trees_say_whether_their_time_ended_them(name):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20_000, 12))
    y = (np.sin(3 * X[:, 0]) + X[:, 1] * X[:, 2] + X[:, 3:].sum(axis=1) > 0).astype(int)  # takes many trees
    [booster] = [c for c in contenders_for("table", "classification") if c.name == name]
    schema = Schema(Column(f"c{i}", "number") for i in range(12))
    endings = []
    for rows, seconds in ((slice(None), 0.8), (slice(300), None)):
        setting = Setting("classification", 2, len(y), schema, max_seconds=seconds, threads=1)
        endings.append(booster.make(setting).fit(X[rows], y[rows]).ended_by_)
    assert endings == ["time", "plan"]
