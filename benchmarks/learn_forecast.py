"""Learn the constants of the forecasts from LCDB 1.1: how wide intervals are, and who wins later.

    python benchmarks/learn_forecast.py          # writes src/deepstart/need/forecast/constants.json

`benchmarks/forecast.py` runs the same functions on four fifths of the data sets and tests on the rest.
"""

import json
from pathlib import Path

import numpy as np
from lcdb import Case, lcdb
from scipy.optimize import minimize

from deepstart.need.forecast import intervals, winner

#: Learners that people would really use; the same method in two settings counts once.
LEARNERS = (
    "CatBoost", "RealMLP", "MLP", "ens.ExtraTrees", "ens.RandomForest", "ens.GradientBoosting",
    "LogisticRegression", "SVM_RBF", "SVM_Linear", "KNN", "LDA", "TabPFNv2",
)  # fmt: skip
#: TabNet stays at chance for long and then falls: it counts for who wins, not for the width of intervals.
PAIRED = (*LEARNERS[:-1], "TabNet")
DEEP = ("RealMLP", "MLP", "TabNet")
RATIOS = (1.4, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0)
POINTS = (4, 5, 8, 8, 8, 12)
#: Curves are also cut after so many anchors, so that small n is learned from as well.
ENDS = (None, None, None, 40, 55)
CONSTANTS = Path(intervals.__file__).with_name("constants.json")


def traits_and_truth(cases: list[Case]):
    """Traits, signed error relative to the level and log ratio of each case."""
    rows = [intervals.centre_and_traits(case.curve, np.array([case.end])) for case in cases]
    levels = np.array([case.curve.level for case in cases])
    off = (np.array([case.truth for case in cases]) - np.array([centre[0] for centre, _ in rows])) / levels
    return np.concatenate([traits for _, traits in rows]), off, np.array([case.ratio for case in cases])


def learn_spread(traits: np.ndarray, off: np.ndarray) -> np.ndarray:
    """Coefficients of the log of the typical error: a Laplace likelihood, with a little shrinkage."""

    def loss(theta):
        log_size = traits @ theta
        scaled = np.abs(off) * np.exp(-log_size)
        gradient = traits.T @ (1 - np.minimum(scaled, 20)) / len(off) + 2e-4 * theta
        return np.mean(log_size + np.minimum(scaled, 20)) + 1e-4 * theta @ theta, gradient

    return minimize(loss, np.zeros(traits.shape[1]), jac=True, method="L-BFGS-B").x


def learn_intervals(traits, off, ratios) -> dict:
    """The width rule and, for each ratio, the residual quantiles that make 80 % intervals hold."""
    theta = learn_spread(traits, off)
    scaled = off / np.exp(traits @ theta)
    below = [-np.quantile(scaled[ratios == r], 0.1) for r in RATIOS]
    above = [np.quantile(scaled[ratios == r], 0.9) for r in RATIOS]
    return {
        "spread": [round(float(v), 4) for v in theta],
        "ratios": list(RATIOS),
        "below": [round(float(v), 3) for v in below],
        "above": [round(float(v), 3) for v in above],
    }


def draw(rng: np.random.Generator, count: int, learners, data_sets) -> list[Case]:
    """Random cases: half of them with the protocol's 8 points, half to the full end of the curve."""
    found: list[Case] = []
    while len(found) < count:
        case = lcdb().case(
            str(rng.choice(data_sets)),
            str(rng.choice(learners)),
            float(rng.choice(RATIOS)),
            int(rng.choice(POINTS)),
            rng.choice(ENDS),
        )
        found += [case] if case else []
    return found


def draw_pairs(rng: np.random.Generator, count: int, data_sets) -> list[tuple[Case, Case]]:
    """Random pairs of learners on the same visible anchors of the same data set."""
    found: list[tuple[Case, Case]] = []
    while len(found) < count:
        name, ratio = str(rng.choice(data_sets)), float(rng.choice(RATIOS[1:]))
        points, end = int(rng.choice(POINTS[1:])), rng.choice(ENDS)
        pair = [lcdb().case(name, str(x), ratio, points, end) for x in rng.choice(PAIRED, 2, replace=False)]
        if all(pair) and np.array_equal(pair[0].curve.n, pair[1].curve.n):
            found.append((pair[0], pair[1]))
    return found


def deep_side(a: Case, b: Case) -> int:
    """1 where only a is a network, -1 where only b is."""
    return (a.learner in DEEP) - (b.learner in DEEP)


def evidence_and_outcome(pairs, learned: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Evidence for the first of each pair, its later lead, and the standard error of that lead."""
    rows = [
        winner.evidence(a.curve, b.curve, np.array([a.end]), deep_side(a, b), learned)[0] for a, b in pairs
    ]
    lead = np.array([b.truth - a.truth for a, b in pairs])
    noise = np.array([np.hypot(a.truth_stderr, b.truth_stderr) for a, b in pairs])
    return np.array(rows), lead, noise


def learn_winner(rows: np.ndarray, lead: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Weights of the logistic rule, from the pairs whose later lead is more than its noise."""
    clear = np.abs(lead) > noise
    rows, won = rows[clear], lead[clear] > 0

    def loss(theta):
        z = rows @ theta
        probability = 1 / (1 + np.exp(-z))
        gradient = rows.T @ (probability - won) / len(won) + 4e-3 * theta
        return np.mean(np.logaddexp(0, z) - won * z) + 2e-3 * theta @ theta, gradient

    return minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x


def learn(rng: np.random.Generator, names, curves: int = 16_000, pairs: int = 9_000) -> dict:
    """All constants from these data sets."""
    learned = learn_intervals(*traits_and_truth(draw(rng, curves, LEARNERS, names)))
    weights = learn_winner(*evidence_and_outcome(draw_pairs(rng, pairs, names), learned))
    return {**learned, "winner": [round(float(v), 4) for v in weights]}


def main() -> None:
    learned = learn(np.random.default_rng(0), sorted(lcdb().errors))
    learned["source"] = "LCDB 1.1 (Yan, Mohr, Viering 2025, arXiv 2505.15657), 147 data sets"
    CONSTANTS.write_text(json.dumps(learned) + "\n")
    print(CONSTANTS.read_text())


if __name__ == "__main__":
    main()
