"""Chinese in the terminal: broken where Chinese may be broken, never wider than the line."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from deepstart.show.wrapping import NOT_FIRST, NOT_LAST, Flowing

SENTENCE = (
    "驱动能运行为自身 CUDA 版本及更旧版本编译的程序；"
    "同一大版本内，达到最低驱动要求后，也能运行较新的（TensorFlow 2.20.0）。"
)


def lines(text, width):
    out = io.StringIO()
    Console(file=out, width=width, no_color=True).print(Flowing(Text(text)))
    return [line.rstrip() for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("width", [20, 41, 76, 116])
def test_lines_fit_are_filled_and_lose_nothing(width):
    shown = lines(SENTENCE, width)
    assert all(cell_len(line) <= width for line in shown)
    assert all(cell_len(line) > width - 16 for line in shown[:-1])
    assert "".join(shown).replace(" ", "") == SENTENCE.replace(" ", "")


@pytest.mark.parametrize("width", range(12, 80, 7))
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(width):
    shown = lines(SENTENCE, width)
    assert not any(line[0] in NOT_FIRST for line in shown)
    assert not any(line[-1] in NOT_LAST for line in shown)


def test_english_wraps_as_ever():
    assert lines("one two three", 8) == ["one two", "three"]


def test_a_path_without_any_space_is_cut_rather_than_lost():
    path = "文件" + "x" * 50
    assert "".join(lines(path, 20)) == path
