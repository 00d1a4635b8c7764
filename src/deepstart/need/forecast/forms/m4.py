"""A power law between two levels: where the curve starts (chance) and where it ends."""

import numpy as np
from scipy.optimize import minimize, nnls

from deepstart.need.forecast.forms import form


@form(
    "m4", parameters=5, source="Alabdulmohsin, Neyshabur, Zhai: Revisiting neural scaling laws, NeurIPS 2022"
)
def m4(n, error, stderr):
    """(err - e) / (e0 - err)^alpha = b n^-c; b, c, alpha by least squares inside, e and e0 outside."""
    error = np.maximum(error, 1e-6)
    low, high, log_n = error.min(), error.max(), np.log(n / n[0])

    def inner(outer):
        """Level, c and alpha for given e and e0: linear in log space, with c and alpha >= 0."""
        e, e0 = low / (1 + np.exp(outer[0])), high * (1 + np.exp(outer[1]))
        columns = np.column_stack([np.ones_like(n), -np.ones_like(n), -log_n, np.log(e0 - error)])
        (plus, minus, c, alpha), _ = nnls(columns, np.log(error - e))
        return e, e0, plus - minus, c, alpha

    def value(outer, at):
        e, e0, level, c, alpha = inner(outer)
        return _solve(e, e0, level - c * np.log(at / n[0]), alpha)

    def loss(outer):
        return np.mean((np.log(value(outer, n)) - np.log(error)) ** 2)

    found = [
        minimize(loss, start, method="Nelder-Mead", bounds=((-9, 9), (-9, 4)), options={"maxfev": 80})
        for start in ((1.0, -1.0), (-2.0, -3.0))
    ]
    best = min(found, key=lambda f: f.fun).x
    return lambda to: value(best, np.asarray(to, float))


def _solve(e, e0, target, alpha):
    """The error at which log(err - e) - alpha log(e0 - err) meets `target`, by bisection."""
    low, high = np.full_like(target, e), np.full_like(target, e0)
    for _ in range(40):
        middle = (low + high) / 2
        with np.errstate(divide="ignore"):
            above = np.log(middle - e) - alpha * np.log(e0 - middle) > target
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return (low + high) / 2
