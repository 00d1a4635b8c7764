"""Shape, texture and colour by hand-made features: what computer vision did before networks learnt them."""

import numpy as np

from deepstart.need.contenders import contender
from deepstart.need.contenders._chooser import FEW_CELLS, sample_rows
from deepstart.need.contenders._decisions import KernelSVM, MarginClassifier
from deepstart.need.contenders._images import PictureFeatures, mirrors_allowed, views_of

SOURCE = (
    "Dalal, Triggs: Histograms of Oriented Gradients for Human Detection. CVPR 2005; "
    "Ojala, Pietikäinen, Mäenpää: Local Binary Patterns. PAMI 24 (2002)."
)


class FeatureSVM(MarginClassifier):
    """A kernel SVM on shape, texture and colour.

    Where a mirrored picture still shows its class it learns from mirrored pictures too, as networks do: on
    2,500 photographs of flowers that brought 71.5 instead of 68.4 %.
    """

    mirrors = True
    #: Rows that the kernel may have; mirrored ones fill what the others leave.
    most_rows = 10_000

    def learn_features(self, X, y):
        self.features_ = PictureFeatures().fit(X)
        self.chosen_["mirrored"] = self.mirrors and mirrors_allowed(X, y, self.seed)[0]

    def features(self, X):
        return self.features_.transform(X)

    def views(self, X):
        return views_of(X, self.chosen_["mirrored"])

    def candidates(self):
        # With hundreds of features C hardly matters: every row can be had on its side of the margin.
        return [{"C": C, "width": width} for C, width in ((5.0, 1.0), (5.0, 0.5), (5.0, 0.25), (1.0, 1.0))]

    def learn(self, Z, y, weights, option):
        rows = self._rows(y)
        return KernelSVM(option["C"], option["width"], self.seed).fit(Z[rows], y[rows], weights[rows])

    def _rows(self, y):
        """Rows to learn from: all of the first view, and as many mirrored ones as there is room for."""
        if len(y) <= self.most_rows:
            return np.arange(len(y))
        first = len(y) // 2 if self.chosen_["mirrored"] else len(y)
        room = self.most_rows - first
        if room < 2 * len(self.classes_):
            return np.arange(first)
        return np.concatenate([np.arange(first), first + sample_rows(y[first:], True, room, self.seed)])


class FeatureBoosting(FeatureSVM):
    """Boosted trees on shape, texture and colour."""

    mirrors = False  # twice the rows would take twice the time

    def candidates(self):
        return [{"trees": 120, "leaves": 15}]

    def _choose(self, Z, y, started, ties):
        self.scale_ = 1.0  # raw scores are logits already, and there is one option: nothing to try
        option = self.candidates()[0]
        self.chosen_.update(option)
        return option

    def learn(self, Z, y, weights, option):
        from lightgbm import LGBMClassifier

        # On few values a second thread waits more than it works.
        threads = self.threads if Z.size > FEW_CELLS * 10 else 1
        model = LGBMClassifier(
            n_estimators=option["trees"], num_leaves=option["leaves"], learning_rate=0.1,
            colsample_bytree=0.1, subsample=0.7, subsample_freq=1, min_child_samples=5, max_bin=63,
            n_jobs=threads, random_state=self.seed, deterministic=True, force_col_wise=True, verbose=-1,
        )  # fmt: skip
        return _Margins(model.fit(Z, y, sample_weight=weights))


class _Margins:
    """Boosted trees whose raw scores are margins."""

    def __init__(self, model):
        self.model = model

    def decision_function(self, Z):
        scores = self.model.predict(Z, raw_score=True)
        return scores / 2 if scores.ndim == 1 else scores  # two columns, minus and plus, differ by the score


@contender(
    "image-features-svm", family="classical", modality="image", strength="ordinary", source=SOURCE,
    tasks=("classification",),
)  # fmt: skip
def features_svm(setting):
    """Compares pictures by edges, texture and colour."""
    return FeatureSVM.for_setting(setting)


@contender(
    "image-features-boosting", family="classical", modality="image", strength="ordinary",
    source=SOURCE + " Ke et al.: LightGBM. NeurIPS 2017.", tasks=("classification",),
)  # fmt: skip
def features_boosting(setting):
    """Trees that correct one another, on edges, texture and colour."""
    return FeatureBoosting.for_setting(setting)
