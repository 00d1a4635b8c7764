"""A support vector machine with a radial kernel: strong on few rows, cubic in their number."""

import time

import numpy as np
from scipy.special import softmax
from sklearn.svm import SVC, SVR

from deepstart.need.contenders import contender
from deepstart.need.contenders._chooser import Chooser, badness, choose, holdout, sample_rows
from deepstart.need.contenders._tables import TableMatrix

#: Costs of an error, and kernel widths as multiples of 1 / (columns x variance); the usual pair first.
PAIRS = tuple((cost, width) for width in (1.0, 0.3, 3.0) for cost in (3.0, 0.5, 30.0))
MOST_ROWS, MOST_CHOICE_ROWS = 25_000, 3000
#: From scores to probabilities: how steep.
SLOPES = np.geomspace(0.1, 30, 25)


class KernelSVM(Chooser):
    """Radial kernel on standardised or quantile columns and one-hot categories; C and width chosen inside.

    Probabilities are a softmax of the decision values with a slope fitted on rows kept aside.
    """

    def _fit(self, X, y, weights, deadline, ties):
        rows = sample_rows(y, self.classification, MOST_CHOICE_ROWS, self.seed)
        learn, judge = (
            rows[part] for part in holdout(y[rows], self.classification, self.seed, ties=ties.of(rows))
        )
        self.slope_ = 1.0
        numbers, started = "standardised", time.monotonic()

        def error(numbers, pair):
            matrix = self._matrix(numbers).fit(X[learn])
            machine = self._machine(pair, matrix, X[learn]).fit(
                matrix.transform(X[learn]), y[learn], weights[learn]
            )
            return self._judge(self._decide(machine, matrix.transform(X[judge])), y[judge], weights[judge])[0]

        half = deadline.share(0.5)
        numbers, _ = choose(("standardised", "quantiles"), lambda numbers: error(numbers, PAIRS[0]), half)
        seconds = (time.monotonic() - started) / 2
        pair, _ = choose(PAIRS, lambda pair: error(numbers, pair), half)
        self.chosen_ = {"numbers": numbers, "C": pair[0], "gamma": pair[1]}
        self._calibrate(numbers, pair, X, y, weights, learn, judge)
        self._learn(numbers, pair, X, y, weights, len(learn), seconds, deadline)

    def _matrix(self, numbers):
        return TableMatrix(self.schema, "both", numbers, most_levels=40, dense=True, seed=self.seed)

    def _machine(self, pair, matrix, X):
        gamma = pair[1] / max(matrix.transform(X[:2000]).var(axis=0).sum(), 1e-9)
        kind = SVC if self.classification else SVR
        return kind(C=pair[0], gamma=gamma, cache_size=400, tol=3e-3)

    def _calibrate(self, numbers, pair, X, y, weights, learn, judge):
        if not self.classification:
            return
        matrix = self._matrix(numbers).fit(X[learn])
        machine = self._machine(pair, matrix, X[learn]).fit(
            matrix.transform(X[learn]), y[learn], weights[learn]
        )
        self.slope_ = self._judge(
            self._decide(machine, matrix.transform(X[judge])), y[judge], weights[judge]
        )[1]

    def _judge(self, decided, y, weights):
        """The least badness over all slopes, and its slope."""
        if not self.classification:
            return badness(decided, y, weights), 1.0
        return min((badness(softmax(s * decided, axis=1), y, weights), s) for s in SLOPES)

    def _learn(self, numbers, pair, X, y, weights, tried, seconds, deadline):
        """Learn from all rows, or from as many as time allows: the cost grows with their square."""
        possible = len(y)
        if self.max_seconds:
            possible = int(tried * np.sqrt(max(deadline.left, 0) / max(seconds, 1e-3)))
        rows = sample_rows(y, self.classification, max(possible, min(len(y), 500)), self.seed)
        self.chosen_["rows"] = len(rows)
        self.matrix_ = self._matrix(numbers).fit(X[rows])
        self.machine_ = self._machine(pair, self.matrix_, X[rows])
        self.machine_.fit(self.matrix_.transform(X[rows]), y[rows], weights[rows])

    def _decide(self, machine, matrix):
        """Decision values, shape (n, classes), or predictions (n,)."""
        if not self.classification:
            return machine.predict(matrix)
        found = machine.decision_function(matrix)
        found = np.column_stack([-found, found]) / 2 if found.ndim == 1 else found
        values = np.full((len(found), self.n_classes_), found.min() - 1)
        values[:, machine.classes_] = found
        return values

    def _outcome(self, X):
        decided = self._decide(self.machine_, self.matrix_.transform(X))
        return softmax(self.slope_ * decided, axis=1) if self.classification else decided


@contender(
    "table-kernel-svm", family="classical", modality="table", strength="ordinary",
    source="Cortes, Vapnik: Support-vector networks. Machine Learning 20 (1995).",
    refuses=lambda setting: "too-many-rows" if setting.n_rows > MOST_ROWS else None,
)  # fmt: skip
def kernel_svm(setting):
    """Bends boundaries as a network does, without its training."""
    return KernelSVM.for_setting(setting)
