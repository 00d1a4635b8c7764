"""The sets of keras.datasets by name: from Keras's own folder when they are there, else from the network."""

import os
import socket
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np

from deepstart.findings import UserError
from deepstart.need.data import Data
from deepstart.need.readers._from_arrays import data_from_arrays
from deepstart.need.readers._source import Source, Wish

NAMES = ("mnist", "fashion_mnist", "cifar10", "cifar100", "imdb", "reuters", "california_housing")

#: Where Keras downloads from (keras/src/datasets), and the files that it then keeps.
STORE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
HOME = {"cifar10": "https://www.cs.toronto.edu/~kriz/", "cifar100": "https://www.cs.toronto.edu/~kriz/"}
KEPT = {
    "mnist": ("mnist.npz",),
    "fashion_mnist": ("fashion-mnist/train-images-idx3-ubyte.gz", "fashion-mnist/t10k-images-idx3-ubyte.gz"),
    "cifar10": ("cifar-10-batches-py-target.tar.gz", "cifar-10-batches-py.tar.gz", "cifar-10-batches-py"),
    "cifar100": ("cifar-100-python-target.tar.gz", "cifar-100-python.tar.gz", "cifar-100-python"),
    "imdb": ("imdb.npz",),
    "reuters": ("reuters.npz",),
    "california_housing": ("california_housing.npz",),
}
#: Seconds to wait for a first answer, and for any single answer while downloading.
PATIENCE, STALL = 4, 20


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_").removeprefix("keras.datasets.")


def looks_like(source: Source) -> bool:
    """The name of one of Keras's sets, where nothing else lies under that name."""
    return source.form == "name" and _plain(source.name) in NAMES


def read(source: Source, wish: Wish) -> Data:
    """The set as Keras splits it; from its folder or, when there is a network, downloaded by Keras.

    Raises:
        UserError: it is not there and there is no network, which is known after some seconds.
    """
    name = _plain(source.name)
    if not _kept(name) and not _online(name):
        raise UserError("readers.offline-set", name=name, folder=str(_folder()), seconds=PATIENCE)
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(STALL)
    try:
        (x, y), (x_test, y_test) = load(name)
    except Exception as error:  # Keras passes on whatever the network and its own checks raise
        raise UserError("readers.set-download", name=name, error=f"{type(error).__name__}: {error}") from None
    finally:
        socket.setdefaulttimeout(before)
    return data_from_arrays(name, [(0, x, y), (2, x_test, y_test)], wish)


def load(name: str):
    """What `keras.datasets.NAME.load_data()` gives; word numbers become words again."""
    from importlib import import_module

    module = import_module(f"keras.datasets.{name}")
    (x, y), (x_test, y_test) = module.load_data()
    if name not in ("imdb", "reuters"):
        return (x, y), (x_test, y_test)
    words = {number + 3: word for word, number in module.get_word_index().items()}
    return (_spelled(x, words), y), (_spelled(x_test, words), y_test)


def _spelled(rows, words: dict[int, str]) -> np.ndarray:
    return np.array([" ".join(words.get(i, "") for i in row if i > 2) for row in rows], dtype=object)


def _folder() -> Path:
    """Where Keras keeps its downloads."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "datasets"


def _kept(name: str) -> bool:
    return any((_folder() / file).exists() for file in KEPT[name])


def _online(name: str) -> bool:
    """Whether the server answers at all, through a proxy if one is set, within some seconds."""
    request = urllib.request.Request(HOME.get(name, STORE), method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE):
            return True
    except urllib.error.HTTPError:
        return True  # it answered
    except (OSError, ValueError):
        return False
