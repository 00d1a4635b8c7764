"""How wide a forecast must be to hold: learned from thousands of curves whose later part is known.

Both ends follow from what can be seen before: how far the possible shapes disagree, how far the
forecast is from the last error, the noise, how rough and how curved the curve is and whether it ever got
worse, the ratio of n asked to n seen, the points and the rows. `constants.json` holds the learned numbers;
`benchmarks/learn_forecast.py` learns them, on all kinds of learners.

Source: quantile regression of scaled residuals: Romano, Patterson, Candes, arXiv 1905.03222 (2019).
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from deepstart.need.forecast.curve import Curve
from deepstart.need.forecast.posterior import posterior, weighted_quantiles

#: Beyond this many times the rows seen nothing was tested.
PROVEN_RATIO = 16.0
#: Quantiles of the possible errors, as traits of how they are spread.
SHARES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
#: The learned middle counts fully from the second ratio on, not at all up to the first: before it, the
#: median of the shapes is as good for weak learners and better for strong ones.
MIDDLE_FROM = (5.0, 8.0)
#: A trait further than this many deviations from its mean says nothing more than one that is as far.
FURTHEST_TRAIT = 5.0
#: Added before logarithms are taken of sizes relative to the error.
TINY = 0.003


@cache
def constants() -> dict[str, Any]:
    """The learned numbers: see benchmarks/learn_forecast.py."""
    return json.loads(Path(__file__).with_name("constants.json").read_text(encoding="utf-8"))


def centre_and_traits(curve: Curve, to: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The expected error at each n of `to`, and what its uncertainty is judged by.

    Returns:
        errors, shape (len(to),), and traits, shape (len(to), 8).
    """
    expected, weights = posterior(curve, to)
    quarter, centre, three = weighted_quantiles(expected, weights, (0.25, 0.5, 0.75))
    centre = np.maximum(centre, 0.0)
    level, ratio = curve.level, np.log(np.maximum(to / curve.n[-1], 1.0))
    noise = np.sqrt(np.median(curve.stderr[-3:] ** 2))
    traits = np.column_stack([
        np.ones_like(centre),
        np.log((three - quarter) / level + 0.003),
        np.log(np.abs(centre - curve.error[-1]) / level + 0.003),
        np.full_like(centre, np.log(noise / level + 0.003)),
        ratio,
        np.sqrt(ratio),
        np.full_like(centre, np.log(len(curve.n))),
        np.full_like(centre, np.log(curve.n[-1]) / 10),
    ])  # fmt: skip
    return centre, traits


def spread(curve: Curve, traits: np.ndarray, learned: dict[str, Any] | None = None) -> np.ndarray:
    """Typical size of the forecast's error, in units of the error; shape (len(traits),)."""
    return curve.level * np.exp(np.minimum(traits @ np.array((learned or constants())["spread"]), 3.0))


def all_traits(curve: Curve, to: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The expected error at each n of `to`, and all that both ends of its interval are judged by.

    Returns:
        errors, shape (len(to),), and traits, shape (len(to), 30), those of `centre_and_traits` first.
    """
    centre, first = centre_and_traits(curve, to)
    quantiles = weighted_quantiles(*posterior(curve, to), SHARES)
    ratio = np.log(np.clip(to / curve.n[-1], 1.0, PROVEN_RATIO))
    tilt, own = _tilt_and_shape(curve)
    level, noise = curve.level, np.median(curve.stderr[-3:])
    away = np.clip((quantiles[[1, 2, 4, 5]] - centre) / level, -1, 1)
    return centre, np.column_stack([
        first,
        np.tile(own, (len(centre), 1)),
        np.log((quantiles[5] - quantiles[1]) / level + TINY),
        *away,
        np.clip((curve.error[-1] - centre) / level, -1, 1),
        ratio * np.log((quantiles[4] - quantiles[2]) / level + TINY),
        ratio * np.log(noise / level + TINY),
        ratio * np.log(len(curve.n)),
        ratio * np.clip(tilt, -1, 1),
    ])  # fmt: skip


def _tilt_and_shape(curve: Curve) -> tuple[float, list[float]]:
    """Fall of the second half per log n, and how rough, bent and non-monotone the curve is."""
    u, error, level = np.log(curve.n), curve.error, curve.level
    half, worse = len(u) // 2, np.maximum(np.diff(error), 0).sum()
    bent = [
        error[i] - np.interp(u[i], u[[i - 1, i + 1]], error[[i - 1, i + 1]]) for i in range(1, len(u) - 1)
    ]
    sizes = [worse, np.median(np.abs(bent)), abs(bent[-1]), error[-1] - error.min(), curve.stderr[-1]]
    ends = ((0, half), (half, -1), (-2, -1))
    slopes = np.array([(error[a] - error[b]) / (u[b] - u[a]) for a, b in ends]) / level
    return slopes[1], [
        *np.log(np.array(sizes) / level + TINY),
        *np.log(np.abs(slopes[1:]) + TINY),
        *np.clip(slopes, -3, 3),
        np.clip((error[0] - error[-1]) / level, -3, 3),
        np.clip(worse / level, 0, 3),
    ]


def reach(traits: np.ndarray, learned: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Low end, middle and high end around the expected error, in units of the level; three of (len(traits),).

    Args:
        learned: `mean` and `deviation` of the traits, coefficients `scale`, `low`, `middle` and `high`.
    """
    standard = (traits - np.array(learned["mean"])) / np.array(learned["deviation"])
    standard = np.clip(standard, -FURTHEST_TRAIT, FURTHEST_TRAIT)
    size = np.exp(np.clip(standard @ np.array(learned["scale"]), -12, 3))
    low, middle, high = (standard @ np.array(learned[name]) for name in ("low", "middle", "high"))
    return low * size, middle * size, high * size


def interval(curve: Curve, to: np.ndarray, learned: dict[str, Any] | None = None):
    """Expected error and the ends of its 80 % interval at each n of `to`, three of shape (len(to),).

    Args:
        learned: constants to use instead of the ones that ship, to test how they were learned.
    """
    centre, traits = all_traits(curve, to)
    low, middle, high = reach(traits, (learned or constants())["reach"])
    share = np.interp(np.log(np.maximum(to / curve.n[-1], 1)), np.log(MIDDLE_FROM), (0, 1))
    expected = np.maximum(centre + share * middle * curve.level, 0.0)
    low = np.minimum(np.maximum(centre + low * curve.level, 0.0), expected)
    return expected, low, np.maximum(centre + high * curve.level, expected)
