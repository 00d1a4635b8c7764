"""From pairs of rows that belong together to one code a cluster."""

import numpy as np


def clusters_of(n: int, pairs: np.ndarray) -> np.ndarray:
    """Code of each row's cluster, shape (n,), from pairs of rows, shape (pairs, 2)."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    pairs = np.asarray(pairs, int).reshape(-1, 2)
    links = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return connected_components(links, directed=False)[1]


def pairs_in_buckets(keys: np.ndarray, widest: int) -> np.ndarray:
    """Pairs of rows with the same key: all pairs in small buckets, neighbours in ones above `widest`.

    Args:
        keys: one key a row, shape (n,).
        widest: rows in a bucket up to which every pair is tried.
    """
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.append(True, keys[order][1:] != keys[order][:-1]))
    found = []
    for bucket in np.split(order, starts[1:]):
        if len(bucket) > widest:
            found.append(np.column_stack([bucket[:-1], bucket[1:]]))
        elif len(bucket) > 1:
            found.append(bucket[np.column_stack(np.triu_indices(len(bucket), 1))])
    return np.concatenate(found) if found else np.empty((0, 2), int)
