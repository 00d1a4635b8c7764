"""Scores agree with scikit-learn, and their variances with what resampling shows."""

import numpy as np
import pytest
from sklearn import metrics as reference

from deepstart.need.data import Data
from deepstart.need.metrics import METRICS, all_scores, choose_metric, variance_of_difference
from deepstart.need.splits import Split


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def some_probabilities(rng, truth, classes, skill):
    logits = rng.normal(size=(len(truth), classes))
    logits[np.arange(len(truth)), truth] += skill
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def labels_like(y, classes):
    return Data("d", "table", "classification", np.zeros((len(y), 1)), np.asarray(y), classes)


def test_accuracy_and_balanced_accuracy_agree_with_scikit_learn(rng):
    truth = rng.choice(4, 300, p=[0.6, 0.2, 0.15, 0.05])
    given = some_probabilities(rng, truth, 4, 1.0)
    said = given.argmax(axis=1)
    assert METRICS["accuracy"].score(truth, given) == pytest.approx(reference.accuracy_score(truth, said))
    expected = reference.balanced_accuracy_score(truth, said)
    assert METRICS["balanced_accuracy"].score(truth, given) == pytest.approx(expected)


def test_auroc_agrees_with_scikit_learn_when_probabilities_tie(rng):
    truth = rng.choice(2, 200, p=[0.8, 0.2])
    given = np.round(some_probabilities(rng, truth, 2, 1.0), 1)
    given[:, 0] = 1 - given[:, 1]
    expected = reference.roc_auc_score(truth, given[:, 1])
    assert METRICS["auroc"].score(truth, given) == pytest.approx(expected)


def test_r_squared_agrees_with_scikit_learn(rng):
    truth = rng.normal(size=100)
    said = truth + rng.normal(size=100)
    assert METRICS["r2"].score(truth, said) == pytest.approx(reference.r2_score(truth, said))
    assert all_scores("regression", truth, said)["rmse"] == pytest.approx(
        np.sqrt(np.mean((said - truth) ** 2))
    )


@pytest.mark.parametrize("name", ["accuracy", "balanced_accuracy", "auroc"])
def test_the_variance_from_influences_agrees_with_the_bootstrap(name, rng):
    truth = rng.choice(2, 400, p=[0.75, 0.25])
    first, second = some_probabilities(rng, truth, 2, 1.5), some_probabilities(rng, truth, 2, 1.0)
    metric = METRICS[name]
    draws = []
    for _ in range(600):
        # Within each class, as the influences of class-wise metrics are.
        rows = np.concatenate(
            [rng.choice(np.flatnonzero(truth == c), (truth == c).sum()) for c in (0, 1)]
            if name != "accuracy"
            else [rng.integers(0, 400, 400)]
        )
        draws.append(metric.score(truth[rows], first[rows]) - metric.score(truth[rows], second[rows]))
    estimate = variance_of_difference(metric.evaluate(truth, first)[1], metric.evaluate(truth, second)[1])
    assert estimate == pytest.approx(np.var(draws), rel=0.25)


def test_the_variance_of_r_squared_agrees_with_the_bootstrap(rng):
    truth = rng.normal(size=400)
    first, second = truth + rng.normal(size=400) * 0.5, truth + rng.normal(size=400) * 0.7
    metric, draws = METRICS["r2"], []
    for _ in range(600):
        rows = rng.integers(0, 400, 400)
        draws.append(metric.score(truth[rows], first[rows]) - metric.score(truth[rows], second[rows]))
    estimate = variance_of_difference(metric.evaluate(truth, first)[1], metric.evaluate(truth, second)[1])
    assert estimate == pytest.approx(np.var(draws), rel=0.25)


def test_one_that_made_no_error_on_sixty_rows_is_not_called_perfect_with_certainty():
    flawless = np.zeros(60)
    assert variance_of_difference(flawless, flawless) == pytest.approx((1 / 60) ** 2)


def test_two_methods_that_agree_on_every_row_are_not_called_equal_with_certainty():
    influence = np.array([0.5, -0.5, 0.5, -0.5])
    assert variance_of_difference(influence, influence) > 0


@pytest.mark.parametrize(
    ("y", "classes", "expected"),
    [
        ([0] * 50 + [1] * 50, ["a", "b"], "accuracy"),
        ([0] * 90 + [1] * 10, ["a", "b"], "auroc"),
        ([0] * 800 + [1] * 150 + [2] * 50, ["a", "b", "c"], "balanced_accuracy"),
    ],
)
def test_uneven_classes_get_a_metric_that_sees_the_small_class(y, classes, expected):
    assert choose_metric(labels_like(y, classes)).name == expected


def test_a_class_too_small_to_be_measured_does_not_count_as_much_as_the_others():
    assert choose_metric(labels_like([0] * 800 + [1] * 150 + [2] * 49, ["a", "b", "c"])).name == "accuracy"


def errors_in_groups(rng, groups, rows):
    """Influences of two methods whose lead differs by chance from group to group; the groups of the rows."""
    code = np.repeat(np.arange(groups), rows)
    skills = 0.8 + 0.08 * rng.normal(size=(2, groups))
    right = rng.random((2, len(code))) < skills[:, code]
    return right, code


def test_where_groups_go_wrong_together_chance_draws_groups_not_rows(rng):
    leads, estimates, naive = [], [], []
    for _ in range(400):
        (first, second), code = errors_in_groups(rng, 12, 50)
        leads.append(first.mean() - second.mean())
        influences = first - first.mean(), second - second.mean()
        estimates.append(variance_of_difference(*influences, code))
        naive.append(variance_of_difference(*influences))
    assert np.mean(estimates) == pytest.approx(np.var(leads), rel=0.2)
    assert np.mean(naive) < 0.5 * np.var(leads)


def test_a_single_group_tells_nothing_of_others(rng):
    influence = rng.normal(size=50)
    one = variance_of_difference(influence, 0 * influence, np.zeros(50, int))
    assert one > 0.9 * np.mean(influence**2)


def test_auroc_decides_only_where_every_split_holds_both_classes():
    data = labels_like([0] * 90 + [1] * 10, ["a", "b"])
    both, alone = np.r_[0:5, 90:95], np.arange(5)
    assert choose_metric(data, [Split(0, both, both, both)]).name == "auroc"
    assert choose_metric(data, [Split(0, both, both, both), Split(1, both, both, alone)]).name == "accuracy"
