"""Classifiers that decide by a margin, with their strength chosen inside and probabilities that are meant."""

from time import perf_counter
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from threadpoolctl import threadpool_limits

from deepstart.need.contenders._chooser import FEW_SPINNING_CELLS, Deadline, holdout, sample_rows
from deepstart.need.contenders._ties import NO_TIES

#: Standard errors by which an option must beat the usual one.
CLEARLY = 0.5
#: Scales by which margins are multiplied before the softmax; the best is found on held-out rows.
SCALES = np.geomspace(0.1, 60, 40)


def softmax(logits) -> np.ndarray:
    """Rows of probabilities, float64, from rows of logits of any size."""
    logits = np.asarray(logits, float)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def as_columns(decision) -> np.ndarray:
    """One column a class, also where scikit-learn gives a single one for two classes."""
    decision = np.asarray(decision, float)
    return np.stack([-decision, decision], axis=1) if decision.ndim == 1 else decision


def log_losses(p, y) -> np.ndarray:
    """Log-loss of each row."""
    return -np.log(np.clip(p[np.arange(len(y)), y], 1e-9, 1))


def log_loss(p, y) -> float:
    return float(log_losses(p, y).mean())


def clearly_best(misses: list[np.ndarray]) -> int:
    """The option with the least mean; one but the first must be better than it by half a standard error.

    What a few hundred rows say between level options is luck, and the first is what usually does best:
    kernels chosen so on 500 to 2,500 pictures err 0.4 points less on flowers and CIFAR-10, 0.1 more on MNIST.

    Args:
        misses: for each option how far each held-out row is missed, shape (rows,).
    """
    usual = misses[0]
    means = [usual.mean()]
    for other in misses[1:]:
        lead = usual - other
        clear = lead.mean() > CLEARLY * lead.std() / len(lead) ** 0.5
        means.append(other.mean() if clear else np.inf)
    return int(np.argmin(means))


def best_scale(decision, y) -> float:
    """By what to multiply margins so that their softmax gives honest probabilities.

    Args:
        decision: margins of rows that the classifier has not learnt from, shape (n, classes).
        y: codes of their classes, shape (n,).

    Source:
        Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks. ICML 2017 (temperature).
    """
    return float(min(SCALES, key=lambda scale: log_loss(softmax(scale * decision), y)))


def class_weights(y, balanced: bool, n_classes: int) -> np.ndarray:
    """Weight of each row: 1, or such that every class counts alike."""
    if not balanced:
        return np.ones(len(y), "float32")
    counts = np.maximum(np.bincount(y, minlength=n_classes), 1)
    return (len(y) / n_classes / counts)[y].astype("float32")


class MarginClassifier(ClassifierMixin, BaseEstimator):
    """Features, then a classifier with margins whose options are chosen on held-out rows.

    A subclass gives `learn_features(X, y)`, `features(X)`, `candidates()` and `learn(Z, y, weights,
    option)`; the last returns something with `decision_function(Z)`. It may give `views(X)` too: the rows as
    they are and, say, mirrored. All views are learnt from, one after another; their mean margin decides.

    Args:
        balanced: every class counts alike.
        seed: of every random choice.
        max_seconds: the fit ends about then, with fewer options tried; None: no limit.
        threads: processor threads to use.

    Attributes:
        chosen_: what was chosen inside.
        scale_: by what margins are multiplied to become logits.
    """

    #: Options are tried on no more rows than this.
    most_choice_rows = 4000

    def __init__(self, *, balanced=False, seed=0, max_seconds=None, threads=2):
        self.balanced, self.seed, self.max_seconds, self.threads = balanced, seed, max_seconds, threads

    @classmethod
    def for_setting(cls, setting, **more):
        """The estimator for a Setting."""
        return cls(
            balanced=setting.balanced, seed=setting.seed, max_seconds=setting.max_seconds,
            threads=setting.threads, **more,
        )  # fmt: skip

    def fit(self, X, y, ties=NO_TIES):
        started = perf_counter()
        self.chosen_: dict[str, Any] = {}
        self.classes_, y = np.unique(y, return_inverse=True)
        X = np.asarray(X)
        # Threads of BLAS wait by spinning: logistic regression on 1,617 digits took 0.24 s with one, and 19 s
        # with two on a computer with other work.
        self.threads_ = self.threads if X.size > FEW_SPINNING_CELLS else 1
        with threadpool_limits(self.threads_):
            if len(self.classes_) > 1:
                self.learn_features(X, y)
                Z = [self.features(view) for view in self.views(X)]
                option = self._choose(Z[0], y, started, ties)  # what suits one view suits all
                self.model_ = self._learn(Z, y, option)
        return self

    def _learn(self, Z, y, option):
        """The classifier on all views; Z is a list of one array a view, with the same rows."""
        weights = class_weights(y, self.balanced, len(self.classes_))
        if len(Z) == 1:
            return self.learn(Z[0], y, weights, option)
        return self.learn(np.concatenate(Z), np.tile(y, len(Z)), np.tile(weights, len(Z)), option)

    def _choose(self, Z, y, started, ties):
        """The option that misses least on held-out rows; the first stays unless another is clearly better."""
        options = list(self.candidates())
        rows = sample_rows(y, True, self.most_choice_rows, self.seed)
        Z, y = Z[rows], y[rows]
        learn, judge = holdout(y, True, self.seed, ties=ties.of(rows))
        left = None if self.max_seconds is None else self.max_seconds - (perf_counter() - started)
        deadline = Deadline(None if left is None else 0.4 * left)
        tries: list[tuple[np.ndarray, float]] = []
        for option in options:
            if deadline.passed and tries:
                break
            tries.append(self._try(Z, y, learn, judge, option))
        best = clearly_best([misses for misses, _ in tries])
        self.scale_ = tries[best][1]
        self.chosen_.update(options[best])
        return options[best]

    def _try(self, Z, y, learn, judge, option):
        """How far each held-out row is missed, and the best scale of the margins."""
        missing = np.setdiff1d(np.arange(len(self.classes_)), y[learn])
        if len(missing):  # a class too rare for the sample: nothing can be judged here
            return np.zeros(len(judge)), 1.0
        model = self._learn([Z[learn]], y[learn], option)
        decision = as_columns(model.decision_function(Z[judge]))
        scale = best_scale(decision, y[judge])
        wrong = decision.argmax(axis=1) != y[judge]
        return wrong + 0.1 * log_losses(softmax(scale * decision), y[judge]), scale

    def predict_proba(self, X):
        """Probability of each class in the order of `classes_`, shape (n, classes)."""
        X = np.asarray(X)
        if len(self.classes_) == 1 or not len(X):
            return np.ones((len(X), len(self.classes_))) / len(self.classes_)
        with threadpool_limits(self.threads_):
            Z = [self.features(view) for view in self.views(X)]
            return softmax(self.scale_ * _mean_margin(self.model_, Z))

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def learn_features(self, X, y) -> None:
        """Learn from the training part what `features` needs."""

    def features(self, X):
        raise NotImplementedError

    def views(self, X) -> list:
        """What may stand for these rows, themselves first; `features` is taken of each."""
        return [X]

    def candidates(self):
        """Options to choose from, as dictionaries; the first is taken where there is nothing to choose by."""
        raise NotImplementedError

    def learn(self, Z, y, weights, option):
        raise NotImplementedError


def _mean_margin(model, Z) -> np.ndarray:
    """Mean margin over all views, shape (n, classes)."""
    return np.mean([as_columns(model.decision_function(view)) for view in Z], axis=0)


class KernelSVM:
    """A support vector machine with a Gaussian kernel, whose kernel matrix comes from matrix products.

    libsvm computes the same kernel value by value, some ten times more slowly for a thousand features.

    Args:
        C: how much a row on the wrong side costs.
        width: width of the kernel, as a multiple of the usual 1 / (features x variance).
        most_rows: rows to learn from; the kernel matrix of 10,000 takes 800 MB.
    """

    def __init__(self, C: float, width: float, seed: int = 0, most_rows: int = 10_000):
        self.C, self.width, self.seed, self.most_rows = C, width, seed, most_rows

    def fit(self, Z, y, weights):
        from sklearn.svm import SVC

        rows = sample_rows(y, True, self.most_rows, self.seed)
        Z, y, weights = np.asarray(Z[rows], "float32"), y[rows], weights[rows]
        self.gamma_ = self.width / (Z.shape[1] * max(float(Z.var()), 1e-12))
        svm = SVC(C=self.C, kernel="precomputed", cache_size=500)
        svm.fit(self._kernel(Z, Z), y, sample_weight=weights.astype(float))
        support = svm.support_
        self.rows_ = Z[support]
        # Kept with its support vectors only, numbered anew.
        self.svm_ = svm
        self._n = len(Z)
        self._support = support
        return self

    def _kernel(self, A, B):
        distance = A @ B.T
        distance *= -2
        distance += (A**2).sum(axis=1)[:, None]
        distance += (B**2).sum(axis=1)[None]
        np.maximum(distance, 0, out=distance)
        distance *= -self.gamma_
        return np.exp(distance, out=distance).astype(float)

    def decision_function(self, Z):
        """Margins, as scikit-learn's SVC gives them."""
        return np.concatenate([self._decide(Z[at : at + 1000]) for at in range(0, len(Z), 1000)])

    def _decide(self, Z):
        # scikit-learn wants the columns of all training rows but reads those of support vectors only.
        kernel = np.zeros((len(Z), self._n))
        kernel[:, self._support] = self._kernel(np.asarray(Z, "float32"), self.rows_)
        return self.svm_.decision_function(kernel)


class LinearSVM:
    """A linear support vector machine with squared hinge loss, one class against the rest, on dense rows.

    All classes at once by L-BFGS, whose steps are matrix products; liblinear goes row by row.

    Args:
        C: how much a row on the wrong side costs, in total over all rows divided by their number.

    Source:
        Coates, Lee, Ng: An Analysis of Single-Layer Networks in Unsupervised Feature Learning. AISTATS 2011.
    """

    def __init__(self, C: float, iterations: int = 150):
        self.C, self.iterations = C, iterations

    def fit(self, Z, y, weights):
        from scipy.optimize import minimize

        self.mean_ = Z.mean(axis=0)
        self.spread_ = np.sqrt(Z.var(axis=0) + 0.01 * max(float(Z.var(axis=0).mean()), 1e-12))
        Z = self._scaled(Z)
        signs = np.where(y[:, None] == np.arange(y.max() + 1)[None], 1, -1).astype("float32")
        shape = (Z.shape[1], signs.shape[1])
        weights = (weights / len(y)).astype("float32")[:, None]

        def loss(flat):
            W = flat.reshape(shape).astype("float32")
            short = np.maximum(0, 1 - signs * (Z @ W))
            slope = Z.T @ (-2 * self.C * weights * signs * short)
            total = 0.5 * float((W[:-1] ** 2).sum()) + self.C * float((weights * short**2).sum())
            slope[:-1] += W[:-1]
            return total, slope.ravel().astype(float)

        found = minimize(
            loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": self.iterations}
        )
        self.weights_ = found.x.reshape(shape).astype("float32")
        return self

    def _scaled(self, Z):
        out = (Z - self.mean_) / self.spread_
        return np.concatenate([out, np.ones((len(Z), 1), "float32")], axis=1).astype("float32")

    def decision_function(self, Z):
        """Margins, shape (n, classes)."""
        return self._scaled(Z) @ self.weights_
