"""Linear models with what makes them strong: the right preparation of numbers and the right shrinkage."""

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

from deepstart.need.contenders import contender
from deepstart.need.contenders._chooser import (
    MOST_CHOICE_ROWS,
    Chooser,
    Deadline,
    badness,
    choose,
    inner_splits,
    outcome,
    sample_rows,
)
from deepstart.need.contenders._tables import TableMatrix, TableParts, suits_row_mean

#: Columns of numbers, at most, that are tried as splines.
MOST_SPLINES = 150
#: Inverse shrinkage: how far the weights may go; the first is taken when there is no time to choose.
STRENGTHS = (1.0, 0.1, 10.0, 0.01, 100.0, 0.001)


class TunedLinear(Chooser):
    """Logistic or ridge regression; preparation of the numbers and shrinkage chosen on inner splits.

    Categories are one-hot; so are columns of few whole numbers, beside the number itself.
    """

    def _fit(self, X, y, weights, deadline, ties):
        rows = sample_rows(y, self.classification, MOST_CHOICE_ROWS // 3, self.seed)
        trial = _Trial(self, X[rows], y[rows], weights[rows], ties.of(rows))
        choosing = deadline.share(0.6)
        preparation, _ = choose(self._preparations(X), trial.preparation, choosing)
        strength, _ = choose(STRENGTHS, lambda strength: trial.error(preparation, strength), choosing)
        self.chosen_ = {"numbers": preparation, "C": strength}
        self.matrix_ = self._matrix(preparation).fit(X)
        self.model_ = self._learn(self.matrix_.transform(X), y, weights, strength, deadline)

    def _preparations(self, X) -> list[str]:
        numbers = TableParts(self.schema).fit(X).numbers(X)
        if not numbers.shape[1]:
            return ["standardised"]
        extra = ["row mean"] if suits_row_mean(numbers) else []
        # Each spline is nine columns: for wide tables they cost more than they tell.
        splines = ["splines"] if numbers.shape[1] <= MOST_SPLINES else []
        return ["standardised", "quantiles", *splines, "log", *extra]

    def _matrix(self, preparation):
        return TableMatrix(self.schema, "both", preparation, seed=self.seed)

    def _learn(self, matrix, y, weights, strength, deadline):
        if not self.classification:
            return Ridge(alpha=1 / strength).fit(matrix, y, sample_weight=weights)
        model = LogisticRegression(C=strength, max_iter=40, tol=1e-3, warm_start=True)
        for _ in range(8):
            model.fit(matrix, y, sample_weight=weights)
            if model.n_iter_.max() < model.max_iter or deadline.passed:
                break
        return model

    def _outcome(self, X):
        return outcome(self.model_, self.matrix_.transform(X), self.n_classes_)


class _Trial:
    """Errors of preparations and strengths on the same inner splits, each learnt only once."""

    def __init__(self, linear, X, y, weights, ties):
        self.linear, self.X, self.y, self.weights = linear, X, y, weights
        self.splits = inner_splits(y, linear.classification, linear.seed, ties)
        self.matrices: dict = {}
        self.errors: dict = {}

    def preparation(self, preparation: str) -> float:
        """The better of two strengths, a shy and a bold one, tells how good a preparation can be."""
        return min(self.error(preparation, strength) for strength in (0.1, 10.0))

    def error(self, preparation: str, strength: float) -> float:
        key = (preparation, strength)
        if key not in self.errors:
            self.errors[key] = np.mean([
                self._error(preparation, strength, number) for number in range(len(self.splits))
            ])  # fmt: skip
        return self.errors[key]

    def _error(self, preparation, strength, number) -> float:
        learn, judge = self.splits[number]
        if (preparation, number) not in self.matrices:
            matrix = self.linear._matrix(preparation).fit(self.X[learn])
            self.matrices[preparation, number] = [matrix.transform(self.X[rows]) for rows in (learn, judge)]
        inside, outside = self.matrices[preparation, number]
        model = self.linear._learn(inside, self.y[learn], self.weights[learn], strength, Deadline(0))
        return badness(outcome(model, outside, self.linear.n_classes_), self.y[judge], self.weights[judge])


@contender(
    "table-linear", family="classical", modality="table", strength="ordinary",
    source="Hastie, Tibshirani, Friedman: The Elements of Statistical Learning (2009), chapters 3 to 5.",
)  # fmt: skip
def linear(setting):
    """A weighted sum of well prepared columns: what a network must beat to show that it bends anything."""
    return TunedLinear.for_setting(setting)
