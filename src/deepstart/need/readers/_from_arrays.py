"""From arrays to `Data`: pictures, tables or texts by their shape and type."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from PIL import Image

from deepstart.findings import Finding, UserError
from deepstart.need.data import Data
from deepstart.need.readers._columns import parse
from deepstart.need.readers._decode import Depth, depth_of
from deepstart.need.readers._folders import MOST_CLASSES, encode_labels
from deepstart.need.readers._notes import decided, note
from deepstart.need.readers._scripts import script_shares
from deepstart.need.readers._source import Wish
from deepstart.need.readers._table import Rows, data_from_rows, refuse_large
from deepstart.need.readers._target import Target, classes_of, decide_task
from deepstart.need.readers.pictures import by, choose_size, one_channel_if_grey

#: Arrays of three dimensions are pictures when both sides have at least this many pixels.
LEAST_SIDE = 8


def data_from_arrays(
    where: str, pairs: Sequence[tuple[int, np.ndarray, np.ndarray]], wish: Wish, notes: Sequence[Finding] = ()
) -> Data:
    """Rows and labels, in one part or several.

    Args:
        where: what the person called the source.
        pairs: for each part of the split its code (0 train, 1 validation, 2 test), its rows and labels.
        wish: the seed; a target makes no sense here.
        notes: findings made so far.

    Raises:
        UserError: shapes that do not belong together, or that are no pictures, table or texts.
    """
    for _, X, y in pairs:
        if X.ndim == 0 or y.ndim == 0 or len(X) != len(y):
            raise UserError("readers.arrays-of-two-lengths", path=where, rows=_shape(X), labels=_shape(y))
    X = np.concatenate([X for _, X, _ in pairs])
    y = _flat_labels(np.concatenate([y for _, _, y in pairs]), where)
    part = np.concatenate([np.full(len(y), code) for code, _, y in pairs]) if len(pairs) > 1 else None
    if len(X) == 0:
        raise UserError("readers.no-rows", path=where)
    if X.dtype.kind in "US" or (X.dtype.kind == "O" and isinstance(X[0], str)):
        data = _texts(where, X, y, wish)
    elif X.dtype.kind not in "buif":
        raise UserError("readers.array-type", path=where, type=str(X.dtype))
    elif X.ndim == 4 or (X.ndim == 3 and min(X.shape[1:]) >= LEAST_SIDE):
        data = _pictures(where, X, y)
    else:
        data = _table(where, X, y, wish)
    if part is not None:
        data.part = part[data.row_names.astype(int) - 1] if data.row_names is not None else part
        counts = np.bincount(part, minlength=3)
        values = {"train": int(counts[0]), "val": int(counts[1]), "test": int(counts[2])}
        data.notes.append(decided("split-in-arrays", **values))
    data.notes[:0] = notes
    return data


def _shape(array: np.ndarray) -> str:
    return "×".join(map(str, array.shape)) or "1"


def _flat_labels(y: np.ndarray, where: str) -> np.ndarray:
    """One label a row: single columns lose their axis, one-hot rows become the place of the one."""
    if y.ndim == 2 and y.shape[1] == 1:
        return y[:, 0]
    if y.ndim == 2 and y.dtype.kind in "buif" and np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all():
        return y.argmax(axis=1)
    if y.ndim != 1:
        raise UserError("readers.labels-of-many-columns", path=where, shape=_shape(y))
    return y


def _texts(where: str, X: np.ndarray, y: np.ndarray, wish: Wish) -> Data:
    if X.ndim != 1:
        raise UserError("readers.array-type", path=where, type=f"{X.dtype} {_shape(X)}")
    words = np.array([_word(v) for v in X], dtype=object)
    target = _labels(y, where)
    keep = np.flatnonzero(~np.isnan(target.values))
    return _data(where, "text", words[keep], target, keep, list(target.notes), languages=script_shares(words))


def _word(value) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _table(where: str, X: np.ndarray, y: np.ndarray, wish: Wish) -> Data:
    """Rows of numbers. Signals of more than one dimension are laid flat, which is said."""
    flat = X.reshape(len(X), -1)
    refuse_large(where, *flat.shape)
    digits = len(str(flat.shape[1]))
    frame = pl.DataFrame({f"x{i + 1:0{digits}d}": flat[:, i] for i in range(flat.shape[1])})
    labels = [_word(v) for v in y] if y.dtype.kind in "USO" else y
    frame = frame.with_columns(pl.Series("y", labels))
    found = [decided("array-laid-flat", shape=_shape(X[0]), columns=flat.shape[1])] if X.ndim > 2 else []
    return data_from_rows(where, Rows(frame, found), Wish("y", wish.seed))


def _labels(y: np.ndarray, where: str) -> Target:
    """Classes where whole numbers run from 0 or 1 without a gap; else as for the column of a table."""
    if y.dtype.kind in "iu" and y.min() in (0, 1) and y.max() < MOST_CLASSES:
        known = np.unique(y)
        if len(known) == known[-1] - known[0] + 1:
            codes, classes = encode_labels([str(v) for v in y], where)
            return Target("y", "classification", codes.astype(float), classes, [classes_of("y", classes)])
    values = pl.Series("y", [_word(v) for v in y]) if y.dtype.kind in "USO" else pl.Series("y", y)
    return decide_task(parse("y", values), where)


def _pictures(where: str, X: np.ndarray, y: np.ndarray) -> Data:
    """Pictures in 8 bits, at one size, channels last."""
    pixels = _channels_last(X, where)
    notes: list[Finding] = []
    pixels, scale = _eight_bits(pixels)
    if scale:
        notes.append(decided("array-scaled", low=f"{scale.low:g}", high=f"{scale.high:g}"))
    height, width = pixels.shape[1:3]
    size = choose_size([(width, height)], len(pixels))
    if size != (width, height):
        pixels = np.stack([_resized(p, size) for p in pixels])
        shown = by((width, height))
        notes.append(decided("pictures-scaled", width=size[0], height=size[1], least=shown, most=shown))
    target = _labels(y, where)
    keep = np.flatnonzero(~np.isnan(target.values))
    if len(keep) < len(pixels):
        unknown = np.flatnonzero(np.isnan(target.values)) + 1
        notes += note("rows-without-target", unknown, target="y")
        pixels = pixels[keep]
    grey = pixels if pixels.shape[-1] == 1 else one_channel_if_grey(pixels)
    return _data(where, "image", grey, target, keep, [*notes, *target.notes])


def _channels_last(X: np.ndarray, where: str) -> np.ndarray:
    """Shape (n, height, width, 1 or 3); transparency is dropped, channels first are moved."""
    if X.ndim == 3:
        return X[..., None]
    if X.shape[-1] not in (1, 3, 4) and X.shape[1] in (1, 3, 4):
        X = np.moveaxis(X, 1, -1)
    if X.shape[-1] not in (1, 3, 4):
        raise UserError("readers.array-channels", path=where, shape=_shape(X), count=X.shape[-1])
    return X[..., :3]


def _eight_bits(pixels: np.ndarray) -> tuple[np.ndarray, Depth | None]:
    """As uint8, and the scale where values were changed: numbers up to 1 are fractions of white."""
    if pixels.dtype == np.uint8:
        return pixels, None
    low, high = float(np.nanmin(pixels)), float(np.nanmax(pixels))
    if pixels.dtype.kind in "bf" and low >= 0 and high <= 1:
        depth = Depth(0.0, 1.0)
    elif low >= 0 and high <= 255 and bool((pixels[:100] % 1 == 0).all()):
        return pixels.astype(np.uint8), None
    else:
        depth = depth_of([np.array([low, high], pixels.dtype)])
    scaled = np.empty(pixels.shape, np.uint8)
    for start in range(0, len(pixels), 256):
        scaled[start : start + 256] = depth.to_8_bits(pixels[start : start + 256])
    return scaled, depth


def _resized(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """One picture at another size, shape (height, width, channels)."""
    flat = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    resized = np.asarray(Image.fromarray(flat).resize(size, Image.Resampling.BICUBIC))
    return resized.reshape(size[1], size[0], -1)


def _data(where: str, modality: str, X, target: Target, keep: np.ndarray, notes, **more) -> Data:
    values = target.values[keep]
    y = values.astype(np.int64) if target.task == "classification" else values
    return Data(
        where, modality, target.task, X, y, target.classes,
        target="y", row_names=keep + 1, notes=list(notes), origin={"source": where}, **more,
    )  # fmt: skip
