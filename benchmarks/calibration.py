"""Are the probabilities of the verdict true? Simulated data, whose true lead is known.

    python benchmarks/calibration.py [--samples 60] [--populations chosen|fresh]
                                     [--splits folds|given|forward] [--overlap 0.4 1.0]

Draws data sets from known populations, compares pairs of quick methods on them by the splits that
the race would use, and checks the posterior of the lead against the true one (the mean over the
samples of the lead on 20,000 fresh rows): how often the 95 % interval covers it, and how often "lead
above w" was true where the posterior said so with a given probability.

The constants of `deepstart.need.statistics` were settled on the populations `chosen`; those called
`fresh`, with other methods (a network among them), were not looked at before.
"""

import argparse
import warnings
from itertools import combinations

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from deepstart.need import statistics
from deepstart.need.data import Data
from deepstart.need.metrics import accuracy, variance_of_difference
from deepstart.need.splits import make_splits

SPLITS, WORTHS = (1, 2, 5, 10), (-0.01, 0.0, 0.01)
BINS = (0, 0.05, 0.2, 0.5, 0.8, 0.95, 1.0001)


def linear(n, rng):
    """Two classes on both sides of a plane, with noise."""
    X = rng.normal(size=(n, 8))
    return X, _coin(2 * (X[:, 0] + X[:, 1]), rng)


def interacting(n, rng):
    """Two classes that a product of two columns, a line and a threshold tell apart, with noise."""
    X = rng.normal(size=(n, 8))
    return X, _coin(2 * X[:, 0] * X[:, 1] + 1.5 * X[:, 2] + (X[:, 3] > 0.5), rng)


def ring(n, rng):
    """One class around the other, among columns that say nothing."""
    X = rng.normal(size=(n, 6))
    return X, _coin(2.5 * (np.hypot(X[:, 0], X[:, 1]) - 1.2), rng)


def heavy_tails(n, rng):
    """Forty columns with outliers, five of which matter."""
    X = rng.standard_t(2.5, size=(n, 40))
    return X, _coin(0.8 * np.tanh(X[:, :5]).sum(axis=1), rng)


def three_clouds(n, rng):
    """Three classes of unequal size and shape that overlap."""
    y = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    centres = np.array([[0, 0, 0, 0], [1.5, 0, 0.5, 0], [0, 1.5, 0, 0.5]])
    return centres[y] + rng.normal(size=(n, 4)) * np.array([1.0, 0.6, 1.4])[y][:, None], y


def _coin(logit, rng):
    return (rng.random(len(logit)) < 1 / (1 + np.exp(-logit))).astype(int)


def _network():
    return make_pipeline(
        StandardScaler(), MLPClassifier((32,), early_stopping=True, max_iter=120, random_state=0)
    )


STUDIES = {
    "chosen": (
        (linear, interacting),
        (300, 1000),
        (
            LogisticRegression,
            lambda: KNeighborsClassifier(15),
            GaussianNB,
            lambda: DecisionTreeClassifier(max_depth=4, random_state=0),
        ),
    ),
    "fresh": (
        (ring, heavy_tails, three_clouds),
        (200, 600, 2000),
        (
            LinearDiscriminantAnalysis,
            lambda: make_pipeline(StandardScaler(), SVC()),
            lambda: RandomForestClassifier(60, random_state=0),
            _network,
        ),
    ),
}


def as_data(X, y, kind: str) -> Data:
    """The sample as the race gets it: bare, with a split that came with it, or in an order of time."""
    data = Data("simulated", "table", "classification", X, y, [str(c) for c in np.unique(y)])
    if kind == "given":
        data.part = np.where(np.arange(len(y)) < 0.7 * len(y), 0, 2)
    elif kind == "forward":
        data.order = np.arange(len(y), dtype=float)
    return data


def rows_to_fit(split, kind: str):
    """What the champion is fitted on. Repeats of a given split differ by the chance of training alone,
    which quick methods do not have: a sample of nine tenths stands for it."""
    if kind != "given":
        return split.train
    return np.random.default_rng(split.number).permutation(split.train)[: int(0.9 * len(split.train))]


def hits(model, X, y, n_classes):
    """Accuracy and the influence of each row, as the race measures them."""
    probabilities = np.zeros((len(y), n_classes))
    probabilities[np.arange(len(y)), model.predict(X)] = 1.0
    return accuracy(y, probabilities)


def sampled(population, n: int, methods, kind: str, samples: int, rng) -> list[tuple]:
    """For each pair of methods: values and row variances on each split of each sample, the true lead,
    and the share of rows that a split tests on."""
    fresh_X, fresh_y = population(20_000, rng)
    n_classes = len(np.unique(fresh_y))
    scored, truths = [], np.zeros((samples, len(methods)))
    for sample in range(samples):
        X, y = population(n, rng)
        splits = make_splits(as_data(X, y, kind), seed=100 * sample, most=max(SPLITS))
        rows = [rows_to_fit(split, kind) for split in splits]
        fitted = [[make().fit(X[r], y[r]) for make in methods] for r in rows]
        truths[sample] = [m.score(fresh_X, fresh_y) for m in fitted[0]]
        scored.append(
            [
                [hits(m, X[s.test], y[s.test], n_classes) for m in models]
                for models, s in zip(fitted, splits, strict=True)
            ]
        )
    share = len(splits[0].test) / (len(splits[0].test) + len(splits[0].train))
    return [
        (
            np.array([[s[a][0] - s[b][0] for s in sample] for sample in scored]),
            np.array([[variance_of_difference(s[a][1], s[b][1]) for s in sample] for sample in scored]),
            float((truths[:, a] - truths[:, b]).mean()),
            share,
        )
        for a, b in combinations(range(len(methods)), 2)
    ]


def reliability(cases: list[tuple], splits: int, same_test: bool):
    """Coverage of the 95 % interval; for each bin of probabilities: said, true, and their count."""
    covered, said, true = [], [], []
    for values, variances, truth, share in cases:
        for value, variance in zip(values, variances, strict=True):
            belief = statistics.posterior_of_mean(
                value[:splits], variance[:splits], test_share=share, same_test=same_test
            )
            low, high = belief.interval()
            covered.append(low <= truth <= high)
            said += [belief.above(w) for w in WORTHS]
            true += [truth > w for w in WORTHS]
    said, true = np.array(said), np.array(true)
    table = []
    for low, high in zip(BINS, BINS[1:], strict=False):
        inside = (said >= low) & (said < high)
        if inside.any():
            table.append((float(said[inside].mean()), float(true[inside].mean()), int(inside.sum())))
    return float(np.mean(covered)), table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=60)
    parser.add_argument("--populations", choices=STUDIES, default="fresh")
    parser.add_argument("--splits", choices=("folds", "given", "forward"), default="folds")
    parser.add_argument(
        "--overlap",
        type=float,
        nargs="*",
        default=[statistics.OVERLAP],
        help="parts of the correction to try",
    )
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    populations, sizes, methods = STUDIES[options.populations]
    rng = np.random.default_rng(0)
    cases = [
        case
        for population in populations
        for n in sizes
        for case in sampled(population, n, methods, options.splits, options.samples, rng)
    ]
    print("| part of the correction | splits | coverage of 95 % | P(lead > w): said → true (count) |")
    print("|---|---|---|---|")
    for statistics.OVERLAP in options.overlap:
        for splits in [s for s in SPLITS if s <= cases[0][0].shape[1]]:
            coverage, table = reliability(cases, splits, options.splits == "given")
            bins = ", ".join(f"{said:.2f} → {true:.2f} ({count})" for said, true, count in table)
            print(f"| {statistics.OVERLAP} | {splits} | {100 * coverage:.1f} % | {bins} |")


if __name__ == "__main__":
    main()
