"""Texts: a folder with one folder of text files a class, also below train/ and test/, or a zip of it."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from deepstart.findings import UserError
from deepstart.need.data import Data
from deepstart.need.readers._folders import encode_labels, labelled_files
from deepstart.need.readers._notes import note
from deepstart.need.readers._scripts import script_shares
from deepstart.need.readers._sniff import decode_text
from deepstart.need.readers._source import File, Source, Wish
from deepstart.words import text

#: Longer texts are cut: the beginning tells the class, and memory is bounded.
MOST_SIGNS = 100_000
REASONS = ("empty-texts", "not-texts", "closed-texts")


def looks_like(source: Source) -> bool:
    """A folder or zip that holds more text files than anything else."""
    return source.form in ("folder", "zip") and source.mostly == "text"


def read(source: Source, wish: Wish) -> Data:
    """Each file as one text, its folder as its class."""
    found = labelled_files(source, "text")
    encode_labels(found.labels, source.name, "text")  # a hopeless set is refused before anything is read
    with ThreadPoolExecutor(2) as pool:
        texts = list(pool.map(_text_of, found.files))
    kept = [i for i, (words, _) in enumerate(texts) if words]
    notes = list(found.notes)
    for reason in REASONS:
        notes += note(reason, [found.files[i].name for i, (_, why) in enumerate(texts) if why == reason])
    notes += note("cut-texts", [found.files[i].name for i in kept if texts[i][1] == "cut"], signs=MOST_SIGNS)
    if not kept:
        raise UserError("readers.no-readable-texts", path=source.name, count=len(texts))
    X = np.array([texts[i][0] for i in kept], dtype=object)
    codes, classes = encode_labels([found.labels[i] for i in kept], source.name, "text")
    return Data(
        source.name, "text", "classification", X, codes, classes,
        target=text("readers.folder-name"),
        row_names=np.array([found.files[i].name for i in kept], dtype=object),
        part=None if found.parts is None else np.array(found.parts, np.int64)[kept],
        languages=script_shares(X), notes=notes, origin={"source": source.name},
    )  # fmt: skip


def _text_of(file: File) -> tuple[str, str]:
    """The words of a file, and the id of a note about it."""
    try:
        data = file.read()
    except Exception:  # the system's refusals and zipfile's own errors
        return "", "closed-texts"
    words = decode_text(data)[0].strip("\ufeff \t\r\n")
    if not words:
        return "", "empty-texts"
    if words.count("\0") > 0.01 * len(words):
        return "", "not-texts"
    return words[:MOST_SIGNS].replace("\0", ""), "cut" if len(words) > MOST_SIGNS else ""
