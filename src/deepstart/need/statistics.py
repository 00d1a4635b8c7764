"""How sure we may be that one side is better: posterior probabilities from few, overlapping splits.

Splits of one data set share rows, so their differences are correlated and a plain t-test is far too
sure. The corrected variance widens it (in part only, see OVERLAP); read as a Bayesian posterior it
gives the probability of each answer. With one or two splits the variance between splits is hardly
known; what the rows of the test sets tell about it (see `metrics`) enters as a prior worth
`PRIOR_SPLITS` splits.

Source:
    Nadeau, Bengio: Inference for the generalization error. Machine Learning 52 (2003).
    Corani, Benavoli: A Bayesian approach for comparing cross-validated algorithms on multiple data
    sets. Machine Learning 100 (2015).
    Benavoli, Corani, Demsar, Zaffalon: Time for a change. JMLR 18 (2017).
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

#: How many splits' worth of knowledge the rows of a test set bring about the spread between splits.
PRIOR_SPLITS = 5.0
#: A split's difference varies by its test rows and by its training rows; the second adds this share.
TRAINING_SHARE = 0.25
#: The published correction is for resampled test sets, which overlap. In cross-validation they do not:
#: with the full correction 95 % intervals cover 98.6 to 99.7 %, with this part of it 95.6 to 99.1 % on
#: populations that had no say in choosing it (benchmarks/calibration.py).
OVERLAP = 0.4


@dataclass(frozen=True)
class Posterior:
    """Belief about a mean: Student t with `df` degrees of freedom at `mean`, of width `scale`.

    Args:
        least, most: values that the mean cannot pass; intervals are cut there.
    """

    mean: float
    scale: float
    df: float
    least: float = -np.inf
    most: float = np.inf

    def above(self, value: float) -> float:
        """Probability that the true mean lies above `value`."""
        return float(stats.t.sf((value - self.mean) / self.scale, self.df))

    def interval(self, coverage: float = 0.95) -> tuple[float, float]:
        """Lowest and highest plausible mean.

        Example:
            >>> low, high = Posterior(0.6, 0.6, 5, least=0.0, most=1.0).interval()
            >>> low, high
            (0.0, 1.0)
        """
        half = float(stats.t.ppf(0.5 + coverage / 2, self.df)) * self.scale
        return max(self.mean - half, self.least), min(self.mean + half, self.most)


@dataclass(frozen=True)
class Chances:
    """Probabilities that deep is better by more than `worth`, that they are equivalent, that classical is."""

    deep: float
    equivalent: float
    classical: float


def overlap(test_share: float) -> float:
    """What shared training rows add to the variance of a mean over splits, in variances of one split."""
    return OVERLAP * test_share / (1 - test_share)


def posterior_of_mean(
    values: np.ndarray,
    row_variances: np.ndarray,
    *,
    test_share: float,
    same_test: bool = False,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Posterior:
    """Belief about the true mean of a score, or of a difference of two, from its value on each split.

    Args:
        values: shape (splits,); at least one.
        row_variances: variance of each value by the choice of test rows alone, shape (splits,).
        test_share: part of all rows that each split tests on; 0.2 for five folds.
        same_test: all splits test on the same rows (a split that came with the data).
        bounds: lowest and highest value that there is.

    Raises:
        ValueError: no splits, or shapes that differ.

    Example:
        >>> belief = posterior_of_mean(np.array([.02, .03, .025]), np.full(3, 1e-5), test_share=.2)
        >>> round(belief.mean, 3), belief.above(0.0) > 0.99
        (0.025, True)
    """
    values, row_variances = np.asarray(values, float), np.asarray(row_variances, float)
    if values.shape != row_variances.shape or values.ndim != 1 or not len(values):
        raise ValueError(f"{values.shape} values and {row_variances.shape} variances cannot be paired")
    splits = len(values)
    expected = float(row_variances.mean()) * (1 + TRAINING_SHARE)
    observed = float(values.var(ddof=1)) if splits > 1 else 0.0
    df = PRIOR_SPLITS + splits - 1
    variance = (PRIOR_SPLITS * expected + (splits - 1) * observed) / df
    if same_test:
        # Repeats share every test row: averaging them removes the chance of training, not of testing.
        # Their spread is the chance of training alone, which the rows' variance says only before it is seen.
        by_rows = float(row_variances.mean())
        training = (PRIOR_SPLITS * TRAINING_SHARE * by_rows + (splits - 1) * observed) / df
        scale_squared = by_rows + training / splits
    else:
        scale_squared = variance * (1 / splits + overlap(test_share))
    return Posterior(float(values.mean()), float(np.sqrt(max(scale_squared, 1e-24))), df, *bounds)


def chances(
    difference: Posterior, worth: float, deep: Posterior | None = None, classical: Posterior | None = None
) -> Chances:
    """The three probabilities, from the belief about deep minus classical; `worth` in units of the score.

    Args:
        deep, classical: belief about each side's own score, where it is known. No score is above 1, so
            a lead that would need one is ruled out: over 0.995 nobody leads by a point.

    Example:
        >>> lead = Posterior(-.004, .007, 5)
        >>> network, rival = Posterior(.991, .006, 5), Posterior(.995, .005, 5)
        >>> round(chances(lead, .01).deep, 3), round(chances(lead, .01, network, rival).deep, 3)
        (0.051, 0.024)
    """
    leads = difference.mean + difference.scale * stats.t.ppf(_LEVELS, difference.df)
    weights = np.ones_like(leads)
    if deep is not None and classical is not None:
        weights = _possible(leads, difference, deep, classical)
    if weights.sum() < 1e-9:  # beliefs that contradict each other: the plain ones must do
        weights = np.ones_like(leads)
    above, below = weights[leads > worth].sum(), weights[leads < -worth].sum()
    return Chances(*(float(part / weights.sum()) for part in (above, weights.sum() - above - below, below)))


def difference_json(lead: Posterior | None, odds: Chances | None) -> dict[str, float] | None:
    """A lead with its 95 % interval and its three probabilities, as all JSON gives it."""
    if lead is None or odds is None:
        return None
    low, high = lead.interval()
    return {
        "mean": lead.mean,
        "low": low,
        "high": high,
        "p_deep_better": odds.deep,
        "p_equivalent": odds.equivalent,
        "p_classical_better": odds.classical,
    }


#: Levels of probability at which a belief is read.
_LEVELS = (np.arange(20_000) + 0.5) / 20_000


def _possible(leads: np.ndarray, difference: Posterior, deep: Posterior, classical: Posterior) -> np.ndarray:
    """Probability that both scores are at most 1, given each lead: of a bivariate t, shape (leads,)."""
    together = (difference.scale**2 + deep.scale**2 - classical.scale**2) / 2
    slope = together / difference.scale**2
    left = max(deep.scale**2 - slope * together, (0.05 * deep.scale) ** 2)
    away = (leads - difference.mean) / difference.scale
    width = np.sqrt(left * (difference.df + away**2) / (difference.df + 1))
    expected = deep.mean + slope * (leads - difference.mean)
    return stats.t.cdf((1 + np.minimum(leads, 0) - expected) / width, difference.df + 1)
