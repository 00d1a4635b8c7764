"""A column that gives the answer away: known only once the answer is, so useless on new rows."""

import numpy as np

from deepstart.need.audit import check, finding
from deepstart.need.data import Data

#: Score of one column alone from which on it is the answer under another name.
PERFECT, PERFECT_R2 = 0.995, 0.9995
FEWEST_ROWS, MOST_ROWS = 50, 20_000
#: Share of the largest class above which almost any rule looks perfect.
LARGEST_CLASS = 0.95


@check()
def giveaway(data, wish):
    """Does no single column already say the answer?"""
    if data.modality != "table" or data.n < FEWEST_ROWS:
        return
    if data.task == "classification" and data.class_counts.max() > LARGEST_CLASS * data.n:
        return
    rows = np.random.default_rng(wish.seed).permutation(data.n)[:MOST_ROWS]
    for i, column in enumerate(data.schema):
        score = score_of_one(data.X[rows, i], data.y[rows], data)
        if score >= (PERFECT if data.task == "classification" else PERFECT_R2):
            yield finding(
                "giveaway", "fail", column=column.name, target=data.target, score=f"{100 * score:.1f}"
            )


def score_of_one(column: np.ndarray, y: np.ndarray, data: Data) -> float:
    """Balanced accuracy, or R2, of a tree on this column alone, on rows that it has not seen."""
    from sklearn.metrics import balanced_accuracy_score, r2_score
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    known = np.column_stack([np.isnan(column), np.nan_to_num(column, nan=0.0)])
    fold = np.arange(len(y)) % 3
    expected = np.zeros(len(y), float)
    for k in range(3):
        train, test = fold != k, fold == k
        if data.task == "classification":
            model = DecisionTreeClassifier(min_samples_leaf=2, random_state=0)
        else:
            model = DecisionTreeRegressor(min_samples_leaf=2, random_state=0)
        expected[test] = model.fit(known[train], y[train]).predict(known[test])
    if data.task == "classification":
        return float(balanced_accuracy_score(y, expected))
    return float(max(r2_score(y, expected), _straight(known[:, 1], y)))


def _straight(column: np.ndarray, y: np.ndarray) -> float:
    """R2 of a straight line: the same quantity in another unit."""
    if np.ptp(column) == 0 or np.ptp(y) == 0:
        return 0.0
    return float(np.corrcoef(column, y)[0, 1] ** 2)
