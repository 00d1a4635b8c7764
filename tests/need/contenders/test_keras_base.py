"""The base of all networks: time, choice of the best epoch, seeds, clones, pickles."""

import pickle
from time import perf_counter
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.base import clone

from deepstart.need.contenders import Setting
from deepstart.need.contenders._keras import KerasClassifier, KerasRegressor, _Training, common, import_keras
from deepstart.need.contenders._training import Plan, validation_rows


class Small:
    """One hidden layer, for either task."""

    def __init__(self, *, units=16, **common):
        super().__init__(**common)
        self.units = units

    def build(self, shapes, n_outputs):
        layers = import_keras().layers
        keras = import_keras()
        return keras.Sequential([
            keras.Input(shapes[0]), layers.Dense(self.units, "relu"),
            layers.Dropout(0.1), layers.Dense(n_outputs),
        ])  # fmt: skip


class SmallClassifier(Small, KerasClassifier):
    pass


class SmallRegressor(Small, KerasRegressor):
    pass


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4)).astype("float32")
    return X, np.array(["no", "yes"])[(X[:, 0] + X[:, 1] > 0).astype(int)], 1000 + 50 * X[:, 0]


def quick(kind, **more):
    return kind(epochs=15, learning_rate=0.02, batch_size=32, **more)


def test_clone_keeps_every_parameter_of_every_constructor_up_the_line():
    made = quick(SmallClassifier, units=5, label_smoothing=0.2, max_seconds=3.5, balanced=True, seed=7)
    assert clone(made).get_params() == made.get_params()
    assert {"units", "label_smoothing", "epochs", "max_seconds"} <= made.get_params().keys()


def test_a_cloned_network_trains_as_many_epochs_as_it_was_asked_for(rows):
    X, y, _ = rows
    assert clone(SmallClassifier(epochs=7, patience=None)).fit(X, y).epochs_ == 7


def test_it_learns_classes_and_gives_their_probabilities(rows):
    X, y, _ = rows
    model = quick(SmallClassifier).fit(X, y)
    p = model.predict_proba(X)
    assert p.shape == (300, 2)
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-9)
    assert (model.predict(X) == y).mean() > 0.9
    assert model.n_parameters_ == 4 * 16 + 16 + 16 * 2 + 2


def test_it_learns_numbers_far_from_zero(rows):
    X, _, target = rows
    model = quick(SmallRegressor).fit(X, target)
    assert model.score(X, target) > 0.9
    assert abs(model.predict(X).mean() - 1000) < 10


def test_the_same_seed_gives_the_same_network_whatever_was_trained_before(rows):
    X, y, _ = rows
    first = quick(SmallClassifier, seed=3).fit(X, y).predict_proba(X)
    quick(SmallClassifier, seed=4).fit(X[:200], y[:200])
    again = quick(SmallClassifier, seed=3).fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(first, again)


def test_another_fit_leaves_a_fitted_network_as_it_is(rows):
    X, y, _ = rows
    first = quick(SmallClassifier, seed=1).fit(X, y)
    before = first.predict_proba(X)
    quick(SmallClassifier, seed=2).fit(X, y)
    np.testing.assert_array_equal(before, first.predict_proba(X))


def test_a_pickled_network_predicts_the_same(rows):
    X, y, _ = rows
    model = quick(SmallClassifier).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(model.predict_proba(X), again.predict_proba(X))


def test_the_keras_model_that_it_hands_out_is_the_one_that_predicts(rows):
    X, y, _ = rows
    model = quick(SmallClassifier).fit(X, y)
    logits = np.asarray(model.network()(X))
    assert (logits.argmax(axis=1) == model.predict_proba(X).argmax(axis=1)).all()


def test_a_short_time_ends_the_fit_early_with_a_network_that_answers(rows):
    X, y, _ = rows
    model = SmallClassifier(epochs=10**6, patience=None, max_seconds=1.0, learning_rate=0.02).fit(X, y)
    assert model.ended_by_ == "time"
    assert 0 < model.epochs_ < 10**6
    assert model.predict_proba(X).shape == (300, 2)


@pytest.mark.parametrize(("epochs", "reason"), [(60, "time"), (75, "plan"), (100, "plan")])
def test_a_fit_was_cut_short_when_its_time_carried_less_than_most_of_its_plan(epochs, reason):
    per_epoch = 7
    training = SimpleNamespace(
        plan=SimpleNamespace(step=epochs * per_epoch),
        per_epoch=per_epoch,
        estimator=SmallClassifier(epochs=100),
        ended_by="plan",
    )
    assert _Training._reason(training) == reason


def test_no_time_at_all_still_gives_a_network_that_answers(rows):
    X, y, _ = rows
    assert SmallClassifier(max_seconds=0.0).fit(X, y).predict_proba(X).shape == (300, 2)


def test_without_a_better_epoch_the_training_ends_before_its_plan():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 4)), rng.integers(0, 2, 200)
    model = SmallClassifier(epochs=400, patience=0.05, learning_rate=0.05, batch_size=32).fit(X, y)
    assert model.ended_by_ == "patience"
    assert model.best_epoch_ < model.epochs_ < 400


def test_balanced_finds_the_rare_class(rows):
    X, _, _ = rows
    y = (X[:, 0] + 0.8 * X[:, 1] > 1.6).astype(int)
    plain, fair = (quick(SmallClassifier, balanced=b).fit(X[:, :1], y) for b in (False, True))
    assert fair.predict(X[:, :1]).mean() > plain.predict(X[:, :1]).mean()


def test_a_plan_that_is_cut_short_still_reaches_the_end_of_the_schedule():
    plan = Plan(1000, perf_counter() + 10)
    plan.next(100)
    plan.fit_time(seconds_per_step=0.1, reserve=0.0)
    assert 180 <= plan.steps <= 200
    rest = plan.next(1000)
    assert rest[0] == pytest.approx(0.1)
    assert rest[-1] > 0.98
    assert (np.diff(rest) > 0).all()


def test_a_plan_without_a_limit_gives_each_step_the_same_progress_in_any_portion():
    whole, portions = Plan(50, None), Plan(50, None)
    np.testing.assert_array_equal(
        whole.next(50), np.concatenate([portions.next(k) for k in (7, 1, 30, 30)])
    )  # fmt: skip


def test_each_class_gives_a_row_to_judge_by_unless_it_is_tiny():
    y = np.array([0] * 100 + [1] * 5 + [2] * 2 + [3])
    kept = validation_rows(y, 0.1, 2000, True, np.random.default_rng(0))
    assert np.bincount(y[kept], minlength=4).tolist() == [10, 1, 0, 0]
    assert validation_rows(np.zeros(10**5, int), 0.1, 2000, True, np.random.default_rng(0)).sum() == 2000


def test_a_setting_hands_on_what_every_network_needs():
    made = SmallClassifier(
        **common(Setting("classification", seed=5, max_seconds=9.0, threads=1, balanced=True))
    )
    assert (made.seed, made.max_seconds, made.threads, made.balanced) == (5, 9.0, 1, True)


def test_of_two_uneven_classes_the_epoch_with_the_better_order_is_kept():
    truth = np.repeat([0, 1], [990, 10])
    model = SmallClassifier()
    model.classes_ = np.array([0, 1])

    def said(rare_for_0, rare_for_1):
        p = np.where(truth == 1, rare_for_1, rare_for_0)
        return np.column_stack([1 - p, p])

    ordered = said(0.02, 0.4)  # every rare row stands above every common one, though none is said to be rare
    blind = said(0.01, 0.01)
    assert model.criterion(truth, ordered) < model.criterion(truth, blind)
    wrong_once = ordered.copy()
    wrong_once[:2] = 0.4, 0.6  # two errors, which accuracy would hold against it
    assert model.criterion(truth, wrong_once) < model.criterion(truth, blind)
