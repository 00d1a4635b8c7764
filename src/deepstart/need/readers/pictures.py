"""Pictures: a folder with one folder a class, also below train/, val/ and test/, or a zip of it."""

import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from deepstart.findings import Finding, UserError
from deepstart.need.data import Data
from deepstart.need.readers import _decode
from deepstart.need.readers._decode import DEEP_MODES, Depth, Header, Unreadable
from deepstart.need.readers._folders import encode_labels, labelled_files
from deepstart.need.readers._notes import decided, note
from deepstart.need.readers._source import File, Source, Wish
from deepstart.words import text

#: Pictures that are all of one size up to this many pixels a side stay as they are.
NATIVE_SIDE = 96
#: Others are scaled so that their longest side has at most this many pixels.
RACE_SIDE = 128
#: Memory for all pictures together, in bytes; the race size shrinks until they fit.
MOST_BYTES = 2**30
#: The race size is chosen from the headers of this many pictures.
SAMPLE = 1000
#: When more than this share cannot be read, something other than some broken files is wrong.
MOST_UNREADABLE = 0.5

REASONS = ("empty-pictures", "not-pictures", "broken-pictures", "bomb-pictures", "closed-pictures")


def looks_like(source: Source) -> bool:
    """A folder or zip that holds more pictures than anything else."""
    return source.form in ("folder", "zip") and source.mostly == "picture"


def read(source: Source, wish: Wish) -> Data:
    """All pictures as one uint8 array of shape (n, height, width, 1 or 3), their folders as classes."""
    found = labelled_files(source, "picture")
    encode_labels(found.labels, source.name, "image")  # a hopeless set is refused before anything is decoded
    with _decode.own_limits():
        size, depth, deep = _race_size(found.files, wish.seed)
        X, headers, reasons = _decode_all(found.files, size, depth)
    kept = np.flatnonzero([h is not None for h in headers])
    notes = found.notes + _skipped(found.files, reasons)
    _refuse_if_few(source, found.files, kept, reasons)
    labels = [found.labels[i] for i in kept]
    codes, classes = encode_labels(labels, source.name, "image")
    seen = [h for h in headers if h is not None]
    names = [found.files[i].name for i in kept]
    notes += _size_notes(names, seen, size) + _page_notes(found.files, headers)
    if deep:
        notes.append(decided("deep-pictures", low=f"{depth.low:g}", high=f"{depth.high:g}"))
    return Data(
        name=source.name,
        modality="image",
        task="classification",
        X=one_channel_if_grey(X if len(kept) == len(X) else X[kept]),
        y=codes,
        classes=classes,
        target=text("readers.folder-name"),
        row_names=np.array(names, dtype=object),
        part=None if found.parts is None else np.array(found.parts, np.int64)[kept],
        notes=notes,
        origin={"source": source.name, "size": list(size)},
    )


def _header_of(file: File) -> Header | None:
    try:
        return _decode.header(_decode.open_picture(file.read()))
    except Exception:  # it is named, with the reason, when all pictures are decoded
        return None


def _race_size(files: Sequence[File], seed: int) -> tuple[tuple[int, int], Depth, bool]:
    """Width and height for all pictures, and how deep ones become 8-bit, from a sample of the files."""
    rng = np.random.default_rng(seed)
    chosen = sorted(rng.choice(len(files), min(SAMPLE, len(files)), replace=False))
    with ThreadPoolExecutor(_threads()) as pool:
        headers = list(pool.map(_header_of, [files[i] for i in chosen]))
    deep = [files[i] for i, h in zip(chosen, headers, strict=True) if h and h.mode in DEEP_MODES]
    depth = _decode.depth_of([a for a in map(_decode.raw_values, deep[:30]) if a is not None])
    sizes = [(h.width, h.height) for h in headers if h]
    return choose_size(sizes, len(files)), depth, bool(deep)


def choose_size(sizes: Sequence[tuple[int, int]], n: int) -> tuple[int, int]:
    """The width and height that all pictures get, from those of a sample, for n pictures.

    Example:
        >>> choose_size([(32, 32)] * 9, 12000), choose_size([(640, 480), (600, 450)], 50)
        ((32, 32), (128, 96))
    """
    if not sizes:
        return (NATIVE_SIDE, NATIVE_SIDE)
    if len(set(sizes)) == 1 and max(sizes[0]) <= NATIVE_SIDE:
        width, height = map(float, sizes[0])
    else:
        aspect = float(np.median([w / h for w, h in sizes]))
        longest = min(RACE_SIDE, float(np.median([max(size) for size in sizes])))
        width, height = (longest, longest / aspect) if aspect >= 1 else (longest * aspect, longest)
    shrink = min(1.0, (MOST_BYTES / (3 * n * width * height)) ** 0.5)
    return max(round(width * shrink), 1), max(round(height * shrink), 1)


def _threads() -> int:
    return min(4, os.cpu_count() or 1)


def _decode_all(files: Sequence[File], size: tuple[int, int], depth: Depth):
    """All pictures at one size; for each its header, or the reason why it cannot be read."""
    X = np.zeros((len(files), size[1], size[0], 3), np.uint8)
    headers: list[Header | None] = [None] * len(files)
    reasons = [""] * len(files)

    def one(i: int) -> None:
        try:
            X[i], headers[i] = _decode.decode(files[i].read(), size, depth)
        except Unreadable as error:
            reasons[i] = error.reason
        except OSError:
            reasons[i] = "closed-pictures"
        except Exception:  # zipfile raises its own errors on broken entries
            reasons[i] = "broken-pictures"

    with ThreadPoolExecutor(_threads()) as pool:
        list(pool.map(one, range(len(files))))
    return X, headers, reasons


def _skipped(files: Sequence[File], reasons: Sequence[str]) -> list[Finding]:
    """One note a reason, with the names of the files that it took."""
    return [
        finding
        for reason in REASONS
        for finding in note(reason, [f.name for f, why in zip(files, reasons, strict=True) if why == reason])
    ]


def _refuse_if_few(source: Source, files, kept: np.ndarray, reasons: Sequence[str]) -> None:
    """Too many unreadable pictures mean that something else is wrong."""
    bad = len(files) - len(kept)
    if bad <= MOST_UNREADABLE * len(files):
        return
    worst = Counter(r for r in reasons if r).most_common(1)[0][0]
    key = "readers.no-readable-pictures" if len(kept) == 0 else "readers.most-pictures-unreadable"
    names = [f.name for f, why in zip(files, reasons, strict=True) if why == worst]
    raise UserError(
        key, path=source.name, bad=bad, count=len(files), reason=text(f"readers.reason.{worst}"),
        example=names[0],
    )  # fmt: skip


def _size_notes(names: Sequence[str], headers: Sequence[Header], size: tuple[int, int]) -> list[Finding]:
    """What was done about sizes, where anything was done."""
    sizes = [(h.width, h.height) for h in headers]
    if set(sizes) == {size}:
        return []
    small, large = min(sizes, key=lambda s: s[0] * s[1]), max(sizes, key=lambda s: s[0] * s[1])
    values = {"width": size[0], "height": size[1], "least": by(small), "most": by(large)}
    if len(set(sizes)) == 1:
        return [decided("pictures-scaled", **values)]
    cut = sum(abs(np.log(w / h * size[1] / size[0])) > np.log(1.1) for w, h in sizes)
    tiny = [name for name, s in zip(names, sizes, strict=True) if min(s) * 4 < min(size)]
    notes = [decided("mixed-sizes", sizes=len(set(sizes)), cut=int(cut), **values)]
    return notes + note("tiny-pictures", tiny)


def by(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"


def _page_notes(files: Sequence[File], headers: Sequence[Header | None]) -> list[Finding]:
    """Only the first page (or frame) of a file is a row."""
    return note("pages", [f.name for f, h in zip(files, headers, strict=True) if h and h.pages > 1])


def one_channel_if_grey(X: np.ndarray) -> np.ndarray:
    """Three equal channels say no more than one."""
    for start in range(0, len(X), 256):
        some = X[start : start + 256]
        if (some[..., :1] != some[..., 1:]).any():
            return X
    return np.ascontiguousarray(X[..., :1])
