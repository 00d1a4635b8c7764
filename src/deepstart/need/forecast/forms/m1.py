"""A power law that falls to zero."""

import numpy as np

from deepstart.need.forecast.forms import form


@form(
    "m1", parameters=2, source="Alabdulmohsin, Neyshabur, Zhai: Revisiting neural scaling laws, NeurIPS 2022"
)
def m1(n, error, stderr):
    """err(n) = b n^-c with c >= 0: a straight line in log err against log n."""
    log_n, log_error = np.log(n), np.log(np.maximum(error, 1e-6))
    slope = min(0.0, np.polyfit(log_n, log_error, 1)[0])
    level = (log_error - slope * log_n).mean()
    return lambda to: np.exp(level + slope * np.log(to))
