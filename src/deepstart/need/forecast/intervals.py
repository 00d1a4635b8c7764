"""How wide a forecast must be to hold: learned from thousands of curves whose later part is known.

The width follows from what can be seen before: how far the possible shapes disagree, how far the
forecast is from the last error, the noise, the ratio of n asked to n seen, the points and the rows.
`constants.json` holds the learned numbers; `benchmarks/learn_forecast.py` learns them.
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


def interval(curve: Curve, to: np.ndarray, learned: dict[str, Any] | None = None):
    """Expected error and the ends of its 80 % interval at each n of `to`, three of shape (len(to),).

    Args:
        learned: constants to use instead of the ones that ship, to test how they were learned.
    """
    centre, traits = centre_and_traits(curve, to)
    learned = learned or constants()
    typical, log_ratio = spread(curve, traits, learned), np.log(np.maximum(to / curve.n[-1], 1.0))
    below, above = (np.interp(log_ratio, np.log(learned["ratios"]), learned[x]) for x in ("below", "above"))
    return centre, np.maximum(centre - below * typical, 0.0), centre + above * typical
