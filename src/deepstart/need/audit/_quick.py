"""A quick score: what a small forest gets under given folds, to see whether a split matters."""

import numpy as np

from deepstart.need.data import Data

#: Rows and columns that the quick score is taken from, and trees in its forest.
ROWS, COLUMNS, TREES = 1200, 256, 20


def quick_features(data: Data, seed: int = 0) -> np.ndarray:
    """Any kind of data as a small matrix, shape (n, at most COLUMNS)."""
    if data.modality == "text":
        from sklearn.feature_extraction.text import HashingVectorizer
        from sklearn.random_projection import SparseRandomProjection

        counts = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 3), n_features=4096).transform(data.X)
        return SparseRandomProjection(COLUMNS, random_state=seed).fit_transform(counts).toarray()
    if data.modality == "image":
        from deepstart.need.audit._pictures import small_grey

        return small_grey(data.X, 16).reshape(data.n, -1)
    flat = np.nan_to_num(data.X.reshape(data.n, -1), nan=-1e6).astype(np.float32)
    return flat[:, np.linspace(0, flat.shape[1] - 1, min(flat.shape[1], COLUMNS)).astype(int)]


def fold_scores(X: np.ndarray, y: np.ndarray, fold: np.ndarray, task: str, seed: int = 0) -> float:
    """Accuracy, or R2 for regression, over all rows when each fold is predicted from the others.

    Args:
        X: shape (n, columns).
        y: class codes or numbers, shape (n,).
        fold: fold of each row, shape (n,); rows of fold -1 are only trained on.
    """
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    kind = ExtraTreesClassifier if task == "classification" else ExtraTreesRegressor
    expected = np.zeros(len(y), float)
    for k in np.unique(fold[fold >= 0]):
        test = fold == k
        model = kind(TREES, min_samples_leaf=2, random_state=seed, n_jobs=1).fit(X[~test], y[~test])
        expected[test] = model.predict(X[test])
    tested = fold >= 0
    if task == "classification":
        return float(np.mean(expected[tested] == y[tested]))
    return float(1 - np.mean((expected - y)[tested] ** 2) / max(np.var(y[tested]), 1e-12))


def deviation(scores: list[float], tested: int) -> float:
    """Standard deviation of such scores, never less than chance alone makes of so many tested rows."""
    share = float(np.clip(np.mean(scores), 0.05, 0.95))
    return max(float(np.std(scores, ddof=1)), float(np.sqrt(share * (1 - share) / tested)))


def deal(units: np.ndarray, folds: int, rng: np.random.Generator) -> np.ndarray:
    """Fold of each row when whole units go to one fold, in random order, the folds about equally large."""
    codes, counts = np.unique(units, return_counts=True)
    fold_of, filled = np.zeros(codes.max() + 1, int), np.zeros(folds)
    for at in rng.permutation(len(codes)):
        smallest = int(filled.argmin())
        fold_of[codes[at]] = smallest
        filled[smallest] += counts[at]
    return fold_of[units]
