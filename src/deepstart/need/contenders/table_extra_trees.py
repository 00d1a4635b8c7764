"""Many trees with random thresholds, averaged."""

from functools import cache
from itertools import product

from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from deepstart.need.contenders import contender
from deepstart.need.contenders._chooser import Chooser, badness, choose, holdout, outcome, sample_rows
from deepstart.need.contenders._tables import TableMatrix, TableParts

#: Columns looked at for each split, as a share or by the square root; rows that a leaf needs.
WIDTHS, LEAVES = ("sqrt", 0.5, 1.0), (1, 4)
TREES, TREES_TO_CHOOSE = 300, 60
MOST_CHOICE_ROWS = 6000


class TunedExtraTrees(Chooser):
    """Extremely randomised trees; encoding, width and leaf size chosen on an inner split."""

    def _fit(self, X, y, weights, deadline, ties):
        rows = sample_rows(y, self.classification, MOST_CHOICE_ROWS, self.seed)
        learn, judge = (
            rows[part] for part in holdout(y[rows], self.classification, self.seed, ties=ties.of(rows))
        )

        @cache
        def error(candidate):
            matrix = self._matrix(candidate[0]).fit(X[learn])
            trees = self._trees(candidate, TREES_TO_CHOOSE).fit(
                matrix.transform(X[learn]), y[learn], weights[learn]
            )
            found = outcome(trees, matrix.transform(X[judge]), self.n_classes_)
            return badness(found, y[judge], weights[judge])

        # Encoding and width together first: the one decides how much of the other is needed.
        pairs = [(encoding, width, 1) for encoding, width in product(self._encodings(X), WIDTHS)]
        choosing = deadline.share(0.5)
        best, _ = choose(pairs, error, choosing)
        best, _ = choose([(*best[:2], leaf) for leaf in LEAVES], error, choosing)
        self.chosen_ = dict(zip(("encoding", "max_features", "min_samples_leaf"), best, strict=True))
        self.matrix_ = self._matrix(best[0]).fit(X)
        self.trees_ = self._grow(best, self.matrix_.transform(X), y, weights, deadline)

    def _encodings(self, X) -> list[str]:
        """Codes, one-hot, one-hot of whole numbers too: those that differ on this table."""
        parts = TableParts(self.schema, "categories").fit(X)
        categories = len(parts.sizes_) - parts.n_integers_
        return ["codes"] + ["one-hot"] * (categories > 0) + ["one-hot of integers"] * (parts.n_integers_ > 0)

    def _matrix(self, encoding):
        integers = "categories" if encoding == "one-hot of integers" else "numbers"
        categories = "codes" if encoding == "codes" else "one-hot"
        return TableMatrix(
            self.schema, integers, "as they are", categories, most_levels=40, dense=True, seed=self.seed
        )

    def _trees(self, candidate, count):
        kind = ExtraTreesClassifier if self.classification else ExtraTreesRegressor
        return kind(
            count, max_features=candidate[1], min_samples_leaf=candidate[2], n_jobs=self.threads_,
            random_state=self.seed, warm_start=True,
        )  # fmt: skip

    def _grow(self, candidate, matrix, y, weights, deadline):
        """Trees in lots, so that the deadline finds a forest to keep."""
        trees = self._trees(candidate, 0)
        while trees.n_estimators < TREES:
            trees.n_estimators += 20
            trees.fit(matrix, y, weights)
            if deadline.passed:
                break
        return trees

    def _outcome(self, X):
        return outcome(self.trees_, self.matrix_.transform(X), self.n_classes_)


@contender(
    "table-extra-trees", family="classical", modality="table", strength="ordinary",
    source="Geurts, Ernst, Wehenkel: Extremely randomized trees. Machine Learning 63 (2006).",
)  # fmt: skip
def extra_trees(setting):
    """Hard to get wrong: no scale matters, few rows suffice."""
    return TunedExtraTrees.for_setting(setting)
