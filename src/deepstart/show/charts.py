"""Charts as SVG with the text kept as text, so that Chinese shows wherever the page is opened."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from rich.cells import cell_len


@dataclass(frozen=True)
class Line:
    """A curve with its band.

    Args:
        name: for the legend.
        css: class that gives its colour (`classical`, `deep`).
        points: (x, mean, low, high), x rising.
        forecast: the same, drawn dashed after the points.
    """

    name: str
    css: str
    points: Sequence[tuple[float, float, float, float]]
    forecast: Sequence[tuple[float, float, float, float]] = field(default_factory=tuple)


WIDTH, HEIGHT = 720, 400
#: Width of a Latin letter at font size 13, generously; a Chinese character takes two of them.
CELL = 8
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 40, 52


def nice_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round values between `low` and `high`, about `count` of them.

    Example:
        >>> nice_ticks(0.91, 0.99)
        [0.92, 0.94, 0.96, 0.98]
    """
    span = max(high - low, 1e-9)
    step = 10 ** math.floor(math.log10(span / count))
    step *= next(m for m in (1, 2, 5, 10) if span / (m * step) <= count)
    first = math.ceil(low / step - 1e-9)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return [round(i * step, digits) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten between `low` and `high`; only some when there are many.

    Example:
        >>> log_ticks(40, 1500)
        [50, 100, 200, 500, 1000]
        >>> log_ticks(121, 142)
        [130, 140]
    """
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [m * 10**p for p in powers for m in steps if low <= m * 10**p <= high]
        if len(ticks) <= 8:
            break
    return ticks if len(ticks) > 1 else nice_ticks(low, high, 4)


def thousands(value: float) -> str:
    """A count as people read it: 12 000."""
    return f"{value:,.0f}".replace(",", "\u2009")


def shown(tick: float) -> str:
    """A value on an axis; a true minus."""
    return f"{tick:g}".replace("-", "−")


class _Scale:
    """Where a value lies on the picture."""

    def __init__(self, lines: Sequence[Line], marks: Sequence[float]):
        everything = [p for line in lines for p in (*line.points, *line.forecast)]
        self.x_low, self.x_high = min(p[0] for p in everything), max(p[0] for p in everything)
        if self.x_low == self.x_high:
            self.x_low, self.x_high = self.x_low / 2, self.x_high * 2
        values = [v for p in everything for v in (p[1], *_band_near(p))] + list(marks)
        margin = 0.06 * max(max(values) - min(values), 1e-3)
        self.y_low, self.y_high = min(values) - margin, max(values) + margin

    def x(self, value: float) -> float:
        part = math.log(value / self.x_low) / math.log(self.x_high / self.x_low)
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        value = min(max(value, self.y_low), self.y_high)
        return TOP + (self.y_high - value) / (self.y_high - self.y_low) * (HEIGHT - TOP - BOTTOM)


def _band_near(point: tuple[float, float, float, float]) -> tuple[float, float]:
    """A point's band, cut where it would squeeze the curves into a corner."""
    _, mean, low, high = point
    return max(low, mean - 0.2), min(high, mean + 0.2)


def _path(scale: _Scale, pairs: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{'ML'[i > 0]}{scale.x(x):.1f},{scale.y(y):.1f}" for i, (x, y) in enumerate(pairs))


def _draw_line(scale: _Scale, line: Line) -> list[str]:
    out = []
    for points, dash in ((line.points, ""), (line.forecast and [line.points[-1], *line.forecast], "5 5")):
        if not points:
            continue
        edge = [(p[0], p[3]) for p in points] + [(p[0], p[2]) for p in reversed(points)]
        if len(points) > 1:
            out.append(f'<path d="{_path(scale, edge)} Z" fill="var(--{line.css})" opacity=".13"/>')
        middle = [(p[0], p[1]) for p in points]
        out.append(
            f'<path d="{_path(scale, middle)}" fill="none" stroke="var(--{line.css})" stroke-width="2.5"'
            f' stroke-dasharray="{dash}"/>'
        )
    for n, mean, low, high in line.points:
        dash = "–" if low >= 0 else " – "
        figures = f"{mean:.3f} ({low:.3f}{dash}{high:.3f})".replace("-", "−")
        title = f"{line.name}: {thousands(n)} → {figures}"
        out.append(
            f'<circle cx="{scale.x(n):.1f}" cy="{scale.y(mean):.1f}" r="4" fill="var(--{line.css})">'
            f"<title>{escape(title)}</title></circle>"
        )
    return out


def _draw_axes(scale: _Scale, x_label: str, y_label: str) -> list[str]:
    out = []
    for tick in nice_ticks(scale.y_low, scale.y_high):
        y = scale.y(tick)
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="var(--line)"/>')
        out.append(
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" font-size="13">{shown(tick)}</text>'
        )
    for tick in log_ticks(scale.x_low, scale.x_high):
        x, y = scale.x(tick), HEIGHT - BOTTOM
        out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y}" y2="{y + 5}" stroke="var(--soft)"/>')
        out.append(
            f'<text x="{x:.1f}" y="{y + 20}" text-anchor="middle" font-size="13">{thousands(tick)}</text>'
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    out.append(
        f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle" font-size="14">{escape(x_label)}</text>'
    )
    out.append(f'<text x="{LEFT - 48}" y="{TOP - 22}" font-size="14">{escape(y_label)}</text>')
    return out


def line_chart(
    lines: Sequence[Line],
    *,
    x_label: str,
    y_label: str,
    marks: Sequence[tuple[float, str]] = (),
    description: str = "",
) -> str:
    """Curves with bands over a logarithmic number of rows.

    Args:
        lines: at least one, each with at least one point.
        marks: horizontal lines (value, words), such as a ceiling or the score of guessing.
        description: what the picture says, for those who cannot see it.
    """
    scale = _Scale(lines, [value for value, _ in marks])
    out = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(description, quote=True)}">',
        *_draw_axes(scale, x_label, y_label),
    ]
    for value, name in marks:
        y = scale.y(value)
        out.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="var(--warn)"'
            ' stroke-dasharray="2 4" stroke-width="1.5"/>'
        )
        place = f'x="{WIDTH - RIGHT}" y="{y - 5:.1f}" text-anchor="end"'
        out.append(f'<text {place} font-size="12">{escape(name)}</text>')
    for line in lines:
        out.extend(_draw_line(scale, line))
    return "\n".join([*out, "</svg>"])


@dataclass(frozen=True)
class Bar:
    """A score with its interval, one row of a chart of intervals."""

    name: str
    css: str
    value: float
    low: float
    high: float
    note: str = ""


def interval_chart(bars: Sequence[Bar], *, description: str = "") -> str:
    """Scores as dots with their intervals, one below the other, on one scale.

    Drawn twice, for wide and for narrow screens: there the names stand above their lines.
    """
    notes = max(cell_len(bar.note) for bar in bars)
    wide = _intervals(bars, description, WIDTH, 34, 250, 20 + CELL * notes)
    narrow = _intervals(bars, description, WIDTH // 2, 52, 8, 8)
    return f'<div class="wide">{wide}</div>\n<div class="narrow">{narrow}</div>'


def _intervals(bars: Sequence[Bar], description: str, width: int, row: int, left: int, right: int) -> str:
    low, high = min(b.low for b in bars), max(b.high for b in bars)
    margin = 0.04 * max(high - low, 1e-3)
    low, high = low - margin, high + margin
    height = row * len(bars) + 40

    def x(value: float) -> float:
        return left + (value - low) / (high - low) * (width - left - right)

    out = [f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(description, quote=True)}">']
    for tick in nice_ticks(low, high):
        out.append(
            f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="6" y2="{height - 30}" stroke="var(--line)"/>'
        )
        place = f'x="{x(tick):.1f}" y="{height - 12}" text-anchor="middle"'
        out.append(f'<text {place} font-size="12">{shown(tick)}</text>')
    for i, bar in enumerate(bars):
        y = row * (i + 1) - 12
        words = y + 4 if left > right else y - 14  # beside the line, or above it
        out.append(f'<text x="0" y="{words}" font-size="13">{escape(bar.name)}</text>')
        out.append(
            f'<line x1="{x(bar.low):.1f}" x2="{x(bar.high):.1f}" y1="{y}" y2="{y}" stroke="var(--{bar.css})"'
            ' stroke-width="3" opacity=".5"/>'
        )
        out.append(f'<circle cx="{x(bar.value):.1f}" cy="{y}" r="5" fill="var(--{bar.css})"/>')
        out.append(
            f'<text x="{width}" y="{words}" text-anchor="end" font-size="13">{escape(bar.note)}</text>'
        )
    return "\n".join([*out, "</svg>"])
