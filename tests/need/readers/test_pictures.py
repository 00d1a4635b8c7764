"""Pictures of every kind become one array of 8-bit pixels, and nothing is lost unsaid."""

import io
import os
import struct
import zipfile
import zlib

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from deepstart.findings import UserError
from deepstart.need.readers import _decode, read
from deepstart.need.readers.pictures import REASONS, choose_size

from .conftest import folder_of_pictures, notes_of, picture, zip_of


def test_a_folder_for_each_class_gives_pixels_and_class_names(tmp_path, reading):
    data = reading(folder_of_pictures(tmp_path / "pets", each=3))
    assert (data.modality, data.task, data.classes) == ("image", "classification", ["cat", "dog"])
    assert data.X.shape == (6, 8, 12, 3)
    assert data.X.dtype == np.uint8
    assert data.y.tolist() == [0, 0, 0, 1, 1, 1]
    assert data.row_names[4] == "dog/1.png"
    first = np.asarray(Image.open(tmp_path / "pets" / "cat" / "0.png"))
    assert (data.X[0] == first).all()


def test_a_zip_reads_as_the_folder_it_was_made_of(tmp_path, reading):
    folder = folder_of_pictures(tmp_path / "pets")
    from_folder, from_zip = reading(folder), reading(zip_of(folder, tmp_path / "pets.zip"))
    assert (from_folder.X == from_zip.X).all()
    assert from_folder.classes == from_zip.classes
    assert (from_folder.y == from_zip.y).all()


@pytest.mark.parametrize("ending", ["jpg", "png", "bmp", "tiff", "webp", "gif", "ppm"])
def test_every_format_reads_with_its_colours(ending, tmp_path, reading):
    data = reading(folder_of_pictures(tmp_path / "a", ending=ending))
    want = reading(folder_of_pictures(tmp_path / "b", ending="png"))
    # JPEG, WebP and GIF change colours a little; the middle of the lower right half is plain.
    assert np.abs(data.X[:, 5:, 7:].astype(int) - want.X[:, 5:, 7:]).max() < 25


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "CMYK", "LA", "1"])
def test_every_colour_mode_becomes_the_same_picture(mode, tmp_path, reading):
    folder = tmp_path / "pets"
    for c in ("cat", "dog"):
        (folder / c).mkdir(parents=True)
        image = picture(color=(0, 0, 0)).convert(mode)
        image.save(folder / c / ("x.tiff" if mode in ("CMYK", "LA") else "x.png"))
        image.save(folder / c / "y.tiff")
    data = reading(folder)
    assert data.X.shape[-1] == 1  # black and white only, whatever the mode
    assert data.X[0, 0, 0, 0] == 255
    assert data.X[0, 7, 11, 0] == 0


def test_transparent_parts_become_white(tmp_path, reading):
    folder = folder_of_pictures(tmp_path / "pets")
    Image.new("RGBA", (12, 8), (9, 9, 9, 0)).save(folder / "cat" / "0.png")
    assert (reading(folder).X[0] == 255).all()


def test_grey_pictures_have_one_channel_and_one_coloured_one_makes_it_three(tmp_path, reading):
    folder = folder_of_pictures(tmp_path / "pets")
    for path in folder.rglob("*.png"):
        Image.open(path).convert("L").save(path)
    assert reading(folder).X.shape == (6, 8, 12, 1)
    picture().save(folder / "dog" / "2.png")
    assert reading(folder).X.shape == (6, 8, 12, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright_as_their_exif_says(orientation, tmp_path, reading):
    upright = picture((16, 8), color=(0, 0, 0))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that each orientation undoes
    stored = upright.transpose(undo[orientation]) if orientation > 1 else upright
    folder = tmp_path / "pets"
    for name in ("cat/1", "cat/2", "dog/1", "dog/2"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        exif = Image.Exif()
        exif[0x0112] = orientation
        stored.save(folder / f"{name}.jpg", exif=exif, quality=95, subsampling=0)
    data = reading(folder)
    assert data.X.shape[1:3] == (8, 16)
    assert data.X[0, 0, 0].min() > 200
    assert data.X[0, 7, 15].max() < 50
    assert data.X[0, 7, 0].max() < 50


def test_twelve_bits_in_sixteen_keep_their_brightness_and_stay_comparable(tmp_path, reading):
    folder = tmp_path / "cells"
    for c, level in (("dark", 1000), ("light", 4000)):
        (folder / c).mkdir(parents=True)
        for i in range(2):
            values = np.full((10, 10), level + i, np.uint16)
            tifffile.imwrite(folder / c / f"{i}.tif", values)
            Image.fromarray(values).save(folder / c / f"{i}.png")
    data = reading(folder)
    assert notes_of(data)["deep-pictures"] == {"low": "0", "high": "4095"}
    for level, pixels in zip([1000, 4000], [data.X[0], data.X[-1]], strict=True):
        assert abs(int(pixels[0, 0, 0]) - level * 255 / 4095) <= 1


def test_colour_with_sixteen_bits_reads_through_tifffile(tmp_path, reading):
    folder = tmp_path / "cells"
    values = np.zeros((10, 10, 3), np.uint16)
    values[..., 0], values[..., 2] = 65535, 32768
    for name in ("a/1", "a/2", "b/1", "b/2"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        tifffile.imwrite(folder / f"{name}.tif", values, photometric="rgb", compression="zlib")
    data = reading(folder)
    assert data.X[0, 5, 5].tolist() == pytest.approx([255, 0, 128], abs=1)


@pytest.mark.parametrize(
    ("values", "want"),
    [
        (np.full((10, 10), 0.5, np.float64), 128),
        (np.full((10, 10, 5), 90, np.uint8), 90),
        (np.full((10, 10, 2), 70, np.uint8), 70),
    ],
)
def test_tiffs_that_pillow_does_not_know_read_through_tifffile(values, want, tmp_path, reading):
    values[0, 0] = 0
    values[0, 1] = 255 if values.dtype == np.uint8 else 1
    folder = tmp_path / "cells"
    for name in ("a/1", "a/2", "b/1", "b/2"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        kind = {"photometric": "minisblack", "planarconfig": "contig"} if values.ndim == 3 else {}
        tifffile.imwrite(folder / f"{name}.tif", values, **kind)
    data = reading(folder)
    assert data.X[0, 5, 5, 0] == pytest.approx(want, abs=1)
    assert data.X[0, 0, :2, 0].tolist() == [0, 255]


def test_of_several_pages_the_first_is_taken_and_said(tmp_path, reading):
    folder = folder_of_pictures(tmp_path / "pets")
    pages = [picture(color=(0, 0, 0)), picture(color=(90, 90, 90))]
    pages[0].save(folder / "cat" / "stack.tiff", save_all=True, append_images=pages[1:])
    data = reading(folder)
    assert notes_of(data)["pages"] == {"count": 1, "names": ["cat/stack.tiff"]}
    assert data.X[list(data.row_names).index("cat/stack.tiff"), 7, 11].tolist() == [0, 0, 0]


def test_train_and_test_folders_are_respected(tmp_path, reading):
    for part, each in (("train", 3), ("val", 1), ("test", 2)):
        folder_of_pictures(tmp_path / "pets" / part, each=each)
    (tmp_path / "pets" / "test" / "unknown.png").write_bytes(
        (tmp_path / "pets" / "test" / "cat" / "0.png").read_bytes()
    )
    data = reading(tmp_path / "pets")
    assert data.classes == ["cat", "dog"]
    assert {name.split("/")[0]: part for name, part in zip(data.row_names, data.part, strict=True)} == {
        "train": 0, "val": 1, "test": 2,
    }  # fmt: skip
    assert notes_of(data)["split-given"] == {"train": 6, "val": 2, "test": 4}
    assert notes_of(data)["unlabelled-files"]["names"] == ["test/unknown.png"]


def test_classes_that_are_called_train_and_plane_are_classes(tmp_path, reading):
    data = reading(folder_of_pictures(tmp_path / "vehicles", classes=("train", "plane")))
    assert data.classes == ["plane", "train"]
    assert data.part is None


def test_numbered_classes_are_ordered_as_numbers(tmp_path, reading):
    data = reading(folder_of_pictures(tmp_path / "digits", classes=("10", "9", "1"), each=2))
    assert data.classes == ["1", "9", "10"]


def test_folders_around_everything_are_no_classes(tmp_path, reading):
    folder_of_pictures(tmp_path / "download" / "pets-v1" / "images")
    assert reading(tmp_path / "download").classes == ["cat", "dog"]


# Sizes


@pytest.mark.parametrize(
    ("sizes", "n", "chosen"),
    [
        ([(32, 32)] * 5, 12_000, (32, 32)),
        ([(96, 96)] * 5, 100, (96, 96)),
        ([(97, 97)] * 5, 100, (97, 97)),
        ([(4000, 3000)] * 5, 100, (128, 96)),
        ([(50, 100), (60, 120), (100, 200)], 100, (60, 120)),
        ([(1, 1), (20_000, 20_000), (64, 64)], 100, (64, 64)),
        ([], 1, (96, 96)),
    ],
)
def test_the_race_size_follows_the_median_picture(sizes, n, chosen):
    assert choose_size(sizes, n) == chosen


def test_a_million_pictures_get_a_size_that_fits_the_memory():
    width, height = choose_size([(640, 480)], 1_000_000)
    assert width * height * 3 * 1_000_000 <= 2**30 * 1.1
    assert abs(width / height - 4 / 3) < 0.15


def test_mixed_sizes_are_scaled_and_said(tmp_path, reading):
    folder = folder_of_pictures(tmp_path / "pets", size=(60, 40))
    Image.new("RGB", (1, 1), "red").save(folder / "cat" / "dot.png")
    Image.new("L", (20_000, 20_000), 60).save(folder / "dog" / "wall.jpg", quality=10)
    data = reading(folder)
    assert data.X.shape == (8, 40, 60, 3)
    said = notes_of(data)["mixed-sizes"]
    assert (said["least"], said["most"], said["sizes"]) == ("1×1", "20000×20000", 3)
    assert notes_of(data)["tiny-pictures"] == {"count": 1, "names": ["cat/dot.png"]}
    wall = data.X[list(data.row_names).index("dog/wall.jpg")]
    assert np.abs(wall.reshape(-1, 3).mean(axis=0) - 60).max() < 5


def test_scaling_keeps_proportions_and_cuts_the_longer_sides(tmp_path, reading):
    folder = folder_of_pictures(tmp_path / "pets", size=(40, 40))
    wide = Image.new("RGB", (120, 40), "black")
    wide.paste("white", (50, 10, 70, 30))  # a square stays a square
    wide.save(folder / "cat" / "wide.png")
    data = reading(folder)
    white = data.X[list(data.row_names).index("cat/wide.png")][..., 0] > 128
    assert (white.any(axis=0).sum(), white.any(axis=1).sum()) == (20, 20)
    assert notes_of(data)["mixed-sizes"]["cut"] == 1


# Pictures that cannot be read are named, counted and left out


def png_header(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be of that size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"0"))
        + chunk(b"IEND", b"")
    )


def whole_jpeg() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 64), 80).save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty-pictures"),
        (b"<html>404 Not Found</html>", "not-pictures"),
        (whole_jpeg()[:900], "broken-pictures"),
        (png_header(8, 8)[:30], "broken-pictures"),
        (png_header(60_000, 60_000), "bomb-pictures"),
    ],
)
def test_an_unreadable_picture_is_named_and_the_rest_is_read(content, reason, tmp_path, reading):
    folder = folder_of_pictures(tmp_path / "pets", each=3)
    (folder / "cat" / "bad.jpg").write_bytes(content)
    data = reading(folder)
    assert data.n == 6
    assert notes_of(data)[reason] == {"count": 1, "names": ["cat/bad.jpg"]}
    assert [f.status for f in data.notes if f.id == reason] == ["warn"]


PICTURES = {ending: io.BytesIO() for ending in ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP")}
for ending, stream in PICTURES.items():
    Image.effect_noise((24, 16), 60).convert("RGB").save(stream, ending)


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(sorted(PICTURES)),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=6),
    st.floats(0.02, 1),
)
def test_however_a_picture_is_damaged_it_is_read_or_given_a_reason(ending, changes, share):
    data = bytearray(PICTURES[ending].getvalue())
    for place, value in changes:
        data[int(place * len(data))] = value
    outcome: object
    try:
        with _decode.own_limits():
            pixels, _ = _decode.decode(bytes(data[: int(share * len(data))]), (12, 8), _decode.Depth())
        outcome = pixels.shape
    except _decode.Unreadable as error:
        outcome = error.reason
    assert outcome in {(8, 12, 3), *REASONS}


def test_a_png_that_is_called_jpg_is_read(tmp_path, reading):
    folder = folder_of_pictures(tmp_path / "pets")
    (folder / "cat" / "0.png").rename(folder / "cat" / "0.jpg")
    assert reading(folder).n == 6


def test_pictures_without_any_ending_are_known_by_their_first_bytes(tmp_path, reading):
    folder = folder_of_pictures(tmp_path / "pets")
    for path in list(folder.rglob("*.png")):
        path.rename(path.with_suffix(""))
    assert reading(folder).n == 6


def test_other_files_and_what_systems_leave_behind_do_no_harm(tmp_path, reading):
    folder = folder_of_pictures(tmp_path / "pets")
    (folder / "cat" / ".DS_Store").write_bytes(b"x")
    (folder / "cat" / "Thumbs.db").write_bytes(b"x")
    (folder / "README.txt").write_text("hello")
    (folder / "loose.png").write_bytes((folder / "cat" / "0.png").read_bytes())
    data = reading(folder)
    assert data.n == 6
    assert notes_of(data)["other-files"]["names"] == ["README.txt"]
    assert notes_of(data)["files-without-class"]["names"] == ["loose.png"]


def test_a_loop_of_links_ends(tmp_path, reading):
    folder = folder_of_pictures(tmp_path / "pets")
    (folder / "cat" / "again").symlink_to(folder, target_is_directory=True)
    (folder / "cat" / "self.png").symlink_to(folder / "cat" / "self.png")
    data = reading(folder)
    assert data.n == 6
    assert notes_of(data)["link-loops"]["names"] == ["cat/again"]


def test_a_closed_picture_is_named(tmp_path, reading, monkeypatch):
    folder = folder_of_pictures(tmp_path / "pets")
    from deepstart.need.readers._source import File

    whole = File.read

    def guarded(self):
        if self.name == "dog/1.png":
            raise PermissionError(13, "Permission denied")
        return whole(self)

    monkeypatch.setattr(File, "read", guarded)  # tests run as root, whom no file refuses
    data = reading(folder)
    assert notes_of(data)["closed-pictures"] == {"count": 1, "names": ["dog/1.png"]}
    assert data.n == 5


def test_a_closed_folder_is_named(tmp_path, reading, monkeypatch):
    folder = folder_of_pictures(tmp_path / "pets", classes=("cat", "dog", "owl"))
    scandir = os.scandir

    def guarded(path):
        if str(path).endswith("owl"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("deepstart.need.readers._source.os.scandir", guarded)
    data = reading(folder)
    assert data.classes == ["cat", "dog"]
    assert notes_of(data)["closed-folders"]["names"] == ["owl"]


# Zips


def test_names_that_lead_out_of_a_zip_are_left_out(tmp_path, reading):
    path = zip_of(folder_of_pictures(tmp_path / "pets"), tmp_path / "pets.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../evil/x.png", b"x")
    data = reading(path)
    assert data.n == 6
    assert notes_of(data)["unsafe-names"]["names"] == ["../../evil/x.png"]


def test_class_names_of_a_zip_from_chinese_windows_are_legible(tmp_path, reading):
    folder = folder_of_pictures(tmp_path / "pets")
    path = zip_of(folder, tmp_path / "pets.zip")
    # Such zips hold GBK bytes, two for each of these signs, and no UTF-8 flag.
    raw = path.read_bytes().replace(b"pets/cat/", "pets/猫/".encode("gbk") + b"a")
    path.write_bytes(raw.replace(b"pets/dog/", "pets/狗/".encode("gbk") + b"b"))
    assert reading(path).classes == ["狗", "猫"]


def test_a_zip_bomb_is_refused_unopened(tmp_path, refused):
    path = zip_of(folder_of_pictures(tmp_path / "pets"), tmp_path / "pets.zip")
    raw = bytearray(path.read_bytes())
    at = raw.find(b"PK\x01\x02")
    while at >= 0:  # claim 3 GB for every file in the list of contents
        raw[at + 24 : at + 28] = struct.pack("<I", 3_000_000_000)
        at = raw.find(b"PK\x01\x02", at + 1)
    path.write_bytes(raw)
    assert refused(path, "zip-bomb")["gib"] == 17


def test_a_broken_zip_is_refused(tmp_path, refused):
    path = zip_of(folder_of_pictures(tmp_path / "pets"), tmp_path / "pets.zip")
    path.write_bytes(path.read_bytes()[:-30])
    refused(path, "broken-zip")


def test_a_damaged_entry_of_a_zip_is_named(tmp_path, reading):
    path = zip_of(folder_of_pictures(tmp_path / "pets"), tmp_path / "pets.zip")
    raw = bytearray(path.read_bytes())
    at = raw.find(b"IDAT")
    raw[at + 6 : at + 12] = b"broken"
    path.write_bytes(raw)
    data = reading(path)
    assert notes_of(data)["broken-pictures"] == {"count": 1, "names": ["pets/cat/0.png"]}


# Sets that cannot be raced


def test_one_class_is_refused(tmp_path, refused):
    values = refused(folder_of_pictures(tmp_path / "pets", classes=("cat",)), "one-class")
    assert (values["label"], values["count"]) == ("cat", 3)


def test_a_refusal_calls_pictures_pictures(tmp_path):
    with pytest.raises(UserError) as caught:
        read(folder_of_pictures(tmp_path / "pets", classes=("cat",)))
    assert "3 张图片" in caught.value.sentence("what", "zh")
    assert "3 pictures" in caught.value.sentence("what", "en")


def test_one_file_a_class_is_refused(tmp_path, refused):
    folder = folder_of_pictures(tmp_path / "pets", classes=[f"c{i}" for i in range(5)], each=1)
    assert refused(folder, "one-row-a-class")["count"] == 5


def test_ten_thousand_classes_are_refused_before_a_picture_is_decoded(tmp_path, refused, monkeypatch):
    def never(*_):
        raise AssertionError("decoded")

    monkeypatch.setattr(_decode, "decode", never)
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for i in range(10_001):
            archive.writestr(zipfile.ZipInfo(f"c{i % 10_000}/{i}.png"), b"")
    values = refused(tmp_path / "many.zip", "too-many-classes")
    assert (values["count"], values["each"]) == (10_000, 1.0)


def test_pictures_without_class_folders_are_refused(tmp_path, refused):
    folder = folder_of_pictures(tmp_path / "pets")
    flat = tmp_path / "flat"
    flat.mkdir()
    for i, path in enumerate(folder.rglob("*.png")):
        path.rename(flat / f"{i}.png")
    assert refused(flat, "no-class-folders")["count"] == 6


def test_when_most_pictures_are_unreadable_the_set_is_refused(tmp_path, refused):
    folder = folder_of_pictures(tmp_path / "pets")
    for path in list(folder.rglob("*.png"))[:4]:
        path.write_bytes(b"")
    values = refused(folder, "most-pictures-unreadable")
    assert (values["bad"], values["count"]) == (4, 6)


def test_when_no_picture_is_readable_the_set_is_refused(tmp_path, refused):
    folder = folder_of_pictures(tmp_path / "pets")
    for path in folder.rglob("*.png"):
        path.write_bytes(b"not a picture at all")
    assert refused(folder, "no-readable-pictures")["count"] == 6


def test_pillows_own_limit_is_given_back(tmp_path, reading):
    before = Image.MAX_IMAGE_PIXELS
    reading(folder_of_pictures(tmp_path / "pets"))
    assert before == Image.MAX_IMAGE_PIXELS


def test_a_class_of_a_single_picture_is_left_out_and_named(tmp_path, reading):
    folder = folder_of_pictures(tmp_path / "pets", classes=("ant", "cat", "dog"))
    for i in (1, 2):
        (folder / "ant" / f"{i}.png").unlink()
    data = reading(folder)
    assert data.classes == ["cat", "dog"]
    assert data.y.tolist() == [0, 0, 0, 1, 1, 1]
    assert data.row_names[0] == "cat/0.png"
    assert notes_of(data)["lonely-classes"] == {"count": 1, "names": ["ant"]}


def test_two_classes_of_which_one_has_a_single_picture_are_refused(tmp_path, refused):
    folder = folder_of_pictures(tmp_path / "pets")
    for i in (1, 2):
        (folder / "cat" / f"{i}.png").unlink()
    values = refused(folder, "one-class-left")
    assert (values["label"], values["lonely"]) == ("dog", ["cat"])
