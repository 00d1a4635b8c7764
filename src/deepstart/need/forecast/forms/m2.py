"""A power law that falls to an offset, fitted in log error and without a prior."""

import numpy as np

from deepstart.need.forecast.forms import best_fit, form


@form(
    "m2", parameters=3, source="Alabdulmohsin, Neyshabur, Zhai: Revisiting neural scaling laws, NeurIPS 2022"
)
def m2(n, error, stderr):
    """err(n) = e + b n^-c with the squared log error as loss."""
    error = np.maximum(error, 1e-6)

    def value(p, at):
        return p[0] + np.exp(p[1]) * (at / n[0]) ** -p[2]

    starts = [(share * error.min(), np.log(error.max()), c) for share, c in ((0.8, 0.6), (0.1, 0.3))]
    bounds = ((0, -15, 0), (0.9999 * error.min(), 5 + np.log(error.max()), 3))
    p = best_fit(lambda p: 30 * (np.log(value(p, n)) - np.log(error)), starts, bounds)
    return lambda to: value(p, to)
