"""Planted wrong labels are counted, found and told apart from a weak model."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from deepstart.need.labels import LabelNoise, confident_count, label_findings, label_noise
from deepstart.words import text


def planted(y, share, seed=0):
    """Labels of which `share` is replaced by another class."""
    rng, classes = np.random.default_rng(seed), y.max() + 1
    noisy, rows = y.copy(), rng.permutation(len(y))[: round(share * len(y))]
    noisy[rows] = (y[rows] + rng.integers(1, classes, len(rows))) % classes
    return noisy


def held_out(X, y):
    """Probabilities for rows that were not trained on."""
    if len(np.unique(y)) > 2:
        # Distances to the classes' planes, as probabilities: quick, and as strong as a kernel can be.
        scores = cross_val_predict(SVC(gamma=0.001), X, y, cv=3, method="decision_function")
        return np.exp(2 * scores) / np.exp(2 * scores).sum(axis=1, keepdims=True)
    return cross_val_predict(
        make_pipeline(StandardScaler(), LogisticRegression(C=0.1)), X, y, cv=5, method="predict_proba"
    )


SETS = {"digits": load_digits(return_X_y=True), "breast_cancer": load_breast_cancer(return_X_y=True)}


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("share", [0.0, 0.05, 0.1, 0.2])
def test_the_share_of_planted_wrong_labels_is_found_within_two_points(name, share):
    X, y = SETS[name]
    noisy = planted(y, share)
    noise = label_noise(noisy, held_out(X, noisy))
    assert noise.rate == pytest.approx(share, abs=0.02)
    assert noise.low <= share + 0.005
    assert share - 0.005 <= noise.high


def test_the_most_doubtful_rows_are_the_planted_ones():
    X, y = SETS["digits"]
    noisy = planted(y, 0.05)
    noise = label_noise(noisy, held_out(X, noisy))
    first = noise.order[:50]
    assert (noisy[first] != y[first]).mean() > 0.8
    assert (noise.better[first] == y[first]).mean() > 0.8
    assert sorted(noise.order) == list(range(len(y)))


def test_a_weak_model_on_clean_labels_accuses_no_one():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(2000, 2)), rng.integers(0, 2, 2000)
    X[:, 0] += 1.2 * y
    probabilities = cross_val_predict(LogisticRegression(), X, y, cv=5, method="predict_proba")
    noise = label_noise(y, probabilities)
    best = (probabilities.argmax(axis=1) == y).mean()
    assert (
        confident_count(y, probabilities) > 0.15
    )  # the plain count takes the model's errors for wrong labels
    assert label_findings(noise, best, 0.01, None) == []


def test_a_model_that_is_mostly_wrong_may_not_judge_labels():
    rng = np.random.default_rng(0)
    noise = label_noise(rng.integers(0, 4, 400), rng.dirichlet(np.ones(4), 400))
    assert label_findings(noise, 0.3, 0.01, None) == []


def test_the_confident_count_of_a_perfect_model_is_the_planted_share():
    y = np.repeat([0, 1, 2], 100)
    given = planted(y, 0.1, seed=3)
    assert confident_count(given, np.eye(3)[y] * 0.94 + 0.02) == pytest.approx(0.1, abs=0.005)


def found(rate, low):
    return LabelNoise(rate, low, rate + 0.02, np.arange(100), 10, np.zeros(100, int))


def test_labels_limit_when_the_best_model_has_reached_the_ceiling():
    [limit] = label_findings(found(0.1, 0.08), best=0.895, worth=0.01, names=None)
    [some] = label_findings(found(0.1, 0.08), best=0.80, worth=0.01, names=None)
    assert (limit.id, some.id) == ("labels-limit", "labels")


def test_few_wrong_labels_are_not_worth_a_word():
    assert label_findings(found(0.015, 0.005), best=0.98, worth=0.01, names=None) == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("best", [0.8, 0.895])
def test_what_is_said_names_rows_and_figures(language, best):
    [one] = label_findings(found(0.1, 0.08), best, 0.01, np.array([f"owl_{i}.png" for i in range(100)]))
    assert "owl_0.png" in one.sentence("what", language) + one.sentence("next", language)
    assert "{" not in "".join(one.sentence(part, language) for part in ("what", "why", "next"))
    assert text(f"audit.{one.id}.what", language, default="")
