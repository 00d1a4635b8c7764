"""`path --what`: what deep learning is, why 2012, and a demonstration computed while you wait.

Sixteen numbers a picture, made by hand or learned; the same linear classifier on both. What the
learned ones look at is drawn. Needs scikit-learn; without it the page says so and shows the rest.
"""

import time
from dataclasses import dataclass
from html import escape
from importlib.util import find_spec
from typing import Any

from rich.console import Console
from rich.text import Text

from deepstart.words import text

#: Top-5 error in percent of the winner of the ImageNet classification contest, by year.
#: Sources: Russakovsky et al., International Journal of Computer Vision 115 (2015), for 2010, 2011, 2013
#: and 2014; Krizhevsky, Sutskever, Hinton (2012) for 2012; He et al. (2015) for 2015.
WINNERS = ((2010, 28.2, False), (2011, 25.8, False), (2012, 15.3, True), (2013, 11.7, True),
           (2014, 6.7, True), (2015, 3.57, True))  # fmt: skip
#: The second best of 2012. Source: Krizhevsky, Sutskever, Hinton, ImageNet Classification with Deep
#: Convolutional Neural Networks, NIPS 25 (2012), abstract.
SECOND_2012 = 26.2

FEATURES = 16
TEST_SHARE = 0.3
DEEP, CLASSICAL = "var(--deep)", "var(--classical)"


@dataclass(frozen=True)
class Shown:
    """What the demonstration found.

    Args:
        there: it could be run.
        scores: accuracy on unseen digits, 0 to 1: `hand`, `learned`, `pixels`.
        tested: number of unseen digits.
        before, after: weights of the first layer, FEATURES pictures of 8 x 8 numbers.
        digit: one digit of the test part, 8 x 8 numbers between 0 and 1.
        seconds: what it took.
    """

    there: bool
    scores: dict[str, float]
    tested: int = 0
    before: tuple = ()
    after: tuple = ()
    digit: tuple = ()
    seconds: float = 0.0

    def as_json(self) -> dict:
        winners = [{"year": y, "top5_error_percent": e, "deep": d} for y, e, d in WINNERS]
        return {
            "demonstration": self.there,
            "scores": {k: round(v, 4) for k, v in self.scores.items()},
            "features": FEATURES,
            "tested": self.tested,
            "imagenet": {"winners": winners, "second_2012": SECOND_2012},
        }


def hand_made(pictures: Any) -> Any:
    """Sixteen numbers that a person would think of, for each picture.

    Args:
        pictures: shape (n, 8, 8), 0 (paper) to 1 (ink).

    Returns:
        Shape (n, 16): amount of ink, its halves, centre, spread, symmetry, edges, strokes crossed.
    """
    import numpy as np

    rows = np.arange(8)
    ink = pictures.sum((1, 2)) + 1e-9
    down, across = pictures.sum(2), pictures.sum(1)
    y, x = (down * rows).sum(1) / ink, (across * rows).sum(1) / ink
    tall = np.sqrt((down * (rows - y[:, None]) ** 2).sum(1) / ink)
    wide = np.sqrt((across * (rows - x[:, None]) ** 2).sum(1) / ink)
    mirrored = np.abs(pictures - pictures[:, :, ::-1]).sum((1, 2)) / ink
    flipped = np.abs(pictures - pictures[:, ::-1]).sum((1, 2)) / ink
    edges = [np.abs(np.diff(pictures, axis=axis)).sum((1, 2)) for axis in (1, 2)]
    dark = (pictures > 0.5).astype(float)
    strokes = [np.abs(np.diff(dark[:, row], axis=1)).sum(1) for row in (2, 4, 5)]
    strokes.append(np.abs(np.diff(dark[:, :, 4], axis=1)).sum(1))
    middle = pictures[:, 3:5, 3:5].sum((1, 2))
    halves = [pictures[:, :4].sum((1, 2)) / ink, pictures[:, :, :4].sum((1, 2)) / ink]
    return np.stack([ink, *halves, y, x, tall, wide, mirrored, flipped, *edges, *strokes, middle], axis=1)


def demonstrate() -> Shown:
    """Compare sixteen hand-made with sixteen learned features on 540 unseen digits; some seconds."""
    if not find_spec("sklearn"):
        return Shown(False, {})
    from threadpoolctl import threadpool_limits

    # On a busy computer several threads wait for one another longer than they compute.
    with threadpool_limits(1):
        return _computed()


def _computed() -> Shown:
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    began = time.perf_counter()
    pixels, names = load_digits(return_X_y=True)
    seen, unseen, y, truth = train_test_split(
        pixels / 16, names, test_size=TEST_SHARE, stratify=names, random_state=0
    )

    def linear_score(features):
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
        return float(model.fit(features(seen), y).score(features(unseen), truth))

    untrained, network = _networks(seen, y)
    scores = {
        "hand": linear_score(lambda x: hand_made(x.reshape(-1, 8, 8))),
        "learned": float(network.score(unseen, truth)),
        "pixels": linear_score(lambda x: x),
    }
    before, after = (_pictures(model.coefs_[0]) for model in (untrained, network))
    digit = tuple(map(tuple, unseen[0].reshape(8, 8).tolist()))
    return Shown(True, scores, len(truth), before, after, digit, time.perf_counter() - began)


def _networks(x: Any, y: Any) -> tuple[Any, Any]:
    """The same network from the same first weights, before and after training."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    untrained = MLPClassifier((FEATURES,), max_iter=1, learning_rate_init=1e-9, random_state=0)
    network = MLPClassifier((FEATURES,), alpha=0.01, max_iter=300, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 300 rounds are enough for the lesson
        return untrained.fit(x, y), network.fit(x, y)


def _pictures(weights: Any) -> tuple:
    """Weights of shape (64, FEATURES) as FEATURES pictures, each between -1 and 1."""
    shown = weights.T.reshape(-1, 8, 8)
    return tuple((w / abs(w).max()).tolist() for w in shown)


def weight_picture(weights: Any, size: int = 8) -> str:
    """One picture of weights: blue says yes to ink, orange says no; white does not care."""
    cells = [
        f'<rect x="{j}" y="{i}" width="1.03" height="1.03" fill="{"#2f6fde" if w > 0 else "#d9772b"}" '
        f'fill-opacity="{abs(w):.2f}"/>'
        for i, row in enumerate(weights)
        for j, w in enumerate(row)
        if abs(w) > 0.03
    ]
    return f'<svg viewBox="0 0 {size} {size}" class="weights" aria-hidden="true">{"".join(cells)}</svg>'


def bars_2012() -> str:
    """The winners' errors by year, as SVG: when networks came, the error halved, and halved again."""
    scale, parts = 5.0, []
    rows = [(str(year), error, DEEP if deep else CLASSICAL) for year, error, deep in WINNERS]
    rows.insert(2, (text("what.second-2012"), SECOND_2012, CLASSICAL))
    for i, (label, error, colour) in enumerate(rows):
        y = 6 + i * 25
        parts.append(f'<text x="92" y="{y + 13}" text-anchor="end">{escape(label)}</text>')
        parts.append(
            f'<rect x="100" y="{y}" width="{error * scale:.1f}" height="17" rx="3" style="fill:{colour}"/>'
        )
        parts.append(f'<text x="{106 + error * scale:.1f}" y="{y + 13}">{error:g} %</text>')
    title = escape(text("what.bars"))
    return (
        f'<svg viewBox="0 0 320 {len(rows) * 25 + 8}" class="bars" role="img" aria-label="{title}">'
        f"<title>{title}</title>{''.join(parts)}</svg>"
    )


def score_bars(scores: dict[str, float]) -> str:
    """Wrong answers in a hundred for each kind of features."""
    worst, parts = max(1 - s for s in scores.values()), []
    for i, name in enumerate(("hand", "pixels", "learned")):
        wrong = 100 * (1 - scores[name])
        y, width = 6 + i * 44, 220 * (1 - scores[name]) / worst
        colour = DEEP if name == "learned" else CLASSICAL
        parts.append(f'<text x="0" y="{y + 10}">{escape(text(f"what.{name}"))}</text>')
        parts.append(
            f'<rect x="0" y="{y + 15}" width="{width:.1f}" height="16" rx="3" style="fill:{colour}"/>'
        )
        parts.append(f'<text x="{width + 6:.1f}" y="{y + 28}">{wrong:.1f}</text>')
    title = escape(text("what.wrong-of-100"))
    return (
        f'<svg viewBox="0 0 320 138" class="bars" role="img" aria-label="{title}">'
        f"<title>{title}</title>{''.join(parts)}</svg>"
    )


def circles() -> str:
    """AI holds machine learning holds neural networks holds deep learning."""
    parts = []
    for i, name in enumerate(("ai", "ml", "nn", "dl")):
        radius = 150 - 30 * i
        parts.append(
            f'<circle cx="160" cy="{304 - radius}" r="{radius}" style="fill:var(--deep);fill-opacity:.12;'
            f'stroke:var(--deep);stroke-opacity:.5"/>'
        )
        y = 304 - 2 * radius + (45 if i < 3 else 65)
        parts.append(f'<text x="160" y="{y}" class="ring">{escape(text(f"what.{name}.name"))}</text>')
    title = escape(text("what.relation"))
    return (
        f'<svg viewBox="0 0 320 310" class="circles" role="img" aria-label="{title}">'
        f"<title>{title}</title>{''.join(parts)}</svg>"
    )


def page(shown: Shown) -> str:
    """The illustrated page, self-contained."""
    from deepstart.show.html import render

    return render(
        "what.html",
        shown=shown,
        percent={k: f"{100 * v:.1f}" for k, v in shown.scores.items()},
        features=FEATURES,
        circles=circles(),
        bars=bars_2012(),
        scores=score_bars(shown.scores) if shown.there else "",
        before=[weight_picture(w) for w in shown.before],
        after=[weight_picture(w) for w in shown.after],
        digit=weight_picture(shown.digit) if shown.there else "",
    )


def print_what(shown: Shown, console: Console) -> None:
    """The gist in the terminal."""
    console.print(Text(text("what.title"), style="bold"))
    for name in ("ai", "ml", "nn", "dl"):
        console.print(
            Text.assemble((text(f"what.{name}.name"), "bold"), text("show.colon"), text(f"what.{name}.is"))
        )
    console.print()
    console.print(Text.assemble((text("what.why-2012"), "bold"), "\n", text("what.contest")))
    console.print()
    if not shown.there:
        console.print(text("what.absent"))
        return
    console.print(Text(text("what.demo", features=FEATURES, tested=shown.tested), style="bold"))
    for name in ("hand", "learned", "pixels"):
        console.print(f"  {100 * shown.scores[name]:5.1f} %  {text(f'what.{name}')}")
    console.print(text("what.honest"))
