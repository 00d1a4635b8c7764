"""Near-identical texts: MinHash over word or character shingles, then the true overlap of each pair.

Source: Broder: On the resemblance and containment of documents (1997).
"""

import re
import unicodedata
import zlib

import numpy as np

from deepstart.need.audit._clusters import pairs_in_buckets

#: Characters in a shingle, hashes a text, and hashes in one band.
SHINGLE, HASHES, BAND = 5, 48, 4
#: Shared part of all shingles from which on two texts are the same.
SAME = 0.8
#: Texts with fewer signs must be equal: three words agree by chance.
SHORT = 24
WIDEST_BUCKET = 100


def near_pairs(texts: np.ndarray, seed: int = 0) -> np.ndarray:
    """Pairs of near-identical texts, shape (pairs, 2)."""
    plain = [plain_text(t) for t in texts]
    exact = pairs_in_buckets(np.array([zlib.crc32(t.encode()) + (len(t) << 32) for t in plain]), 1)
    long = np.array([i for i, t in enumerate(plain) if len(t) >= SHORT], int)
    if len(long) < 2:
        return exact
    shingles = [shingles_of(plain[i]) for i in long]
    signature = minhash(shingles, seed)
    bands = np.split(signature, range(BAND, HASHES, BAND), axis=1)
    found = [pairs_in_buckets(np.array([hash(r.tobytes()) for r in band]), WIDEST_BUCKET) for band in bands]
    pairs = np.unique(np.sort(np.concatenate(found), axis=1), axis=0)
    near = [overlap(shingles[a], shingles[b]) >= SAME for a, b in pairs]
    return np.concatenate([exact, long[pairs[np.array(near, bool)]]])


def plain_text(text: str) -> str:
    """Without what a copy changes: case, width, punctuation, spaces."""
    folded = unicodedata.normalize("NFKC", str(text)).casefold()
    return re.sub(r"[\W_]+", " ", folded).strip()


def shingles_of(text: str) -> np.ndarray:
    """Hashes of all runs of SHINGLE signs, each once."""
    signs = text.encode("utf-32-le")
    runs = {zlib.crc32(signs[4 * i : 4 * (i + SHINGLE)]) for i in range(max(len(text) - SHINGLE + 1, 1))}
    return np.fromiter(runs, np.uint64, len(runs))


def minhash(shingles: list[np.ndarray], seed: int) -> np.ndarray:
    """Least hash of each text under each of HASHES random functions, shape (texts, HASHES)."""
    rng = np.random.default_rng(seed)
    factor = rng.integers(1, 1 << 31, HASHES, dtype=np.uint64) * 2 + 1
    shift = rng.integers(0, 1 << 62, HASHES, dtype=np.uint64)
    with np.errstate(over="ignore"):
        return np.array([((s[:, None] * factor + shift) >> np.uint64(16)).min(axis=0) for s in shingles])


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Shared part of all shingles (Jaccard)."""
    shared = len(np.intersect1d(a, b, assume_unique=True))
    return shared / (len(a) + len(b) - shared)
