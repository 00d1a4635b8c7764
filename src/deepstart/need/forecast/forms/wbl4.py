"""The Weibull curve: a stretched exponential that falls to an offset."""

import numpy as np

from deepstart.need.forecast.forms import best_fit, form, weights_of


@form("wbl4", parameters=4, source="Mohr, Viering et al.: LCDB 1.0, ECML PKDD 2022; Gu et al. 2001")
def wbl4(n, error, stderr):
    """err(n) = c + b exp(-a n^d) with 0 <= c <= best error."""
    weight, middle = weights_of(error, stderr), np.exp(np.log(n).mean())
    top, low = error.max(), error.min()

    def value(p, at):
        return p[2] + p[1] * np.exp(-np.exp(p[0] + p[3] * np.log(at / middle)))

    starts = [(a, 2 * top, low * share, d) for a in (-1, 0.5) for share in (0.3, 0.9) for d in (0.1, 0.4)]
    bounds = ((-10, 0, 0, 1e-3), (5, 50 * top + 1e-9, low, 5))
    p = best_fit(lambda p: (value(p, n) - error) * weight, starts, bounds)
    return lambda to: value(p, to)
