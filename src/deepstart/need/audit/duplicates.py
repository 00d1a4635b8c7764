"""Rows that are the same, or nearly: on both sides of a split they turn testing into recognising."""

import numpy as np

from deepstart.need.audit import Binding, check, finding, names_of
from deepstart.need.audit._clusters import clusters_of, pairs_in_buckets
from deepstart.need.data import Data

#: Share of superfluous rows from which on it is an alarm; a few are kept together without one.
ALARMING = 0.01


@check()
def duplicates(data, wish):
    """Is no row the copy of another?"""
    pairs = copies(data, wish.seed)
    if not len(pairs):
        return
    cluster = clusters_of(data.n, pairs)
    size = np.bincount(cluster)[cluster]
    first = np.unique(cluster, return_index=True)[1]
    superfluous = data.n - len(first)
    rows = np.flatnonzero(size > 1)
    yield Binding("duplicates", cluster)
    example = np.flatnonzero(cluster == np.bincount(cluster).argmax())
    alarming = superfluous >= ALARMING * data.n
    yield finding(
        "duplicates" if alarming or data.part is not None else "duplicates-kept",
        "warn" if alarming else "pass",
        count=superfluous,
        share=f"{100 * superfluous / data.n:.1f}",
        names=names_of(data, example),
    )
    if data.task == "classification":
        yield from _disagreeing(data, cluster, rows)
    yield from _across_parts(data, cluster)


def copies(data: Data, seed: int) -> np.ndarray:
    """Pairs of rows that are copies of one another, shape (pairs, 2)."""
    if data.modality == "image":
        from deepstart.need.audit._pictures import near_pairs

        return near_pairs(data.X)
    if data.modality == "text":
        from deepstart.need.audit._texts import near_pairs as near_texts

        return near_texts(data.X, seed)
    if data.modality == "table" and not tell_rows_apart(data.X):
        return np.empty((0, 2), int)
    rows = np.ascontiguousarray(data.X.reshape(data.n, -1))
    return pairs_in_buckets(np.array([hash(row.tobytes()) for row in rows]), 1)


def tell_rows_apart(X: np.ndarray) -> bool:
    """Whether the columns hold enough that two equal rows are no coincidence.

    With independent columns, n^2 / 2 pairs meet with the product of the columns' chances to agree;
    a thousandfold margin allows for columns that depend on each other.
    """
    log_chance = 0.0
    for column in X.T:
        counts = np.unique(column, return_counts=True)[1] / len(column)
        log_chance += np.log(np.sum(counts**2))
    return 2 * np.log(len(X)) + log_chance < -np.log(2) - np.log(1000)


def _disagreeing(data: Data, cluster: np.ndarray, rows: np.ndarray):
    """Copies whose labels differ: at least one of them is wrong."""
    low, high = np.full(cluster.max() + 1, data.y.max()), np.zeros(cluster.max() + 1, int)
    np.minimum.at(low, cluster[rows], data.y[rows])
    np.maximum.at(high, cluster[rows], data.y[rows])
    torn = rows[low[cluster[rows]] != high[cluster[rows]]]
    if len(torn):
        together = torn[np.argsort(cluster[torn], kind="stable")]
        yield finding("duplicates-disagree", "warn", count=len(torn), names=names_of(data, together))


def _across_parts(data: Data, cluster: np.ndarray):
    """Copies on both sides of the split that came with the data, which is kept as it is."""
    if data.part is None:
        return
    in_training = np.zeros(cluster.max() + 1, bool)
    in_training[cluster[data.part == 0]] = True
    leaked = np.flatnonzero((data.part == 2) & in_training[cluster])
    tested = int((data.part == 2).sum())
    if len(leaked):
        share = f"{100 * len(leaked) / tested:.1f}"
        status = "warn" if len(leaked) >= ALARMING * tested else "pass"
        yield finding(
            "duplicates-across-parts", status, count=len(leaked), share=share, names=names_of(data, leaked)
        )
