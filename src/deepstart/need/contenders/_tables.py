"""Tables made into matrices: the encodings that the contenders for tables share.

A table arrives as float64 with NaN where a cell is missing and codes where a column holds categories or
texts (see `deepstart.need.data.Data`). Everything here is fitted on the training part alone.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    QuantileTransformer,
    SplineTransformer,
    StandardScaler,
)

from deepstart.need.data import Column, Schema

#: Larger cells would overflow when squared in float32, which trees and networks compute in.
LARGEST = 1e18
#: A column of whole numbers with at most so many different ones may be a category in disguise.
FEW = 32
#: With more values than this in such columns together (pixels, counts of words), they are numbers.
MOST_DISGUISED = 600
#: Categories beyond so many most frequent ones share one code.
MOST_LEVELS = 255
#: The schema of a table of which nothing is known.
ALL_NUMBERS = Schema()


def clean(X) -> np.ndarray:
    """A copy of a table as float64, shape (n, columns): infinite cells missing, huge ones capped."""
    X = np.array(X, dtype=np.float64, ndmin=2)
    X[~np.isfinite(X)] = np.nan
    return np.clip(X, -LARGEST, LARGEST)


def calendar(seconds: np.ndarray) -> np.ndarray:
    """Dates as numbers a model can use, shape (n, 5): seconds, year, month, weekday, hour; NaN stays."""
    missing = np.isnan(seconds)
    moments = np.where(missing, 0, np.clip(seconds, -6e10, 2e11)).astype("datetime64[s]")
    months = moments.astype("datetime64[M]").astype(int)
    days = moments.astype("datetime64[D]").astype(int)
    hours = moments.astype("datetime64[h]").astype(int) % 24
    parts = np.column_stack([seconds, months // 12 + 1970, months % 12 + 1, (days + 3) % 7, hours])
    parts[missing] = np.nan
    return parts


class TextColumn:
    """A column of texts as a few numbers: TF-IDF of character n-grams, reduced by a truncated SVD.

    Character n-grams serve spaced and unspaced scripts alike.
    """

    def __init__(self, levels, seed, dimensions=24):
        self.levels, self.seed, self.dimensions = levels, seed, dimensions

    def fit(self, codes):
        texts = self._texts(codes)
        self.tfidf = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), max_features=20_000, min_df=1)
        try:
            weights = self.tfidf.fit_transform(texts)
        except ValueError:  # nothing but empty texts
            self.tfidf = None
            return self
        width = max(1, min(self.dimensions, min(weights.shape) - 1))
        self.svd = TruncatedSVD(width, random_state=self.seed).fit(weights)
        return self

    def transform(self, codes) -> np.ndarray:
        if self.tfidf is None:
            return np.empty((len(codes), 0))
        return self.svd.transform(self.tfidf.transform(self._texts(codes)))

    def _texts(self, codes):
        known = (codes >= 0) & (codes < len(self.levels))
        return [self.levels[int(code)] if ok else "" for code, ok in zip(codes, known, strict=True)]


@dataclass
class Levels:
    """The values of a category that were seen in training; code 0 stands for all others.

    A missing cell is a value of its own when training had one.
    """

    values: np.ndarray

    @classmethod
    def of(cls, column: np.ndarray, most: int = MOST_LEVELS) -> "Levels":
        values, counts = np.unique(np.nan_to_num(column, nan=-LARGEST), return_counts=True)
        frequent = np.sort(np.argsort(-counts, kind="stable")[:most])
        return cls(values[frequent])

    def codes(self, column: np.ndarray) -> np.ndarray:
        """Code of each cell, 0 to `size` - 1, shape (n,)."""
        cells = np.nan_to_num(column, nan=-LARGEST)
        places = np.minimum(np.searchsorted(self.values, cells), len(self.values) - 1)
        return np.where(self.values[places] == cells, places + 1, 0)

    @property
    def size(self) -> int:
        return len(self.values) + 1


def is_informative(column: np.ndarray) -> bool:
    """The column has two different cells (a missing one counts), so that it can tell rows apart."""
    seen = column[~np.isnan(column)]
    return bool(len(seen)) and (len(seen) < len(column) or bool(seen.min() < seen.max()))


def looks_like_category(column: np.ndarray) -> bool:
    """The column holds few different whole numbers, each of them often: perhaps names of things."""
    seen = column[~np.isnan(column)]
    if not np.array_equal(seen, np.round(seen)):
        return False
    different = len(np.unique(seen))
    return 2 < different <= FEW and len(seen) >= 5 * different


def in_disguise(X: np.ndarray, columns: list[int]) -> list[int]:
    """Those of these columns that look like categories; none where they are so many that they are counts."""
    found = [i for i in columns if looks_like_category(X[:, i])]
    return found if sum(len(np.unique(X[:, i])) for i in found) <= MOST_DISGUISED else []


class TableParts(BaseEstimator):
    """A table taken apart into numbers and categories, by its schema and by what training rows show.

    Args:
        schema: the columns; empty: all are numbers.
        integers: columns of few whole numbers are `numbers`, `categories` or `both`.
        most_levels: categories kept of a column.
        seed: of the reduction of texts.
    """

    def __init__(self, schema=ALL_NUMBERS, integers="numbers", most_levels=MOST_LEVELS, seed=0):
        self.schema, self.integers = schema, integers
        self.most_levels, self.seed = most_levels, seed

    def fit(self, X, y=None):
        X = clean(X)
        schema = self.schema or Schema(Column(str(i), "number") for i in range(X.shape[1]))
        useful = [i for i in range(X.shape[1]) if is_informative(X[:, i])]

        def of_kind(*kinds):
            return [i for i in useful if schema[i].kind in kinds]

        numbers = of_kind("number")
        integers = [] if self.integers == "numbers" else in_disguise(X, numbers)
        self.numbers_ = numbers if self.integers == "both" else [i for i in numbers if i not in integers]
        self.dates_ = of_kind("date")
        self.texts_ = {
            i: TextColumn(schema[i].levels, self.seed).fit(X[:, i])
            for i in of_kind("text")
            if schema[i].levels
        }
        categories = [i for i in of_kind("category", "boolean", "text") if i not in self.texts_]
        self.levels_ = {i: Levels.of(X[:, i], self.most_levels) for i in sorted(categories + integers)}
        self.n_integers_ = len(integers)
        return self

    def numbers(self, X) -> np.ndarray:
        """The columns that are numbers, with dates and texts made into numbers, shape (n, p); NaN stays."""
        X = clean(X)
        parts = [X[:, self.numbers_]]
        parts += [calendar(X[:, i]) for i in self.dates_]
        parts += [column.transform(X[:, i]) for i, column in self.texts_.items()]
        return np.hstack(parts)

    def codes(self, X) -> np.ndarray:
        """The columns that are categories, as codes from 0 (not seen in training), shape (n, q)."""
        X = clean(X)
        columns = [levels.codes(X[:, i]) for i, levels in self.levels_.items()]
        return np.column_stack(columns) if columns else np.empty((len(X), 0), dtype=int)

    @property
    def sizes_(self) -> list[int]:
        """Number of codes of each category."""
        return [levels.size for levels in self.levels_.values()]


def signed_log(X: np.ndarray) -> np.ndarray:
    """log(1 + |x|) with the sign of x: pulls in long tails on both sides."""
    return np.sign(X) * np.log1p(np.abs(X))


def by_row_mean(X: np.ndarray) -> np.ndarray:
    """Each row divided by its own mean: what remains is the profile, whatever the level of the row."""
    means = np.nanmean(X, axis=1, keepdims=True)
    return X / np.where(means > 0, means, 1)


def suits_row_mean(X: np.ndarray) -> bool:
    """The columns are amounts of comparable size, so that a mean over a row makes sense."""
    if X.shape[1] < 4 or not len(X) or np.isnan(X).all(axis=1).any() or np.nanmin(X) < 0:
        return False
    means = np.nanmean(X, axis=0)
    return bool(np.nanmax(means) < 1000 * np.nanmin(means))


def _filled(*steps):
    return make_pipeline(*steps, SimpleImputer(strategy="median", add_indicator=True), StandardScaler())


def _quantiles(n_rows, seed):
    return QuantileTransformer(
        n_quantiles=min(1000, max(10, n_rows // 30)), output_distribution="normal",
        subsample=100_000, random_state=seed,
    )  # fmt: skip


#: How numbers can be prepared: given the number of training rows and a seed, a transformer.
PREPARATIONS = {
    "as they are": lambda n_rows, seed: FunctionTransformer(),
    "standardised": lambda n_rows, seed: _filled(),
    "log": lambda n_rows, seed: _filled(FunctionTransformer(signed_log)),
    "quantiles": lambda n_rows, seed: _filled(_quantiles(n_rows, seed)),
    "row mean": lambda n_rows, seed: _filled(FunctionTransformer(by_row_mean)),
    "splines": lambda n_rows, seed: make_pipeline(
        _filled(_quantiles(n_rows, seed)),
        SplineTransformer(n_knots=7, knots="uniform", extrapolation="linear"),
    ),
}


class TableMatrix(TransformerMixin, BaseEstimator):
    """A table as one matrix of numbers.

    Args:
        schema, integers, most_levels, seed: as for TableParts.
        numbers: one of PREPARATIONS.
        categories: `one-hot` columns, or `codes` as they are.
        dense: never give a sparse matrix, which some methods cannot read.

    `transform` gives shape (n, features); a sparse matrix when one-hot columns are many.
    """

    def __init__(
        self, schema=ALL_NUMBERS, integers="numbers", numbers="standardised", categories="one-hot", *,
        most_levels=MOST_LEVELS, dense=False, seed=0,
    ):  # fmt: skip
        self.schema, self.integers, self.numbers, self.categories = schema, integers, numbers, categories
        self.most_levels, self.dense, self.seed = most_levels, dense, seed

    def fit(self, X, y=None):
        self.parts_ = TableParts(self.schema, self.integers, self.most_levels, self.seed).fit(X)
        numbers = self.parts_.numbers(X)
        self.preparation_ = PREPARATIONS[self.numbers](len(numbers), self.seed) if numbers.shape[1] else None
        if self.preparation_ is not None:
            self.preparation_.fit(numbers)
        self.one_hot_ = OneHotEncoder(categories=[np.arange(size) for size in self.parts_.sizes_])
        return self

    def transform(self, X):
        numbers = self.parts_.numbers(X)
        if self.preparation_ is not None:
            numbers = self.preparation_.transform(numbers)
        codes = self.parts_.codes(X)
        if not codes.shape[1]:
            return numbers if numbers.shape[1] else np.zeros((len(numbers), 1))
        if self.categories == "codes":
            return np.hstack([numbers, codes])
        one_hot = self.one_hot_.fit_transform(codes)  # nothing to learn: the categories are given
        if one_hot.shape[1] > 200 and not self.dense:
            return sparse.hstack([sparse.csr_matrix(numbers), one_hot], format="csr")
        return np.hstack([numbers, one_hot.toarray()])
