"""Near-identical pictures: the same after saving again, another size or another brightness.

Candidates come from a difference hash (which of two neighbouring cells is brighter) in bands; each
candidate pair is then compared by the correlation of small grey copies, so that a hash that two
different pictures share by chance raises no alarm.

Source: dHash: Krawetz, "Kind of like that", hackerfactor.com (2013).
"""

import numpy as np

from deepstart.need.audit._clusters import pairs_in_buckets

#: Side of the small grey copies that are compared.
SIDE = 16
#: Cells compared a row and a column, and bits in one band of the hash.
CELLS, BAND_BITS = 8, 16
#: Correlation of small copies from which on two pictures are the same; their detail must agree too.
SAME, SAME_DETAIL = 0.99, 0.95
#: Least deviation of grey values (of 255): an empty picture resembles every other empty picture.
LEAST_CONTRAST = 2.0
WIDEST_BUCKET = 200


def near_pairs(X: np.ndarray) -> np.ndarray:
    """Pairs of near-identical pictures, shape (pairs, 2).

    Args:
        X: uint8, shape (n, height, width, channels).
    """
    grey = small_grey(X, SIDE)
    flat = grey.reshape(len(X), -1)
    exact = pairs_in_buckets(_row_codes(X), 1)
    bits = difference_hash(grey)
    bands = [
        np.packbits(b, axis=1) for b in np.split(bits, range(BAND_BITS, bits.shape[1], BAND_BITS), axis=1)
    ]
    found = [pairs_in_buckets(_row_codes(band), WIDEST_BUCKET) for band in bands]
    pairs = np.unique(np.sort(np.concatenate(found), axis=1), axis=0)
    return np.concatenate([exact, pairs[_same(flat, _detail(grey), pairs)]])


def small_grey(X: np.ndarray, side: int) -> np.ndarray:
    """Grey copies by averaging, shape (n, side, side), 0 to 255."""
    from PIL import Image

    out = np.empty((len(X), side, side), np.float32)
    for i, picture in enumerate(X):
        grey = picture.astype(np.float32).mean(axis=2)
        out[i] = np.asarray(Image.fromarray(grey).resize((side, side), Image.Resampling.BOX))
    return out


def difference_hash(grey: np.ndarray) -> np.ndarray:
    """Whether each cell is brighter than its right and its lower neighbour; bool, shape (n, bits)."""
    step = grey.shape[1] // CELLS
    cells = grey.reshape(len(grey), CELLS, step, CELLS, step).mean(axis=(2, 4))
    across = (cells[:, :, 1:] > cells[:, :, :-1]).reshape(len(grey), -1)
    down = (cells[:, 1:] > cells[:, :-1]).reshape(len(grey), -1)
    return np.concatenate([across, down], axis=1)


def _detail(grey: np.ndarray) -> np.ndarray:
    """What is left when each cell's surroundings are taken away: edges, without the broad brightness."""
    padded = np.pad(grey, ((0, 0), (1, 1), (1, 1)), mode="edge")
    around = sum(np.roll(padded, shift, axis)[:, 1:-1, 1:-1] for shift in (-1, 1) for axis in (1, 2)) / 4
    return (grey - around).reshape(len(grey), -1)


def _same(flat: np.ndarray, detail: np.ndarray, pairs: np.ndarray, chunk: int = 100_000) -> np.ndarray:
    """Whether both the small copies and their detail correlate enough, a chunk of pairs at a time."""
    contrast = flat.std(axis=1) >= LEAST_CONTRAST
    whole, edges = _standardized(flat), _standardized(detail)
    keep = np.zeros(len(pairs), bool)
    for start in range(0, len(pairs), chunk):
        a, b = pairs[start : start + chunk].T
        alike = (whole[a] * whole[b]).sum(1) >= SAME
        alike &= (edges[a] * edges[b]).sum(1) >= SAME_DETAIL
        keep[start : start + chunk] = alike & contrast[a] & contrast[b]
    return keep


def _standardized(rows: np.ndarray) -> np.ndarray:
    rows = rows - rows.mean(axis=1, keepdims=True)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def _row_codes(rows: np.ndarray) -> np.ndarray:
    """One hash a row: equal rows have equal ones."""
    return np.array([hash(row.tobytes()) for row in np.ascontiguousarray(rows)])
