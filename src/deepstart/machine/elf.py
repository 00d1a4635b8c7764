"""What a library for Linux tells of itself, read from its head: nothing is loaded.

Source: System V Application Binary Interface; elf.h of glibc.
"""

import struct
from typing import List, NamedTuple

from deepstart.machine.system import System

PT_LOAD, PT_DYNAMIC = 1, 2
DT_RPATH, DT_RUNPATH = 15, 29


class Segment(NamedTuple):
    kind: int
    offset: int
    size: int


def segments(system: System, path: str) -> List[Segment]:
    """The parts of a library for 64 bits; empty for any other file and one that ends in its head."""
    head = system.read_at(path, 0, 64)
    if len(head) < 64 or head[:6] != b"\x7fELF\x02\x01":
        return []
    offset, (each, count) = struct.unpack_from("<Q", head, 32)[0], struct.unpack_from("<HH", head, 54)
    rows = system.read_at(path, offset, each * count)
    found = []
    for start in range(0, len(rows) - 55, max(each, 56)):
        kind, where, size = struct.unpack_from("<I4xQ16xQ", rows, start)
        found.append(Segment(kind, where, size))
    return found


def search_of(system: System, path: str) -> str:
    """How its own libraries are searched for: `RPATH`, `RUNPATH` or `none`; empty for what is no library."""
    dynamic = next((s for s in segments(system, path) if s.kind == PT_DYNAMIC), None)
    if dynamic is None:
        return ""
    entries = system.read_at(path, dynamic.offset, dynamic.size)
    tags = {struct.unpack_from("<Q", entries, start)[0] for start in range(0, len(entries) - 15, 16)}
    return "RUNPATH" if DT_RUNPATH in tags else "RPATH" if DT_RPATH in tags else "none" if tags else ""


def cut_off(system: System, path: str) -> bool:
    """Whether the file is shorter than its own head says, or empty; whole where that cannot be told."""
    size = system.size(path)
    ends = [s.offset + s.size for s in segments(system, path) if s.kind == PT_LOAD]
    return size is not None and (size == 0 or size < max(ends, default=0))
