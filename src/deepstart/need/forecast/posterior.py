"""What a curve may do next: power laws weighed by how well they explain the points.

A curve is level x shape(n) + departure + noise. Shapes fall (or rise) as a power of n to an offset;
a grid holds their exponent c, the share f of today's error that more data can remove (negative: the
curve gets worse), and a delay d before the power law sets in. The departure is a Gaussian process
in log n that is small at the end of the curve and grows towards its start, so that early points,
which no power law fits, hardly count. Given shape and process, everything is Gaussian: the weight of
each shape is its marginal likelihood, and no fit can fail.

Source: power law with offset: Hestness et al., arXiv 1712.00409 (2017); Gaussian processes over curves:
Swersky et al., arXiv 1406.3896 (2014). The constants were chosen on LCDB 1.1 (Yan, Mohr, Viering 2025).
"""

from functools import cache

import numpy as np

from deepstart.need.forecast.curve import Curve

#: (size at the end of the curve, growth towards its start) of the departure, relative to the error.
DEPARTURES = ((0.003, 2.0), (0.003, 3.0))
#: Length over which the departure is correlated, in log n.
CORRELATION = 4.0
#: Share of the standard error that differs from point to point; repeats on the same splits share the rest.
OWN_NOISE = 0.5
#: Spread of the level around the last errors: wide, the points decide.
LEVEL_SPREAD = 5.0


@cache
def shape_grid() -> np.ndarray:
    """Exponent c, removable share f and delay d of each shape; shape (3, shapes)."""
    c = np.append(0.03, np.geomspace(0.08, 2.5, 12))
    f = np.concatenate([[-0.6, -0.3, -0.15], np.linspace(-0.05, 1, 16)])
    d = (0.0, 0.2, 1.0)
    return np.array([axis.ravel() for axis in np.meshgrid(c, f, d, indexing="ij")])


def shapes_at(u: np.ndarray) -> np.ndarray:
    """Error relative to the end of the curve at u = log(n / last n); shape (points, shapes)."""
    c, f, d = shape_grid()
    x = (np.exp(u)[:, None] + d) / (1 + d)
    return 1 + f * (x**-c - 1)


def posterior(curve: Curve, to: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The errors that each shape expects at `to`, and how likely each shape is.

    Returns:
        errors, shape (len(to), shapes), and their weights, shape (shapes,), which add up to 1 for each
        of the DEPARTURES that are averaged.
    """
    expected, weights = zip(*(_one(curve, to, *departure) for departure in DEPARTURES), strict=True)
    return np.concatenate(expected, axis=1), np.concatenate(weights) / len(DEPARTURES)


def _one(curve: Curve, to: np.ndarray, size: float, growth: float):
    """Expected errors at `to` and weights of the shapes under one kind of departure."""
    last, level = curve.n[-1], curve.level
    u, later = np.log(curve.n / last), np.log(np.asarray(to, float) / last)
    y, noise = curve.error / level, _own_noise(curve) / level
    shape = shapes_at(u)

    def covariance(a, b):
        grown = size * np.exp(-growth * np.minimum(a, 0))[:, None] * size * np.exp(-growth * np.minimum(b, 0))
        return grown * np.exp(-np.abs(a[:, None] - b) / CORRELATION)

    inverse = np.linalg.inv(covariance(u, u) + np.diag(noise**2))
    fitted = inverse @ shape
    precision = (shape * fitted).sum(0) + LEVEL_SPREAD**-2
    height = (y @ fitted + LEVEL_SPREAD**-2) / precision  # around 1, in units of the level
    evidence = 0.5 * height**2 * precision - 0.5 * np.log(precision)
    weight = np.exp(evidence - evidence.max())
    left = y[:, None] - shape * height
    expected = height * shapes_at(later) + covariance(later, u) @ inverse @ left
    return expected * level, weight / weight.sum()


def _own_noise(curve: Curve) -> np.ndarray:
    """Noise of each point that the others do not share; one lucky point is never trusted alone."""
    return OWN_NOISE * np.maximum(curve.stderr, 0.5 * np.median(curve.stderr))


def weighted_quantiles(values: np.ndarray, weights: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    """The values below which `shares` of the weight lie; shape (shares, rows of `values`)."""
    likely = weights > 1e-6 * weights.max()  # the others move nothing and cost most of the sorting
    values, weights = values[:, likely], weights[likely]
    order = np.argsort(values, axis=1)
    below = np.cumsum(weights[order], axis=1)
    rows = np.arange(len(values))
    first = [(below >= share * below[:, -1:]).argmax(axis=1) for share in shares]
    return np.array([values[rows, order[rows, at]] for at in first])
