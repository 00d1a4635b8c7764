"""Features learnt without labels: patches compared with typical ones, counted by quarter of the picture."""

from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

from deepstart.need.contenders import contender
from deepstart.need.contenders._decisions import LinearSVM, MarginClassifier
from deepstart.need.contenders._images import mirrors_allowed, shrink, views_of

PATCH = 6
#: Pictures whose patches are compared at a time.
CHUNK = 16


class PatchSVM(MarginClassifier):
    """K-means patch features with a linear SVM.

    Args:
        centroids: typical patches at most; fewer when the time is short.
        side: pictures are scaled down to this longest side, in pixels.
    """

    most_choice_rows = 6000

    def __init__(self, *, centroids=1200, side=56, balanced=False, seed=0, max_seconds=None, threads=2):
        super().__init__(balanced=balanced, seed=seed, max_seconds=max_seconds, threads=threads)
        self.centroids, self.side = centroids, side

    def learn_features(self, X, y):
        pictures = shrink(X, self.side)
        self.size_ = min(PATCH, *pictures.shape[1:3])
        self.stride_ = 1 if max(pictures.shape[1:3]) <= 40 else 2
        rng = np.random.default_rng(self.seed)
        patches = self._sample(pictures, rng, 40_000)
        self.mean_, self.whitening_ = whitening(contrast(patches))
        white = (contrast(patches) - self.mean_) @ self.whitening_
        # Each centroid gives four features: more than there are rows would only cost time.
        count = min(self.centroids, max(100, len(X) // 4), len(white) // 10 + 1)
        self.centroids_ = typical(white[:4000], min(64, count), self.seed)
        mirrored = mirrors_allowed(X, y, self.seed)[0]
        if self.max_seconds is not None:
            affordable = self._affordable(pictures, len(X))
            mirrored, count = mirrored and affordable >= 2 * count, min(count, affordable)
        self.chosen_["mirrored"] = mirrored
        self.centroids_ = typical(white, count, self.seed)
        self.chosen_["centroids"] = len(self.centroids_)

    def _sample(self, pictures, rng, count):
        """Patches from random places, float32, shape (count, size x size x channels)."""
        n, height, width, _ = pictures.shape
        count = min(count, 200 * n)
        at = rng.integers(n, size=count)
        row, column = (
            rng.integers(height - self.size_ + 1, size=count),
            rng.integers(width - self.size_ + 1, size=count),
        )
        windows = self._windows(pictures, 1)
        return windows[at, row, column].reshape(count, -1).astype("float32")

    def _windows(self, pictures, stride):
        size = (self.size_, self.size_)
        return np.lib.stride_tricks.sliding_window_view(pictures, size, axis=(1, 2))[:, ::stride, ::stride]

    def _affordable(self, pictures, n) -> int:
        """Centroids whose features take about a quarter of the time, by a trial with few of them."""
        trial = pictures[: min(len(pictures), 32)]
        self._encode(trial[:1])
        started = perf_counter()
        self._encode(trial)
        per_centroid = (perf_counter() - started) / len(trial) / len(self.centroids_)
        return int(max(50, 0.25 * self.max_seconds * self.threads / (n * per_centroid)))

    def views(self, X):
        return views_of(X, self.chosen_["mirrored"])

    def features(self, X):
        """How near each quarter's patches are to each centroid, float32, shape (n, 4 x centroids)."""
        pictures = shrink(X, self.side)
        parts = [pictures[at : at + CHUNK] for at in range(0, len(pictures), CHUNK)]
        with threadpool_limits(1), ThreadPoolExecutor(max(1, self.threads)) as threads:
            return np.concatenate(list(threads.map(self._encode, parts)))

    def _encode(self, pictures):
        windows = self._windows(pictures, self.stride_)
        n, rows, columns = windows.shape[:3]
        quarters, centroids = quarters_of(rows, columns), as_factor(self.centroids_)
        out = np.empty((n, 4 * len(self.centroids_)), "float32")
        for patches, features in zip(windows, out, strict=True):  # one picture's distances fit the cache
            white = contrast(patches.reshape(rows * columns, -1).astype("float32"))
            near = triangle((white - self.mean_) @ self.whitening_, centroids)
            features[:] = (quarters @ near).ravel()
        return out

    def candidates(self):
        return [{"C": C} for C in (1.0, 0.2, 5.0)]

    def learn(self, Z, y, weights, option):
        return LinearSVM(option["C"]).fit(Z, y, weights)


def contrast(patches) -> np.ndarray:
    """Patches of brightness 0 and of like contrast; a variance of 10, on the scale of 255, is noise."""
    patches = patches - patches.mean(axis=1, keepdims=True)
    return patches / np.sqrt(patches.var(axis=1, keepdims=True) + 10)


def whitening(patches, noise: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Mean of patches and the matrix after which their pixels no longer go together (ZCA)."""
    mean = patches.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov((patches - mean).T))
    return mean, ((vectors / np.sqrt(np.maximum(values, 0) + noise)) @ vectors.T).astype("float32")


def typical(patches, count: int, seed: int) -> np.ndarray:
    """Centroids of k-means, float32, shape (count, pixels)."""
    from sklearn.cluster import KMeans

    count = min(count, len(patches))
    found = KMeans(count, init="random", n_init=1, max_iter=12, tol=0, random_state=seed, copy_x=False)
    return found.fit(patches).cluster_centers_.astype("float32")


def quarters_of(rows: int, columns: int) -> np.ndarray:
    """Which places lie in which quarter, those in the middle in several; shape (4, rows x columns)."""
    top, left = (rows + 1) // 2, (columns + 1) // 2
    inside = np.zeros((2, 2, rows, columns), "float32")
    for down, r in enumerate((slice(0, top), slice(rows - top, rows))):
        for right, c in enumerate((slice(0, left), slice(columns - left, columns))):
            inside[down, right, r, c] = 1
    return inside.reshape(4, -1)


def as_factor(centroids) -> np.ndarray:
    """By what patches with their squared length and a one beside them are multiplied to give squared
    distances: one product instead of a product and two sums. Shape (pixels + 2, centroids)."""
    ones, lengths = np.ones((1, len(centroids)), "float32"), (centroids**2).sum(axis=1)[None]
    return np.concatenate([-2 * centroids.T, ones, lengths])


def triangle(patches, factor) -> np.ndarray:
    """How much nearer than the average a centroid is to a patch, else 0; shape (patches, centroids).

    Args:
        factor: the centroids, by `as_factor`.
    """
    length, one = (patches**2).sum(axis=1)[:, None], np.ones((len(patches), 1), "float32")
    distance = np.concatenate([patches, length, one], axis=1) @ factor
    np.maximum(distance, 0, out=distance)
    np.sqrt(distance, out=distance)
    np.subtract(distance.mean(axis=1, keepdims=True), distance, out=distance)
    return np.maximum(distance, 0, out=distance)


@contender(
    "image-patches", family="classical", modality="image", strength="strong",
    source="Coates, Lee, Ng: An Analysis of Single-Layer Networks in Unsupervised Feature Learning. "
    "AISTATS 2011.",
    tasks=("classification",),
)  # fmt: skip
def patches(setting):
    """Counts typical patches: the strongest of the methods that learn no layers."""
    return PatchSVM.for_setting(setting)
