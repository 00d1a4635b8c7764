"""A power law that falls to an offset."""

import numpy as np

from deepstart.need.forecast.forms import best_fit, form, weights_of

#: Where the exponent of most curves lies: mean and spread of a normal prior.
PRIOR_C, PRIOR_SPREAD = 0.5, 0.25


@form(
    "pow3",
    parameters=3,
    source="Hestness et al.: Deep learning scaling is predictable, arXiv 1712.00409 (2017)",
)
def pow3(n, error, stderr):
    """err(n) = a + b n^-c with 0 <= a <= best error, 0 < c <= 2 and a prior on c."""
    weight, first, top = weights_of(error, stderr), n[0], error.max()

    def value(p, at):
        return p[0] + p[1] * (at / first) ** -p[2]

    def residuals(p):
        return np.append((value(p, n) - error) * weight, (p[2] - PRIOR_C) / PRIOR_SPREAD)

    starts = [
        (share * error.min(), top - share * error.min(), c) for share, c in ((0.8, 0.5), (0.3, 0.3), (0.9, 1))
    ]
    p = best_fit(residuals, starts, ((0, 0, 1e-3), (error.min(), 10 * top + 1e-9, 2)))
    return lambda to: value(p, to)
