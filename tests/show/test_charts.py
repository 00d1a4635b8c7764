"""Charts show what they hold on screens of any width."""

import re

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


def test_on_a_narrow_screen_no_name_stands_on_a_line():
    narrow = interval_chart(BARS).split('class="narrow"')[1]
    names = [float(y) for y in re.findall(r"<text x=\"0\" y=\"([\d.]+)\"", narrow)]
    lines = [float(y) for y in re.findall(r"<circle [^>]*cy=\"([\d.]+)\"", narrow)]
    assert all(line - name > 10 for name, line in zip(names, lines, strict=True))


def test_a_short_axis_has_ticks_too():
    assert all(len(log_ticks(low, high)) > 1 for low, high in [(121, 142), (30, 49), (101, 104), (60, 900)])
