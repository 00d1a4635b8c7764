"""The small sets that come with scikit-learn, by name and without a network."""

import numpy as np

from deepstart.need.data import Column, Data, Schema
from deepstart.need.readers._source import Source, Wish

NAMES = ("breast_cancer", "diabetes", "digits", "iris", "wine")


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def looks_like(source: Source) -> bool:
    """The name of one of scikit-learn's own sets, where nothing else lies under that name."""
    return source.form == "name" and _plain(source.name) in NAMES


def read(source: Source, wish: Wish) -> Data:
    """`digits` as pictures; `diabetes` as a regression; the others as tables with classes."""
    from sklearn import datasets

    name = _plain(source.name)
    bunch = getattr(datasets, f"load_{name}")()
    rows = np.arange(1, len(bunch.target) + 1)
    if name == "digits":
        # Grey levels 0 to 16 are stretched to the 0 to 255 that all pictures here have.
        pixels = np.rint(bunch.images * (255 / 16)).astype(np.uint8)[..., None]
        classes = [str(c) for c in bunch.target_names]
        return Data(
            name, "image", "classification", pixels, bunch.target.astype(np.int64), classes,
            target="digit", row_names=rows, origin={"source": name},
        )  # fmt: skip
    schema = Schema(Column(str(c), "number") for c in bunch.feature_names)
    X = np.asarray(bunch.data, dtype=np.float64)
    if name == "diabetes":
        return Data(
            name, "table", "regression", X, bunch.target.astype(np.float64), schema=schema,
            target="progression", row_names=rows, origin={"source": name},
        )  # fmt: skip
    return Data(
        name, "table", "classification", X, bunch.target.astype(np.int64),
        [str(c) for c in bunch.target_names], schema,
        target="class", row_names=rows, origin={"source": name},
    )  # fmt: skip
