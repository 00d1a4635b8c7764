"""Learn the constants of the forecasts from LCDB 1.1: how wide intervals are, and who wins later.

    python benchmarks/learn_forecast.py          # writes src/deepstart/need/forecast/constants.json

`benchmarks/forecast.py` runs the same functions on four fifths of the data sets and tests on the rest.
"""

import argparse
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
#: Quantiles that are learned; the ends a little further out than 0.1 and 0.9, for data sets never seen.
QUANTILES = {"low": 0.09, "middle": 0.5, "high": 0.91}
#: Learners that people would really use count so many times for the width of intervals.
STRONG_WEIGHT = 3.0
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


def learn_reach(traits: np.ndarray, off: np.ndarray, weights: np.ndarray) -> dict:
    """How far both ends lie from the expected error: a scale, then quantiles of what is left by traits.

    Args:
        traits: shape (curves, traits), the first of them 1.
        off: how far the truth was above the expected error, in units of the level, shape (curves,).
        weights: how much each curve counts.
    """
    mean, deviation = traits.mean(0), traits.std(0) + 1e-9
    mean[0], deviation[0] = 0, 1
    standard = np.clip((traits - mean) / deviation, -intervals.FURTHEST_TRAIT, intervals.FURTHEST_TRAIT)
    scale = _fitted(standard, weights, lambda log_size: _laplace(off, log_size))
    left = np.clip(off / np.exp(np.clip(standard @ scale, -12, 3)), -25, 25)
    found = {"mean": mean, "deviation": deviation, "scale": scale}
    for name, share in QUANTILES.items():
        found[name] = _fitted(standard, weights, lambda value, share=share: _pinball(left - value, share))
    return {name: [round(float(v), 5) for v in values] for name, values in found.items()}


def _fitted(rows: np.ndarray, weights: np.ndarray, loss_and_slope) -> np.ndarray:
    """Coefficients with the least weighted loss, with a little shrinkage of all but the constant."""
    shrinkage = np.r_[0, np.full(rows.shape[1] - 1, 1e-3)]

    def loss(theta):
        value, slope = loss_and_slope(rows @ theta)
        total = np.average(value, weights=weights) + shrinkage @ theta**2
        return total, rows.T @ (weights * slope) / weights.sum() + 2 * shrinkage * theta

    return minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 400}).x


def _laplace(off: np.ndarray, log_size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Negative log likelihood of sizes, with far outliers cut, and its slope."""
    scaled = np.abs(off) * np.exp(-np.clip(log_size, -12, 6))
    return log_size + np.minimum(scaled, 20), 1 - np.where(scaled < 20, scaled, 0)


def _pinball(left: np.ndarray, share: float, smooth: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """Loss that is least at a quantile, rounded at its corner, and its slope in the predicted value."""
    above = 1 / (1 + np.exp(np.clip(left / smooth, -50, 50)))
    return share * left + smooth * np.logaddexp(0, -left / smooth), above - share


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


def reach_cases(rng: np.random.Generator, count: int) -> tuple[list[Case], np.ndarray, np.ndarray]:
    """Random cases of all learners, their traits, and how far the truth was off, in units of the level."""
    cases = draw(rng, count, lcdb().learners, sorted(lcdb().errors))
    found = [intervals.all_traits(case.curve, np.array([case.end])) for case in cases]
    off = np.array([(c.truth - at[0]) / c.curve.level for c, (at, _) in zip(cases, found, strict=True)])
    return cases, np.concatenate([traits for _, traits in found]), off


def learn_reach_from(cases: list[Case], traits: np.ndarray, off: np.ndarray) -> dict:
    """Constants of the intervals."""
    strong = np.array([case.learner in LEARNERS for case in cases])
    return learn_reach(traits, off, np.where(strong, STRONG_WEIGHT, 1.0))


def learn(rng: np.random.Generator, names, curves: int = 16_000, pairs: int = 9_000) -> dict:
    """Constants of who wins later, from these data sets."""
    traits, off, _ = traits_and_truth(draw(rng, curves, LEARNERS, names))
    learned = {"spread": [round(float(v), 4) for v in learn_spread(traits, off)]}
    weights = learn_winner(*evidence_and_outcome(draw_pairs(rng, pairs, names), learned))
    return {**learned, "winner": [round(float(v), 4) for v in weights]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--intervals-only", action="store_true", help="keep the constants of who wins later")
    rng = np.random.default_rng(0)
    known = json.loads(CONSTANTS.read_text())
    if not parser.parse_args().intervals_only:
        known |= learn(rng, sorted(lcdb().errors))
    learned = {name: known[name] for name in ("spread", "winner")}
    learned["reach"] = learn_reach_from(*reach_cases(rng, 24_000))
    learned["source"] = "LCDB 1.1 (Yan, Mohr, Viering 2025, arXiv 2505.15657), 147 data sets"
    CONSTANTS.write_text(json.dumps(learned) + "\n")
    print(CONSTANTS.read_text())


if __name__ == "__main__":
    main()
