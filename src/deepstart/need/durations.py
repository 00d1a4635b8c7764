"""How long a fit on more rows will take, from fits on fewer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: Time grows as a fixed part plus a power of the rows; most methods are near 1, kernels near 2.
POWERS = np.linspace(0.0, 2.4, 49)
LIKELY_POWER, POWER_SPREAD = 1.0, 0.45
#: What the fixed part may be of the smallest fit's time, and how fast larger parts get less likely.
FIXED = np.linspace(0.0, 0.96, 25)
USUAL_FIXED = 0.4
#: How far a fit's time strays by itself on a quiet machine, how much more where other work has the
#: processor, and more for each doubling between it and the rows asked for (start-up, caches and early
#: stopping make small fits say less), as natural logarithms.
STRAY, STRAY_OF_OTHERS, STRAY_PER_DOUBLING = 0.08, 0.3, 0.05
#: A clock's and a start's unsteadiness, in seconds.
JITTER = 0.03


@dataclass(frozen=True)
class Duration:
    """Seconds, with the 80 % interval."""

    seconds: float
    low: float
    high: float

    def plus(self, seconds: float) -> "Duration":
        """The same with something after it that takes so long."""
        return Duration(self.seconds + seconds, self.low + seconds, self.high + seconds)

    def at_least(self, seconds: float) -> "Duration":
        """The same, moved where it falls short of a part that is known to take so long.

        Example:
            >>> Duration(4.0, 3.0, 5.0).at_least(8.0), Duration(4.0, 3.0, 5.0).at_least(2.0)
            (Duration(seconds=8.0, low=6.0, high=10.0), Duration(seconds=4.0, low=3.0, high=5.0))
        """
        factor = max(seconds / self.seconds, 1.0)
        return Duration(max(self.seconds, seconds), factor * self.low, factor * self.high)


def predict_seconds(
    points: Sequence[tuple[float, float]], n: float, *, share: float = 1.0
) -> Duration | None:
    """Seconds that a fit on `n` rows will take.

    Every law `fixed + factor * rows ** power` on a grid is weighed by how well it meets the points and
    by how usual it is; the answer is the weighted median, so that a single point is enough.

    Args:
        points: (rows, seconds) of finished fits that no limit ended, in any order.
        n: rows asked for.
        share: part of the machine's busy processor time that was the fits', 0 to 1; where it is low, the
            clock measured others' work too, and the points are trusted less.

    Returns:
        None when there are no points.

    Example:
        >>> found = predict_seconds([(100, 1.0), (200, 2.0), (400, 4.0)], 800)
        >>> round(found.seconds), found.low < 8.0 < found.high
        (8, True)
    """
    known = np.array([(rows, max(seconds, 1e-4)) for rows, seconds in points if rows > 0], float)
    if not len(known):
        return None
    rows, seconds = known.T
    power, fixed = (grid.ravel() for grid in np.meshgrid(POWERS, FIXED, indexing="ij"))
    shape = np.log(_shape(rows[:, None] / rows.min(), power, fixed))  # (points, laws)
    doublings = np.abs(np.log2(n / rows))
    stray = STRAY + STRAY_OF_OTHERS * (1 - share)
    precision = 1 / (stray**2 + (STRAY_PER_DOUBLING * doublings) ** 2 + (JITTER / seconds) ** 2)
    rest = np.log(seconds)[:, None] - shape
    factor = precision @ rest / precision.sum()
    misfit = precision @ (rest - factor) ** 2
    unusual = ((power - LIKELY_POWER) / POWER_SPREAD) ** 2 + 2 * fixed / USUAL_FIXED
    weight = np.exp(-0.5 * (misfit - misfit.min() + unusual))
    middle = factor + np.log(_shape(n / rows.min(), power, fixed))
    spread = (1 / precision.sum() + stray**2) ** 0.5
    low, median, high = _quantiles(middle, weight, spread)
    return Duration(median, low, high)


def _shape(times: np.ndarray | float, power: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """A law's time at `times` the smallest fit's rows, in times of the smallest fit's."""
    return fixed + (1 - fixed) * times**power


def _quantiles(middle: np.ndarray, weight: np.ndarray, spread: float) -> tuple[float, float, float]:
    """10, 50 and 90 % of a mixture of normals of one width, as exponentials."""
    steps = np.array([-1.75, -1.15, -0.76, -0.43, -0.14, 0.14, 0.43, 0.76, 1.15, 1.75])
    values = (middle[:, None] + spread * steps).ravel()
    order = np.argsort(values)
    mass = np.cumsum(np.repeat(weight, len(steps))[order])
    found = np.searchsorted(mass, np.array([0.1, 0.5, 0.9]) * mass[-1])
    low, median, high = np.exp(values[order][np.minimum(found, len(values) - 1)])
    return float(low), float(median), float(high)
