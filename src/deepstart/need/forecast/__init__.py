"""Learning curves: what comes with more rows, how sure that is, and who will be ahead.

curve = make_curve(n, accuracy, stderr, higher_is_better=True)
forecast_curve(n, accuracy, stderr, to=[2000, 4000], higher_is_better=True)
compare_forecast(deep_curve, classical_curve)
"""

import numpy as np

from deepstart.findings import UserError
from deepstart.need.forecast.curve import FEWEST_POINTS, Curve, make_curve
from deepstart.need.forecast.intervals import PROVEN_RATIO, interval
from deepstart.need.forecast.winner import Crossing, Outlook, compare_forecast, crossing, who_wins

__all__ = [
    "FEWEST_POINTS", "PROVEN_RATIO", "Crossing", "Curve", "Outlook", "compare_forecast", "crossing",
    "forecast_curve", "make_curve", "who_wins",
]  # fmt: skip


def forecast_curve(
    n, mean, stderr=None, to=(), higher_is_better: bool = False
) -> list[tuple[float, float, float, float]]:
    """The score to expect with `to` rows, each with an 80 % interval.

    Args:
        n: rows trained on, shape (points,), four different ones or more.
        mean: score at each, in any units, shape (points,).
        stderr: standard error of each score; absent or NaN ones are estimated.
        to: numbers of rows to forecast.
        higher_is_better: of the score.

    Returns:
        (n, mean, low, high) for each of `to`, in the units of the score.

    Raises:
        UserError: too few points, or values or rows asked for that are not finite numbers.

    Example:
        >>> [(n, mean, low, high)] = forecast_curve([64, 128, 256, 512], [.5, .4, .32, .27], to=[1024])
        >>> low < mean < high
        True
    """
    curve = make_curve(n, mean, stderr, higher_is_better)
    at = np.atleast_1d(np.asarray(to, float))
    if len(bad := at[~((at > 0) & np.isfinite(at))]):
        raise UserError("forecast.bad-to", n=f"{bad[0]:g}")
    centre, low, high = interval(curve, at)
    if higher_is_better:
        low, high = high, low
    mean, low, high = (curve.scale.score(error).tolist() for error in (centre, low, high))
    return list(zip(at.tolist(), mean, low, high, strict=True))
