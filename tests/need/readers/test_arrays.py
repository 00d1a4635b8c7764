"""NumPy archives and the sets of Keras."""

import urllib.error

import numpy as np
import pytest

from deepstart.need.readers import keras_sets, read

from .conftest import notes_of

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (20, 10, 12), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (20, 10, 12, 3), dtype=np.uint8)
LABELS = np.arange(20) % 3


def saved(path, **arrays):
    np.savez(path, **arrays)
    return path


def test_train_and_test_arrays_are_pictures_with_their_split(tmp_path, reading):
    path = saved(
        tmp_path / "a.npz", x_train=GREY[:12], y_train=LABELS[:12], x_test=GREY[12:], y_test=LABELS[12:]
    )
    data = reading(path)
    assert (data.modality, data.task, data.classes) == ("image", "classification", ["0", "1", "2"])
    assert (GREY[..., None] == data.X).all()
    assert data.part.tolist() == [0] * 12 + [2] * 8
    assert notes_of(data)["split-in-arrays"] == {"train": 12, "val": 0, "test": 8}


@pytest.mark.parametrize("names", [("X", "y"), ("images", "labels"), ("data", "target"), ("arr_0", "arr_1")])
def test_rows_and_labels_are_known_by_their_usual_names(names, tmp_path, reading):
    data = reading(saved(tmp_path / "a.npz", **dict(zip(names, (COLOUR, LABELS), strict=True))))
    assert (data.X == COLOUR).all()
    assert data.y.tolist() == LABELS.tolist()


@pytest.mark.parametrize(
    ("change", "low_high"),
    [
        (lambda x: x.astype(np.float32) / 255, ("0", "1")),
        (lambda x: x.astype(np.int64), None),
        (lambda x: np.moveaxis(x, -1, 1), None),
        (lambda x: np.concatenate([x, np.full_like(x[..., :1], 255)], axis=-1), None),
        (lambda x: x.astype(np.uint16) * 257, ("0", "65535")),
    ],
)
def test_pixels_in_any_usual_form_become_the_same_bytes(change, low_high, tmp_path, reading):
    data = reading(saved(tmp_path / "a.npz", X=change(COLOUR), y=LABELS))
    assert np.abs(data.X.astype(int) - COLOUR).max() <= 1
    said = notes_of(data).get("array-scaled")
    assert (said and (said["low"], said["high"])) == low_high


def test_large_pictures_are_scaled_down(tmp_path, reading):
    X = np.repeat(np.repeat(COLOUR[:4], 30, axis=1), 20, axis=2)
    data = reading(saved(tmp_path / "a.npz", X=X, y=np.array([0, 0, 1, 1])))
    assert data.X.shape == (4, 128, 102, 3)
    assert "pictures-scaled" in notes_of(data)


def test_rows_of_numbers_are_a_table(tmp_path, reading):
    X = RNG.normal(size=(60, 4))
    X[3, 2], X[4, 2] = np.nan, np.inf
    data = reading(saved(tmp_path / "a.npz", X=X, y=np.arange(60) / 7))
    assert (data.modality, data.task) == ("table", "regression")
    X[4, 2] = np.nan
    assert np.array_equal(data.X, X, equal_nan=True)


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (LABELS[:, None], ["0", "1", "2"]),
        (np.eye(3)[LABELS], ["0", "1", "2"]),
        (np.array(["cat", "dog", "owl"])[LABELS], ["cat", "dog", "owl"]),
        (LABELS.astype(np.float64), ["0", "1", "2"]),
    ],
)
def test_labels_in_any_usual_form_become_the_same_classes(labels, classes, tmp_path, reading):
    # More rows, since few whole numbers as decimals are classes only when each comes often.
    X, y = np.tile(GREY, (5, 1, 1)), np.concatenate([labels] * 5)
    data = reading(saved(tmp_path / "a.npz", X=X, y=y))
    assert data.classes == classes
    assert data.y.tolist() == LABELS.tolist() * 5


def test_a_hundred_classes_of_pictures_stay_classes(tmp_path, reading):
    X = RNG.integers(0, 256, (400, 8, 8), dtype=np.uint8)
    data = reading(saved(tmp_path / "a.npz", X=X, y=np.arange(400) % 100))
    assert (data.task, len(data.classes)) == ("classification", 100)


def test_texts_in_an_array_are_texts(tmp_path, reading):
    X = np.array([f"this is text {i}" for i in range(20)])
    data = reading(saved(tmp_path / "a.npz", X=X, y=LABELS))
    assert (data.modality, data.X[2]) == ("text", "this is text 2")


def test_short_signals_are_laid_flat_and_said(tmp_path, reading):
    data = reading(saved(tmp_path / "a.npz", X=RNG.normal(size=(60, 30, 3)), y=np.arange(60) % 2))
    assert data.X.shape == (60, 90)
    assert notes_of(data)["array-laid-flat"]["shape"] == "30×3"


@pytest.mark.parametrize(
    ("arrays", "key"),
    [
        ({"X": np.array([{"a": 1}, None], dtype=object), "y": np.arange(2)}, "npz-pickle"),
        ({"foo": GREY, "bar": LABELS}, "npz-names"),
        ({"X": GREY, "y": LABELS[:7]}, "arrays-of-two-lengths"),
        ({"X": GREY, "y": RNG.normal(size=(20, 2))}, "labels-of-many-columns"),
        ({"X": RNG.normal(size=(20, 10, 12, 7)), "y": LABELS}, "array-channels"),
        ({"X": GREY.astype(complex), "y": LABELS}, "array-type"),
        ({"X": GREY[:0], "y": LABELS[:0]}, "no-rows"),
        ({"X": GREY, "y": np.zeros(20, int)}, "one-class"),
    ],
)
def test_arrays_that_cannot_be_raced_are_refused(arrays, key, tmp_path, refused):
    refused(saved(tmp_path / "a.npz", **arrays), key)


def test_an_archive_that_unpacks_to_more_than_fits_is_refused_by_its_headers(tmp_path, refused, monkeypatch):
    monkeypatch.setattr("deepstart.need.readers.arrays.MOST_BYTES", 1000)
    refused(saved(tmp_path / "a.npz", X=GREY, y=LABELS), "zip-bomb")


# Sets of Keras


def offline(*_, **__):
    raise urllib.error.URLError("Name or service not known")


def test_without_a_network_a_set_of_keras_is_refused_with_what_to_do(tmp_path, refused, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(keras_sets.urllib.request, "urlopen", offline)
    values = refused("fashion-mnist", "offline-set")
    assert (values["name"], values["folder"]) == ("fashion_mnist", str(tmp_path / "datasets"))


def test_the_network_is_asked_with_little_patience(tmp_path, monkeypatch, refused):
    asked = {}

    def slow(request, timeout):
        asked.update(timeout=timeout, host=request.host)
        raise TimeoutError

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(keras_sets.urllib.request, "urlopen", slow)
    refused("cifar10", "offline-set")
    assert asked == {"timeout": 4, "host": "www.cs.toronto.edu"}


def test_a_set_that_keras_has_is_read_with_its_split(tmp_path, monkeypatch, reading):
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "mnist.npz").write_bytes(b"kept by Keras")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(keras_sets.urllib.request, "urlopen", offline)
    monkeypatch.setattr(keras_sets, "load", lambda name: ((GREY[:12], LABELS[:12]), (GREY[12:], LABELS[12:])))
    data = reading("mnist")
    assert (data.name, data.modality, data.n) == ("mnist", "image", 20)
    assert data.part.tolist() == [0] * 12 + [2] * 8


def test_a_download_that_breaks_off_is_told(tmp_path, monkeypatch, refused):
    def breaks(name):
        raise OSError("connection reset")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(keras_sets, "_online", lambda name: True)
    monkeypatch.setattr(keras_sets, "load", breaks)
    assert refused("mnist", "set-download")["error"] == "OSError: connection reset"


def test_word_numbers_of_keras_become_words_again():
    spelled = keras_sets._spelled([[1, 4, 5, 2], [1, 5]], {4: "the", 5: "film"})
    assert spelled.tolist() == ["the film", "film"]


def test_a_path_of_the_same_name_comes_before_a_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "iris").write_text("a,b\n" + "".join(f"{i / 4},{'pq'[i % 2]}\n" for i in range(30)))
    assert read("iris").classes == ["p", "q"]
