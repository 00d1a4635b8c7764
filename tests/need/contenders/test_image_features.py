"""Features of pictures, against slower ways to find them."""

import numpy as np
import pytest
from skimage.feature import hog as slow_hog
from skimage.feature import local_binary_pattern

from deepstart.need.contenders._decisions import KernelSVM, LinearSVM, best_scale, softmax
from deepstart.need.contenders._images import (
    grey,
    histograms,
    hog,
    local_patterns,
    mirrors_allowed,
    resize,
    shrink,
)
from deepstart.need.contenders.image_features import FeatureSVM
from deepstart.need.contenders.image_patches import PatchSVM, as_factor, contrast, triangle, whitening


@pytest.fixture
def noise():
    return np.random.default_rng(0).integers(0, 256, (4, 24, 33, 3)).astype("uint8")


def test_histograms_of_gradients_are_those_of_scikit_image(noise):
    for picture, found in zip(noise, hog(noise, 4), strict=True):
        slow = slow_hog(picture, 9, (4, 4), (2, 2), channel_axis=-1)
        np.testing.assert_allclose(found, slow, atol=1e-6)


def test_local_binary_patterns_are_those_of_scikit_image(noise):
    pictures = grey(noise).astype("uint8")
    for picture, found in zip(pictures, local_patterns(pictures), strict=True):
        np.testing.assert_array_equal(found, local_binary_pattern(picture, 8, 1, "uniform")[1:-1, 1:-1])


def test_histograms_count_each_cell():
    codes = np.array([[[0, 0, 1, 1], [0, 1, 1, 1]]])
    assert histograms(codes, 2, 2).reshape(4, 2).tolist() == [[1, 0], [0, 1], [0.5, 0.5], [0, 1]]


def test_resizing_to_half_takes_the_mean_of_four_pixels(noise):
    pictures = noise[:, :, :32]
    means = pictures.reshape(4, 12, 2, 16, 2, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(resize(pictures, 12, 16), means, atol=1e-3)


def test_shrinking_keeps_the_proportions_and_leaves_small_pictures_alone(noise):
    assert shrink(noise, 11).shape == (4, 8, 11, 3)
    np.testing.assert_array_equal(shrink(noise, 64), noise)


def test_a_digit_must_not_be_mirrored():
    from sklearn.datasets import load_digits

    digits = load_digits()
    assert mirrors_allowed((digits.images * 15).astype("uint8")[..., None], digits.target) == (False, False)


def bars():
    """Pictures of a standing or a lying bar, and which."""
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 60, (300, 12, 12, 1)), np.arange(300) % 2
    for picture, stands in zip(X, y, strict=True):
        at = rng.integers(1, 10)
        (picture[:, at : at + 2] if stands else picture[at : at + 2])[...] += 150
    return X.astype("uint8"), y


def test_a_standing_or_lying_bar_may_be_mirrored_both_ways():
    assert mirrors_allowed(*bars()) == (True, True)


def test_two_classes_that_are_mirror_images_forbid_mirrors_though_all_others_keep_theirs():
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 60, (1200, 16, 16, 1)), np.arange(1200) % 6
    slope = np.eye(16)[::-1] > 0
    shapes = [slope, slope[:, ::-1], *(np.zeros((16, 16), bool) for _ in range(4))]
    shapes[2][4:6], shapes[3][:, 4:6], shapes[4][7:10, 7:10], shapes[5][[2, 13]] = True, True, True, True
    for picture, label in zip(X, y, strict=True):
        picture[shapes[label]] += 150
    assert mirrors_allowed(X.astype("uint8"), y)[0] is False
    rest = y > 1
    assert mirrors_allowed(X[rest].astype("uint8"), y[rest] - 2)[0] is True


@pytest.mark.parametrize("make", [FeatureSVM, PatchSVM])
def test_where_mirrors_do_no_harm_a_picture_and_its_mirror_image_are_judged_alike(make):
    X, y = bars()
    svm = make().fit(X[:200], y[:200])
    assert svm.chosen_["mirrored"]
    np.testing.assert_allclose(
        svm.predict_proba(X[200:]), svm.predict_proba(X[200:, :, ::-1]), rtol=0.02, atol=2e-3
    )
    assert (svm.predict(X[200:]) == y[200:]).mean() > 0.95


def test_the_classifier_learns_from_every_picture_and_from_its_mirror_image():
    learnt = []

    class Noting(FeatureSVM):
        def learn(self, Z, y, weights, option):
            learnt.append((Z, y))
            return super().learn(Z, y, weights, option)

    X, y = bars()
    svm = Noting().fit(X[:200], y[:200])
    Z, labels = learnt[-1]
    np.testing.assert_allclose(Z[200:], svm.features(X[:200, :, ::-1]))
    np.testing.assert_array_equal(labels, np.tile(y[:200], 2))


def test_mirrored_pictures_fill_the_room_that_the_others_leave():
    _, y = bars()
    svm = FeatureSVM()
    svm.classes_, svm.chosen_, svm.most_rows = np.unique(y), {"mirrored": True}, 250
    rows = svm._rows(np.tile(y[:200], 2))
    assert list(rows[:200]) == list(range(200))
    assert 40 <= len(rows) - 200 <= 60
    assert len(set(rows)) == len(rows)
    assert set(rows) < set(range(400))


def test_whitened_patches_have_no_correlation_left():
    rng = np.random.default_rng(0)
    patches = (rng.normal(size=(5000, 6)) @ rng.normal(size=(6, 6)) * 10).astype("float32")
    mean, matrix = whitening(patches, noise=0.0)
    np.testing.assert_allclose(np.cov(((patches - mean) @ matrix).T), np.eye(6), atol=0.02)


def test_the_triangle_is_how_much_nearer_than_the_mean_a_centroid_is():
    rng = np.random.default_rng(0)
    patches, centroids = rng.normal(size=(7, 5)).astype("float32"), rng.normal(size=(3, 5)).astype("float32")
    distance = np.linalg.norm(patches[:, None] - centroids[None], axis=2)
    slow = np.maximum(0, distance.mean(axis=1, keepdims=True) - distance)
    np.testing.assert_allclose(triangle(patches, as_factor(centroids)), slow, atol=1e-4)


def test_patch_features_are_the_sums_of_nearness_over_each_quarter():
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (40, 11, 9, 3)).astype("uint8")
    svm = PatchSVM(centroids=5).fit(pictures, np.arange(40) % 2)
    slow = []
    for picture in pictures[:3].astype("float32"):
        near = np.empty((6, 4, len(svm.centroids_)))
        for row, column in np.ndindex(6, 4):
            square = picture[row : row + 6, column : column + 6]
            patch = contrast(square.transpose(2, 0, 1).reshape(1, -1))
            distance = np.linalg.norm((patch - svm.mean_) @ svm.whitening_ - svm.centroids_, axis=1)
            near[row, column] = np.maximum(0, distance.mean() - distance)
        slow.append([near[r, c].sum(axis=(0, 1)) for r in np.s_[:3, 3:] for c in np.s_[:2, 2:]])
    np.testing.assert_allclose(svm.features(pictures[:3]), np.reshape(slow, (3, -1)), rtol=2e-3, atol=1e-3)


def three_clouds(n=150):
    rng = np.random.default_rng(0)
    y = np.arange(n) % 3
    return (rng.normal(size=(n, 5)) + 1.5 * np.eye(5)[y]).astype("float32"), y


def test_the_kernel_svm_is_that_of_scikit_learn():
    from sklearn.svm import SVC

    X, y = three_clouds()
    ours = KernelSVM(C=3.0, width=1.0).fit(X[:100], y[:100], np.ones(100))
    theirs = SVC(C=3.0, gamma="scale").fit(X[:100], y[:100])
    np.testing.assert_allclose(ours.decision_function(X[100:]), theirs.decision_function(X[100:]), atol=1e-2)


def test_the_linear_svm_is_that_of_liblinear():
    from sklearn.svm import LinearSVC

    X, y = three_clouds()
    ours = LinearSVM(C=150.0, iterations=500).fit(X, y, np.ones(150))
    scaled = (X - ours.mean_) / ours.spread_
    # C is shared by all rows here and a row's there.
    theirs = LinearSVC(C=1.0, dual=False, tol=1e-6, intercept_scaling=100).fit(scaled, y)
    np.testing.assert_allclose(ours.decision_function(X), theirs.decision_function(scaled), atol=0.03)


def test_the_best_scale_makes_probabilities_match_how_often_they_are_right():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(4000, 3)) * 2
    y = (rng.random((4000, 1)) > softmax(logits).cumsum(axis=1)).sum(axis=1)
    assert best_scale(logits / 5, y) == pytest.approx(5, rel=0.2)
