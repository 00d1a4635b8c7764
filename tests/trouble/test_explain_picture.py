"""Screenshots: letters taken for similar ones do not matter."""

# ruff: noqa: E501 (lines as programs print them)

import shutil
from pathlib import Path

import pytest

from deepstart.findings import UserError
from deepstart.trouble import screenshot
from deepstart.trouble.explain import explain

UNRELATED = sorted((Path(__file__).parent / "unrelated").glob("*.txt"))


@pytest.mark.parametrize(
    ("read", "cause"),
    [
        ("failed call to culnit\nFai1ed to initialize NVML: Driver/1ibrary version mismatch", "driver-kernel-userspace-mismatch"),
        ("AssertionError: Torch not compi1ed with CUDA enab1ed", "torch-cpu-only-build"),
        ("TypeError: Descript0rs cannot be created direct1y.", "protobuf-4-vs-old-pb2"),
        ("RuntimeError: Expected to have finished reduct1on in the prior iterati0n", "ddp-unused-parameters"),
        ("_pickle.UnpicklingError: We1ghts only 1oad failed.", "torch26-weights-only-default"),
    ],
)  # fmt: skip
def test_misread_letters_do_not_matter(read, cause):
    answer = explain(read, ocr=True)
    assert answer["candidates"][0]["cause_id"] == cause


def test_a_misread_text_is_not_explained_when_it_was_pasted():
    assert not explain("Torch n0t compi1ed with CVDA enab1ed")["known"]


def test_a_picture_of_something_else_stays_unknown():
    assert not explain("git push\nfatal: 'origin' does not appear to be a git repository", ocr=True)["known"]


def test_a_picture_that_was_read_right_is_explained_as_its_text_is():
    read = "ImportError: libcudnn.so.8: cannot open shared object file: No such file or directory"
    assert explain(read, ocr=True) == explain(read)


@pytest.mark.parametrize("path", UNRELATED, ids=lambda path: path.stem)
def test_pictures_of_errors_of_other_programs_stay_unknown(path):
    assert not explain(path.read_text(encoding="utf-8", errors="replace"), ocr=True)["known"]


def test_pieces_are_joined_to_lines_from_left_to_right():
    def box(left, top):
        return [(left, top), (left + 50, top), (left + 50, top + 10), (left, top + 10)]

    pieces = [(box(80, 1), "memory"), (box(0, 30), "second"), (box(0, 0), "out of")]
    assert screenshot.joined_lines(pieces) == ["out of memory", "second"]


def test_a_missing_picture_is_told():
    with pytest.raises(UserError) as told:
        screenshot.read_picture("/no/such/picture.png")
    assert "/no/such/picture.png" in str(told.value)


def test_without_a_reader_it_says_what_to_install(tmp_path, monkeypatch):
    picture = tmp_path / "x.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setitem(__import__("sys").modules, "rapidocr", None)
    with pytest.raises(UserError) as told:
        screenshot.read_picture(str(picture))
    assert "tesseract-ocr" in told.value.sentence("next")


@pytest.mark.skipif(not shutil.which("tesseract"), reason="needs Tesseract: apt-get install tesseract-ocr")
def test_tesseract_reads_a_drawn_terminal(tmp_path):
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (1100, 80), "black")
    font = ImageFont.load_default(28)
    ImageDraw.Draw(picture).text(
        (10, 20), "AssertionError: Torch not compiled with CUDA enabled", "white", font
    )
    picture.save(tmp_path / "x.png")
    answer = explain(screenshot.read_picture(str(tmp_path / "x.png")), ocr=True)
    assert answer["candidates"][0]["cause_id"] == "torch-cpu-only-build"
