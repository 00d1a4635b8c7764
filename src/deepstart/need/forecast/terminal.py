"""How a forecast looks in the terminal: one sentence, a table, a small chart."""

from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from deepstart.need.forecast.files import CurveFile
from deepstart.need.forecast.intervals import PROVEN_RATIO
from deepstart.need.forecast.winner import Outlook
from deepstart.words import joined, text

WIDTH, HEIGHT = 56, 12


def print_forecast(console: Console, curve: CurveFile, forecast: list[tuple]) -> None:
    """Everything about one curve: what to expect first, then the table and the chart."""
    console.print(Text(headline(curve, forecast[0]), style="bold"))
    for n, mean, low, high in forecast[1:]:
        console.print(Text(_sentence("then", n, mean, low, high)))
    console.print()
    console.print(_chart(curve, forecast))
    console.print()
    console.print(_table(curve, forecast))
    beyond = max(curve.n) * PROVEN_RATIO
    if max(row[0] for row in forecast) > beyond:
        console.print(Text("! " + text("forecast.show.beyond", n=_rows(beyond)), style="yellow"))
    way = "higher" if curve.higher_is_better else "lower"
    console.print(Text(text(f"forecast.show.{way}", name=curve.score_name), style="dim"))


def print_outlook(console: Console, outlook: Outlook, curve: str, rival: str) -> None:
    """Who of two is ahead later, where the lead changes hands, and what to label before asking again."""
    names = Path(curve).stem, Path(rival).stem
    console.print()
    for n, ahead in outlook.deep_ahead:
        name, sure = (names[0], ahead) if ahead >= 0.5 else (names[1], 1 - ahead)
        console.print(Text(text("forecast.rival.ahead", n=_rows(n), name=name, percent=f"{100 * sure:.0f}")))
    console.print(Text(_changes_hands(outlook)))
    if outlook.unclear_beyond is None or outlook.label_next is None:
        console.print(Text(text("forecast.rival.clear")))
    else:
        beyond, following = _rows(outlook.unclear_beyond), _rows(outlook.label_next)
        console.print(Text(text("forecast.rival.unclear", n=beyond, next=following)))


def _changes_hands(outlook: Outlook) -> str:
    """Where the lead changes hands, as an interval."""
    at = outlook.crossing
    if at.low is None:
        return text("forecast.rival.never", times=f"{PROVEN_RATIO:g}")
    if at.high is None:
        return text("forecast.rival.open", low=_rows(at.low), times=f"{PROVEN_RATIO:g}")
    kind = "seen" if at.seen else "crossing"
    return text(f"forecast.rival.{kind}", low=_rows(at.low), high=_rows(at.high))


def headline(curve: CurveFile, row: tuple) -> str:
    """What the next rows bring, or that they may bring nothing."""
    n, mean, low, high = row
    now = curve.score[int(np.argmax(curve.n))]
    expected = _sentence("expect", n, mean, low, high)
    kind = "nothing" if low <= now <= high else "gain" if (mean > now) == curve.higher_is_better else "loss"
    return joined(expected, text(f"forecast.show.{kind}", now=_score(now, high - low)))


def _sentence(kind: str, n: float, mean: float, low: float, high: float) -> str:
    values = {"mean": mean, "low": low, "high": high}
    shown = {name: _score(value, high - low) for name, value in values.items()}
    return text(f"forecast.show.{kind}", n=_rows(n), **shown)


def _rows(n: float) -> str:
    return f"{n:,.0f}"


def _score(value: float, width: float) -> str:
    """As many decimals as the width of the interval deserves: two of its digits."""
    decimals = 0 if width <= 0 else int(np.clip(1 - np.floor(np.log10(width)), 0, 6))
    return f"{value:,.{decimals if width > 0 else 4}f}"


def _table(curve: CurveFile, forecast: list[tuple]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("rows", "times", "mean", "low", "high"):
        table.add_column(text(f"forecast.show.column.{name}"), justify="right")
    for n, mean, low, high in forecast:
        scores = [_score(value, high - low) for value in (mean, low, high)]
        table.add_row(_rows(n), f"{n / max(curve.n):.3g}×", *scores)
    return table


def _chart(curve: CurveFile, forecast: list[tuple]) -> Text:
    """Points seen (●), forecasts (○) and their intervals (│) over log n."""
    later = np.array(forecast)
    values = np.concatenate([curve.score, later[:, 1:].ravel()])
    bottom, top = values.min(), values.max()
    if top == bottom:
        bottom, top = bottom - 0.5, top + 0.5
    log_n = np.log(np.concatenate([curve.n, later[:, 0]]))
    left, span = log_n.min(), max(np.ptp(log_n), 1e-9)

    def column(n):
        return round((np.log(n) - left) / span * (WIDTH - 1))

    def row(value):
        return round((top - value) / (top - bottom) * (HEIGHT - 1))

    cells = [[" "] * WIDTH for _ in range(HEIGHT)]
    for n, mean, low, high in forecast:
        for y in range(row(high), row(low) + 1):
            cells[y][column(n)] = "│"
        cells[row(mean)][column(n)] = "○"
    for n, score in zip(curve.n, curve.score, strict=True):
        cells[row(score)][column(n)] = "●"
    labels = {0: top, HEIGHT // 2: top - (top - bottom) * (HEIGHT // 2) / (HEIGHT - 1), HEIGHT - 1: bottom}
    drawn = Text()
    for y, line in enumerate(cells):
        label = _score(labels[y], (top - bottom) / 5) if y in labels else ""
        drawn.append(f"{label:>9} ┤" if y in labels else " " * 10 + "│", style="dim")
        for cell in line:
            drawn.append(cell, style={"●": "green", "○": "cyan", "│": "cyan"}.get(cell, ""))
        drawn.append("\n")
    ends = f"{_rows(np.exp(left)):<{WIDTH // 2}}{_rows(np.exp(left + span)):>{WIDTH - WIDTH // 2}}"
    drawn.append(" " * 10 + "└" + "─" * WIDTH + "\n" + " " * 11 + ends, style="dim")
    drawn.append("\n" + " " * 11 + text("forecast.show.legend"), style="dim")
    return drawn
