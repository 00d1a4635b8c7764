"""One picture file to an array: every format that Pillow and tifffile know, safely.

Pillow's own format readers run here on untrusted bytes; sizes are checked in the header before any
pixel is decoded.
"""

import io
import logging
import threading
import warnings
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from deepstart.need.readers._source import form_by_bytes

#: Pictures above this are refused one by one. It is Pillow's own limit for decompression bombs.
MOST_PIXELS = 178_956_970
#: A JPEG that is scaled down while it is decoded may have more; a progressive one cannot be.
MOST_SHRINKING_PIXELS = 500_000_000
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
    picture: Image.Image
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.UnidentifiedImageError:
        if form_by_bytes(data[:512]) != "picture":
            raise Unreadable("not-pictures") from None
        picture = _by_tifffile(data)
    except Exception:  # format readers raise whatever they like on broken headers
        raise Unreadable("broken-pictures") from None
    if _too_large(picture):
        raise Unreadable("bomb-pictures")
    return picture


def _too_large(picture: Image.Image) -> bool:
    """Whether decoding would take too much memory. A plain JPEG is scaled down while it is decoded."""
    pixels = picture.size[0] * picture.size[1]
    shrinks = picture.format in ("JPEG", "MPO") and not picture.info.get("progressive")
    return pixels > (MOST_SHRINKING_PIXELS if shrinks else MOST_PIXELS)


def _by_tifffile(data: bytes) -> Image.Image:
    """The first page of a TIFF that Pillow does not know: other numbers, channels or compressions."""
    import tifffile

    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            page = file.pages[0]
            if np.prod(page.shape) > MOST_PIXELS:
                raise Unreadable("bomb-pictures")
            values = page.asarray()
    except Unreadable:
        raise
    except Exception:  # tifffile raises many kinds of errors, also for codecs that are not installed
        raise Unreadable("broken-pictures") from None
    if values.ndim == 3:
        values = values[..., :3] if values.shape[-1] >= 3 else values[..., 0]
    if values.ndim not in (2, 3) or values.dtype.kind not in "buif":
        raise Unreadable("broken-pictures")
    if values.ndim == 2 and values.dtype != np.uint8:
        return Image.fromarray(values.astype(np.float32))
    return Image.fromarray(values if values.dtype == np.uint8 else depth_of([values]).to_8_bits(values))


def header(picture: Image.Image) -> Header:
    """What can be known without decoding."""
    width, height = picture.size
    if _orientation(picture) in TURNED:
        width, height = height, width
    # An MPO is a photo with a preview or a second view behind it, not a row of pages.
    pages = 1 if picture.format == "MPO" else getattr(picture, "n_frames", 1)
    return Header(width, height, picture.mode, pages)


def _orientation(picture: Image.Image) -> int:
    """Which way is up. Asking a PNG for more than its info would decode it."""
    if picture.format == "PNG" and "exif" not in picture.info:
        return 1
    return picture.getexif().get(ORIENTATION, 1)


@contextmanager
def own_limits():
    """Pillow's limit counts pixels before a JPEG is scaled down while decoding; ours counts after.

    Its warnings and those of tifffile are silent meanwhile: what matters of them is said in notes.
    """
    Image.init()
    log = logging.getLogger("tifffile")
    before, level = Image.MAX_IMAGE_PIXELS, log.level
    Image.MAX_IMAGE_PIXELS = None
    log.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before
        log.setLevel(level)


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
        giant = picture.size[0] * picture.size[1] > LARGE_PIXELS
        with _one_giant if giant else nullcontext():
            upright = ImageOps.exif_transpose(_eight_bits(picture, depth))
            return np.asarray(_fit(upright, size)), seen
    except Exception:  # Pillow's format readers raise OSError, SyntaxError, struct.error, ...
        raise Unreadable("broken-pictures") from None


def _shrink_while_decoding(picture: Image.Image, size: tuple[int, int] | None) -> None:
    """A JPEG decodes at 1/2, 1/4 or 1/8 for a fraction of the time; still at least twice what is needed."""
    if size is None or picture.format not in ("JPEG", "MPO"):
        return
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
