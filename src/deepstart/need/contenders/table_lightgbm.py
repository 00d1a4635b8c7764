"""Boosted trees, LightGBM: each tree mends what those before it got wrong."""

import time
from functools import cache

import numpy as np

from deepstart.need.contenders import contender
from deepstart.need.contenders._chooser import (
    MOST_CHOICE_ROWS,
    Chooser,
    Deadline,
    badness,
    choose,
    holdout,
    sample_rows,
)
from deepstart.need.contenders._tables import TableMatrix, TableParts

#: Shapes of the trees, the usual one first: leaves, share of the columns for a tree, L2 shrinkage.
SHAPES = ((31, 0.8, 1.0), (8, 0.8, 1.0), (96, 0.5, 5.0))
MOST_ROUNDS, PATIENCE = 1500, 40
#: A round grows a tree for each class; so many trees are enough, and keep many classes affordable.
MOST_TREES = 9000


class LightGBM(Chooser):
    """Gradient boosting by LightGBM; encoding, tree shape and number of rounds chosen on an inner split.

    Categories are split in sets of codes, or one-hot; columns of few whole numbers may join them.
    """

    def _fit(self, X, y, weights, deadline, ties):
        rows = sample_rows(y, self.classification, MOST_CHOICE_ROWS, self.seed)
        some = [rows[part] for part in holdout(y[rows], self.classification, self.seed, ties=ties.of(rows))]
        choosing = deadline.share(0.3)

        @cache
        def error(encoding, shape):
            return self._boost(encoding, shape, X, y, weights, some, self._most_rounds // 10, choosing)[2]

        encoding, _ = choose(self._encodings(X), lambda encoding: error(encoding, SHAPES[0]), choosing)
        shape, _ = choose(SHAPES, lambda shape: error(encoding, shape), choosing)
        started, learning = time.monotonic(), deadline.share(0.5)
        parts = holdout(y, self.classification, self.seed, share=min(0.15, 3000 / len(y)), ties=ties)
        model, matrix, _ = self._boost(encoding, shape, X, y, weights, parts, self._most_rounds, learning)
        self.chosen_ = {
            "encoding": encoding,
            "leaves": shape[0],
            "rounds": model.num_trees() // self._trees_a_round,
        }
        self.model_, self.matrix_ = model, matrix
        self.ended_by_ = "time" if learning.passed else "plan"
        if deadline.left > 1.3 * (time.monotonic() - started):
            self._learn_from_all(encoding, shape, X, y, weights, deadline)

    def _encodings(self, X) -> list[str]:
        parts = TableParts(self.schema, "categories").fit(X)
        categories = len(parts.sizes_) - parts.n_integers_
        return ["codes"] + ["one-hot"] * (categories > 0) + ["one-hot of integers"] * (parts.n_integers_ > 0)

    def _matrix(self, encoding):
        integers = "categories" if encoding == "one-hot of integers" else "numbers"
        categories = "codes" if encoding == "codes" else "one-hot"
        return TableMatrix(self.schema, integers, "as they are", categories, seed=self.seed)

    @property
    def _trees_a_round(self):
        return self.n_classes_ if self.n_classes_ > 2 else 1

    @property
    def _most_rounds(self):
        return max(50, min(MOST_ROUNDS, MOST_TREES // self._trees_a_round))

    def _options(self, shape, n_rows, rounds):
        objective = {0: "regression", 2: "binary"}.get(self.n_classes_, "multiclass")
        leaves, columns, shrinkage = shape
        return {
            "objective": objective, "num_class": self._trees_a_round, "num_leaves": leaves,
            "feature_fraction": columns, "lambda_l2": shrinkage, "bagging_fraction": 0.9, "bagging_freq": 1,
            # Few rounds to choose by need a long stride; the model itself may go slowly.
            "learning_rate": 0.05 if rounds == MOST_ROUNDS else 0.1,
            "min_data_in_leaf": int(np.clip(n_rows // 25, 1, 20)), "max_bin": 255, "cat_smooth": 10.0,
            "num_threads": self.spinning_threads_, "seed": self.seed, "deterministic": True,
            "force_row_wise": True, "verbosity": -1, "feature_pre_filter": False,
        }  # fmt: skip

    def _data(self, matrix, encoding, X, y, weights):
        import lightgbm

        table = matrix.transform(X)
        n_codes = len(matrix.parts_.sizes_) if encoding == "codes" else 0
        categories = list(range(table.shape[1] - n_codes, table.shape[1]))
        return lightgbm.Dataset(table, y, weight=weights, categorical_feature=categories, free_raw_data=True)

    def _boost(self, encoding, shape, X, y, weights, parts, rounds, deadline):
        """A model that stopped when the second part did not improve; its matrix; its badness there."""
        import lightgbm

        learn, judge = parts
        matrix = self._matrix(encoding).fit(X[learn])
        inside, outside = (self._data(matrix, encoding, X[p], y[p], weights[p]) for p in parts)
        outside.reference = inside
        model = lightgbm.train(
            self._options(shape, len(learn), rounds), inside, rounds, valid_sets=[outside],
            callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False), _stop_at(deadline)],
        )  # fmt: skip
        found = self._say(model, matrix, X[judge])
        return model, matrix, badness(found, y[judge], weights[judge])

    def _learn_from_all(self, encoding, shape, X, y, weights, deadline):
        import lightgbm

        rounds = max(1, self.chosen_["rounds"])
        matrix = self._matrix(encoding).fit(X)
        data = self._data(matrix, encoding, X, y, weights)
        options = self._options(shape, len(y), self._most_rounds)
        model = lightgbm.train(options, data, rounds, callbacks=[_stop_at(deadline)])
        if model.num_trees() >= 0.7 * rounds * self._trees_a_round:
            self.model_, self.matrix_ = model, matrix

    def _say(self, model, matrix, X):
        found = model.predict(matrix.transform(X), num_threads=self.spinning_threads_)
        return np.column_stack([1 - found, found]) if self.n_classes_ == 2 else found

    def _outcome(self, X):
        return self._say(self.model_, self.matrix_, X)


def _stop_at(deadline: Deadline):
    """A callback for LightGBM that ends the training when the time is up."""
    from lightgbm.callback import EarlyStopException

    def stop(state):
        if deadline.passed:
            raise EarlyStopException(state.iteration, state.evaluation_result_list or [])

    stop.order = 40  # type: ignore[attr-defined]
    return stop


@contender(
    "table-lightgbm", family="classical", modality="table", strength="strong",
    source="Ke et al.: LightGBM: a highly efficient gradient boosting decision tree. NeurIPS 2017.",
)  # fmt: skip
def lightgbm(setting):
    """What a network on a table has to beat."""
    return LightGBM.for_setting(setting)
