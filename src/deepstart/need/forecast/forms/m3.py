"""A power law of the inverse sample size, shifted so that it bends to a plateau."""

import numpy as np

from deepstart.need.forecast.forms import best_fit, form


@form(
    "m3", parameters=3, source="Alabdulmohsin, Neyshabur, Zhai: Revisiting neural scaling laws, NeurIPS 2022"
)
def m3(n, error, stderr):
    """err(n) = b (1/n + g)^c with the squared log error as loss."""
    error, first = np.maximum(error, 1e-6), n[0]

    def log_value(p, at):
        return p[0] + p[2] * np.log(first / at + np.exp(p[1]))

    starts = [(np.log(error.max()), shift, c) for shift, c in ((-8, 0.4), (-3, 0.7))]
    bounds = ((-20, -20, 0), (20, 3, 5))
    p = best_fit(lambda p: 30 * (log_value(p, n) - np.log(error)), starts, bounds)
    return lambda to: np.exp(log_value(p, to))
