"""Do forecasts hold on curves that nothing was learned from?

    python benchmarks/forecast.py [--no-forms] [--no-winners] [--jobs 2]

Protocol: a forecaster sees 8 log-spaced anchors up to N/r (validation error and its standard error);
truth is the mean test error over the last 3 anchors. Everything learned is learned on four fifths of
the data sets and tested on the rest, five times. About 4 minutes on 2 cores, most of it for the
published forms.
"""

import argparse
import itertools

import numpy as np
import scipy.stats
from joblib import Parallel, delayed
from lcdb import Case, folds, lcdb
from learn_forecast import LEARNERS, evidence_and_outcome, learn, learn_reach_from, reach_cases

from deepstart.need.forecast import intervals
from deepstart.need.forecast.forms import all_forms

RATIOS = (2.0, 4.0, 8.0)
HEADLINE = ("CatBoost", "RealMLP")
#: Share of truths that 80 % intervals should hold.
BAND = (0.75, 0.85)
#: Pairs of the winner table: the classical one first.
PAIRS = list(
    itertools.product(("CatBoost", "ens.ExtraTrees", "SVM_RBF", "LogisticRegression"), ("RealMLP", "MLP"))
)


def form_errors(cases: list[Case], jobs: int) -> dict[str, np.ndarray]:
    """Absolute error of each published form on each case."""

    def one(case: Case) -> list[float]:
        curve = case.curve
        fits = (form.fit(curve.n, curve.error, curve.stderr) for form in all_forms().values())
        return [abs(float(fit(np.array([case.end]))[0]) - case.truth) for fit in fits]

    rows = np.array(Parallel(jobs)(delayed(one)(case) for case in cases))
    return dict(zip(all_forms(), rows.T, strict=True))


def learned_intervals(fold_of: dict[str, int], count: int) -> list[dict]:
    """Constants of the intervals for each fold, from the data sets of the others."""
    cases, traits, off = reach_cases(np.random.default_rng(7), count)
    fold = np.array([fold_of[case.data_set] for case in cases])
    parts = [np.flatnonzero(fold != k) for k in sorted(set(fold_of.values()))]
    return [{"reach": learn_reach_from([cases[i] for i in p], traits[p], off[p])} for p in parts]


def our_forecasts(cases: list[Case], learned: list[dict], fold_of: dict[str, int]) -> np.ndarray:
    """Absolute error, whether the interval held, its width and score, one row a case.

    Constants are those of the other folds. The score is the width plus ten times what the truth lies outside.
    """
    out = []
    for case in cases:
        constants = learned[fold_of[case.data_set]]
        centre, low, high = (v[0] for v in intervals.interval(case.curve, np.array([case.end]), constants))
        outside = max(low - case.truth, case.truth - high, 0.0)
        out.append((abs(centre - case.truth), not outside, high - low, high - low + 10 * outside))
    return np.array(out)


def print_errors(cases: list[Case], errors: dict[str, np.ndarray]) -> None:
    """Median absolute error of each forecaster, by learner and ratio."""
    groups = [(learner, ratio) for learner in HEADLINE for ratio in RATIOS]
    print("| forecaster | " + " | ".join(f"{learner} {ratio:g}x" for learner, ratio in groups) + " |")
    print("|---" * (len(groups) + 1) + "|")
    kind = [(case.learner, case.ratio) for case in cases]
    for name, error in errors.items():
        medians = [np.median(error[[k == group for k in kind]]) for group in groups]
        print(f"| {name} | " + " | ".join(f"{m:.4f}" for m in medians) + " |")


def print_coverage(cases: list[Case], ours: np.ndarray) -> None:
    """Share of 80 % intervals that held, median error and width, mean interval score, for every learner."""
    what = ("held", "error", "width", "score")
    titles = [f"{name} {' / '.join(f'{r:g}x' for r in RATIOS)}" for name in what]
    print("\n| learner | " + " | ".join(titles) + " |\n" + "|---" * (1 + len(titles)) + "|")
    learner, ratio = np.array([c.learner for c in cases]), np.array([c.ratio for c in cases])
    groups = {name: learner == name for name in (*LEARNERS, *sorted(set(learner) - set(LEARNERS)))}
    groups |= {"the first twelve": np.isin(learner, LEARNERS), "all": learner == learner}
    outside, beyond, by_chance = [], [], 0.0
    for name, here in groups.items():
        rows = [ours[here & (ratio == r)] for r in RATIOS]
        held, score = ([row[:, k].mean() for row in rows] for k in (1, 3))
        error, width = ([np.median(row[:, k]) for row in rows] for k in (0, 2))
        cells = [" / ".join(f"{v:.3f}" for v in held)]
        cells += [" / ".join(f"{v:.4f}" for v in values) for values in (error, width, score)]
        print(f"| {name} | " + " | ".join(cells) + " |")
        if name not in learner:
            continue
        counts = [len(row) for row in rows]
        by_chance += leaves_by_chance(counts)
        outside += [name] * any(not BAND[0] <= share <= BAND[1] for share in held)
        beyond += [name] * any(itertools.starmap(outside_beyond_chance, zip(held, counts, strict=True)))
    print(f"\n{len(outside)} learners are outside {BAND} at some ratio; were each interval to hold in 80 %,")
    print(f"chance alone would put {by_chance:.1f} there. Beyond chance: {', '.join(beyond) or 'none'}.")


def outside_beyond_chance(held: float, count: int) -> bool:
    """Whether a share as far outside the band would come up once in forty times at most at its edge."""
    low, high = BAND
    hits = round(held * count)
    few, many = scipy.stats.binom.cdf(hits, count, low), scipy.stats.binom.sf(hits - 1, count, high)
    return min(few, many) < 0.025


def leaves_by_chance(counts: list[int], holds: float = 0.8) -> float:
    """Probability that a share leaves the band at one ratio or more, where each interval holds so often."""
    low, high = BAND
    inside = [
        scipy.stats.binom.cdf(np.floor(high * n), n, holds)
        - scipy.stats.binom.cdf(np.ceil(low * n) - 1, n, holds)
        for n in counts
    ]
    return 1 - float(np.prod(inside))


def paired_cases(names, pairs) -> list[tuple[Case, Case]]:
    """Classical and deep on the same visible anchors."""
    found = []
    for name, ratio, (classical, deep) in itertools.product(names, RATIOS, pairs):
        a, b = lcdb().case(name, classical, ratio), lcdb().case(name, deep, ratio)
        if a and b and np.array_equal(a.curve.n, b.curve.n):
            found.append((a, b))
    return found


def winner_table(title: str, pairs, learned, fold_of) -> np.ndarray:
    """Accuracy and Brier score of "who wins later" against "who wins now"; gives (probability, truth)."""
    probability = np.empty(len(pairs))
    fold = np.array([fold_of[a.data_set] for a, _ in pairs])
    lead, noise = np.empty(len(pairs)), np.empty(len(pairs))
    for k, constants in enumerate(learned):
        here = np.flatnonzero(fold == k)
        rows, lead[here], noise[here] = evidence_and_outcome([pairs[i] for i in here], constants)
        probability[here] = 1 / (1 + np.exp(-rows @ np.array(constants["winner"])))
    now = np.array([b.curve.error[-1] > a.curve.error[-1] for a, b in pairs])
    ratio = np.array([a.ratio for a, _ in pairs])
    print(f"\n{title}, decided by more than 2 standard errors\n")
    print(
        "| times the rows | pairs | now: right | ours: right | now: Brier | ours: Brier |\n"
        + "|---" * 6
        + "|"
    )
    for r in RATIOS:
        k = (ratio == r) & (np.abs(lead) > 2 * noise)
        won, p, stays = lead[k] > 0, probability[k], (now[k] == (lead[k] > 0)).mean()
        brier = stays * (1 - stays)  # "now" as a probability: as often right as it is
        right = ((p > 0.5) == won).mean()
        print(
            f"| {r:g} | {k.sum()} | {stays:.3f} | {right:.3f} | {brier:.3f} | {np.mean((p - won) ** 2):.3f} |"
        )
    return np.column_stack([probability, lead > 0])[np.abs(lead) > 2 * noise]


def print_reliability(outcome: np.ndarray) -> None:
    """Of the pairs given a probability, how many were won."""
    print("\n| probability given | pairs | won |\n|---|---|---|")
    for low in np.arange(0, 1, 0.1):
        here = outcome[(outcome[:, 0] >= low) & (outcome[:, 0] < low + 0.1)]
        if len(here):
            print(f"| {here[:, 0].mean():.2f} | {len(here)} | {here[:, 1].mean():.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-forms", action="store_true", help="ours only")
    parser.add_argument("--no-winners", action="store_true", help="single curves only")
    parser.add_argument("--curves", type=int, default=16_000, help="to learn intervals from")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    names = sorted(lcdb().errors)
    fold_of = folds(names)
    cases = lcdb().cases(lcdb().learners, RATIOS)
    ours = our_forecasts(cases, learned_intervals(fold_of, options.curves), fold_of)
    headline = [i for i, case in enumerate(cases) if case.learner in HEADLINE]
    shown = [cases[i] for i in headline]
    errors = {"last value": np.array([abs(c.curve.error[-1] - c.truth) for c in shown])}
    if not options.no_forms:
        errors |= form_errors(shown, options.jobs)
    print_errors(shown, {**errors, "**ours**": ours[headline, 0]})
    print_coverage(cases, ours)
    if options.no_winners:
        return
    learned = [
        learn(np.random.default_rng(k), [n for n in names if fold_of[n] != k], 4_000, 3_000) for k in range(5)
    ]
    winner_table("CatBoost or RealMLP", paired_cases(names, PAIRS[:1]), learned, fold_of)
    print_reliability(
        winner_table("Classical or network, all pairs", paired_cases(names, PAIRS), learned, fold_of)
    )


if __name__ == "__main__":
    main()
