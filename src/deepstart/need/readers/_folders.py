"""Classes and splits that folders spell out: `train/cat/1.jpg` is a cat of the training part."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deepstart.findings import Finding, UserError
from deepstart.need.readers._notes import note
from deepstart.need.readers._source import File, Source
from deepstart.words import speaking_of

#: Names by which people call the parts of a split, and the code of each in `Data.part`.
PART_NAMES = {
    0: "train training trn tr 训练 训练集",
    1: "val valid validation dev 验证 验证集",
    2: "test testing tst te 测试 测试集",
}
PART_OF_NAME = {name: code for code, names in PART_NAMES.items() for name in names.split()}

#: More classes than this are refused: each needs its own examples, and a race its own time.
MOST_CLASSES = 1000


@dataclass
class Labelled:
    """Files with the class and the part of the split that their folders say."""

    files: list[File]
    labels: list[str]
    parts: list[int] | None
    notes: list[Finding]


def labelled_files(source: Source, kind: str) -> Labelled:
    """The files of one kind with their class: the first folder, below a folder of the split if any.

    Raises:
        UserError: no class folders, or only one.
    """
    files = [f for f in source.files if f.kind == kind]
    notes = source.notes + note("other-files", [f.name for f in source.files if f.kind != kind])
    depth = _shared_folders(files)
    tops = {f.folders[depth].lower() for f in files if len(f.folders) > depth}
    split = {PART_OF_NAME[t] for t in tops if t in PART_OF_NAME}
    if 0 in split and len(split) > 1 and all(t in PART_OF_NAME or t in _NO_LABELS for t in tops):
        return _with_parts(source, files, depth, notes)
    loose = [f.name for f in files if len(f.folders) <= depth]
    inside = [f for f in files if len(f.folders) > depth]
    if not inside:
        raise UserError("readers.no-class-folders", path=source.name, count=len(files))
    notes += note("files-without-class", loose)
    return Labelled(inside, [f.folders[depth] for f in inside], None, notes)


#: Folders beside a split that hold rows without labels.
_NO_LABELS = ("unsup", "unlabeled", "unlabelled")


def _with_parts(source: Source, files: list[File], depth: int, notes: list[Finding]) -> Labelled:
    """Files below train/, val/ and test/: the class is the next folder."""
    inside: list[File] = []
    unlabelled: list[File] = []
    for f in files:
        known = len(f.folders) > depth + 1 and f.folders[depth].lower() in PART_OF_NAME
        (inside if known and f.folders[depth + 1].lower() not in _NO_LABELS else unlabelled).append(f)
    if not inside:
        raise UserError("readers.no-class-folders", path=source.name, count=len(files))
    parts = [PART_OF_NAME[f.folders[depth].lower()] for f in inside]
    counts = Counter(parts)
    notes += note("unlabelled-files", [f.name for f in unlabelled])
    notes.append(
        Finding(
            "split-given", "pass", "readers",
            {"train": counts[0], "val": counts[1], "test": counts[2]},
        )
    )  # fmt: skip
    return Labelled(inside, [f.folders[depth + 1] for f in inside], parts, notes)


def _shared_folders(files: Sequence[File]) -> int:
    """How many folders wrap everything, as in `flowers/daisy/1.jpg`: all share them, none is a class."""
    depth = 0
    while files and all(len(f.folders) > depth + 1 for f in files):
        if len({f.folders[depth] for f in files}) > 1:
            break
        depth += 1
    return depth


def encode_labels(labels: Sequence[str], where: str, modality: str = "table") -> tuple[np.ndarray, list[str]]:
    """Codes of the labels and the names of the classes; numbers are ordered as numbers.

    Args:
        modality: what the labels are of, for the words of a refusal.

    Raises:
        UserError: one class, one row a class, or more classes than can be raced.
    """
    with speaking_of(modality):
        return _encoded(labels, where)


def _encoded(labels: Sequence[str], where: str) -> tuple[np.ndarray, list[str]]:
    counts = Counter(labels)
    if len(counts) == 1:
        raise UserError("readers.one-class", path=where, label=next(iter(counts)), count=len(labels))
    if max(counts.values()) == 1:
        raise UserError("readers.one-row-a-class", path=where, count=len(counts))
    if len(counts) > MOST_CLASSES:
        each = round(len(labels) / len(counts), 1)
        raise UserError(
            "readers.too-many-classes", path=where, count=len(counts), most=MOST_CLASSES, each=each
        )
    classes = sorted(counts, key=_class_order)
    code = {name: i for i, name in enumerate(classes)}
    return np.fromiter((code[label] for label in labels), np.int64, len(labels)), classes


def _class_order(name: str) -> tuple:
    try:
        return (0, float(name), name)
    except ValueError:
        return (1, 0.0, name)
