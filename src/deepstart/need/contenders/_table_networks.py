"""What networks for tables share: inputs, layers with a learning speed of their own, both tasks."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from deepstart.need.contenders._keras import (
    KerasClassifier,
    KerasEstimator,
    KerasRegressor,
    common,
    import_keras,
)
from deepstart.need.contenders._tables import ALL_NUMBERS, FEW, PREPARATIONS, TableParts
from deepstart.need.contenders._ties import NO_TIES


class RobustScaler(TransformerMixin, BaseEstimator):
    """Each column centred at its median, its middle half 1 wide, and smoothly clipped to -3 ... 3.

    Source:
        Holzmüller, Grinsztajn, Steinwart: Better by default. NeurIPS 2024, section 3.
    """

    def fit(self, X, y=None):
        low, self.center_, high = np.nanpercentile(X, [25, 50, 75], axis=0)
        width = high - low
        wide = (np.nanmax(X, axis=0) - np.nanmin(X, axis=0)) / 2
        self.width_ = np.where(width > 0, width, np.where(wide > 0, wide, 1))
        return self

    def transform(self, X):
        scaled = (X - self.center_) / self.width_
        return scaled / np.sqrt(1 + (scaled / 3) ** 2)


def _numbers(preparation, n_rows, seed):
    if preparation == "robust":
        return make_pipeline(SimpleImputer(strategy="median", add_indicator=True), RobustScaler())
    return make_pipeline(PREPARATIONS[preparation](n_rows, seed), StandardScaler())


class TableNetwork(KerasEstimator):
    """A network on a table: one input of prepared numbers, one-hot categories and codes of large ones.

    Args:
        schema: columns of the table; empty: all are numbers.
        numbers: how numbers are prepared: `robust`, or one of PREPARATIONS.
        most_steps: fewer epochs are planned where all of them would take more steps than this.
    """

    def __init__(self, *, schema=ALL_NUMBERS, numbers="quantiles", most_steps=12_000, **common):
        super().__init__(**common)
        self.schema, self.numbers, self.most_steps = schema, numbers, most_steps

    @classmethod
    def for_setting(cls, setting, **more):
        """The estimator for a Setting."""
        return cls(schema=setting.schema, **common(setting), **more)

    def prepare(self, X, y):
        self.parts_ = TableParts(self.schema, "both", seed=self.seed).fit(X)
        numbers = self.parts_.numbers(X)
        self.preparation_ = None
        if numbers.shape[1]:
            self.preparation_ = _numbers(self.numbers, len(numbers), self.seed).fit(numbers)
        self.large_ = np.array(self.parts_.sizes_, dtype=int) > FEW + 1
        small = [np.arange(size) for size in np.array(self.parts_.sizes_, dtype=int)[~self.large_]]
        self.one_hot_ = OneHotEncoder(categories=small, sparse_output=False, dtype="float32")
        self.width_ = (self._numbers_of(X[:1]).shape[1], sum(map(len, small)))

    def _numbers_of(self, X):
        numbers = self.parts_.numbers(X)
        if self.preparation_ is not None:
            return self.preparation_.transform(numbers)
        return np.zeros((len(X), 1))  # a network wants something to look at

    def inputs(self, X):
        codes = self.parts_.codes(X)
        parts = [self._numbers_of(X)]
        if not self.large_.all():
            parts.append(self.one_hot_.fit_transform(codes[:, ~self.large_]))
        parts.append(codes[:, self.large_])
        return np.hstack(parts).astype("float32")

    def facts(self):
        """Numbers, one-hot columns, and the sizes of the large categories."""
        sizes = np.array(self.parts_.sizes_, dtype=int)[self.large_]
        return (*self.width_, tuple(int(size) for size in sizes))

    def take_apart(self, table):
        """The parts of the input: numbers, one-hot columns, list of columns of codes."""
        n_numbers, n_one_hot, sizes = self.facts()
        ops = import_keras().ops
        ends = n_numbers + n_one_hot
        codes = [ops.cast(table[:, ends + i], "int32") for i in range(len(sizes))]
        return table[:, :n_numbers], table[:, n_numbers:ends], codes

    def embed_codes(self, codes, width=8):
        """A vector for each code of each large category: a list of shape (batch, width)."""
        keras = import_keras()
        start = keras.initializers.RandomNormal(stddev=0.3)
        return [
            keras.layers.Embedding(size, width, embeddings_initializer=start)(column)
            for size, column in zip(self.facts()[2], codes, strict=True)
        ]

    def epochs_for(self, steps_per_epoch):
        return max(1, min(self.epochs, self.most_steps // steps_per_epoch))

    @property
    def chosen_(self) -> dict:
        """What the fit found by itself."""
        return {"epochs": self.epochs_, "best_epoch": self.best_epoch_, "ended_by": self.ended_by_}


class TableClassifier(TableNetwork, KerasClassifier):
    """The base for classes."""


class TableRegressor(TableNetwork, KerasRegressor):
    """The base for numbers: predictions stay within those that were seen."""

    def fit(self, X, y, ties=NO_TIES):
        self.low_, self.high_ = float(np.min(y)), float(np.max(y))
        return super().fit(X, y, ties)

    def predict(self, X):
        return np.clip(super().predict(X), self.low_, self.high_)
