"""What all readers have in common: dispatch, names, refusals, and that everything is worded."""

import re
from pathlib import Path

import numpy as np
import pytest
from sklearn import datasets

from deepstart import words
from deepstart.findings import UserError
from deepstart.need import readers
from deepstart.need.readers import all_readers, builtin, known_names, read
from deepstart.need.readers._source import open_source

from .conftest import assert_complete, folder_of_pictures, notes_of

HERE = Path(readers.__file__).parent


@pytest.mark.parametrize("name", builtin.NAMES)
def test_a_built_in_set_is_the_one_of_scikit_learn(name, reading):
    data, theirs = reading(name), getattr(datasets, f"load_{name}")()
    assert data.n == len(theirs.target)
    assert np.array_equal(data.y, theirs.target)
    if name == "digits":
        assert (np.rint(data.X[..., 0] / (255 / 16)) == theirs.images).all()
    else:
        assert np.array_equal(data.X, theirs.data)
        assert [c.name for c in data.schema] == list(theirs.feature_names)
    assert data.task == ("regression" if name == "diabetes" else "classification")


def test_names_are_taken_in_any_spelling():
    assert read("Breast-Cancer").name == "breast_cancer"


def test_a_target_for_data_that_bring_their_labels_is_told_to_be_unused(tmp_path, reading):
    said = notes_of(reading(folder_of_pictures(tmp_path / "pets"), target="colour"))
    assert said["target-not-used"] == {"count": 1, "names": ["colour"], "target": "folder name"}
    assert "target-not-used" in notes_of(read("iris", target="colour"))


def samples(root):
    """One source of each kind."""
    (root / "sound").mkdir()
    (root / "sound" / "a.wav").write_bytes(b"RIFF0000WAVE")
    (root / "texts" / "a").mkdir(parents=True)
    (root / "texts" / "a" / "1.txt").write_text("hello")
    (root / "tables").mkdir()
    (root / "tables" / "t.csv").write_text("a,b\n1,2\n")
    (root / "t.csv").write_text("a,b\n1,2\n")
    (root / "t.arff").write_text("@relation r\n")
    (root / "t.jsonl").write_text('{"a": 1}\n')
    (root / "t.parquet").write_bytes(b"PAR1")
    (root / "t.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    np.savez(root / "a.npz", X=np.arange(3))
    folder_of_pictures(root / "pictures")
    return {
        "sound": "sound", "texts": "texts", "tables": "table_in_folder", "t.csv": "delimited",
        "t.arff": "arff",
        "t.jsonl": "records", "t.parquet": "parquet", "t.xls": "spreadsheet", "a.npz": "arrays",
        "pictures": "pictures",
    }  # fmt: skip


def test_each_kind_of_input_has_exactly_one_reader(tmp_path):
    for name, module in samples(tmp_path).items():
        source = open_source(str(tmp_path / name))
        takers = [r.__name__.rpartition(".")[2] for r in all_readers() if r.looks_like(source)]
        assert takers == [module], name


def test_each_known_name_has_exactly_one_reader():
    for name in known_names():
        assert sum(r.looks_like(open_source(name)) for r in all_readers()) == 1, name


# Nothing there, or nothing that can be read


@pytest.mark.parametrize(
    ("name", "near"),
    [("digit", "digits"), ("./digist", "digits"), ("flowrs.zip", "flowers.zip"), ("IRIS2", "iris")],
)
def test_a_missing_path_is_answered_with_the_nearest_names(name, near, tmp_path, monkeypatch, refused):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flowers.zip").write_bytes(b"x")
    assert near in refused(name, "no-such-path-but")["near"]


def test_a_missing_path_like_nothing_is_answered_with_the_built_in_sets(refused):
    assert "digits" in refused("/nowhere/qqqqqqqq", "no-such-path")["names"]


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", ""])
def test_impossible_paths_are_no_crash(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError) as caught:
        read(name)
    assert caught.value.key in ("readers.no-such-path", "readers.empty-folder")


def test_an_empty_folder_is_refused(tmp_path, refused):
    (tmp_path / "pets" / "cat").mkdir(parents=True)
    refused(tmp_path / "pets", "empty-folder")


def test_a_folder_of_other_things_is_refused_with_what_was_found(tmp_path, refused):
    for name in ("a.xyz", "b.docx"):
        (tmp_path / name).write_bytes(b"\0\1\2")
    assert refused(tmp_path, "nothing-to-read") == {
        "path": str(tmp_path),
        "count": 2,
        "found": [".docx", ".xyz"],
    }


@pytest.mark.parametrize(
    ("head", "key"),
    [
        (b"", "one-empty"),
        (b"\x89PNG\r\n\x1a\n", "one-picture"),
        (b"\x80\x04\x95 pickle", "one-pickle"),
        (b"\x93NUMPY", "one-npy"),
        (b"%PDF-1.7", "one-pdf"),
        (b"\x89HDF\r\n", "one-hdf5"),
        (b"SQLite format 3\0", "one-sqlite"),
        (b"7z\xbc\xaf\x27", "one-7z"),
        (b"Rar!\x1a", "one-rar"),
        (b"x" * 257 + b"ustar", "one-tar"),
        (b"fLaC", "sound"),
        (b"PK\x03\x04 broken", "broken-zip"),
    ],
)
def test_single_files_that_are_no_data_are_called_what_they_are(head, key, tmp_path, refused):
    (tmp_path / "thing").write_bytes(head)
    refused(tmp_path / "thing", key)


def test_a_source_that_may_not_be_read_is_refused(tmp_path, refused, monkeypatch):
    def closed(*_):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    monkeypatch.setattr("deepstart.need.readers._source.form_of_file", closed)  # root may read everything
    refused(tmp_path / "t.csv", "no-permission")


def test_a_folder_that_may_not_be_read_is_refused(tmp_path, refused, monkeypatch):
    def closed(*_):
        raise PermissionError(13, "Permission denied")

    folder_of_pictures(tmp_path / "pets")
    monkeypatch.setattr("deepstart.need.readers._source.os.scandir", closed)
    refused(tmp_path / "pets", "no-permission")


def test_a_locked_zip_is_refused(tmp_path, refused):
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("cat/1.png", b"x")
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    for start, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.find(start) + at] |= 1  # the flag of an encrypted entry
    (tmp_path / "a.zip").write_bytes(raw)
    refused(tmp_path / "a.zip", "zip-password")


def test_sound_is_recognised_and_said_not_to_be_raced_yet(tmp_path, refused):
    for label in ("one", "two"):
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.wav").write_bytes(b"RIFF0000WAVE")
    assert refused(tmp_path, "sound")["count"] == 2


# Words


def keys_in_code():
    """Every refusal and note that the code of the readers names."""
    code = "".join(p.read_text(encoding="utf-8") for p in HERE.glob("*.py"))
    found = set(re.findall(r'"readers\.([a-z0-9-]+)"', code))
    return found | set(re.findall(r'\b(?:note|decided|Finding|Unreadable)\(\s*"([a-z-]+)"', code))


def test_every_refusal_and_note_has_all_sentences_in_both_languages():
    for key in keys_in_code() - {"folder-name"}:
        values = dict.fromkeys(re.findall(r"\{(\w+)\}", str(words.look_up(f"readers.{key}", "en"))), 2)
        assert_complete(UserError(f"readers.{key}", **values).sentence)
