"""Which score decides, how it is computed, and how sure one test set makes us of it.

Every metric gives, besides the score, one *influence* a row: how much that row moves the score.
The variance of a score, and of the difference of two scores on the same rows, follows from the
influences (infinitesimal jackknife; for AUROC this is DeLong's variance), so that even a single
split tells how far chance alone may have moved it.

Source:
    Efron, Tibshirani: An Introduction to the Bootstrap (1993), chapter 21.
    DeLong, DeLong, Clarke-Pearson: Comparing the areas under two or more correlated ROC curves.
    Biometrics 44 (1988).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from deepstart.need.data import Data

if TYPE_CHECKING:
    from deepstart.need.splits import Split

#: From this ratio of the largest to the smallest class, accuracy would hide the small class.
UNEVEN = 4.0
#: Fewer rows of a class than this, and its score is mostly chance.
FEW_ROWS = 50


@dataclass(frozen=True)
class Metric:
    """A score of predictions.

    Args:
        name: as in JSON; its names for people are `need.metric.NAME` in the words.
        evaluate: (truth, prediction) to score and influences, shape (n,). Prediction is an array of
            probabilities (n, classes) for classification, of values (n,) for regression.
        points: what one point of `--worth` is in units of the score.
        least: the worst score that there is; the best is always 1.
        higher_is_better: always true for the metrics that decide.
    """

    name: str
    evaluate: Callable[[np.ndarray, np.ndarray], tuple[float, np.ndarray]]
    points: float = 0.01
    least: float = 0.0
    higher_is_better: bool = True

    def score(self, truth: np.ndarray, prediction: np.ndarray) -> float:
        """The score alone."""
        return self.evaluate(truth, prediction)[0]

    def possible(self, value: float) -> float:
        """The nearest score that there is: the end of an interval lies no farther out.

        Example:
            >>> METRICS["accuracy"].possible(-0.2), METRICS["r2"].possible(-0.2), METRICS["r2"].possible(1.1)
            (0.0, -0.2, 1.0)
        """
        return min(max(value, self.least), 1.0)


def accuracy(truth: np.ndarray, probabilities: np.ndarray) -> tuple[float, np.ndarray]:
    """Share of rows whose likeliest class is the true one."""
    right = (probabilities.argmax(axis=1) == truth).astype(float)
    return float(right.mean()), right - right.mean()


def balanced_accuracy(truth: np.ndarray, probabilities: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean over the classes of the share of their rows that is found (classes present in `truth`)."""
    right = (probabilities.argmax(axis=1) == truth).astype(float)
    counts = np.bincount(truth)
    present = np.flatnonzero(counts)
    recall = np.bincount(truth, weights=right) / np.maximum(counts, 1)
    influence = (right - recall[truth]) * len(truth) / (len(present) * counts[truth])
    return float(recall[present].mean()), influence


def auroc(truth: np.ndarray, probabilities: np.ndarray) -> tuple[float, np.ndarray]:
    """Chance that a row of class 1 gets a higher probability than a row of class 0."""
    value, positive = probabilities[:, 1], truth == 1
    n_positive, n_negative = positive.sum(), (~positive).sum()
    if not n_positive or not n_negative:
        return float("nan"), np.zeros(len(truth))
    ranks = rankdata(value)
    within = np.empty(len(truth))
    within[positive], within[~positive] = rankdata(value[positive]), rankdata(value[~positive])
    # Placement: the share of the other class that this row stands above (or, for class 0, below).
    placement = np.where(positive, (ranks - within) / n_negative, 1 - (ranks - within) / n_positive)
    area = placement[positive].mean()
    influence = (placement - area) * len(truth) / np.where(positive, n_positive, n_negative)
    return float(area), influence


def r_squared(truth: np.ndarray, prediction: np.ndarray) -> tuple[float, np.ndarray]:
    """Share of the variance of the truth that is explained; below 0 is worse than the mean."""
    variance = max(float(np.var(truth)), 1e-300)
    explained = 1 - (truth - prediction) ** 2 / variance
    # The denominator is estimated from the same rows; its influence belongs to the score's.
    influence = explained - explained.mean()
    influence = influence + (1 - explained.mean()) * ((truth - truth.mean()) ** 2 / variance - 1)
    return float(explained.mean()), influence


METRICS = {
    "accuracy": Metric("accuracy", accuracy),
    "balanced_accuracy": Metric("balanced_accuracy", balanced_accuracy),
    "auroc": Metric("auroc", auroc),
    "r2": Metric("r2", r_squared, least=-np.inf),
}


def unevenness(data: Data) -> float:
    """Rows of the largest class for one row of the smallest."""
    counts = data.class_counts
    counts = counts[counts > 0]
    return float(counts.max() / counts.min()) if len(counts) else 1.0


def _holds_both(data: Data, split: "Split") -> bool:
    return all(len(np.unique(data.y[rows])) == 2 for rows in (split.test, split.validation))


def choose_metric(data: Data, splits: Sequence["Split"] = ()) -> Metric:
    """R² for regression; accuracy for even classes; AUROC (two) or balanced accuracy (more) otherwise.

    One of many classes that is too small to be measured shall not count as much as each of the others:
    its chance would drown what they tell. Then accuracy decides, too; and where a split holds rows of one
    class alone, on which AUROC is not defined.
    """
    if data.task == "regression":
        return METRICS["r2"]
    if unevenness(data) < UNEVEN:
        return METRICS["accuracy"]
    if len(data.classes) == 2:
        return METRICS["auroc" if all(_holds_both(data, split) for split in splits) else "accuracy"]
    return METRICS["balanced_accuracy" if data.class_counts.min() >= FEW_ROWS else "accuracy"]


def log_loss(truth: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean negative log of the probability given to the true class, probabilities kept above 1e-7."""
    given = probabilities[np.arange(len(truth)), truth]
    return float(-np.log(np.clip(given, 1e-7, 1)).mean())


def all_scores(task: str, truth: np.ndarray, prediction: np.ndarray) -> dict[str, float]:
    """Every score that the report shows, by name."""
    if task == "regression":
        error = prediction - truth
        return {
            "r2": r_squared(truth, prediction)[0],
            "rmse": float(np.sqrt((error**2).mean())),
            "mae": float(np.abs(error).mean()),
        }
    scores = {
        "accuracy": accuracy(truth, prediction)[0],
        "balanced_accuracy": balanced_accuracy(truth, prediction)[0],
        "log_loss": log_loss(truth, prediction),
    }
    if prediction.shape[1] == 2:
        scores["auroc"] = auroc(truth, prediction)[0]
    return scores


def lowest(low: float, score: float, rows: int) -> float:
    """The lower end of a 95 % interval; where not one of `rows` went wrong their spread says nothing.

    Example:
        >>> lowest(0.97, 0.98, 36), round(lowest(1.0, 1.0, 36), 3)
        (0.97, 0.903)

    Source:
        Clopper, Pearson: The use of confidence or fiducial limits. Biometrika 26 (1934).
    """
    return low if score < 1 - 1e-9 or not rows else min(low, 0.025 ** (1 / rows))


def variance_of_difference(first: np.ndarray, second: np.ndarray, bound: np.ndarray | None = None) -> float:
    """Variance of the difference of two scores on the same rows, from their influences, shape (n,).

    One row's worth of doubt is added, so that two methods that agree on every row of a small test
    set are not called equal with certainty, nor one without an error perfect.

    Args:
        bound: code of the group of each row, shape (n,), whose rows go right or wrong together; chance
            then draws groups, not rows. A single group tells of no other: its rows count as one.

    Source:
        Cameron, Miller: A practitioner's guide to cluster-robust inference. Journal of Human Resources
        50 (2015), section II.
    """
    n = len(first)
    one_row = (max(float(np.abs(first).max(initial=0)), float(np.abs(second).max(initial=0))) or 1.0) / n
    apart = first - second
    by_rows = float((apart**2).sum() / n**2)
    if bound is None:
        return by_rows + one_row**2
    code = np.unique(bound, return_inverse=True)[1]
    groups = int(code.max(initial=0)) + 1
    if groups == 1:
        return n * by_rows + one_row**2
    by_groups = float((np.bincount(code, weights=apart) ** 2).sum() / n**2) * groups / (groups - 1)
    return max(by_rows, by_groups) + one_row**2
