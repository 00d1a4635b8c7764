"""What is known of a fit's rows beside their values: which belong together, and when they were.

A contender chooses inside its training part: how strong, how many rounds, which epoch. Rows of one patient
on both sides of such a choice would make it believe what it has by heart, as in the race's own splits.
An estimator that chooses so takes `ties` in `fit`; without them every row stands for itself.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from deepstart.need.splits import grouped_folds, nearest_change, slices

#: No more than this part of the rows is held out, though groups are held out whole.
MOST_HELD = 0.4
#: Whole groups are dealt out in no more folds than this; what a fold has too many is left out.
MOST_FOLDS = 20
#: Beyond so many, some are drawn by the stratum of their first row; the exact way takes too long in a fit.
MANY_GROUPS = 200
#: Windows of time to choose by, where one would choose by chance.
WINDOWS = 3


@dataclass(frozen=True, eq=False)
class Ties:
    """The ties of some rows.

    Args:
        bound: code of what must stay on one side, shape (n,); None: every row stands for itself.
        order: time of each row, shape (n,); None: no order.
    """

    bound: np.ndarray | None = None
    order: np.ndarray | None = None

    def __bool__(self) -> bool:
        return self.bound is not None or self.order is not None

    def of(self, rows) -> "Ties":
        """The ties of these rows among themselves, by numbers or a mask."""
        bound = None if self.bound is None else self.bound[rows]
        order = None if self.order is None else self.order[rows]
        if bound is not None and len(np.unique(bound)) == len(bound):
            bound = None
        if order is not None and (not len(order) or order.min() == order.max()):
            order = None
        return Ties(bound, order)

    def hold_out(self, y, classification: bool, seed: int, share: float):
        """Rows to learn from and rows to choose by: whole groups, or the latest rows.

        Args:
            y: codes of classes or numbers, shape (n,).
            share: part of the rows to hold out; groups hold it up to `MOST_HELD`.

        Returns:
            Two arrays of row numbers; what is in neither is bound to both sides, or too much. None where
            nothing ties the rows, or no such parts leave every class to learn from and two to choose by.
        """
        y = np.asarray(y)
        latest = None if self.order is None else self._latest(y, classification, len(y), share)
        if latest is not None or self.bound is None:
            return latest
        if len(np.unique(self.bound)) > MANY_GROUPS:
            whole = [self._some(y if classification else slices(y), seed, share)]
        else:
            whole = self._whole(y, classification, seed, int(np.clip(round(1 / share), 2, MOST_FOLDS)))
        parts = [(learn, judge) for learn, judge in whole if usable(y, learn, judge, classification)]
        if not parts:
            return None
        learn, judge = min(parts, key=lambda part: self._price(y, part[1], classification, share))
        size = max(1, round(share * len(y)))
        if len(judge) > 2 * size:
            judge = np.sort(np.random.default_rng(seed).permutation(judge)[:size])
        return learn, judge

    def several(self, y, classification: bool, seed: int):
        """Five folds of whole groups, or the latest windows of time; a list of the same pairs, or None."""
        y = np.asarray(y)
        latest = [] if self.order is None else self._windows(y, classification)
        if latest or self.bound is None:
            return latest or None
        parts = self._whole(y, classification, seed, 5)
        fit = all(usable(y, learn, judge, classification) for learn, judge in parts)
        return parts if fit and len(parts) > 1 else None

    def _windows(self, y, classification):
        """The latest windows of time, each once: where time has few moments, some would be the same."""
        fifth = len(y) // 5
        found = [self._latest(y, classification, len(y) - k * fifth, fifth / len(y)) for k in range(WINDOWS)]
        different = {tuple(np.sort(part[1])): part for part in found if part is not None}
        return list(different.values())

    def _some(self, stratum, seed, share):
        """A part of the groups of each stratum, for which the first row stands: quick for any number."""
        assert self.bound is not None
        rng, held = np.random.default_rng(seed), []
        _, first, group = np.unique(self.bound, return_index=True, return_inverse=True)
        for kind in np.unique(stratum[first]):
            members = rng.permutation(np.flatnonzero(stratum[first] == kind))
            held.append(members[: round(share * len(members))])
        aside = np.isin(np.arange(len(first)), np.concatenate(held))[group]
        return np.flatnonzero(~aside), np.flatnonzero(aside)

    def _whole(self, y, classification, seed, count):
        assert self.bound is not None
        everything = np.arange(len(y))
        if len(np.unique(self.bound)) < 2:
            return []
        stratum = y if classification else slices(y)
        tests = grouped_folds(stratum, self.bound, count, seed, many=MANY_GROUPS)
        return [(np.setdiff1d(everything, test), test) for test in tests if len(test)]

    @staticmethod
    def _price(y, judge, classification, share):
        """Folds that hold most classes first, then those of the size asked for."""
        classes = len(np.unique(y[judge])) if classification else 0
        return -classes, abs(len(judge) - share * len(y))

    def _latest(self, y, classification, end, share):
        """The latest of the rows up to place `end` in time, after those before; None where time stands still.

        A class that only they hold is learned from. What is bound to rows that are held out is not, unless
        hardly anything would be left.
        """
        assert self.order is not None
        by_time = np.argsort(self.order, kind="stable")
        if end < len(y):
            end = nearest_change(self.order[by_time], end) or 0
        cut = nearest_change(self.order[by_time[:end]], round(end - share * len(y)))
        if cut is None:
            return None
        learn, judge = by_time[:cut], by_time[cut:end]
        if classification:
            new = ~np.isin(y[judge], y[learn])
            learn, judge = np.concatenate([learn, judge[new]]), judge[~new]
        if self.bound is not None:
            apart = learn[~np.isin(self.bound[learn], self.bound[judge])]
            learn = (
                apart if 2 * len(apart) > len(learn) and usable(y, apart, judge, classification) else learn
            )
        return (learn, judge) if usable(y, learn, judge, classification) else None


NO_TIES = Ties()


def usable(y, learn, judge, classification: bool) -> bool:
    """Whether every class can be learned from, two can be told apart, and enough is left."""
    if not len(learn) or not 0 < len(judge) <= MOST_HELD * len(y):
        return False
    if not classification:
        return True
    classes = np.unique(y)
    return len(np.unique(y[learn])) == len(classes) and len(np.unique(y[judge])) >= min(2, len(classes))


def fit_with(estimator: Any, X, y, ties: Ties) -> Any:
    """Fit an estimator, with the ties of its rows if it asks for them."""
    from sklearn.utils.validation import has_fit_parameter

    return estimator.fit(X, y, ties=ties) if has_fit_parameter(estimator, "ties") else estimator.fit(X, y)
