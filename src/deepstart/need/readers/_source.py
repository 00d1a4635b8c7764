"""What lies at the path that a person gave: its form, and the files of a folder or zip.

The form comes from the first bytes, and from the ending only where bytes do not tell, because
endings lie.
"""

import gzip
import io
import os
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from deepstart.findings import Finding, UserError
from deepstart.need.readers._notes import note

#: What a file in a folder or zip is taken for, by its ending.
KINDS = {
    "picture": "jpg jpeg jpe jfif png bmp dib tif tiff webp gif ppm pgm pbm",
    "text": "txt text",
    "sound": "wav mp3 flac ogg m4a aac aif aiff opus",
    "table": "csv tsv tab gz parquet xlsx xls ods arff jsonl ndjson json",
    "array": "npz npy",
}
KIND_OF_ENDING = {f".{ending}": kind for kind, endings in KINDS.items() for ending in endings.split()}

#: First bytes of the forms that have them.
FIRST_BYTES = (
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "spreadsheet"),
    (b"\x93NUMPY", "npy"),
    (b"\xff\xd8\xff", "picture"),
    (b"\x89PNG\r\n", "picture"),
    (b"GIF8", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"fLaC", "sound"),
    (b"OggS", "sound"),
    (b"ID3", "sound"),
    (b"%PDF", "pdf"),
    (b"\x89HDF", "hdf5"),
    (b"SQLite format 3", "sqlite"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "rar"),
    (b"\x80\x02", "pickle"),
    (b"\x80\x03", "pickle"),
    (b"\x80\x04", "pickle"),
    (b"\x80\x05", "pickle"),
)

#: A zip whose files would unpack to more than this, and to so many times its own size, is a bomb.
BOMB_BYTES, BOMB_RATIO = 4 * 2**30, 200
#: No single file inside a zip may unpack to more than this.
MOST_BYTES_A_FILE = 512 * 2**20


@dataclass(frozen=True)
class Wish:
    """What the person asked for beside the data: the target column, the seed, and columns that they named
    for groups or time, which are kept though they only number the rows."""

    target: str | None = None
    seed: int = 0
    named: tuple[str, ...] = ()


@dataclass
class File:
    """One file of a folder or zip: its name below the top with `/`, its size, how to open it."""

    name: str
    size: int
    open: Callable

    @property
    def folders(self) -> tuple[str, ...]:
        return tuple(self.name.split("/")[:-1])

    @cached_property
    def kind(self) -> str:
        """By its ending; by its first bytes where the ending says nothing (`49960`, `scan.dat`)."""
        ending = PurePosixPath(self.name).suffix.lower()
        return KIND_OF_ENDING.get(ending) or self._kind_by_bytes(ending)

    def _kind_by_bytes(self, ending: str) -> str:
        try:
            with self.open() as stream:
                head = stream.read(512)
        except Exception:  # a file that cannot be opened is reported when it is read
            return "other"
        form = form_by_bytes(head)
        if form in ("picture", "sound"):
            return form
        wordlike = bool(head) and not form and b"\0" not in head
        return "text" if wordlike and not ending.strip(".0123456789") else "other"

    def read(self) -> bytes:
        """All its bytes."""
        with self.open() as stream:
            return stream.read(MOST_BYTES_A_FILE)


@dataclass
class Source:
    """What the person named.

    Args:
        name: as they wrote it.
        form: `name` (nothing lies there), `folder`, `zip`, or the form of a single file.
        path: where it lies; None for a name.
        notes: findings made while looking.
    """

    name: str
    form: str
    path: Path | None = None
    notes: list[Finding] = field(default_factory=list)

    @cached_property
    def files(self) -> list[File]:
        """The files of a folder or zip in a fixed order; none for anything else."""
        if self.form not in ("folder", "zip"):
            return []
        found = _files_of_zip(self) if self.form == "zip" else _files_of_folder(self)
        return sorted(found, key=lambda f: f.name)

    @cached_property
    def mostly(self) -> str:
        """The kind that most files of a folder or zip are: `picture`, `text`, `table`, `sound`, ..."""
        kinds = Counter(f.kind for f in self.files)
        kinds.pop("other", None)
        return kinds.most_common(1)[0][0] if kinds else "none"


def open_source(name: str) -> Source:
    """Look at what `name` stands for, without reading it all."""
    path = Path(name).expanduser()
    try:
        if not path.exists():
            return Source(name, "name")
        form = "folder" if path.is_dir() else form_of_file(path)
    except PermissionError:
        raise UserError("readers.no-permission", path=name) from None
    except (OSError, ValueError):  # a name too long, with a NUL, or a loop of links
        return Source(name, "name")
    return Source(name, form, path)


def form_of_file(path: Path) -> str:
    """What a single file is, by its first bytes and then by its ending."""
    with path.open("rb") as stream:
        head = stream.read(512)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _form_of_zip(path)
    return form_of_head(head, path.name)


def form_of_head(head: bytes, name: str) -> str:
    """What a file that is no zip is, by its first 512 bytes and then by its name."""
    if not head:
        return "empty"
    if form := form_by_bytes(head):
        return form
    ending = name.lower().removesuffix(".gz").rpartition(".")[2]
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" or ending in ("jsonl", "ndjson", "json"):
        return "records"
    if ending == "arff" or b"@relation" in head.lower():
        return "arff"
    return "delimited"


def form_by_bytes(head: bytes) -> str:
    """The form that the first 512 bytes betray; empty when they do not."""
    if head[:4] == b"RIFF":
        return {b"WAVE": "sound", b"WEBP": "picture"}.get(head[8:12], "")
    if head[257:262] == b"ustar":
        return "tar"
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return "picture"
    return next((form for start, form in FIRST_BYTES if head.startswith(start)), "")


def _form_of_zip(path: Path) -> str:
    """Spreadsheets and NumPy archives are zips too: what lies inside decides."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        raise UserError("readers.broken-zip", path=str(path)) from None
    if any(n.startswith("xl/workbook") for n in names) or names[:1] == ["mimetype"]:
        return "spreadsheet"
    if names and all(n.endswith(".npy") for n in names):
        return "arrays"
    return "zip"


def _hidden(parts: tuple[str, ...] | list[str]) -> bool:
    """Things that systems leave behind: .DS_Store, __MACOSX, Thumbs.db."""
    return any(p.startswith(".") or p in ("__MACOSX", "Thumbs.db", "desktop.ini") for p in parts)


def _files_of_folder(source: Source) -> Iterator[File]:
    """The files under a folder. Links are followed, each folder once, so that no loop can hold us."""
    assert source.path is not None
    seen: set[tuple[int, int]] = set()
    closed: list[str] = []
    loops: list[str] = []
    pending = [("", source.path)]
    while pending:
        prefix, folder = pending.pop()
        try:
            at = folder.stat()
            if (at.st_dev, at.st_ino) in seen:
                loops.append(prefix.rstrip("/"))
                continue
            seen.add((at.st_dev, at.st_ino))
            with os.scandir(folder) as entries:
                children = sorted(entries, key=lambda e: e.name)
        except OSError:
            closed.append(prefix.rstrip("/") or source.name)
            continue
        for child in children:
            if _hidden([child.name]):
                continue
            try:
                if child.is_dir():
                    pending.append((f"{prefix}{child.name}/", Path(child.path)))
                elif child.is_file():
                    path = Path(child.path)
                    yield File(prefix + child.name, child.stat().st_size, lambda p=path: p.open("rb"))
            except OSError:
                closed.append(prefix + child.name)
    if closed == [source.name]:
        raise UserError("readers.no-permission", path=source.name)
    source.notes += note("closed-folders", closed) + note("link-loops", loops)


def _files_of_zip(source: Source) -> list[File]:
    """The files in a zip, opened one by one and never unpacked to disk."""
    assert source.path is not None
    archive = zipfile.ZipFile(source.path)
    entries = [e for e in archive.infolist() if not e.is_dir()]
    total = sum(e.file_size for e in entries)
    if total > BOMB_BYTES and total > BOMB_RATIO * source.path.stat().st_size:
        raise UserError("readers.zip-bomb", path=source.name, gib=round(total / 2**30))
    if entries and all(e.flag_bits & 1 for e in entries):
        raise UserError("readers.zip-password", path=source.name)
    files, unsafe, huge = [], [], []
    for entry, name in zip(entries, _names_in_zip(entries), strict=True):
        parts = name.split("/")
        if _hidden([p for p in parts if p not in (".", "..")]):
            continue
        if ".." in parts or name.startswith("/") or ":" in parts[0]:
            unsafe.append(name)
        elif entry.file_size > MOST_BYTES_A_FILE:
            huge.append(name)
        else:
            files.append(File(name, entry.file_size, lambda e=entry: archive.open(e)))
    source.notes += note("unsafe-names", unsafe) + note("huge-in-zip", huge)
    return files


def _names_in_zip(entries: list[zipfile.ZipInfo]) -> list[str]:
    """The names of the entries; zips made on Chinese Windows hold GBK without saying so.

    Names without the UTF-8 flag were read as cp437. All of them together decide, since a single one
    can fit two encodings.
    """
    unsaid = [e.filename for e in entries if not e.flag_bits & 0x800 and not e.filename.isascii()]
    right: dict[str, str] = {}
    for encoding in ("utf-8", "gb18030"):
        try:
            right = {name: name.encode("cp437").decode(encoding) for name in unsaid}
            break
        except UnicodeError:
            continue
    return [right.get(e.filename, e.filename).replace("\\", "/") for e in entries]


def read_bytes(path: Path) -> bytes:
    """The bytes of a file, unpacked if it is gzipped, up to the limit for a single file.

    Raises:
        UserError: too large, not readable, or the gzip is broken.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES_A_FILE + 1)
    except OSError:
        raise UserError("readers.no-permission", path=str(path)) from None
    return unpacked(data, str(path))


def unpacked(data: bytes, where: str) -> bytes:
    """The bytes, through gzip if they are packed so, never more than the limit for a single file."""
    if data.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(io.BytesIO(data)) as stream:
                data = stream.read(MOST_BYTES_A_FILE + 1)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise UserError("readers.broken-gzip", path=where) from None
    if len(data) > MOST_BYTES_A_FILE:
        raise UserError("readers.table-too-large", path=where, mib=MOST_BYTES_A_FILE // 2**20)
    return data
