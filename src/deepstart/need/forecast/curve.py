"""A learning curve: how good a method is at each number of rows, as errors with a floor at zero."""

from dataclasses import dataclass, field

import numpy as np

from deepstart.findings import UserError

#: Below this many points a curve says too little to go on.
FEWEST_POINTS = 4


@dataclass(frozen=True)
class Scale:
    """How a score becomes an error whose best value is zero, and back.

    Args:
        higher_is_better: of the score.
        best: the score that nothing can beat, in the score's own units.
    """

    higher_is_better: bool
    best: float

    def error(self, score):
        """The error of a score."""
        score = np.asarray(score, float)
        return self.best - score if self.higher_is_better else score - self.best

    #: The mapping is a reflection or a shift.
    def score(self, error):
        """The score of an error."""
        return self.best - error if self.higher_is_better else self.best + error


@dataclass(frozen=True)
class Curve:
    """Errors at rising numbers of rows.

    Args:
        n: rows trained on, shape (points,), rising.
        error: lower is better and never below zero, shape (points,).
        stderr: standard error of each, shape (points,), above zero.
        scale: turns an error back into the score that it came from.
    """

    n: np.ndarray
    error: np.ndarray
    stderr: np.ndarray
    scale: Scale = field(default_factory=lambda: Scale(False, 0.0))

    @property
    def level(self) -> float:
        """The size of the errors at the end: what differences are measured against."""
        return max(float(np.median(self.error[-3:])), 0.01 * float(self.error.max()), 1e-9)


def guess_scale(score: np.ndarray, higher_is_better: bool) -> Scale:
    """The best possible score: 0 for errors, 1 for shares and R2, 100 for percent, else beyond the data."""
    if not higher_is_better:
        beyond = score.min() - 2 * np.ptp(score)
        return Scale(False, 0.0 if score.min() >= 0 else float(beyond))
    for best in (1.0, 100.0):
        if score.max() <= best:
            return Scale(True, best)
    return Scale(True, float(score.max() + 2 * np.ptp(score)))


def make_curve(n, mean, stderr=None, higher_is_better: bool = False) -> Curve:
    """A curve from scores, whatever their units.

    Args:
        n: rows trained on, shape (points,), in any order; equal ones are averaged.
        mean: score at each, shape (points,).
        stderr: standard error of each score, shape (points,); absent, NaN or not
            positive ones are estimated from how roughly the curve runs.
        higher_is_better: of the score.

    Raises:
        UserError: fewer than FEWEST_POINTS different n, or a value that is not a finite number.
    """
    n, mean = np.asarray(n, float), np.asarray(mean, float)
    stderr = np.full_like(mean, np.nan) if stderr is None else np.asarray(stderr, float)
    stderr = np.where(stderr > 0, stderr, np.nan)  # zero and below: somebody's way to write "unknown"
    if not (np.isfinite(n).all() and np.isfinite(mean).all() and (n > 0).all()):
        raise UserError("forecast.not-a-number")
    at = np.unique(n)
    if len(at) < FEWEST_POINTS:
        raise UserError("forecast.too-few-points", count=len(at), fewest=FEWEST_POINTS)
    score = np.array([mean[n == k].mean() for k in at])
    with np.errstate(invalid="ignore"):
        given = np.array([np.sqrt(np.sum(stderr[n == k] ** 2)) / np.sum(n == k) for k in at])
    scale = guess_scale(score, higher_is_better)
    error = scale.error(score)
    return Curve(at, error, _fill(given, error), scale)


def _fill(stderr: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Standard errors with the missing ones estimated and none below a thousandth of the error."""
    missing = ~(np.isfinite(stderr) & (stderr > 0))
    known = stderr[~missing]
    guess = np.median(known) if len(known) else max(_roughness(error), 0.01 * np.median(error))
    floor = 1e-3 * max(np.median(error), 0.01 * error.max()) + 1e-12
    return np.maximum(np.where(missing, guess, stderr), floor)


def _roughness(error: np.ndarray) -> float:
    """Noise of one point: how far points lie off the line through their neighbours, robustly."""
    off = error[1:-1] - (error[:-2] + error[2:]) / 2
    return float(np.median(np.abs(off)) / 0.6745 / np.sqrt(1.5)) if len(off) else 0.0
