"""Are the probabilities of the verdict true? Simulated data, whose true lead is known.

    python benchmarks/calibration.py [--samples 60]

Draws data sets from known populations, compares pairs of quick methods on them by repeated
five-fold cross-validation as the race does, and checks the posterior of the lead against the true
one (the mean over the samples of the lead on 20,000 fresh rows): how often the 95 % interval covers
it, and how often "lead above w" was true where the posterior said so with a given probability.
Run with other settings of the correction to see what they would do.
"""

import argparse
import warnings
from itertools import combinations

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from deepstart.need import statistics
from deepstart.need.metrics import accuracy, variance_of_difference

METHODS = (
    LogisticRegression,
    lambda: KNeighborsClassifier(15),
    GaussianNB,
    lambda: DecisionTreeClassifier(max_depth=4, random_state=0),
)
ROWS, SPLITS, WORTHS = (300, 1000), (1, 2, 5, 10), (-0.01, 0.0, 0.01)
BINS = (0, 0.05, 0.2, 0.5, 0.8, 0.95, 1.0001)


def population(kind: int, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows and labels: of a linear (0) or an interacting (1) truth, with noise."""
    X = rng.normal(size=(n, 8))
    linear, interacting = 2 * (X[:, 0] + X[:, 1]), 2 * X[:, 0] * X[:, 1] + 1.5 * X[:, 2] + (X[:, 3] > 0.5)
    chance = 1 / (1 + np.exp(-(linear, interacting)[kind]))
    return X, (rng.random(n) < chance).astype(int)


def sampled(kind: int, n: int, samples: int, rng: np.random.Generator) -> list[tuple]:
    """For each pair of methods: values and row variances on each split of each sample, and the true lead."""
    fresh_X, fresh_y = population(kind, 20_000, rng)
    influences: list = []
    truths = np.zeros((samples, len(METHODS)))
    for sample in range(samples):
        X, y = population(kind, n, rng)
        splits = []
        for repeat in range(max(SPLITS) // 5):
            cutter = StratifiedKFold(5, shuffle=True, random_state=100 * sample + repeat)
            splits += list(cutter.split(X, y))
        fitted = [[make().fit(X[train], y[train]) for make in METHODS] for train, _ in splits]
        truths[sample] = [m.score(fresh_X, fresh_y) for m in fitted[0]]
        scored = [
            [accuracy(y[test], m.predict_proba(X[test])) for m in models]
            for models, (_, test) in zip(fitted, splits, strict=True)
        ]
        influences.append(scored)
    return [
        (
            np.array([[s[a][0] - s[b][0] for s in sample] for sample in influences]),
            np.array([[variance_of_difference(s[a][1], s[b][1]) for s in sample] for sample in influences]),
            float((truths[:, a] - truths[:, b]).mean()),
        )
        for a, b in combinations(range(len(METHODS)), 2)
    ]


def reliability(cases: list[tuple], splits: int) -> tuple[float, list[tuple[float, float, int]]]:
    """Coverage of the 95 % interval; for each bin of probabilities: said, true, and their count."""
    covered, said, true = [], [], []
    for values, variances, truth in cases:
        for value, variance in zip(values, variances, strict=True):
            belief = statistics.posterior_of_mean(value[:splits], variance[:splits], test_share=0.2)
            low, high = belief.interval()
            covered.append(low <= truth <= high)
            said += [belief.above(w) for w in WORTHS]
            true += [truth > w for w in WORTHS]
    said, true = np.array(said), np.array(true)
    table = []
    for low, high in zip(BINS, BINS[1:], strict=False):
        inside = (said >= low) & (said < high)
        table.append((float(said[inside].mean()), float(true[inside].mean()), int(inside.sum())))
    return float(np.mean(covered)), table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=60)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(0)
    cases = [case for kind in (0, 1) for n in ROWS for case in sampled(kind, n, options.samples, rng)]
    print("| splits | coverage of 95 % | P(lead > w): said → true (count), by bin |")
    print("|---|---|---|")
    for splits in SPLITS:
        coverage, table = reliability(cases, splits)
        bins = ", ".join(f"{said:.2f} → {true:.2f} ({count})" for said, true, count in table if count)
        print(f"| {splits} | {100 * coverage:.1f} % | {bins} |")


if __name__ == "__main__":
    main()
