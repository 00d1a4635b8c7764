"""Features of pictures, computed for a whole batch at once: a loop over pictures takes 30 ms each."""

from functools import cache

import numpy as np

#: Pictures worked on at a time, so that the working memory stays in the hundred megabytes.
CHUNK = 512


def by_chunks(function, X, chunk: int = CHUNK) -> np.ndarray:
    """`function` of X, some rows at a time, put together again; at least one call, also for no rows."""
    return np.concatenate([function(X[at : at + chunk]) for at in range(0, max(1, len(X)), chunk)])


@cache
def _area_weights(size: int, wanted: int) -> np.ndarray:
    """Matrix that averages `size` pixels down to `wanted`, shape (wanted, size); rows sum to 1."""
    edges = np.linspace(0, size, wanted + 1)
    starts, ends = edges[:-1, None], edges[1:, None]
    pixel = np.arange(size)[None]
    overlap = np.clip(np.minimum(ends, pixel + 1) - np.maximum(starts, pixel), 0, None)
    return (overlap / overlap.sum(axis=1, keepdims=True)).astype("float32")


def resize(X, height: int, width: int) -> np.ndarray:
    """Pictures averaged down to this size, float32; a side that is smaller already stays.

    Args:
        X: shape (n, height, width, channels), any number type.
    """
    height, width = min(height, X.shape[1]), min(width, X.shape[2])
    rows, columns = _area_weights(X.shape[1], height), _area_weights(X.shape[2], width)

    def part(pictures):
        out = np.einsum("hH,nHWc->nhWc", rows, pictures.astype("float32"), optimize=True)
        return np.einsum("wW,nhWc->nhwc", columns, out, optimize=True)

    return by_chunks(part, X)


def shrink(X, side: int) -> np.ndarray:
    """Pictures whose longest side is at most `side` pixels, uint8, same proportions."""
    longest = max(X.shape[1:3])
    if longest <= side:
        return np.ascontiguousarray(X)
    height, width = (max(1, round(s * side / longest)) for s in X.shape[1:3])
    return by_chunks(lambda x: np.clip(resize(x, height, width) + 0.5, 0, 255).astype("uint8"), X)


def grey(X) -> np.ndarray:
    """Brightness, float32, shape (n, height, width), by the luma weights of ITU-R BT.601."""
    if X.shape[-1] == 1:
        return X[..., 0].astype("float32")
    return X[..., :3].astype("float32") @ np.array([0.299, 0.587, 0.114], "float32")


# Histograms of oriented gradients -----------------------------------------------------------------


def hog(X, cell: int, orientations: int = 9, block: int = 2) -> np.ndarray:
    """Histograms of oriented gradients of many pictures, as `skimage.feature.hog` gives for each.

    Args:
        X: shape (n, height, width, channels); at each pixel the channel with the steepest gradient counts.
        cell: side of a cell in pixels.
        orientations: directions between 0 and 180 degrees.
        block: side of a block in cells; blocks overlap and are normalised by L2-Hys.

    Returns:
        float32, shape (n, block rows x block columns x block x block x orientations).

    Source:
        Dalal, Triggs: Histograms of Oriented Gradients for Human Detection. CVPR 2005.
    """
    return by_chunks(lambda x: _blocks(_cells(x, cell, orientations), block), X)


def _cells(X, cell, orientations):
    along, across = _gradients(X)
    strength = np.hypot(along, across)
    direction = np.rad2deg(np.arctan2(along, across)) % 180
    which = np.minimum((direction * (orientations / 180)).astype("int8"), orientations - 1)
    rows, columns = X.shape[1] // cell, X.shape[2] // cell
    out = np.empty((len(X), rows, columns, orientations), "float32")
    for o in range(orientations):
        part = np.where(which == o, strength, 0)[:, : rows * cell, : columns * cell]
        out[..., o] = part.reshape(len(X), rows, cell, columns, cell).mean(axis=(2, 4))
    return out


def _gradients(X):
    X = X.astype("float32")
    along, across = np.zeros_like(X), np.zeros_like(X)
    along[:, 1:-1] = X[:, 2:] - X[:, :-2]
    across[:, :, 1:-1] = X[:, :, 2:] - X[:, :, :-2]
    if X.shape[-1] == 1:
        return along[..., 0], across[..., 0]
    steepest = (along**2 + across**2).argmax(axis=-1)[..., None]
    return tuple(np.take_along_axis(g, steepest, axis=-1)[..., 0] for g in (along, across))


def _blocks(cells, block):
    block = min(block, *cells.shape[1:3])
    windows = np.lib.stride_tricks.sliding_window_view(cells, (block, block), axis=(1, 2))
    blocks = windows.transpose(0, 1, 2, 4, 5, 3).reshape(len(cells), -1, block * block * cells.shape[-1])
    blocks = np.minimum(_unit(blocks), 0.2)
    return _unit(blocks).reshape(len(cells), -1)


def _unit(vectors, eps=1e-5):
    return vectors / np.sqrt((vectors**2).sum(axis=-1, keepdims=True) + eps**2)


# May pictures be mirrored? ------------------------------------------------------------------------


#: Of what it gains over guessing a classifier must keep this part on mirrored pictures that it never saw ...
KEPT = 0.5
#: ... and lose no more than this, in all and in a class, when it learns from mirrored ones too.
LOST, LOST_IN_A_CLASS = 0.02, 0.25
#: Rows of a class below which its loss is chance.
ROWS_OF_A_CLASS = 20


def mirrors_allowed(X, y, seed: int = 0, most: int = 2000) -> tuple[bool, bool]:
    """Whether pictures keep their class when mirrored left to right, and when turned upside down.

    Linear classifiers of gradient histograms learn from one half of the rows, as they are and with mirrored
    copies, and judge the other half. A digit's classifier keeps a third of its gain on mirrored digits and
    gets worse by four points and more when it learns from them; one of photographs keeps two thirds and
    more and gets better. An arrow's loses the two classes that are each other's mirror image.

    Args:
        X: pictures, shape (n, height, width, channels).
        y: codes of classes, shape (n,).
        most: rows to look at.
    """
    rows = np.random.default_rng(seed).permutation(len(X))[:most]
    if len(np.unique(y[rows[::2]])) < 2 or len(rows) < 40:
        return False, False
    X, y, asked = resize(X[rows], 32, 32), y[rows[::2]], y[rows[1::2]]
    cell = max(2, min(X.shape[1:3]) // 6)
    views = [hog(view, cell) for view in (X, X[:, :, ::-1], X[:, ::-1])]
    learn, judge = [view[::2] for view in views], [view[1::2] for view in views]
    plain = _linear(learn[:1], y)
    right = plain.predict(judge[0]) == asked
    guess, noise = np.bincount(y).max() / len(y), np.sqrt(0.25 / len(asked))
    gain = right.mean() - guess
    if gain < 2 * noise:
        return False, False

    def harmless(mirrored, slack) -> bool:
        kept = np.mean(plain.predict(judge[mirrored]) == asked) - guess
        still = _linear([learn[0], learn[mirrored]], y).predict(judge[0]) == asked
        enough = [c for c in np.unique(asked) if (asked == c).sum() >= ROWS_OF_A_CLASS]
        lost_in_a_class = max((np.mean((right * 1 - still)[asked == c]) for c in enough), default=0.0)
        return bool(
            kept > KEPT * gain - slack
            and right.mean() - still.mean() <= max(LOST, slack)
            and lost_in_a_class <= LOST_IN_A_CLASS
        )

    # Left and right are seldom a class's mark, above and below often: so that only the former may lack proof.
    return harmless(1, noise), harmless(2, 0.0)


def views_of(X, mirrored: bool) -> list:
    """Pictures as they are, and mirrored left to right where that is wanted."""
    return [X, X[:, :, ::-1]] if mirrored else [X]


def _linear(views, y):
    from sklearn.linear_model import RidgeClassifier

    return RidgeClassifier(alpha=10.0).fit(np.concatenate(views), np.tile(y, len(views)))


# Texture and colour -------------------------------------------------------------------------------

#: Where the eight neighbours lie on a circle of one pixel, from the right against the clock: row, column.
_CIRCLE = [(-np.sin(2 * np.pi * k / 8), np.cos(2 * np.pi * k / 8)) for k in range(8)]


def local_patterns(X) -> np.ndarray:
    """Uniform local binary patterns of inner pixels, as scikit-image's `local_binary_pattern` finds them.

    Args:
        X: grey pictures, shape (n, height, width).

    Returns:
        int8, shape (n, height - 2, width - 2): neighbours that are as bright or brighter, 0 to 8,
        where they lie in one run; 9 where they do not.

    Source:
        Ojala, Pietikäinen, Mäenpää: Multiresolution Gray-Scale ... Local Binary Patterns. PAMI 24 (2002).
    """
    X = X.astype("float32")
    centre = X[:, 1:-1, 1:-1]
    signs = np.stack([_neighbour(X, *step) - centre >= -1e-3 for step in _CIRCLE])
    changes = (signs != np.roll(signs, 1, axis=0)).sum(axis=0)
    return np.where(changes <= 2, signs.sum(axis=0), 9).astype("int8")


def _neighbour(X, down, right):
    """The picture moved by a part of a pixel, between four pixels in proportion."""
    height, width = X.shape[1] - 2, X.shape[2] - 2
    top, left = int(np.floor(round(down, 6))), int(np.floor(round(right, 6)))
    v, u = np.float32(down - top), np.float32(right - left)

    def at(row, column):
        row, column = min(1 + row, 2), min(1 + column, 2)
        return X[:, row : row + height, column : column + width]

    upper = (1 - u) * at(top, left) + u * at(top, left + 1)
    lower = (1 - u) * at(top + 1, left) + u * at(top + 1, left + 1)
    return (1 - v) * upper + v * lower


def histograms(codes, levels: int, grid: int) -> np.ndarray:
    """Share of each code in each cell of a grid over the picture, shape (n, grid x grid x levels)."""
    n, height, width = codes.shape
    rows = np.minimum(np.arange(height) * grid // max(height, 1), grid - 1)
    columns = np.minimum(np.arange(width) * grid // max(width, 1), grid - 1)
    cells = rows[:, None] * grid + columns[None]
    at = (np.arange(n)[:, None, None] * grid * grid + cells) * levels + codes
    counts = np.bincount(at.ravel(), minlength=n * grid * grid * levels).reshape(n, grid * grid, levels)
    return (counts / np.maximum(counts.sum(axis=2, keepdims=True), 1)).astype("float32").reshape(n, -1)


def texture(X, grid: int = 2) -> np.ndarray:
    """Histograms of local binary patterns over a grid, float32; none for pictures under 3 pixels."""
    if min(X.shape[1:3]) < 3:
        return np.zeros((len(X), 0), "float32")
    return by_chunks(lambda x: histograms(local_patterns(grey(x)), 10, grid), X)


def colours(X, grid: int = 4) -> np.ndarray:
    """Hue, saturation and value as histograms over the picture and as mean and spread over a grid."""
    return by_chunks(lambda x: _colours(x, grid), X)


def _colours(X, grid):
    if X.shape[-1] == 1:
        levels = (X[..., 0] // 32).astype(int)
        return histograms(levels, 8, 2)
    from skimage.color import rgb2hsv

    hsv = rgb2hsv(X[..., :3])
    levels = [np.minimum((hsv[..., c] * k).astype(int), k - 1) for c, k in enumerate((12, 4, 4))]
    whole = histograms((levels[0] * 4 + levels[1]) * 4 + levels[2], 192, 1)
    rgb = X[..., :3].astype("float32") / 255
    mean = resize(rgb, grid, grid)
    spread = np.sqrt(np.maximum(resize(rgb**2, grid, grid) - mean**2, 0))
    return np.concatenate([np.sqrt(whole), mean.reshape(len(X), -1), spread.reshape(len(X), -1)], axis=1)


class PictureFeatures:
    """HOG, texture and colour side by side, each as heavy as it is told to be.

    Args:
        side: pictures are scaled down to this longest side, in pixels.
    """

    #: Weight of shape, texture and colour in a distance between pictures.
    WEIGHTS = (1.0, 0.5, 0.6)

    def __init__(self, side: int = 64):
        self.side = side

    def fit(self, X):
        parts = self._parts(X)
        self.means_ = [part.mean(axis=0) for part in parts]
        self.spreads_ = [part.std(axis=0) + 1e-3 for part in parts]
        return self

    def transform(self, X) -> np.ndarray:
        """Features, float32, shape (n, features)."""
        scaled = zip(self._parts(X), self.means_, self.spreads_, self.WEIGHTS, strict=True)
        parts = [weight * (p - m) / s / np.sqrt(max(1, len(m))) for p, m, s, weight in scaled]
        return np.concatenate(parts, axis=1).astype("float32")

    def _parts(self, X):
        X = shrink(X, self.side)
        cell = max(2, round(max(X.shape[1:3]) / 8))
        cell = min(cell, *X.shape[1:3])
        return hog(X, cell), texture(X), colours(X)
