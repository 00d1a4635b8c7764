"""The Morgan-Mercer-Flodin curve: from a first level to a last one, in an S in log n."""

import numpy as np

from deepstart.need.forecast.forms import best_fit, form, weights_of


@form("mmf4", parameters=4, source="Mohr, Viering et al.: LCDB 1.0, ECML PKDD 2022; Gu et al. 2001")
def mmf4(n, error, stderr):
    """err(n) = (a b + c n^d) / (b + n^d): level a at n = 0, level c at the end, with 0 <= c <= best."""
    weight, middle = weights_of(error, stderr), np.exp(np.log(n).mean())
    top, low = error.max(), error.min()

    def value(p, at):
        rise = np.exp(p[3] * np.log(at / middle) - p[1])  # n^d / b
        return (p[0] + p[2] * rise) / (1 + rise)

    starts = [(top, shift, low * share, d) for shift in (-2, 1) for share in (0.5, 0.95) for d in (0.6, 1.2)]
    bounds = ((0, -15, 0, 1e-3), (10 * top + 1e-9, 15, low, 5))
    p = best_fit(lambda p: (value(p, n) - error) * weight, starts, bounds)
    return lambda to: value(p, to)
