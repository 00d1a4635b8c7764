"""What a race has measured, and what may be believed from it: scores, leads, and which trials count."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from deepstart.need.contenders import Contender
from deepstart.need.data import Data
from deepstart.need.metrics import Metric, lowest, variance_of_difference
from deepstart.need.splits import Split, bound_together
from deepstart.need.statistics import Chances, Posterior, chances, posterior_of_mean
from deepstart.need.trials import Trial, TrialStore

RIVALS = ("classical", "deep")
#: Key in `Evidence.champions` of the classical champions on splits that only the second answer ran.
BEYOND = "classical beyond"
#: Nothing is left to win where the best side is nearer to a perfect score than this many times `worth`:
#: a network that made two errors in three vanish would still gain less than what is worth it.
HEADROOM = 1.5


@dataclass
class Evidence:
    """All that the race has measured; the verdict is read from it.

    Args:
        champions: by family, the final trial of its champion on each split, in order.
        not_tried: contenders that did not race, with the key of the reason.
        settled: the answer became clear before the time was up.
        interrupted: ended by the person.
        times: how many times the usual seconds the fits of the verdict had.
        longer: the fit that a longer look was about and the one with more time, if there was such a look.
    """

    data: Data
    metric: Metric
    splits: list[Split]
    store: TrialStore
    contenders: dict[str, Contender]
    champions: dict[str, list[Trial]] = field(default_factory=lambda: {"classical": [], "deep": []})
    not_tried: dict[str, str] = field(default_factory=dict)
    settled: bool = False
    interrupted: bool = False
    seed: int = 0
    times: int = 1
    longer: tuple[Trial, Trial] | None = None

    def counted(self) -> list[Trial]:
        """The trials that the verdict stands on: without short fits that longer ones replaced, and
        without a longer one that only confirmed them."""
        champions = {t.job.key for trials in self.champions.values() for t in trials}
        usual = {t.job.contender for t in self.store if t.ok and t.job.times == self.times}
        return [
            t
            for t in self.store
            if t.job.key in champions
            or t.job.times == self.times
            or (t.job.times < self.times and t.ok and t.ended_by != "time")
            or t.job.contender not in usual
        ]

    def bound(self, split: int, part: str = "test") -> np.ndarray | None:
        """Groups of the rows of a split's part; None where every row stands for itself."""
        together = self._together
        return None if together is None else together[getattr(self.splits[split], part)]

    @cached_property
    def _together(self) -> np.ndarray | None:
        return bound_together(self.data)

    def truth(self, split: int, part: str = "test") -> np.ndarray:
        """True labels of the rows of a split's `test` or `validation` part."""
        return self.data.y[getattr(self.splits[split], part)]

    def test_score(self, trial: Trial) -> tuple[float, np.ndarray]:
        """Score of a trial on the test rows of its split, and the influence of each row."""
        assert trial.test is not None
        return self.metric.evaluate(self.truth(trial.job.split), trial.test)

    def validation_score(self, trial: Trial) -> tuple[float, np.ndarray]:
        """The same on the validation rows: for choosing."""
        assert trial.validation is not None
        return self.metric.evaluate(self.truth(trial.job.split, "validation"), trial.validation)

    @property
    def test_share(self) -> float:
        """Part of the rows that a split tests on."""
        split = self.splits[0]
        return len(split.test) / (len(split.test) + len(split.train))

    @property
    def same_test(self) -> bool:
        """Whether all splits test on the same rows."""
        return len(self.splits) > 1 and np.array_equal(self.splits[0].test, self.splits[1].test)

    def test_interval(self, trial: Trial) -> tuple[float, float, float]:
        """Score of a trial on the test rows, with the 95 % interval that these rows alone allow."""
        score, influence = self.test_score(trial)
        half = 1.96 * variance_of_difference(influence, 0 * influence) ** 0.5
        low = lowest(score - half, score, self.tested([trial]))
        return score, self.metric.possible(low), self.metric.possible(score + half)

    def _belief(self, values: list[float], variances: list[float], bounds: tuple[float, float]) -> Posterior:
        return posterior_of_mean(
            np.array(values),
            np.array(variances),
            test_share=self.test_share,
            same_test=self.same_test,
            bounds=bounds,
        )

    def score(self, trials: list[Trial]) -> Posterior:
        """Belief about the score that these trials, one a split, stand for."""
        values, variances = [], []
        for trial in trials:
            score, influence = self.test_score(trial)
            values.append(score)
            variances.append(variance_of_difference(influence, 0 * influence, self.bound(trial.job.split)))
        return self._belief(values, variances, (self.metric.least, 1.0))

    def tested(self, trials: list[Trial]) -> int:
        """How many different rows these trials, one a split, were tested on, or nearly so."""
        rows = [len(self.splits[t.job.split].test) for t in trials]
        return max(rows, default=0) if self.same_test else min(sum(rows), self.data.n)

    @staticmethod
    def paired(deep: list[Trial], classical: list[Trial]) -> list[tuple[Trial, Trial]]:
        """Trials of both sides on the same splits; a split on which one side was not done is left out."""
        others = {t.job.split: t for t in classical}
        return [(t, others[t.job.split]) for t in deep if t.job.split in others]

    def difference(self, deep: list[Trial], classical: list[Trial]) -> Posterior:
        """Belief about deep minus classical, paired by split and by row."""
        values, variances = [], []
        for ours, theirs in self.paired(deep, classical):
            (score, influence), (other, other_influence) = self.test_score(ours), self.test_score(theirs)
            values.append(score - other)
            variances.append(variance_of_difference(influence, other_influence, self.bound(ours.job.split)))
        widest = 1.0 - self.metric.least
        return self._belief(values, variances, (-widest, widest))

    def chances(self, deep: list[Trial], classical: list[Trial], worth: float) -> Chances:
        """The probabilities of a lead of more than `worth`, of none, and of as much a deficit."""
        return chances(self.difference(deep, classical), worth, self.score(deep), self.score(classical))

    def rivals_of(self, side: str) -> list[Trial]:
        """The classical champions that a side is set against: the pre-trained one on all splits, the deep
        one on those that its own race ran, so that its answer does not depend on the second question."""
        return self.champions["classical"] + ([] if side in RIVALS else self.champions.get(BEYOND, []))

    def lead(self) -> Posterior | None:
        """Belief about the lead of the deep champion; None before both have been tested."""
        deep, classical = self.champions["deep"], self.champions["classical"]
        return self.difference(deep, classical) if self.paired(deep, classical) else None

    def strong_was_done(self, family: str, trials: Iterable[Trial] | None = None) -> bool:
        """Whether a strong contender of the family had its time; true where none took part.

        One that only its limit ended on a sample, and that was not tested after it, says nothing.

        Args:
            trials: those to look at; all where not given. A race that goes on looks at those it has met
                again, so that it decides as it did before.
        """
        strong = {
            c.name
            for c in self.contenders.values()
            if c.family == family and c.strength == "strong" and not c.pretrained
        }
        tried = [t for t in (self.store if trials is None else trials) if t.job.contender in strong]
        return not tried or any(t.ok and (t.job.final or t.ended_by != "time") for t in tried)

    def nothing_to_win(self, worth: float) -> bool:
        """The classical side leads, so near the best possible score that no network could gain much more
        than what is worth it."""
        lead, classical = self.lead(), self.champions["classical"]
        return lead is not None and lead.mean < worth and 1 - self.score(classical).mean < HEADROOM * worth
