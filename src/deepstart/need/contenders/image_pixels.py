"""Pixels as they are: enough for digits, and the floor for everything else."""

from deepstart.need.contenders import contender
from deepstart.need.contenders._decisions import KernelSVM, MarginClassifier
from deepstart.need.contenders._images import shrink


class PixelLogistic(MarginClassifier):
    """Logistic regression on the main components of the pixels."""

    def learn_features(self, X, y):
        from sklearn.decomposition import PCA

        pixels = _pixels(X)
        self.pca_ = PCA(min(150, *pixels.shape), svd_solver="randomized", random_state=self.seed).fit(pixels)

    def features(self, X):
        return self.pca_.transform(_pixels(X))

    def candidates(self):
        return [{"C": C} for C in (0.1, 0.01, 1.0)]

    def learn(self, Z, y, weights, option):
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(C=option["C"], max_iter=150).fit(Z, y, sample_weight=weights)


class PixelSVM(MarginClassifier):
    """A kernel SVM on pixels."""

    def features(self, X):
        return _pixels(X)

    def candidates(self):
        return [{"C": C, "width": width} for width in (1.0, 2.0, 0.5) for C in (10.0, 2.0)]

    def learn(self, Z, y, weights, option):
        return KernelSVM(option["C"], option["width"], self.seed).fit(Z, y, weights)


def _pixels(X):
    small = shrink(X, 32)
    return small.reshape(len(X), -1).astype("float32") / 255


@contender(
    "image-pixels-logistic", family="classical", modality="image", strength="weak",
    source="Hastie, Tibshirani, Friedman: The Elements of Statistical Learning (2009), section 4.4.",
    tasks=("classification",),
)  # fmt: skip
def pixels_logistic(setting):
    """A weighted sum of pixels: the least that a picture's classifier can be."""
    return PixelLogistic.for_setting(setting)


@contender(
    "image-pixels-svm", family="classical", modality="image", strength="ordinary",
    source="Cortes, Vapnik: Support-Vector Networks. Machine Learning 20 (1995).",
    tasks=("classification",),
)  # fmt: skip
def pixels_svm(setting):
    """Compares whole pictures pixel by pixel: hard to beat where objects stand in the same place."""
    return PixelSVM.for_setting(setting)
