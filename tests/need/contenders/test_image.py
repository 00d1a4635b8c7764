"""Every contender for pictures keeps the contract, whatever the pictures are."""

import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone

from deepstart.need.contenders import all_contenders

sys.path.insert(0, str(Path(__file__).parent))
from _contract import contenders, is_deep, made

NAMES = contenders("image")


def bars(n, height=12, width=12, channels=1, seed=0):
    """Pictures with a bar that lies (0) or stands (1) anywhere, and noise."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 60, (n, height, width, channels))
    y = np.arange(n) % 2
    for picture, stands in zip(X, y, strict=True):
        at = rng.integers(1, (width if stands else height) - 2)
        (picture[:, at : at + 2] if stands else picture[at : at + 2])[...] += 150
    return X.astype("uint8"), y


@pytest.fixture(scope="module", params=NAMES)
def fitted(request):
    X, y = bars(80)
    X_before = X.copy()
    labels = np.array(["lies", "stands"])[y]
    estimator = made(request.param, image_shape=(12, 12, 1)).fit(X, labels)
    assert (X_before == X).all()
    return request.param, estimator


@pytest.mark.parametrize("name", NAMES)
def test_clone_keeps_everything(name):
    estimator = made(name, image_shape=(12, 12, 1), seed=3, balanced=True, max_seconds=4.0)
    assert clone(estimator).get_params() == estimator.get_params()


def test_it_learns_more_than_guessing_and_its_probabilities_sum_to_one(fitted):
    name, estimator = fitted
    X, y = bars(60, seed=1)
    p = estimator.predict_proba(X)
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-6)
    assert p.shape == (60, 2)
    assert list(estimator.classes_) == ["lies", "stands"]
    right = (estimator.predict(X) == estimator.classes_[y]).mean()
    # A weighted sum of pixels cannot see a bar that may stand anywhere; the others can.
    assert right > (0.4 if name == "image-pixels-logistic" else 0.7)


def test_a_pickled_one_answers_the_same(fitted):
    _, estimator = fitted
    X, _ = bars(10, seed=2)
    again = pickle.loads(pickle.dumps(estimator))
    np.testing.assert_array_equal(again.predict_proba(X), estimator.predict_proba(X))


def test_the_same_seed_gives_the_same_answers(fitted):
    _, estimator = fitted
    X, y = bars(80)
    again = clone(estimator).fit(X, estimator.classes_[y])
    np.testing.assert_allclose(again.predict_proba(X), estimator.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(8, 8, 1), (37, 50, 3)], ids=str)
def test_pictures_of_any_size_and_a_class_of_two_rows(name, shape):
    X, y = bars(30, *shape)
    y[:2] = 2  # two rows of a third class
    estimator = made(name, image_shape=shape, n_classes=3, balanced=True)
    quick = {k: v for k, v in {"epochs": 1, "batch_size": 30}.items() if k in estimator.get_params()}
    p = estimator.set_params(**quick).fit(X, y).predict_proba(X)
    assert p.shape == (30, 3)
    assert np.isfinite(p).all()


@pytest.mark.parametrize("name", [n for n in NAMES if is_deep(n) or n == "image-patches"])
def test_no_time_at_all_still_gives_a_usable_model(name):
    X, y = bars(80)
    estimator = made(name, image_shape=(12, 12, 1), max_seconds=0.01)
    if "epochs" in estimator.get_params():
        estimator.set_params(epochs=10_000)
    p = estimator.fit(X, y).predict_proba(X)
    assert p.shape == (80, 2)
    assert getattr(estimator, "ended_by_", "time") == "time"


def test_every_contender_names_its_source_in_words_that_have_a_year():
    for contender in all_contenders():
        if contender.modality in ("image", "text"):
            assert any(c.isdigit() for c in contender.source), contender.name
