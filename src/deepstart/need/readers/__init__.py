"""Reading what people have: `read(PATH or NAME)` gives a `Data`, or one clear message.

A new kind of input is one new file in this folder. It defines

    looks_like(source) -> bool          # is this source mine? Decided from names and first bytes
    read(source, wish) -> Data          # or raises UserError("readers.KEY", ...)

and is found by itself. Files that begin with an underscore are what the kinds share. Reading only
looks: nothing on disk is changed, nothing is unpacked, no pickle and no code is loaded.
"""

import difflib
import pkgutil
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np

from deepstart.findings import Finding, UserError
from deepstart.need.data import Data
from deepstart.need.readers import builtin
from deepstart.need.readers._notes import note
from deepstart.need.readers._source import Source, Wish, open_source
from deepstart.words import first_of, speaking_of


def read(
    source: str | Path, *, target: str | None = None, seed: int = 0, named: tuple[str, ...] = ()
) -> Data:
    """The data that a path or a name stands for, ready to race on.

    Args:
        source: a folder, a zip, a table, an array file, or the name of a built-in set (`digits`).
        target: the column to predict; proposed, and said in `Data.notes`, when absent.
        seed: of the random choices made while reading.
        named: columns that say groups or time: kept, whatever they look like.

    Raises:
        UserError: nothing there, nothing readable, or nothing that can be learned; with what to do.

    Example:
        >>> read("digits").X.shape
        (1797, 8, 8, 1)
    """
    given = open_source(str(source))
    for reader in all_readers():
        if reader.looks_like(given):
            data = without_lonely_classes(reader.read(given, Wish(target, seed, named)))
            data.notes = [*data.notes, *_target_note(data, target)]
            return data
    raise _nobody_reads(given)


def _target_note(data: Data, target: str | None) -> list[Finding]:
    """Where labels come from folders or from the set itself, a target that was named is of no use."""
    if target is None or target.strip().lower() == data.target.strip().lower():
        return []
    return note("target-not-used", [target], target=data.target)


def without_lonely_classes(data: Data) -> Data:
    """Without classes of a single row, which cannot be both learned and tested; the rest keep theirs.

    Raises:
        UserError: no two classes are left.
    """
    if data.task != "classification" or data.class_counts.min() > 1:
        return data
    counts = data.class_counts
    lonely = [name for name, count in zip(data.classes, counts, strict=True) if count == 1]
    left = data.rows(np.flatnonzero(counts[data.y] > 1))
    new_code = np.cumsum(counts > 1) - 1
    left.classes = [name for name, count in zip(data.classes, counts, strict=True) if count > 1]
    left.y = new_code[left.y]
    if len(left.classes) < 2:
        with speaking_of(data.modality):
            raise UserError(
                "readers.one-class-left", path=data.name, label=left.classes[0], lonely=first_of(lonely)
            )
    left.notes = [*data.notes, *note("lonely-classes", lonely)]
    return left


@cache
def all_readers() -> tuple:
    """The modules of this folder that read a kind of input, by name."""
    names = (m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
    return tuple(import_module(f"{__name__}.{name}") for name in sorted(names))


def known_names() -> list[str]:
    """Names of sets that `read` knows without a path."""
    return sorted(name for reader in all_readers() for name in getattr(reader, "NAMES", ()))


def _nobody_reads(given: Source) -> UserError:
    """Why no reader took the source, in one message."""
    if given.form == "name":
        return _nothing_there(given.name)
    if given.form in ("folder", "zip"):
        key = "readers.empty-folder" if not given.files else "readers.nothing-to-read"
        found = sorted({Path(f.name).suffix or f.name for f in given.files})[:8]
        return UserError(key, path=given.name, count=len(given.files), found=found)
    known = ("picture", "pickle", "npy", "empty", "pdf", "hdf5", "sqlite", "7z", "rar", "tar")
    key = f"readers.one-{given.form}" if given.form in known else "readers.unknown-kind"
    return UserError(key, path=given.name)


def _nothing_there(name: str) -> UserError:
    """Nothing is called that: the nearest names in its folder and among the known sets."""
    path = Path(name)
    try:
        beside = [p.name for p in path.parent.iterdir() if not p.name.startswith(".")]
    except (OSError, ValueError):
        beside = []
    near = difflib.get_close_matches(path.name, beside, n=3, cutoff=0.6)
    near = [str(path.parent / n) if len(path.parts) > 1 else n for n in near]
    near += difflib.get_close_matches(name.lower(), known_names(), n=2, cutoff=0.6)
    if near:
        return UserError("readers.no-such-path-but", path=name, near=near)
    return UserError("readers.no-such-path", path=name, names=builtin.NAMES)
