"""What classical contenders share: targets made ready, choices on inner splits, a deadline."""

import time
from collections.abc import Sequence
from warnings import catch_warnings, simplefilter

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold, ShuffleSplit, StratifiedKFold, StratifiedShuffleSplit
from sklearn.utils.metaestimators import available_if
from threadpoolctl import threadpool_limits

from deepstart.need.contenders._tables import ALL_NUMBERS, clean, is_informative
from deepstart.need.contenders._ties import NO_TIES, Ties

#: An inner choice looks at no more rows than this; more would cost time and change few choices.
MOST_CHOICE_ROWS = 12_000
#: Up to so many cells a second thread costs more than it gives. Threads of OpenMP and BLAS wait by spinning:
#: on a computer with other work two took 40 times as long as one (LightGBM, 22,000 rows, 46 columns).
FEW_CELLS, FEW_SPINNING_CELLS = 20_000, 1_000_000


class Deadline:
    """Seconds that a fit still has; None: no limit."""

    def __init__(self, seconds: float | None):
        self.end = None if seconds is None else time.monotonic() + seconds

    def share(self, part: float) -> "Deadline":
        """An earlier one, after this part of what is left."""
        return Deadline(None if self.end is None else part * self.left)

    @property
    def left(self) -> float:
        return float("inf") if self.end is None else self.end - time.monotonic()

    @property
    def passed(self) -> bool:
        return self.left <= 0


def holdout(
    y, classification: bool, seed: int, share: float = 0.2, ties: Ties = NO_TIES
) -> tuple[np.ndarray, np.ndarray]:
    """Rows to learn from and rows to choose by; every class keeps a row to learn from.

    Whole groups are held out, or the latest rows, where the ties say so and it can be done. A class of one
    row is never held out, and with fewer than five rows both parts are all rows.
    """
    y = np.asarray(y)
    everything = np.arange(len(y))
    if len(y) < 5:
        return everything, everything
    if (apart := ties.hold_out(y, classification, seed, share)) is not None:
        return apart
    if not classification:
        return next(ShuffleSplit(1, test_size=share, random_state=seed).split(everything))
    common = np.flatnonzero(np.bincount(y)[y] >= 2)
    n_classes = len(np.unique(y[common]))
    size = max(n_classes, round(share * len(common)))
    if n_classes < 1 or len(common) - size < n_classes:
        return everything, everything
    splitter = StratifiedShuffleSplit(1, test_size=size, random_state=seed)
    _, held = next(splitter.split(common, y[common]))
    return np.setdiff1d(everything, common[held]), common[held]


def inner_splits(
    y, classification: bool, seed: int, ties: Ties = NO_TIES
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Splits to choose by: several for few rows, where one split would choose by chance, else one."""
    counts = np.bincount(y) if classification else np.array([len(y)])
    if len(y) > 1500 or counts[counts > 0].min() < 5:
        return [holdout(y, classification, seed, ties=ties)]
    if (apart := ties.several(y, classification, seed)) is not None:
        return apart
    kind = StratifiedKFold if classification else KFold
    return list(kind(5, shuffle=True, random_state=seed).split(np.zeros(len(y)), y))


def sample_rows(y, classification: bool, most: int, seed: int) -> np.ndarray:
    """At most so many rows, classes in proportion, for a choice that need not see all."""
    if len(y) <= most:
        return np.arange(len(y))
    chosen = holdout(y, classification, seed, share=most / len(y))[1]
    if not classification:
        return chosen
    single = np.flatnonzero(np.bincount(y)[y] == 1)
    return np.concatenate([chosen, single])


def badness(predicted, y, weights) -> float:
    """How wrong predictions are, lower is better: Brier score of class probabilities, else squared error.

    Both are proper scores, steady on few rows, and finite when a probability is 0.

    Args:
        predicted: shape (n, classes) or (n,).
        y: class codes or numbers, shape (n,).
        weights: of the rows, shape (n,).
    """
    if predicted.ndim == 2:
        missed = predicted.copy()
        missed[np.arange(len(y)), y] -= 1
        return float(np.average((missed**2).sum(axis=1), weights=weights))
    return float(np.average((predicted - y) ** 2, weights=weights))


def choose(candidates: Sequence, evaluate, deadline: Deadline):
    """The candidate with the lowest `evaluate(candidate)`, and the scores by candidate; the first on ties.

    When the deadline passes, the best of those evaluated; without any, the first.
    """
    scores: dict = {}
    for candidate in candidates:
        if deadline.passed:
            break
        scores[candidate] = evaluate(candidate)
    best = min(scores, key=scores.__getitem__) if scores else candidates[0]
    return best, scores


class Chooser(BaseEstimator):
    """Base of the classical contenders for tables; both tasks, since a schema does not change with the task.

    A subclass writes `_fit(X, y, weights, deadline, ties)` and `_outcome(X)`. They see class codes 0 to
    classes - 1, or a target of mean 0 and variance 1, and give probabilities (n, classes) or numbers (n,).

    Args:
        task: `classification` or `regression`.
        schema: columns of the table; empty: all are numbers.
        balanced: weight classes so that each counts the same.
        seed: of every random choice.
        max_seconds: a fit ends by itself about then; None: no limit.
        threads: processor threads to use.

    After `fit`, `chosen_` says what was chosen inside, and `classes_` (classification) the labels.
    """

    def __init__(
        self,
        *,
        task="classification",
        schema=ALL_NUMBERS,
        balanced=False,
        seed=0,
        max_seconds=None,
        threads=2,
    ):
        self.task, self.schema, self.balanced = task, schema, balanced
        self.seed, self.max_seconds, self.threads = seed, max_seconds, threads

    @classmethod
    def for_setting(cls, setting, **more):
        """The estimator for a Setting."""
        return cls(
            task=setting.task, schema=setting.schema, balanced=setting.balanced, seed=setting.seed,
            max_seconds=setting.max_seconds, threads=setting.threads, **more,
        )  # fmt: skip

    def fit(self, X, y, ties=NO_TIES):
        """Choose inside these rows, then learn from all of them.

        Args:
            X: shape (n, columns), NaN where missing.
            y: labels or numbers, shape (n,).
            ties: what binds the rows together, see `_ties`.
        """
        deadline = Deadline(self.max_seconds)
        X, y = np.asarray(X), np.asarray(y)
        self.n_features_in_ = X.shape[1]
        self.chosen_: dict = {}
        targets, weights = self._learn_targets(y)
        self.n_classes_ = len(self.classes_) if self.classification else 0
        self.prior_ = self._prior(targets, weights)
        self.is_constant_ = len(np.unique(targets)) == 1 or not any(map(is_informative, clean(X).T))
        self.threads_ = self.threads if X.size > FEW_CELLS else 1
        self.spinning_threads_ = self.threads if X.size > FEW_SPINNING_CELLS else 1
        if not self.is_constant_:
            with threadpool_limits(self.spinning_threads_), catch_warnings():
                simplefilter("ignore", ConvergenceWarning)  # a fit that is cut short is meant to be
                self._fit(X, targets, weights, deadline, ties)
        return self

    @property
    def classification(self) -> bool:
        return self.task == "classification"

    def _learn_targets(self, y):
        if self.classification:
            self.classes_, codes = np.unique(y, return_inverse=True)
            counts = np.bincount(codes)
            weights = len(y) / (len(counts) * counts[codes]) if self.balanced else np.ones(len(y))
            return codes, weights
        y = y.astype(float)
        self.low_, self.high_ = float(y.min()), float(y.max())
        self.center_, self.spread_ = float(y.mean()), float(y.std()) or 1.0
        return (y - self.center_) / self.spread_, np.ones(len(y))

    def _prior(self, targets, weights):
        """The weighted share of each class."""
        return np.bincount(targets, weights=weights) / weights.sum() if self.classification else None

    def _answer(self, X):
        return self._without_looking(len(X)) if self.is_constant_ else self._outcome(X)

    def _without_looking(self, n):
        return np.tile(self.prior_, (n, 1)) if self.classification else np.zeros(n)

    def predict(self, X):
        """Labels or numbers, shape (n,); numbers stay within those seen in training."""
        if self.classification:
            return self.classes_[self.predict_proba(X).argmax(axis=1)]
        return np.clip(self._answer(np.asarray(X)) * self.spread_ + self.center_, self.low_, self.high_)

    @available_if(lambda self: self.task == "classification")
    def predict_proba(self, X):
        """Probability of each class in the order of `classes_`, shape (n, classes)."""
        found = np.clip(np.asarray(self._answer(np.asarray(X)), dtype=float), 0, None)
        return found / found.sum(axis=1, keepdims=True)

    def _fit(self, X, y, weights, deadline, ties):
        raise NotImplementedError

    def _outcome(self, X):
        raise NotImplementedError

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.estimator_type = "classifier" if self.classification else "regressor"
        tags.input_tags.allow_nan = True
        return tags


def outcome(model, X, n_classes: int) -> np.ndarray:
    """What a scikit-learn model says: numbers (n,), or probabilities (n, classes) with unseen classes 0."""
    if not n_classes:
        return np.asarray(model.predict(X))
    found = np.zeros((X.shape[0], n_classes))
    found[:, model.classes_] = model.predict_proba(X)
    return found
