"""NumPy archives (.npz) with rows and labels under the names that people give them. Never pickle."""

import math
import zipfile

import numpy as np

from deepstart.findings import UserError
from deepstart.need.data import Data
from deepstart.need.readers._from_arrays import data_from_arrays
from deepstart.need.readers._source import Source, Wish

#: Names of rows and their labels, in lower case. `x_train` and the like are made of the first two.
ROW_NAMES = ("x", "data", "images", "imgs", "features", "inputs", "samples", "texts", "arr_0")
LABEL_NAMES = ("y", "target", "targets", "labels", "label", "classes", "outputs", "arr_1")
PARTS = {
    0: ("{}_train", "train_{}", "{}_tr", "{}train", "training_{}"),
    1: ("{}_val", "val_{}", "{}_valid", "valid_{}", "{}val", "{}_dev", "validation_{}"),
    2: ("{}_test", "test_{}", "{}_te", "{}test"),
}
#: All arrays together may take this many bytes.
MOST_BYTES = 4 * 2**30


def looks_like(source: Source) -> bool:
    """A zip that holds nothing but arrays."""
    return source.form == "arrays"


def read(source: Source, wish: Wish) -> Data:
    """The rows and labels of a NumPy archive, as pictures, a table or texts."""
    assert source.path is not None
    shapes = _shapes(source)
    with np.load(source.path, allow_pickle=False) as archive:
        names = {name.lower(): name for name in archive.files}
        pairs = _pairs(names)
        if not pairs:
            listed = [f"{name} ({shapes.get(name, '?')})" for name in archive.files[:10]]
            raise UserError("readers.npz-names", path=source.name, names=listed)
        try:
            parts = [(code, archive[x], archive[y]) for code, x, y in pairs]
        except ValueError:  # NumPy's way to refuse a pickle
            raise UserError("readers.npz-pickle", path=source.name) from None
        except (zipfile.BadZipFile, OSError, EOFError):
            raise UserError("readers.broken-zip", path=source.name) from None
    return data_from_arrays(source.name, parts, wish, source.notes)


def _pairs(names: dict[str, str]) -> list[tuple[int, str, str]]:
    """Part of the split, name of the rows, name of the labels, for each pair that is there."""
    found = []
    for code, patterns in PARTS.items():
        rows = _first(names, [p.format(r) for r in ROW_NAMES for p in patterns])
        labels = _first(names, [p.format(r) for r in LABEL_NAMES for p in patterns])
        if rows and labels:
            found.append((code, rows, labels))
    if not found:
        rows, labels = _first(names, ROW_NAMES), _first(names, LABEL_NAMES)
        if rows and labels:
            found.append((0, rows, labels))
    return found


def _first(names: dict[str, str], wanted) -> str | None:
    return next((names[name] for name in wanted if name in names), None)


def _shapes(source: Source) -> dict[str, str]:
    """The shape of each array, from its header; refuses what would not fit before it is unpacked."""
    shapes, total = {}, 0
    assert source.path is not None
    with zipfile.ZipFile(source.path) as archive:
        for entry in archive.infolist():
            try:
                with archive.open(entry) as stream:
                    version = np.lib.format.read_magic(stream)
                    header = (
                        np.lib.format.read_array_header_1_0
                        if version == (1, 0)
                        else np.lib.format.read_array_header_2_0
                    )
                    shape, _, dtype = header(stream)
            except Exception:  # damaged entries are reported when they are loaded
                continue
            total += math.prod(shape) * dtype.itemsize
            shapes[entry.filename.removesuffix(".npy")] = "×".join(map(str, shape))
    if total > MOST_BYTES:
        raise UserError("readers.zip-bomb", path=source.name, gib=round(total / 2**30))
    return shapes
