"""Reading a screenshot: Tesseract where it is installed, else RapidOCR (the extra `ocr`).

Letters that are easily mistaken for one another are folded before matching. Nothing leaves the machine.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from deepstart.causes import load
from deepstart.findings import UserError, reason_of
from deepstart.trouble.cleaning import Cleaned
from deepstart.trouble.matching import AFTER, BEFORE, Hit, Surroundings, compiled
from deepstart.trouble.pasted import is_picture

SECONDS = 60  # for one picture
FOLDED = str.maketrans(
    {"l": "1", "i": "1", "|": "1", "!": "1", "o": "0", "q": "0", "5": "s", "8": "b", ",": "."}
)
SHORTEST_ANCHOR = 10  # folded: shorter ones occur by chance
MISREAD = 0.85  # what a folded hit weighs beside an exact one


def read_picture(path: str) -> str:
    """The text in the picture.

    Raises:
        UserError: no reader is installed, the file cannot be read, or there is no text in it.
    """
    if why := _why_unread(path):
        raise UserError("explain.no-such-file", path=path, reason=why)
    if not is_picture(path):
        raise UserError("explain.no-picture", path=path)
    text = _tesseract(path) if shutil.which("tesseract") else _rapid(path)
    if not text.strip():
        raise UserError("explain.unreadable-image", path=path)
    return text


def _why_unread(path: str) -> str:
    try:
        with Path(path).open("rb"):
            return ""
    except (OSError, ValueError) as error:
        return reason_of(error) if isinstance(error, OSError) else str(error)


def _tesseract(path: str) -> str:
    command = ["tesseract", path, "-", "--psm", "6"]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}  # several threads only get in each other's way
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, env=environment, check=False)
    except (OSError, subprocess.TimeoutExpired):
        raise UserError("explain.damaged-image", path=path) from None
    if done.returncode:
        raise UserError("explain.damaged-image", path=path)
    return done.stdout.decode("utf-8", "replace")


def _rapid(path: str) -> str:
    try:
        from rapidocr import RapidOCR
    except ImportError:
        raise UserError("explain.no-ocr") from None
    try:
        answer: Any = RapidOCR()(path)
    except Exception:  # its own exceptions have no common class
        raise UserError("explain.damaged-image", path=path) from None
    if answer.txts is None:
        return ""
    pieces = list(zip(answer.boxes, answer.txts))  # noqa: B905 (Python 3.8)
    return "\n".join(joined_lines(pieces))


def joined_lines(pieces: List[Tuple[Any, str]]) -> List[str]:
    """Pieces of text put together into lines, top to bottom and left to right.

    Args:
        pieces: corner points (four of x, y, clockwise from top left) and text of each piece.
    """
    rows: List[List[Tuple[float, float, float, str]]] = []
    placed = [(float(box[0][1]), float(box[3][1]), float(box[0][0]), text) for box, text in pieces]
    for top, bottom, left, text in sorted(placed):
        middle = (top + bottom) / 2
        row = next((r for r in rows if r[0][0] <= middle <= r[0][1]), None)
        if row:
            row.append((top, bottom, left, text))
        else:
            rows.append([(top, bottom, left, text)])
    return [" ".join(text for _, _, _, text in sorted(row, key=lambda p: p[2])) for row in rows]


def fold(text: str) -> str:
    """The text with letters that look alike made equal and without spaces."""
    return unspaced(text.lower().replace("rn", "m").replace("vv", "w")).translate(FOLDED)


def unspaced(text: str) -> str:
    """The text without spaces and line ends."""
    return re.sub(r"\s+", "", text)


def find_misread(text: Cleaned, hits: List[Hit]) -> List[Hit]:
    """The exact hits, or, where they say next to nothing, also those whose anchor is there but misread."""
    if any(not (h.cause.harmless or h.pattern.generic or h.pattern.fallback) for h in hits):
        return hits
    folded, around = fold(text.flat), Surroundings(text)
    near = (
        around.speaks_of_deep_learning
    )  # else wrong letters are too many: other programs say nearly the same
    # What was read right the exact search saw, and the rest did not fit; elsewhere lost spaces do not matter.
    read_right = text.lower if near else unspaced(text.lower)
    found: Dict[str, Hit] = {hit.cause.id: hit for hit in hits}
    for cause in load().values():
        for pattern in cause.patterns:
            for anchor in pattern.anchors:
                if cause.id in found:
                    break
                if anchor in read_right or unspaced(anchor) in read_right:
                    continue
                place = _misread_place(fold(anchor), folded, near)
                if place is None or pattern.fallback or not around.fit(pattern):
                    continue
                hit = _hit_at(text, cause, pattern, place, len(folded))
                if hit:
                    found[cause.id] = hit
    return list(found.values())


def _hit_at(text: Cleaned, cause: Any, pattern: Any, place: int, length: int) -> Optional[Hit]:
    position = int(place / max(1, length) * len(text.flat))  # about there: folding drops spaces
    weight = pattern.weight * MISREAD
    if pattern.regex:
        low = max(0, position - BEFORE)
        match = compiled(pattern.regex).search(text.flat[low : position + AFTER])
        if not match:
            return (
                Hit(cause, pattern, weight * MISREAD, position, position + 1, {}) if _plain(pattern) else None
            )
        values = {k: v for k, v in match.groupdict().items() if v}
        return Hit(cause, pattern, weight, low + match.start(), low + match.end(), values)
    return Hit(cause, pattern, weight, position, position + 1, {})


def _plain(pattern: Any) -> bool:
    """Whether the anchor alone says nearly all, so that the pattern may fail on a misread letter."""
    return max(map(len, pattern.anchors)) >= SHORTEST_ANCHOR + 6


def _misread_place(anchor: str, folded: str, near: bool) -> Optional[int]:
    """Where the folded text has the anchor, or, with `near`, the anchor with two letters wrong; else None."""
    if len(anchor) < SHORTEST_ANCHOR:
        return None
    exact = folded.find(anchor)
    if exact >= 0:
        return exact
    if not near or len(anchor) < 2 * SHORTEST_ANCHOR:
        return None
    third = len(anchor) // 3  # two errors leave one of three parts whole
    for number in range(3):
        part = anchor[number * third : (number + 1) * third]
        place = folded.find(part)
        while place >= 0:
            start = max(0, place - number * third)
            if _errors(anchor, folded[start : start + len(anchor) + 2]) <= 2:
                return start
            place = folded.find(part, place + 1)
    return None


def _errors(wanted: str, seen: str) -> int:
    """Edits that turn `wanted` into a beginning of `seen`; more than 2 counts as 3."""
    row = list(range(len(seen) + 1))
    for i, letter in enumerate(wanted, 1):
        before, row[0] = row[0], i
        low = 3 if i > 2 else i
        for j in range(1, len(seen) + 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (letter != seen[j - 1]))
            low = min(low, row[j])
        if low > 2:
            return 3
    return min(min(row), 3)
