"""Which rows are trained on and which are tested, the same for every contender.

The same splits serve all; near-duplicates and rows of one group stay on one side; time is split
forward; a split that came with the data is kept.
"""

from dataclasses import dataclass, field

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

from deepstart.need.data import Data

FOLDS = 5
#: Rows that must be left to learn from when those that are bound to tested ones are taken out.
FEWEST_LEFT = 30
#: Shuffles tried for a fold that holds both classes, where whole groups are held out.
MOST_REPEATS = 5
#: From here on groups are dealt out by the stratum of their first row; the exact way is quadratic.
MANY_GROUPS = 1000
#: Part of the training rows on which a family chooses its champion, and the most rows that takes.
VALIDATION_SHARE, VALIDATION_ROWS = 0.15, 3000


@dataclass(frozen=True)
class Split:
    """Row numbers of one split.

    Args:
        number: 0, 1, 2 ...
        inner: rows to train on while a family still chooses, in an order whose beginnings are samples.
        validation: rows that the choice is made on.
        test: rows that no choice sees.
        rest: rows for the champion's fit alone, bound to some of the validation rows.
    """

    number: int
    inner: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    rest: np.ndarray = field(default_factory=lambda: np.empty(0, int))

    @property
    def train(self) -> np.ndarray:
        """All rows that may be trained on: what the champion is fitted on before it is tested."""
        return np.concatenate([self.inner, self.validation, self.rest])


def strata(data: Data) -> np.ndarray:
    """What each split should hold in equal shares: the classes, or ten slices of the target's values."""
    return data.y if data.task == "classification" else slices(data.y)


def slices(y: np.ndarray) -> np.ndarray:
    """In which tenth of the values each number lies, shape (n,)."""
    return np.searchsorted(np.quantile(y, np.linspace(0, 1, 11)[1:-1]), y)


def bound_together(data: Data) -> np.ndarray | None:
    """Code a row of what must stay on one side: its group, its cluster of duplicates, or both joined."""
    if data.groups is None or data.duplicates is None:
        return data.groups if data.duplicates is None else data.duplicates
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    groups = np.unique(data.groups, return_inverse=True)[1]
    clusters = np.unique(data.duplicates, return_inverse=True)[1] + groups.max() + 1
    size = clusters.max() + 1
    links = coo_matrix((np.ones(data.n), (groups, clusters)), shape=(size, size))
    return connected_components(links, directed=False)[1][groups]


def grouped_folds(
    stratum: np.ndarray, bound: np.ndarray | None, folds: int, seed: int, many: int = MANY_GROUPS
) -> list[np.ndarray]:
    """Test rows of each fold: strata in equal shares, what is bound together in one of them.

    Args:
        stratum: small whole numbers, shape (n,).
        bound: code of what stays together, shape (n,); None: nothing.
        many: with more groups than this the first row stands for its group's stratum.
    """
    blank = np.zeros(len(stratum))
    enough = np.bincount(stratum).max() >= folds
    if bound is not None:
        _, first, cluster = np.unique(bound, return_index=True, return_inverse=True)
        if len(first) > many:  # mostly rows of their own, with some duplicates
            return [
                np.flatnonzero(np.isin(cluster, t)) for t in grouped_folds(stratum[first], None, folds, seed)
            ]
        if len(first) < 2:  # one group alone cannot be held out of itself
            return grouped_folds(stratum, None, folds, seed)
        folds = min(folds, len(first))
        if not enough or folds < 2:
            return [test for _, test in GroupKFold(max(folds, 2)).split(blank, groups=bound)]
        cutter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        return [test for _, test in cutter.split(blank, stratum, bound)]
    cutter = (StratifiedKFold if enough else KFold)(folds, shuffle=True, random_state=seed)
    return [test for _, test in cutter.split(blank, stratum)]


def _spread(rows: np.ndarray, stratum: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """`rows` in a random order in which every beginning holds the strata in their shares."""
    rows = rng.permutation(rows)
    kinds, code, counts = np.unique(stratum[rows], return_inverse=True, return_counts=True)
    place = np.empty(len(rows))
    for kind in range(len(kinds)):
        members = np.flatnonzero(code == kind)
        place[members] = (np.arange(len(members)) + rng.random()) / counts[kind]
    return rows[np.argsort(place, kind="stable")]


def _inner_validation(data: Data, train: np.ndarray, seed: int) -> np.ndarray:
    """Rows of the training part for the family's choice, as mask over `train`."""
    size = min(VALIDATION_ROWS, max(int(VALIDATION_SHARE * len(train)), 2))
    bound = bound_together(data)
    if data.order is not None:
        by_time = np.argsort(data.order[train], kind="stable")
        cut = nearest_change(data.order[train][by_time], len(train) - size)
        held = np.isin(np.arange(len(train)), by_time[len(train) if cut is None else cut :])
        # Where most of the past is bound to the latest rows, whole groups are held out instead.
        if 0 < 2 * held.sum() <= len(train) and _bound_to(data, train, held) is not None:
            return held
    folds = max(2, round(len(train) / size))
    tests = grouped_folds(strata(data)[train], None if bound is None else bound[train], folds, seed)
    labels = data.y[train]
    chosen = min(tests, key=lambda test: (not _tells(data, labels[test]), abs(len(test) - size)))
    return np.isin(np.arange(len(train)), chosen)


def _split(data: Data, number: int, train: np.ndarray, test: np.ndarray, seed: int) -> Split:
    rng = np.random.default_rng((seed, number))
    held = np.zeros(len(train), bool) if data.part is None else data.part[train] == 1
    if not held.any() or held.all():
        held = _inner_validation(data, train, seed + number)
    rest = _bound_to(data, train, held)
    rest = np.zeros(len(train), bool) if rest is None else rest
    stratum, inner = strata(data), train[~held & ~rest]
    return Split(number, _spread(inner, stratum, rng), _spread(train[held], stratum, rng), test, train[rest])


def _bound_to(data: Data, train: np.ndarray, held: np.ndarray) -> np.ndarray | None:
    """Which training rows are bound to some that are held out, and not held out themselves, as mask; None
    where hardly anything would be left to learn from."""
    bound = bound_together(data)
    if bound is None:
        return np.zeros(len(train), bool)
    rest = np.isin(bound[train], bound[train[held]]) & ~held
    return rest if 2 * (~held & ~rest).sum() >= (~held).sum() else None


def _given(data: Data, seed: int, most: int):
    """Repeats on the split that came with the data: other samples and seeds, the same test rows."""
    part = data.part
    assert part is not None
    test_part = 2 if (part == 2).any() else 1
    train, test = np.flatnonzero(part < test_part), np.flatnonzero(part == test_part)
    return [_split(data, number, train, test, seed) for number in range(most)]


def nearest_change(times: np.ndarray, place: int) -> int | None:
    """Where time goes on nearest to `place`, so that rows of one moment stay on one side; None: nowhere.

    Args:
        times: in order, shape (n,).

    Example:
        >>> nearest_change(np.array([1, 1, 1, 1, 2, 2]), 3), nearest_change(np.array([1, 1]), 1)
        (4, None)
    """
    changes = np.flatnonzero(times[1:] != times[:-1]) + 1
    return int(changes[np.abs(changes - place).argmin()]) if len(changes) else None


def _tells(data: Data, labels: np.ndarray) -> bool:
    """Whether these labels of two classes hold both: without the other, there is nothing to tell apart."""
    return data.task == "regression" or len(data.classes) != 2 or len(np.unique(labels)) == 2


def windows_of_time(time: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows of the past and of the fifth that follows, latest first; rows of one moment are on one side.

    A fifth ends where time goes on next to it. A window is left out that so became too small, or larger than
    its past: with few different times there may be none.
    """
    order, n, fifth = np.argsort(time, kind="stable"), len(time), len(time) // FOLDS
    if not n or time.min() == time.max():
        return []
    ends = [n, *(nearest_change(time[order], n - k * fifth) or 0 for k in range(1, FOLDS - 1))]
    return [
        (order[:start], order[start:end])
        for start, end in zip(ends[1:], ends, strict=False)
        if fifth / 4 <= end - start <= start
    ]


def _forward(data: Data, windows: list[tuple[np.ndarray, np.ndarray]], seed: int, most: int):
    """Train on the past, test on what follows; windows move back from the end."""
    bound, splits = bound_together(data), []
    for k, (past, test) in enumerate(windows[:most]):
        if bound is not None:  # what is bound to a tested row is not learned from
            apart = past[~np.isin(bound[past], bound[test])]
            past = apart if len(apart) >= FEWEST_LEFT else past
        splits.append(_split(data, k, past, test, seed))
    return splits


def came_split(data: Data) -> bool:
    """Whether the data brought rows to train on and rows to test on."""
    return data.part is not None and bool((data.part == 0).any() and (data.part > 0).any())


def make_splits(data: Data, seed: int = 0, most: int = 10) -> list[Split]:
    """The splits of the race, at most `most`, in the order in which they are run.

    Five-fold cross-validation, repeated with new shuffles: each split tests on a fifth.
    """
    if came_split(data):
        return _given(data, seed, most)
    if data.order is not None and (windows := windows_of_time(data.order)):
        return _forward(data, windows, seed, most)
    stratum, bound = strata(data), bound_together(data)
    splits: list[Split] = []
    for repeat in range(MOST_REPEATS * most):
        tests = grouped_folds(stratum, bound, FOLDS, seed + repeat)
        hopeless = repeat >= MOST_REPEATS > len(splits)
        for test in tests if hopeless else [test for test in tests if _tells(data, data.y[test])]:
            train = np.setdiff1d(np.arange(data.n), test)
            splits.append(_split(data, len(splits), train, test, seed))
        if len(splits) >= most or hopeless:
            break
    return splits[:most]
