"""What people hand over as text: any encoding that consoles write, and nothing that is no text.

Standard library only, Python 3.8 syntax.
"""

import sys
from pathlib import Path

from deepstart.findings import UserError, reason_of

LOOKED_AT = 1 << 16  # bytes at the beginning
#: Share of control characters from which on it is no text; a log of progress bars and colours has hardly any
#: but those that are allowed here, random or packed bytes have 10 % of them.
TOO_MANY = 0.03
ALLOWED = frozenset(b"\t\n\x0b\x0c\r\x08\x07\x1b")

#: How PNG, JPEG, GIF, BMP, WebP and TIFF begin.
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"II*\x00", b"MM\x00*")


def read_text(path: str, key: str) -> str:
    """The text in a file.

    Args:
        key: the message for a file that cannot be read; it may name `path` and why (`why` or `reason`).

    Raises:
        UserError: it cannot be read, or holds no text.
    """
    try:
        content = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        why = reason_of(error) if isinstance(error, OSError) else str(error)
        raise UserError(key, path=path, why=why, reason=why) from None
    return text_of(content, path)


def piped_text() -> str:
    """All of standard input.

    Raises:
        UserError: it is no text.
    """
    return text_of(sys.stdin.buffer.read(), "-")


def text_of(content: bytes, name: str) -> str:
    """What bytes say: UTF-8, UTF-16 of PowerShell, or the Chinese code page.

    Raises:
        UserError: they are no text.
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    if is_binary(content):
        raise UserError("explain.no-text-file", path=name)
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", errors="replace")


def is_binary(content: bytes) -> bool:
    """Whether bytes are a picture, a program, an archive, a model, but no text.

    >>> is_binary(b"loss: 0.1\\r\\x1b[31mValueError\\x1b[0m\\n"), is_binary(bytes(range(256)))
    (False, True)
    """
    start = content[:LOOKED_AT]
    control = sum(start.count(bytes([n])) for n in range(32) if n not in ALLOWED)
    return control > TOO_MANY * len(start)


def is_picture(path: str) -> bool:
    """Whether a file begins as a picture does; a text that begins with BM has no zero byte."""
    try:
        with Path(path).open("rb") as opened:
            start = opened.read(64)
    except (OSError, ValueError):
        return False
    return start.startswith(PICTURES) and b"\x00" in start
