"""The published forms of learning curves, one file each; each registers itself where it is defined.

    @form("pow3", parameters=3, source="Hestness et al. 2017, arXiv 1712.00409")
    def pow3(n, error, stderr):
        ...
        return lambda to: a + b * to**-c

A form is fitted to errors (lower is better, floor at zero) and gives a function of n. All forms get
the same anchors, weights and scale, so they differ in their shape alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
from scipy.optimize import least_squares

Predict = Callable[[np.ndarray], np.ndarray]
Fit = Callable[[np.ndarray, np.ndarray, np.ndarray], Predict]


@dataclass(frozen=True)
class Form:
    """One published shape of a learning curve.

    Args:
        name: as in the literature.
        parameters: how many numbers a fit has to find.
        fit: from n, error and standard error, each of shape (anchors,), to a function of n.
        source: the paper it comes from.
    """

    name: str
    parameters: int
    fit: Fit
    source: str


_registered: dict[str, Form] = {}


def form(name: str, *, parameters: int, source: str):
    """Register the decorated function, which fits a curve, as a form."""

    def register(fit: Fit) -> Fit:
        _registered[name] = Form(name, parameters, fit, source)
        return fit

    return register


@cache
def all_forms() -> dict[str, Form]:
    """Every form, by name."""
    for module in iter_modules(__path__, __name__ + "."):
        import_module(module.name)
    return dict(sorted(_registered.items()))


def weights_of(error: np.ndarray, stderr: np.ndarray) -> np.ndarray:
    """One over the standard error of each anchor, with a floor so that none outweighs all the others."""
    floor = np.maximum(0.5 * np.median(stderr), 0.005 * np.median(error) + 1e-9)
    return 1 / np.maximum(stderr, floor)


def best_fit(residuals, starts, bounds) -> np.ndarray:
    """The parameters with the least soft-L1 loss over several starts.

    Args:
        residuals: from parameters to residuals in units of standard errors.
        starts: starting points; those outside the bounds are moved inside.
        bounds: lowest and highest value of each parameter.
    """
    low, high = (np.asarray(b, float) for b in bounds)
    high = np.maximum(high, low + 1e-9)
    best, loss = np.clip(starts[0], low, high), np.inf
    for start in starts:
        inside = np.clip(start, low + 1e-12, high - 1e-12)
        found = least_squares(residuals, inside, bounds=(low, high), loss="soft_l1", max_nfev=200)
        if found.cost < loss:
            best, loss = found.x, found.cost
    return best
