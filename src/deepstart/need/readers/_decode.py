"""One picture file to an array: every format that Pillow and tifffile know, safely.

Pillow's own format readers run here on untrusted bytes; sizes are checked in the header before any
pixel is decoded.
"""

import io
import threading
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

#: Pictures above this are refused one by one. It is Pillow's own limit for decompression bombs.
MOST_PIXELS = 178_956_970
#: Above this, one at a time: two threads must not hold two giants.
LARGE_PIXELS = 20_000_000
_one_giant = threading.Lock()

#: Pillow's modes with more than 8 bits a channel, all grey.
DEEP_MODES = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
FORMATS = ("JPEG", "PNG", "BMP", "DIB", "TIFF", "WEBP", "GIF", "PPM")

TURNED = (5, 6, 7, 8)  # EXIF orientations that swap width and height
ORIENTATION = 0x0112


class Unreadable(Exception):
    """A picture that cannot be used; `reason` is the id of the note that names it."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Header:
    """What the header of a picture says: upright width and height in pixels, mode, number of pages."""

    width: int
    height: int
    mode: str
    pages: int


def open_picture(data: bytes) -> Image.Image:
    """The picture with only its header read.

    Raises:
        Unreadable: empty, no picture at all, or too large to decode safely.
    """
    if not data:
        raise Unreadable("empty-pictures")
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.UnidentifiedImageError:
        raise Unreadable("not-pictures") from None
    except Exception:  # format readers raise whatever they like on broken headers
        raise Unreadable("broken-pictures") from None
    return picture


def header(picture: Image.Image) -> Header:
    """What can be known without decoding."""
    width, height = picture.size
    if picture.getexif().get(ORIENTATION) in TURNED:
        width, height = height, width
    return Header(width, height, picture.mode, getattr(picture, "n_frames", 1))


@contextmanager
def own_limits():
    """Pillow's limit counts pixels before a JPEG is scaled down while decoding; ours counts after."""
    Image.init()
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = None
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def decode(data: bytes, size: tuple[int, int] | None, depth: "Depth") -> tuple[np.ndarray, Header]:
    """The first page of a picture, upright, in 8-bit RGB.

    Args:
        data: bytes of the file.
        size: width and height to scale and crop to, in pixels; None: as it is.
        depth: how more than 8 bits a channel become 8.

    Returns:
        uint8 array of shape (height, width, 3), and the header of the file.

    Raises:
        Unreadable: with the reason.
    """
    picture = open_picture(data)
    try:
        seen = header(picture)
        _shrink_while_decoding(picture, size)
        pixels = picture.size[0] * picture.size[1]
        if pixels > MOST_PIXELS:
            raise Unreadable("bomb-pictures")
        with _one_giant if pixels > LARGE_PIXELS else nullcontext():
            upright = ImageOps.exif_transpose(_eight_bits(picture, depth))
            return np.asarray(_fit(upright, size)), seen
    except Unreadable:
        raise
    except Exception:  # Pillow's format readers raise OSError, SyntaxError, struct.error, ...
        raise Unreadable("broken-pictures") from None


def _shrink_while_decoding(picture: Image.Image, size: tuple[int, int] | None) -> None:
    """A JPEG decodes at 1/2, 1/4 or 1/8 for a fraction of the time; still at least twice what is needed."""
    if size is None or picture.format not in ("JPEG", "MPO"):
        return
    if picture.info.get("progressive") and picture.size[0] * picture.size[1] > MOST_PIXELS:
        raise Unreadable("bomb-pictures")  # a progressive file is held in memory whole
    longest = max(size) * 2
    picture.draft(None, (longest, longest))


@dataclass(frozen=True)
class Depth:
    """How deep pictures become 8-bit: `low` turns black and `high` white, the same for the whole set."""

    low: float = 0.0
    high: float = 65535.0

    def to_8_bits(self, values: np.ndarray) -> np.ndarray:
        scaled = (values.astype(np.float32) - self.low) * (255 / max(self.high - self.low, 1e-12))
        return np.nan_to_num(scaled, nan=0.0).clip(0, 255).astype(np.uint8)


def depth_of(samples: list[np.ndarray]) -> Depth:
    """The depth that a sample of deep pictures uses: 12 bits in a 16-bit file stay bright enough.

    Whole numbers start at 0 and end at the least 2^bits - 1 that holds the brightest; others run from
    the least to the greatest value seen. One rule for all pictures keeps their brightness comparable.
    """
    if not samples:
        return Depth()
    low = min(float(np.nanmin(s)) for s in samples)
    high = max(float(np.nanmax(s)) for s in samples)
    if all(s.dtype.kind in "ui" for s in samples) and low >= 0:
        return Depth(0.0, float(2 ** max(int(high).bit_length(), 8) - 1))
    return Depth(low, high)


def _eight_bits(picture: Image.Image, depth: Depth) -> Image.Image:
    """RGB with 8 bits a channel; what is transparent becomes white."""
    if picture.mode in DEEP_MODES:
        flat = Image.fromarray(depth.to_8_bits(np.asarray(picture)))
        return _with_exif(flat.convert("RGB"), picture)
    if picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info:
        solid = picture.convert("RGBA")
        flat = Image.new("RGBA", solid.size, "white")
        flat.alpha_composite(solid)
        return _with_exif(flat.convert("RGB"), picture)
    return picture if picture.mode == "RGB" else _with_exif(picture.convert("RGB"), picture)


def _with_exif(new: Image.Image, old: Image.Image) -> Image.Image:
    """Conversion may drop the note which way is up; keep it."""
    turn = old.getexif().get(ORIENTATION)
    if turn:
        new.getexif()[ORIENTATION] = turn
    return new


def _fit(picture: Image.Image, size: tuple[int, int] | None) -> Image.Image:
    """Scale so that the picture covers `size`, then cut the middle: shapes keep their proportions."""
    if size is None or picture.size == size:
        return picture
    width, height = picture.size
    scale = max(size[0] / width, size[1] / height)
    left = (width - size[0] / scale) / 2
    top = (height - size[1] / scale) / 2
    box = (max(left, 0), max(top, 0), min(width - left, width), min(height - top, height))
    return picture.resize(size, Image.Resampling.BICUBIC, box=box, reducing_gap=3.0)


def raw_values(file) -> np.ndarray | None:
    """The values of a deep picture as stored; None when it cannot be read."""
    try:
        picture = open_picture(file.read())
        return None if picture.size[0] * picture.size[1] > LARGE_PIXELS else np.asarray(picture)
    except Exception:  # named when all pictures are decoded
        return None
