"""Linear, the way of a first attempt: every column a number, categories by their code, nothing tuned."""

from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline

from deepstart.need.contenders import contender
from deepstart.need.contenders._chooser import Chooser, outcome
from deepstart.need.contenders._tables import TableMatrix


class PlainLinear(Chooser):
    """Logistic or ridge regression on standardised columns."""

    def _fit(self, X, y, weights, deadline, ties):
        matrix = TableMatrix(self.schema, categories="codes", seed=self.seed)
        self.model_ = make_pipeline(matrix, self._linear()).fit(
            X, y, **{f"{self._step}__sample_weight": weights}
        )

    @property
    def _step(self):
        return "logisticregression" if self.classification else "ridge"

    def _linear(self):
        return LogisticRegression(max_iter=300) if self.classification else Ridge()

    def _outcome(self, X):
        return outcome(self.model_, X, self.n_classes_)


@contender(
    "table-plain-linear", family="classical", modality="table", strength="weak",
    source="Hastie, Tibshirani, Friedman: The Elements of Statistical Learning (2009), chapters 3 and 4.",
)  # fmt: skip
def plain_linear(setting):
    """What many comparisons call classical: too weak to lose against."""
    return PlainLinear.for_setting(setting)
