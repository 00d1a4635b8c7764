"""Learning curves of LCDB 1.1 as test cases: what a forecaster may see, and what came later.

Source: Yan, Mohr, Viering: LCDB 1.1, arXiv 2505.15657 (2025), CC BY 4.0. The file is `lcdb11.json.gz`:
`error_rate[data set]` = [learner][mean, stderr][anchor][train, validation, test].
"""

import gzip
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from deepstart.need.forecast.curve import Curve, make_curve

CURVES = Path(__file__).parents[2] / "shared" / "data" / "curves" / "lcdb11.json.gz"


@dataclass(frozen=True)
class Case:
    """The visible part of one curve and its later truth: mean test error over the last 3 anchors."""

    data_set: str
    learner: str
    ratio: float
    curve: Curve
    end: float
    truth: float
    truth_stderr: float


class Lcdb:
    """The whole collection in memory."""

    def __init__(self, path: Path = CURVES):
        with gzip.open(path, "rt") as file:
            content = json.load(file)
        self.learners: list[str] = content["meta"]["learners"]
        self.anchors = np.array(content["meta"]["anchors"], float)
        self.errors = {name: np.array(v, float) for name, v in content["error_rate"].items()}

    def case(
        self, data_set: str, learner: str, ratio: float, points: int = 8, end: int | None = None
    ) -> Case | None:
        """One case of the protocol, or nothing where the curve is too short for it.

        Args:
            ratio: the last n that is seen is at most the full n divided by this.
            points: log-spaced anchors that are seen, the first at 16 or more, the last at 64 or more.
            end: act as if the curve ended after so many anchors.
        """
        mean, stderr = self.errors[data_set][self.learners.index(learner)]
        known = np.flatnonzero(np.isfinite(mean[:, 1]) & np.isfinite(mean[:, 2]))[:end]
        if len(known) < 4:
            return None
        full = self.anchors[known[-1]]
        seen = known[(self.anchors[known] <= full / ratio) & (self.anchors[known] >= 16)]
        if len(seen) < points or self.anchors[seen[-1]] < 64:
            return None
        log_n = np.log(self.anchors[seen])
        wanted = np.linspace(log_n[0], log_n[-1], points)
        chosen = np.unique([seen[np.abs(log_n - w).argmin()] for w in wanted])
        if len(chosen) < points:
            return None
        curve = make_curve(self.anchors[chosen], mean[chosen, 1], stderr[chosen, 1])
        truth, spread = mean[known[-3:], 2].mean(), stderr[known[-3:], 2].mean()
        return Case(data_set, learner, ratio, curve, full, float(truth), float(spread))

    def cases(self, learners, ratios, points=(8,), ends=(None,)) -> list[Case]:
        """All cases of these kinds."""
        found = (
            self.case(name, learner, ratio, number, end)
            for name in self.errors
            for learner in learners
            for ratio in ratios
            for number in points
            for end in ends
        )
        return [case for case in found if case]


@cache
def lcdb() -> Lcdb:
    """The collection, read once."""
    return Lcdb()


def folds(names, count: int = 5, seed: int = 1) -> dict[str, int]:
    """Each data set's fold, so that what is learned on some is tested on others."""
    order = np.random.default_rng(seed).permutation(sorted(set(names)))
    return {str(name): i % count for i, name in enumerate(order)}
