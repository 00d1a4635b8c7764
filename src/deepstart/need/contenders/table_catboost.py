"""Boosted trees, CatBoost: symmetric trees, categories by what the rows before them had as target."""

import time

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
from deepstart.need.contenders._tables import FEW, TableParts, clean, is_informative

MOST_ROUNDS, PATIENCE = 1000, 60
#: Bytes names of codes: CatBoost reads categories as text.
NAMES = np.array([str(code).encode() for code in range(300)], dtype=object)


class CatBoost(Chooser):
    """Gradient boosting by CatBoost; kind of whole numbers and rounds chosen on an inner split."""

    def _fit(self, X, y, weights, deadline, ties):
        rows = sample_rows(y, self.classification, MOST_CHOICE_ROWS // 2, self.seed)
        some = [rows[part] for part in holdout(y[rows], self.classification, self.seed, ties=ties.of(rows))]
        choosing = deadline.share(0.2)
        integers, _ = choose(
            self._kinds_of_integers(X),
            lambda integers: self._boost(integers, X, y, weights, some, 80, choosing)[2],
            choosing,
        )
        started, learning = time.monotonic(), deadline.share(0.5)
        parts = holdout(y, self.classification, self.seed, share=min(0.15, 3000 / len(y)), ties=ties)
        self.model_, self.parts_, _ = self._boost(integers, X, y, weights, parts, MOST_ROUNDS, learning)
        self.chosen_ = {"integers": integers, "rounds": self.model_.tree_count_ if self.model_ else 0}
        self.ended_by_ = "time" if learning.passed else "plan"
        if self.model_ and deadline.left > 1.3 * (time.monotonic() - started):
            self._learn_from_all(integers, X, y, weights, deadline)

    def _kinds_of_integers(self, X) -> list[str]:
        found = TableParts(self.schema, "categories").fit(X).n_integers_
        return ["numbers", "categories"] if found else ["numbers"]

    def _model(self, rounds, **more):
        import catboost

        kind = catboost.CatBoostClassifier if self.classification else catboost.CatBoostRegressor
        loss = {0: "RMSE", 2: "Logloss"}.get(self.n_classes_, "MultiClass")
        classes = {"classes_count": self.n_classes_} if loss == "MultiClass" else {}
        return kind(
            iterations=rounds, loss_function=loss, one_hot_max_size=FEW, random_seed=self.seed,
            thread_count=self.threads_, allow_writing_files=False, train_dir=None, logging_level="Silent",
            **classes, **more,
        )  # fmt: skip

    def _pool(self, parts, X, y=None, weights=None):
        import catboost

        numbers = np.ascontiguousarray(parts.numbers(X), dtype=np.float32)
        codes = NAMES[parts.codes(X)]
        data = catboost.FeaturesData(
            num_feature_data=numbers if numbers.shape[1] else None,
            cat_feature_data=codes if codes.shape[1] else None,
        )
        return catboost.Pool(data, y, weight=weights)

    def _boost(self, integers, X, y, weights, parts, rounds, deadline):
        """A model that stopped when the second part did not improve; its table; its badness there."""
        learn, judge = parts
        table = TableParts(self.schema, integers, seed=self.seed).fit(X[learn])
        model = self._train(
            table, X[learn], y[learn], weights[learn], rounds, deadline, (X[judge], y[judge], weights[judge])
        )
        return model, table, badness(self._say(model, table, X[judge]), y[judge], weights[judge])

    def _train(self, table, X, y, weights, rounds, deadline, judge=None):
        """A model, or None where these rows do not differ in what they show or in their target."""
        if len(np.unique(y)) < 2 or not any(is_informative(column) for column in clean(X).T):
            return None
        more = {"od_type": "Iter", "od_wait": PATIENCE, "use_best_model": True} if judge else {}
        model = self._model(rounds, **more)
        return model.fit(
            self._pool(table, X, y, weights), eval_set=self._pool(table, *judge) if judge else None,
            callbacks=[_Stop(deadline)],
        )  # fmt: skip

    def _learn_from_all(self, integers, X, y, weights, deadline):
        table = TableParts(self.schema, integers, seed=self.seed).fit(X)
        model = self._train(table, X, y, weights, self.chosen_["rounds"], deadline)
        if model.tree_count_ >= 0.7 * self.chosen_["rounds"]:
            self.model_, self.parts_ = model, table

    def _say(self, model, table, X):
        if model is None:
            return self._without_looking(len(X))
        pool = self._pool(table, X)
        kind = "Probability" if self.classification else "RawFormulaVal"
        return model.predict(pool, prediction_type=kind, thread_count=self.threads_)

    def _outcome(self, X):
        return self._say(self.model_, self.parts_, X)


class _Stop:
    """A callback for CatBoost that ends the training when the time is up."""

    def __init__(self, deadline: Deadline):
        self.deadline = deadline

    def after_iteration(self, info) -> bool:
        return not self.deadline.passed


@contender(
    "table-catboost", family="classical", modality="table", strength="strong",
    source="Prokhorenkova et al.: CatBoost: unbiased boosting with categorical features. NeurIPS 2018.",
)  # fmt: skip
def catboost(setting):
    """The other strong booster, often ahead where categories are many."""
    return CatBoost.for_setting(setting)
