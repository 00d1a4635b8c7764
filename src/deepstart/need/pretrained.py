"""The second question: with pre-trained weights, is deep learning worth it? It has an answer of its own.

A pre-trained network brings what it learnt from other people's data, so its lead says nothing about whether
these rows need a deep network. It therefore races apart: after the others, on the same splits, against the
same classical champions, with a third of the budget and whatever the two sides left over.
"""

from dataclasses import dataclass
from typing import Any

from deepstart.need.contenders import Contender
from deepstart.need.data import Data
from deepstart.need.evidence import BEYOND, Evidence
from deepstart.need.race import CHOICE_PART, CURVE_PART, Race
from deepstart.need.splits import Split
from deepstart.need.track import OutOfTime
from deepstart.need.trials import Trial
from deepstart.need.verdict import Side, Verdict, decide, side_of

#: Key of its champions in `Evidence.champions`.
PRETRAINED = "pretrained"
#: Part of the whole budget that is kept for the pre-trained side; and of its seconds for its first fit.
PART, FIRST_FIT = 1 / 3, 0.45


class RaceWithPretrained(Race):
    """The race from scratch, then that of the pre-trained networks; the second only where there are any."""

    def entered(self, family: str) -> list[Contender]:
        """The contenders of a family that start from scratch."""
        return [c for c in super().entered(family) if not c.pretrained]

    def _run_splits(self) -> None:
        waiting = [c for c in self.evidence.contenders.values() if c.pretrained]
        if not waiting:
            return super()._run_splits()
        whole, self.budget = self.budget, self.budget * (1 - PART)
        try:
            super()._run_splits()
        except OutOfTime:
            pass  # of its part; the pre-trained side has its own
        finally:
            self.budget = whole
        return self._run_pretrained(waiting)

    def _run_pretrained(self, waiting: list[Contender]) -> None:
        evidence = self.evidence
        trials = evidence.champions.setdefault(PRETRAINED, [])
        seconds = self.left * (1 - CURVE_PART)  # what the others left over too
        ends = self.spent + seconds
        for split in evidence.splits:
            tested = any(t.job.split == split.number for t in evidence.champions["classical"])
            if trials and self._price_of_pretrained(tested) > ends - self.spent:
                return
            if not tested:
                self._test_classical(split)
            if not any(t.job.split == split.number for t in evidence.rivals_of(PRETRAINED)):
                return  # nobody to be set against
            if not trials:
                waiting = self.choose(PRETRAINED, split, waiting, seconds * CHOICE_PART)
            trial = self.test_champion(waiting, split, min(seconds * FIRST_FIT, ends - self.spent))
            if trial is None:
                self._note_failures(waiting)
                return
            waiting = [evidence.contenders[trial.job.contender]]
            trials.append(trial)
            odds = evidence.chances(trials, evidence.rivals_of(PRETRAINED), self.worth)
            if self._is_clear(odds, len(trials)):
                return

    def _test_classical(self, split: Split) -> None:
        """Test the classical side on a split that the first answer did not need, and keep it apart."""
        champions = self.evidence.champions
        before, champions["classical"] = champions["classical"], list(champions["classical"])
        try:
            self._race_on("classical", split, first=False)
            champions.setdefault(BEYOND, []).extend(champions["classical"][len(before) :])
        finally:
            champions["classical"] = before

    def _price_of_pretrained(self, tested: bool) -> float:
        """Seconds that one more split would take: its fit, and the classical side's if not done."""
        price = max(t.seconds for t in self.evidence.champions[PRETRAINED])
        return 1.1 * (price + (0.0 if tested else self._price_of_family("classical")))

    def _note_failures(self, waiting: list[Contender]) -> None:
        failed = {t.job.contender for t in self.evidence.store if t.status == "failed"}
        for contender in waiting:
            if contender.name in failed and not self.evidence.champions[PRETRAINED]:
                self.evidence.not_tried[contender.name] = "failed"
                self.evidence.contenders.pop(contender.name, None)


@dataclass(frozen=True)
class SecondAnswer:
    """What pre-trained weights bring on these data.

    Args:
        verdict: as for the first question, against the same classical champions.
        side: the pre-trained champion, its score and costs.
        splits: splits that it was tested on.
    """

    verdict: Verdict
    side: Side
    splits: int


def second_answer(evidence: Evidence, worth: float) -> SecondAnswer | None:
    """The answer with pre-trained weights; None when no pre-trained network was tested."""
    trials: list[Trial] = evidence.champions.get(PRETRAINED, [])
    side = side_of(evidence, PRETRAINED) if trials else None
    if side is None or not evidence.rivals_of(PRETRAINED):
        return None
    return SecondAnswer(decide(evidence, worth, PRETRAINED), side, len(trials))


@dataclass(frozen=True)
class PublishedGain:
    """Points that pre-trained networks gained over the best without, in published pairs.

    Args:
        low, high: smallest and largest of the pairs, in points of accuracy.
        source: key of the sentence that says which pairs these are, `pretrained.published.SOURCE`.
    """

    low: float
    high: float
    source: str


#: By kind of data; of texts, by script. Where no pair is known there is no entry.
PUBLISHED = {
    "latin": PublishedGain(
        5.9, 9.0,
        "latin",
    ),
    "han": PublishedGain(
        2.6, 2.6,
        "han",
    ),
    "image": PublishedGain(
        13.0, 13.0,
        "image",
    ),
}  # fmt: skip


def published_gain(data: Data) -> PublishedGain | None:
    """What published pairs on data of this kind gained; None where no pair is known."""
    if data.task != "classification":
        return None
    if data.modality == "text":
        script = max(data.languages, key=lambda name: data.languages[name], default="")
        return PUBLISHED.get(script)
    return PUBLISHED.get(data.modality)


def _room(evidence: Evidence) -> float:
    """What the best side is from a perfect score; 1 where nobody was tested."""
    scores = [evidence.score(trials).mean for trials in evidence.champions.values() if trials]
    return 1 - max(scores, default=0.0)


def needs_weights(evidence: Evidence) -> dict[str, Any] | None:
    """The gain that others had, where there are pre-trained networks for such data and none was tested."""
    from deepstart.need.contenders import contenders_for

    data = evidence.data
    there = any(c.pretrained for c in contenders_for(data.modality, data.task))
    if not there or evidence.champions.get(PRETRAINED):
        return None
    gain = published_gain(data)
    if gain is None or gain.low / 100 > _room(evidence):  # more than could be gained here
        return {"low": None, "high": None, "source": None}
    return {"low": gain.low / 100, "high": gain.high / 100, "source": gain.source}
