"""The smoothly broken power law, with one break."""

import numpy as np

from deepstart.need.forecast.forms import best_fit, form


@form("bnsl", parameters=6, source="Caballero et al.: Broken neural scaling laws, ICLR 2023")
def bnsl(n, error, stderr):
    """err(n) = a + b n^-c0 (1 + (n/d)^(1/f))^(-c1 f) with the squared log error as loss."""
    error, first = np.maximum(error, 1e-6), n[0]
    span = np.log(n[-1] / first)

    def value(p, at):
        a, b, c0, c1, d, f = p
        log_at = np.log(at / first)
        return a + np.exp(b - c0 * log_at - c1 * f * np.logaddexp(0, (log_at - d) / f))

    starts = [(0.5 * error.min(), np.log(error.max()), c0, c1, share * span, 0.3)
              for c0, c1 in ((0.4, 0.0), (0.1, 0.5)) for share in (0.3, 0.7)]  # fmt: skip
    bounds = ((0, -15, 0, -2, 0, 0.02), (0.9999 * error.min(), 5 + np.log(error.max()), 3, 3, 1.5 * span, 3))
    p = best_fit(lambda p: 30 * (np.log(value(p, n)) - np.log(error)), starts, bounds)
    return lambda to: value(p, to)
