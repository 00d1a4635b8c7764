"""A column that gives the answer away: known only once the answer is, so useless on new rows."""

from typing import Any

import numpy as np

from deepstart.findings import Finding
from deepstart.need.audit import check, finding
from deepstart.need.audit.groups import codes_of, may_group, one_class_each
from deepstart.need.data import Column, Data

#: What a column is called that says the answer, and that the race therefore leaves out.
NAMES = ("giveaway", "giveaway-things", "giveaway-groups")

#: Score of one column alone from which on it is the answer under another name.
PERFECT, PERFECT_R2 = 0.995, 0.9995
FEWEST_ROWS, MOST_ROWS = 50, 20_000
#: Share of the largest class above which almost any rule looks perfect.
LARGEST_CLASS = 0.95


@check(after="groups")
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
            yield _told(data, i, column, f"{100 * score:.1f}")


def _told(data: Data, at: int, column: Column, score: str) -> Finding:
    """Words for such a column: the answer under another name, or things that each have one answer."""
    named: dict[str, Any] = {"column": column.name, "target": data.target}
    codes = codes_of(data.X[:, at])
    if not (one_class_each(codes, data) and may_group(codes, data)):
        return finding("giveaway", "fail", score=score, **named)
    count = len(np.unique(codes))
    if data.groups is not None and kept_together(codes, data.groups):
        return finding("giveaway-groups", "pass", count=count, **named)
    return finding("giveaway-things", "fail", count=count, rows=f"{data.n / count:.0f}", **named)


def kept_together(codes: np.ndarray, groups: np.ndarray) -> bool:
    """Whether rows with the same code are in the same group."""
    pairs = np.unique(np.column_stack([codes, np.unique(groups, return_inverse=True)[1]]), axis=0)
    return len(pairs) == len(np.unique(codes))


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
