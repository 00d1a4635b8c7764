"""What the tests of the readers share: real small files, and two promises checked on every reading."""

import hashlib
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepstart import words
from deepstart.findings import UserError
from deepstart.need.readers import read


def fingerprint(path: Path) -> dict:
    """Names, bytes and times of everything under a path."""
    if not path.exists():
        return {}
    files = [path, *path.parent.iterdir(), *(path.rglob("*") if path.is_dir() else [])]
    return {
        str(p): (p.lstat().st_mtime_ns, hashlib.sha256(p.read_bytes()).hexdigest() if p.is_file() else "")
        for p in files
        if not p.is_symlink()
    }


def assert_complete(sentence_of):
    """What, why and next are there in both languages, with every field filled in."""
    for language in words.LANGUAGES:
        for part in ("what", "why", "next"):
            sentence = sentence_of(part, language)
            assert sentence, (part, language)
            assert "{" not in sentence, sentence


@pytest.fixture
def reading():
    """Reads, and checks that nothing on disk changed and that every note is worded in full."""

    def run(source, **options):
        before = fingerprint(Path(source))
        data = read(source, **options)
        assert fingerprint(Path(source)) == before
        for finding in data.notes:
            assert_complete(finding.sentence)
        assert data.n == len(data.X) == len(data.row_names)
        return data

    return run


@pytest.fixture
def refused():
    """Reads what must be refused; gives the values of the message after the same checks."""

    def run(source, key, **options):
        before = fingerprint(Path(source)) if "\0" not in str(source) else {}
        with pytest.raises(UserError) as caught:
            read(source, **options)
        if before:
            assert fingerprint(Path(source)) == before
        assert caught.value.key == f"readers.{key}"
        assert caught.value.exit_code == 2
        assert_complete(caught.value.sentence)
        return caught.value.values

    return run


def notes_of(data) -> dict:
    """The values of each note, by id."""
    return {finding.id: dict(finding.values) for finding in data.notes}


def picture(size=(12, 8), color=(200, 30, 30), mode="RGB") -> Image.Image:
    """A picture of one colour with a white upper left corner, so that turning it is seen."""
    image = Image.new("RGB", size, color)
    image.paste((255, 255, 255), (0, 0, max(size[0] // 3, 1), max(size[1] // 3, 1)))
    return image.convert(mode)


def folder_of_pictures(root: Path, classes=("cat", "dog"), each=3, size=(12, 8), ending="png") -> Path:
    """A folder with one folder a class; the classes differ in colour."""
    rng = np.random.default_rng(0)
    for c in classes:
        (root / c).mkdir(parents=True)
        for i in range(each):
            picture(size, tuple(map(int, rng.integers(0, 200, 3)))).save(root / c / f"{i}.{ending}")
    return root


def zip_of(folder: Path, target: Path) -> Path:
    """The same files as a zip."""
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder.parent).as_posix())
    return target
