"""A cheap cascade: the classical method answers, and only where it is unsure the network is asked.

Computed from what both champions predicted for rows that they had not seen. How unsure it must be is
chosen on one half of those rows and scored on the other, and the other way round.
"""

from dataclasses import dataclass

import numpy as np

from deepstart.need.evidence import Evidence

#: Parts of the rows that may go to the network.
SHARES = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
#: The smallest part is taken that scores within this of the best part, in units of the score.
NEAR = 0.001
#: Shown when it is no more than this behind the better side, and costs at most this part of the network.
BEHIND, CHEAP = 0.002, 0.5
LEAST_ROWS = 100


@dataclass(frozen=True)
class Cascade:
    """Classical first, the network where its margin is low.

    Args:
        share: part of the rows that went to the network.
        margin: the classical method's lead of the likeliest class over the next below which it is unsure.
        score: of the cascade on rows that did not choose the margin.
        classical, deep: of each side alone, on the same rows.
        cost: milliseconds a row, on the mean; deep_cost: of the network alone.
    """

    share: float
    margin: float
    score: float
    classical: float
    deep: float
    cost: float
    deep_cost: float

    @property
    def worth_showing(self) -> bool:
        """It gives (nearly) what the better side gives, beats the classical side, and is cheaper by far."""
        better = max(self.classical, self.deep)
        near = self.score >= better - BEHIND and self.score > self.classical
        return near and self.deep_cost > 0 and self.cost <= CHEAP * self.deep_cost


def cascade_of(evidence: Evidence) -> Cascade | None:
    """The cascade of the two champions; None for regression, without both sides, or on too few rows."""
    pairs = evidence.paired(evidence.champions["classical"], evidence.champions["deep"])
    if evidence.data.task != "classification" or not pairs:
        return None
    truth = np.concatenate([evidence.truth(c.job.split) for c, _ in pairs])
    classical = np.concatenate([c.test for c, _ in pairs if c.test is not None])
    deep = np.concatenate([d.test for _, d in pairs if d.test is not None])
    if not len(truth) == len(classical) == len(deep) or len(truth) < LEAST_ROWS:
        return None
    halves = np.random.default_rng(evidence.seed).permutation(len(truth)) % 2 == 0
    margin = margins(classical)
    score, shares, limits = 0.0, [], []
    for chosen_on in (halves, ~halves):
        share, limit = choose_margin(evidence, truth, classical, deep, margin, chosen_on)
        mixed = np.where((margin < limit)[:, None], deep, classical)
        score += evidence.metric.score(truth[~chosen_on], mixed[~chosen_on]) / 2
        shares.append(float((margin[~chosen_on] < limit).mean()))
        limits.append(limit)
    cheap, dear = (
        float(np.median([t.predict_ms_per_row for t in side])) for side in zip(*pairs, strict=True)
    )
    share = float(np.mean(shares))
    return Cascade(
        share,
        float(np.mean(limits)),
        score,
        _mean_score(evidence, truth, classical, halves),
        _mean_score(evidence, truth, deep, halves),
        cheap + share * dear,
        dear,
    )


def margins(probabilities: np.ndarray) -> np.ndarray:
    """Lead of the likeliest class over the next, for each row."""
    top = np.sort(probabilities, axis=1)
    return top[:, -1] - top[:, -2]


def choose_margin(
    evidence: Evidence,
    truth: np.ndarray,
    classical: np.ndarray,
    deep: np.ndarray,
    margin: np.ndarray,
    rows: np.ndarray,
) -> tuple[float, float]:
    """The smallest share of these rows that does nearly as well as the best one, and its margin."""
    found = []
    for share in SHARES:
        limit = float(np.quantile(margin[rows], share)) if share else -1.0
        mixed = np.where((margin < limit)[:, None], deep, classical)
        found.append((evidence.metric.score(truth[rows], mixed[rows]), share, limit))
    best = max(score for score, _, _ in found)
    _, share, limit = next(f for f in found if f[0] >= best - NEAR)
    return share, limit


def _mean_score(evidence: Evidence, truth: np.ndarray, given: np.ndarray, halves: np.ndarray) -> float:
    parts = [evidence.metric.score(truth[half], given[half]) for half in (halves, ~halves)]
    return float(np.mean(parts))
