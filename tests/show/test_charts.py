"""Charts show what they hold on screens of any width."""

import re

import pytest
from rich.cells import cell_len

from deepstart.show.charts import Bar, interval_chart, log_ticks

BARS = [
    Bar("a method with a long name", "deep", 0.9, 0.85, 0.95, "100 rows"),
    Bar("b", "soft", 0.4, 0.3, 0.5, "9"),
]


def test_scores_are_drawn_for_wide_and_for_narrow_screens():
    drawings = re.findall(r"<svg viewBox=\"0 0 (\d+) \d+\".*?</svg>", interval_chart(BARS), re.DOTALL)
    assert drawings == ["720", "360"]
    for drawing in re.findall(r"<svg.*?</svg>", interval_chart(BARS), re.DOTALL):
        width = float(re.search(r"viewBox=\"0 0 (\d+)", drawing)[1])
        assert all(bar.name in drawing and bar.note in drawing for bar in BARS)
        dots = [float(x) for x in re.findall(r"<circle cx=\"([\d.]+)\"", drawing)]
        assert 0 < dots[1] < dots[0] < width


@pytest.mark.parametrize("note", ["9", "1436 pictures", "1436 张图片"])
def test_beside_the_dots_there_is_room_for_the_notes(note):
    bars = [Bar("a", "deep", 0.99, 0.98, 1.0, note), Bar("b", "soft", 0.4, 0.3, 0.5, note)]
    wide = interval_chart(bars).split('class="narrow"')[0]
    right_end = max(float(x) for x in re.findall(r"<line x1=\"[\d.]+\" x2=\"([\d.]+)\"[^>]*/>", wide))
    assert right_end + 7 * cell_len(note) < 720


def test_on_a_narrow_screen_no_name_stands_on_a_line():
    narrow = interval_chart(BARS).split('class="narrow"')[1]
    names = [float(y) for y in re.findall(r"<text x=\"0\" y=\"([\d.]+)\"", narrow)]
    lines = [float(y) for y in re.findall(r"<circle [^>]*cy=\"([\d.]+)\"", narrow)]
    assert all(line - name > 10 for name, line in zip(names, lines, strict=True))


def test_a_short_axis_has_ticks_too():
    assert all(len(log_ticks(low, high)) > 1 for low, high in [(121, 142), (30, 49), (101, 104), (60, 900)])
