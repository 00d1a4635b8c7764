"""Rows that lie next to each other and resemble each other: one recording after the other, perhaps."""

import numpy as np

from deepstart.findings import Fact
from deepstart.need.audit import check, finding
from deepstart.need.audit._quick import ROWS, deviation, fold_scores, quick_features
from deepstart.need.audit.groups import FOLDS, MADE_UP
from deepstart.need.data import Data

FEWEST_ROWS = 200
#: Only a large loss is worth a word: an order of the file without meaning is common.
LEAST_DROP, DEVIATIONS = 0.10, 5.0
#: Rank correlation of a column with the row number from which on the file is sorted by it.
SORTED = 0.8


@check(after="groups,time_order")
def file_order(data, wish):
    """Is a row no more like its neighbours in the file than like others of its class?"""
    if data.n < FEWEST_ROWS or data.groups is not None or data.order is not None or data.task == "regression":
        return  # a file sorted by the target is normal, and would look the same
    if data.modality == "table" and is_sorted(data):
        return  # so is one sorted by a column
    rng = np.random.default_rng(wish.seed)
    picked = data.rows(np.sort(rng.permutation(data.n)[:ROWS]))
    X = quick_features(picked)

    def folds(shuffle: bool) -> np.ndarray:
        """Each class's rows cut into stretches of the file, or dealt out at random."""
        fold = np.empty(picked.n, int)
        for k in range(len(data.classes)):
            rows = np.flatnonzero(picked.y == k)
            stretch = np.arange(len(rows)) * FOLDS // max(len(rows), 1)
            fold[rng.permutation(rows) if shuffle else rows] = stretch
        return fold

    apart = fold_scores(X, picked.y, folds(False), data.task)
    mixed = [fold_scores(X, picked.y, folds(True), data.task, s) for s in range(MADE_UP)]
    drop = float(np.mean(mixed)) - apart
    if drop > max(LEAST_DROP, DEVIATIONS * deviation(mixed, picked.n)):
        yield finding(
            "file-order", "warn", mixed=f"{100 * np.mean(mixed):.0f}", apart=f"{100 * apart:.0f}",
            facts=(Fact("quick score, stretches of the file held out", round(apart, 4), "audit"),),
        )  # fmt: skip


def is_sorted(data: Data) -> bool:
    """Whether some column rises or falls with the row number inside most classes."""
    from scipy.stats import rankdata

    def steadiness(rows: np.ndarray) -> np.ndarray:
        ranks = rankdata(np.nan_to_num(data.X[rows]), axis=0)
        spread = np.maximum(ranks.std(axis=0), 1e-9)
        place = np.arange(len(rows))
        return np.abs((ranks - ranks.mean(0)).T @ (place - place.mean()) / len(rows) / spread / place.std())

    large = [np.flatnonzero(data.y == k) for k in np.flatnonzero(data.class_counts >= 20)]
    if not large:
        return False
    return bool((np.median([steadiness(rows) for rows in large], axis=0) > SORTED).any())
