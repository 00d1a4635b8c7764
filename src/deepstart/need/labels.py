"""Labels as the ceiling: how many are wrong, which ones, and whether they limit more than models do.

Confident learning counts the rows that a model, which has not seen their labels, places confidently in
another class. Where the model itself is weak that count is too high: then it errs most where it is
least sure, while wrong labels lie everywhere. So the disagreement is followed towards the rows that the
model is surest of; what is left there is laid to the labels, and the plain count is the high end.
"""

from dataclasses import dataclass

import numpy as np

from deepstart.findings import Fact, Finding

#: Confidence bins, and the share of the rows, surest first, that the disagreement is followed over.
BINS, FOLLOWED = 10, 0.8
#: Part of the model's own errors that may still be taken for wrong labels.
MISTAKEN = 0.25
#: Least share of wrong labels, at its low end, that is worth a word.
WORTH_A_WORD = 0.02
#: A model that contradicts more labels than this is too weak to judge them.
TOO_WEAK = 0.45
NAMES_SHOWN, TO_LOOK_AT = 5, 50


@dataclass(frozen=True)
class LabelNoise:
    """What is known about wrong labels.

    Args:
        rate: share of labels that are wrong, 0 to 1.
        low, high: lowest and highest plausible share.
        order: all rows, the most doubtful first, shape (n,).
        doubtful: number of rows at the beginning of `order` that are probably wrong.
        better: the likeliest other class of each row, shape (n,).
    """

    rate: float
    low: float
    high: float
    order: np.ndarray
    doubtful: int
    better: np.ndarray

    @property
    def ceiling(self) -> float:
        """Accuracy that a model without fault would show on these labels."""
        return 1 - self.rate


def label_noise(y: np.ndarray, probabilities: np.ndarray) -> LabelNoise:
    """How many labels are wrong, and which.

    Args:
        y: codes of the given classes, shape (n,).
        probabilities: of each class, by a model that was not trained on the row, shape (n, classes).

    Source:
        Northcutt, Jiang, Chuang: Confident learning. JAIR 70 (2021).

    Example:
        >>> y = np.array([0, 1] * 50)
        >>> sure = np.eye(2)[y] * 0.9 + 0.05
        >>> y[7] = 0
        >>> noise = label_noise(y, sure)
        >>> int(noise.order[0]), round(noise.rate, 2)
        (7, 0.01)
    """
    y, probabilities = np.asarray(y, int), np.asarray(probabilities, float)
    own, other, better = _own_and_other(y, probabilities)
    counted = confident_count(y, probabilities)
    rate, error, rise = disagreement_of_the_surest(y, probabilities)
    rate = min(rate, max(counted, 0.0))
    low = max(0.0, rate - 1.28 * error - MISTAKEN * rise)
    doubt = np.log(np.maximum(own, 1e-9)) - np.log(np.maximum(other, 1e-9))
    doubtful = min(round(rate * len(y)), int((doubt < 0).sum()))
    high = min(max(counted, rate) + 1.28 * error, 1.0)
    order = np.argsort(doubt, kind="stable")
    return LabelNoise(float(rate), float(low), float(high), order, doubtful, better)


def _own_and_other(y: np.ndarray, probabilities: np.ndarray):
    """Probability of the given class, of the likeliest other one, and which that is."""
    rows = np.arange(len(y))
    others = probabilities.copy()
    others[rows, y] = -1.0
    better = others.argmax(axis=1)
    return probabilities[rows, y], others[rows, better], better


def confident_count(y: np.ndarray, probabilities: np.ndarray) -> float:
    """Share of wrong labels by the calibrated count of confident learning.

    A row counts as of class j when it is given at least the probability that rows labelled j get on
    average; the counts of each given class are scaled to its number of rows.
    """
    classes = probabilities.shape[1]
    present = np.bincount(y, minlength=classes)
    sure_of = [probabilities[y == k, k].mean() if present[k] else np.inf for k in range(classes)]
    above = probabilities >= np.array(sure_of) - 1e-12
    likely = np.where(above, probabilities, -1.0).argmax(axis=1)
    counted = above.any(axis=1)
    joint = np.zeros((classes, classes))
    np.add.at(joint, (y[counted], likely[counted]), 1)
    shares = joint / np.maximum(joint.sum(axis=1, keepdims=True), 1e-12) * (present / len(y))[:, None]
    return float(shares.sum() - np.trace(shares))


def disagreement_of_the_surest(y: np.ndarray, probabilities: np.ndarray) -> tuple[float, float, float]:
    """Disagreement rate towards full confidence, its standard error, and how much it rises away from it.

    Rows are ranked by confidence among those given the same class by the model; the rate over the rank
    q is followed as rate + rise q^2, and the rise, the model's own errors, is not below zero.
    """
    guess, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    rank = np.empty(len(y))
    for k in np.unique(guess):
        rows = np.flatnonzero(guess == k)
        rank[rows[np.argsort(-confidence[rows], kind="stable")]] = (np.arange(len(rows)) + 0.5) / len(rows)
    within = rank <= FOLLOWED
    q, wrong = rank[within], (guess != y)[within].astype(float)
    edges = np.minimum((q / FOLLOWED * BINS).astype(int), BINS - 1)
    number = np.bincount(edges, minlength=BINS).clip(1)
    share = np.bincount(edges, wrong, BINS) / number
    square = np.bincount(edges, q**2, BINS) / number
    weight = number / (np.maximum(share, wrong.mean()) * (1 - wrong.mean()) + 1 / number)
    mean_square = np.average(square, weights=weight)
    spread = np.average((square - mean_square) ** 2, weights=weight)
    rise = max(0.0, float(np.average((square - mean_square) * share, weights=weight) / max(spread, 1e-12)))
    rate = float(np.average(share, weights=weight)) - rise * mean_square
    variance = (1 + (mean_square**2 / max(spread, 1e-12) if rise > 0 else 0)) / weight.sum()
    return max(rate, 0.0), float(np.sqrt(variance)), rise


def label_findings(noise: LabelNoise, best: float, worth: float, names: np.ndarray | None) -> list[Finding]:
    """What to say about the labels, if anything: that they limit, or that some are wrong.

    Args:
        best: accuracy of the best model, 0 to 1.
        worth: difference in accuracy that counts, 0 to 1.
        names: how a person finds a row again, shape (n,).
    """
    if noise.low < WORTH_A_WORD or best < 1 - TOO_WEAK:
        return []
    names = np.arange(len(noise.order)) + 1 if names is None else names
    shown = [str(names[i]) for i in noise.order[:NAMES_SHOWN]]
    values = {
        "percent": f"{100 * noise.rate:.0f}", "low": f"{100 * noise.low:.0f}",
        "high": f"{100 * noise.high:.0f}", "ceiling": f"{100 * noise.ceiling:.0f}",
        "best": f"{100 * best:.0f}", "names": shown, "count": min(max(noise.doubtful, 1), TO_LOOK_AT),
    }  # fmt: skip
    limits = noise.ceiling - best < worth
    facts = (Fact("share of wrong labels", round(noise.rate, 4), "confident learning on held-out rows"),)
    return [Finding("labels-limit" if limits else "labels", "warn", "audit", values, "data", facts)]
