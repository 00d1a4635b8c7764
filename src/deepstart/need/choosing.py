"""How a family chooses its champion: by scores on validation rows inside the training part.

Halving happens inside a family only, because learning curves of different families cross. They cross
inside a family too, so that all are compared on the largest sample wherever the time allows it.
"""

import numpy as np

from deepstart.need.contenders import Contender
from deepstart.need.evidence import RIVALS
from deepstart.need.metrics import variance_of_difference
from deepstart.need.splits import Split
from deepstart.need.track import LEAST_TRIAL, Track
from deepstart.need.trials import Job, Trial

#: Samples on which a family chooses, as parts of its inner rows.
RUNGS = (1 / 8, 1 / 2, 1)
#: Who is this many standard errors behind the best drops out, but never fewer than two stay.
BEHIND, KEEP_LEAST = 2.0, 2
#: Choosing on larger samples may take this many times the champion's fit, and this many seconds anyway.
CHOICE_TO_FINAL, LEAST_CHOICE = 1.5, 8.0
#: Before a side is beaten because its fit was cut short, it gets this many times the seconds.
LONGER = 4
#: Part of its family's time that each who was not done on the first sample may have for another try.
SECOND_PART = 0.12

#: A contender with its score on validation rows, and the influence of each row.
Scored = tuple[Contender, float, np.ndarray]


class Choosing(Track):
    """The track on which a family chooses."""

    def rungs(self, split: Split) -> list[int]:
        """Sizes of the samples on which the family chooses; one size when there are few rows."""
        rows = len(split.inner)
        least = max(100, 10 * len(self.data.classes))
        return [int(rows * part) for part in RUNGS if rows * part >= least] or [rows]

    def choose(self, family: str, split: Split, entrants: list[Contender], seconds: float) -> list[Contender]:
        """The family's contenders, best first, by validation scores on growing samples.

        All are compared on the largest sample, if the time allows it: curves cross inside a family too.
        Networks, which plan their training for the time they have, then need no smaller sample, nor does
        anybody on later splits, when it is known what a fit takes. Else those clearly behind drop out
        after each sample, and it goes on only while at least two are left and the time that choosing is
        worth allows it.
        """
        ranked, begun = entrants, self.spent
        if len(entrants) <= 1:
            return entrants
        sizes, everyone, most = self.rungs(split), entrants, self._most_choice(split)
        if self._all_at_once(family, split, entrants, most):
            sizes, seconds = sizes[-1:], max(seconds, len(entrants) * self.fit_seconds / 2)
        for rung, n in enumerate(sizes):
            standing = ranked
            if rung == 1 and self._all_affordable(everyone, split, self.spent - begun):
                scored = self._rung(split, everyone, sizes[-1], self.fit_seconds / 2)
                return self._near(scored, split) or ranked
            if rung == 1:  # the first sample is not counted: without it nobody could choose
                seconds, begun = self._seconds_of_halving(ranked, split, n, seconds, most), self.spent
            if rung:
                standing = self._affordable(_strong_early(ranked), n, seconds - (self.spent - begun))
                if len(standing) < 2:
                    break
            share = max(seconds - (self.spent - begun), 0.0) / len(standing)
            scored = self._rung(split, standing, n, share)
            if not rung and split.number == 0:
                scored += self._second_chance(split, standing, scored, n, share)
            if not scored and not rung:  # nobody was done in time: a quarter of the rows must do
                scored = self._rung(split, standing, max(n // 4, 50), share)
            if not scored:
                return ranked if rung else []
            ranked = self._near(scored, split, small=n < sizes[-1])
            everyone = [contender for contender, _, _ in scored]
        return ranked

    def _all_at_once(self, family: str, split: Split, entrants: list[Contender], most: float) -> bool:
        """Whether all can be compared on the largest sample, without a smaller one before it."""
        if family == "deep":
            return len(entrants) * self.fit_seconds / 2 <= most
        known = split.number > 0
        return known and len(self._affordable(entrants, self.rungs(split)[-1], most)) == len(entrants)

    def _all_affordable(self, everyone: list[Contender], split: Split, used: float) -> bool:
        """Whether, with the first sample behind them, all can be compared on the largest; what the dearest
        of them would take on all rows stays for the champion, not all that a champion may have."""
        most = self._most_choice(split, max(self._final_seconds(c, split) for c in everyone), used)
        return len(self._affordable(everyone, self.rungs(split)[-1], most - used)) == len(everyone)

    def _most_choice(self, split: Split, final: float | None = None, used: float = 0.0) -> float:
        """Seconds that choosing among all on the largest sample may take, within the family's part.

        Args:
            final: seconds that its champion's fit will take; None: all that it may.
            used: seconds that choosing on this split has taken already; they are part of the answer.
        """
        part = (self.left + used) / len(RIVALS) if split.number else self.family_seconds
        return min(CHOICE_TO_FINAL * self.fit_seconds, part - (self.fit_seconds if final is None else final))

    def _final_seconds(self, contender: Contender, split: Split) -> float:
        """Seconds that its fit on all rows would take; all that it may, where its limit ended one so far."""
        limited = any(t.job.contender == contender.name and t.ended_by == "time" for t in self._seen.values())
        predicted = self.predicted_seconds(contender, len(split.train))
        return self.fit_seconds if limited else min(predicted, self.fit_seconds)

    def _worth_of_choice(self, leader: Contender, split: Split) -> float:
        """Seconds that choosing is worth: in proportion to the fit that it is about."""
        return max(LEAST_CHOICE, CHOICE_TO_FINAL * self.predicted_seconds(leader, len(split.train)))

    def _seconds_of_halving(
        self, ranked: list[Contender], split: Split, n: int, seconds: float, most: float
    ) -> float:
        """Seconds for choosing on larger samples: what it is worth, and enough for the leader and the strong
        classical methods where the family's part allows that, since networks choose on all their rows."""
        strong = [c for c in ranked[1:] if _is_strong_classical(c)]
        needed = sum(self.predicted_seconds(c, n) for c in [ranked[0], *strong]) if strong else 0.0
        return min(self._worth_of_choice(ranked[0], split), max(seconds, min(1.1 * needed, most)))

    def _affordable(self, ranked: list[Contender], n: int, seconds: float) -> list[Contender]:
        """As many of the best as can be fitted on `n` rows in the time."""
        affordable = []
        for contender in ranked:
            needed = self.predicted_seconds(contender, n)
            if needed <= seconds:
                seconds -= needed
                affordable.append(contender)
        return affordable

    def _second_chance(
        self, split: Split, standing: list[Contender], scored: list[Scored], n: int, seconds: float
    ) -> list[Scored]:
        """More time for those that were not done on the first sample: on a slow or busy computer the
        strong would else drop out before the weak."""
        done = {contender.name for contender, _, _ in scored}
        late = [c for c in standing if c.name not in done and c.name in self.evidence.contenders]
        longer = min(LONGER * max(seconds, LEAST_TRIAL), SECOND_PART * self.family_seconds)
        return self._rung(split, late, n, longer, LONGER) if longer > seconds else []

    def _rung(
        self, split: Split, standing: list[Contender], n: int, seconds: float, times: int = 0
    ) -> list[Scored]:
        scored: list[Scored] = []
        for contender in standing:
            trial = self.trial(contender, split, n, final=False, seconds=seconds, times=times)
            if trial.ok:
                scored.append((contender, *self.evidence.validation_score(trial)))
            elif trial.status == "failed":
                self._leaves(contender)
        return scored

    def _leaves(self, contender: Contender) -> None:
        """It failed; what it has shown before stays, with its name."""
        shown = (t.job.contender for trials in self.evidence.champions.values() for t in trials)
        if contender.name not in shown:
            self.evidence.not_tried[contender.name] = "failed"
            self.evidence.contenders.pop(contender.name, None)

    def _near(self, scored: list[Scored], split: Split, small: bool = False) -> list[Contender]:
        """Best first; without those that are clearly behind the best, but never fewer than two.

        Args:
            small: it is not the largest sample; there a strong classical method stays, since boosted trees,
                say, are behind on few rows and ahead on many.
        """
        if not scored:
            return []
        scored = sorted(scored, key=lambda s: -s[1])
        _, best, influence = scored[0]
        bound = self.evidence.bound(split.number, "validation")
        error = [variance_of_difference(influence, other, bound) ** 0.5 for _, _, other in scored]
        return [
            contender
            for place, (contender, score, _) in enumerate(scored)
            if place < KEEP_LEAST
            or best - score <= BEHIND * error[place]
            or (small and _is_strong_classical(contender))
        ]

    def test_champion(self, ranked: list[Contender], split: Split, seconds: float) -> Trial | None:
        """Fit the best contender that fits into the time on all training rows, and test it."""
        for contender in ranked:
            fits = self.predicted_seconds(contender, len(split.train)) <= 1.3 * seconds
            if contender.family != "deep" and not fits:  # networks end in time by themselves
                continue
            trial = self.trial(contender, split, len(split.train), final=True, seconds=seconds)
            if trial.ok:
                return trial
        return self._quickest(ranked, split)

    def _starved_strong_first(self, ranked: list[Contender], split: Split) -> list[Contender]:
        """Strong networks that their time ended, on small samples alone, go before the first that is not
        strong: there that one leads because it learns sooner, not because it learns more."""
        largest = self.rungs(split)[-1]

        def starved(contender: Contender) -> bool:
            tried = [
                t
                for t in self._seen.values()
                if t.job.contender == contender.name and t.job.split == split.number and not t.job.final
            ]
            return bool(tried) and all(t.ended_by == "time" and t.job.n < largest for t in tried)

        strong = [c for c in ranked if c.family == "deep" and c.strength == "strong"]
        place = next((i for i, c in enumerate(ranked) if c not in strong), len(ranked))
        late = [c for c in strong if c not in ranked[:place] and starved(c)]
        return ranked[:place] + late + [c for c in ranked[place:] if c not in late]

    def _quickest(self, ranked: list[Contender], split: Split) -> Trial | None:
        """Nobody was done in time, on a busy computer say: whoever needs least gets a larger share of it."""
        n = len(split.train)
        for contender in sorted(ranked, key=lambda c: self.predicted_seconds(c, n)):
            seconds = self.left / (LONGER * len(RIVALS))
            trial = self.trial(contender, split, n, final=True, seconds=seconds, times=LONGER)
            if trial.ok:
                return trial
        return None

    def survivors(self, family: str, ranked: list[Contender]) -> list[Contender]:
        """Who still races on later splits: the best of the first; the leader alone where the runner-up was
        clearly behind it on the largest sample."""
        if len(ranked) == KEEP_LEAST and self._far_behind(*ranked):
            return ranked[:1]
        return ranked[: KEEP_LEAST + (family == "classical")]

    def _far_behind(self, leader: Contender, other: Contender) -> bool:
        n, times = self.rungs(self.evidence.splits[0])[-1], self.evidence.times
        jobs = [Job(c.name, 0, n, final=False, times=times) for c in (leader, other)]
        trials = [self._seen.get(job.key) for job in jobs]
        scored = [self.evidence.validation_score(t) for t in trials if t is not None and t.ok]
        if len(scored) < len(trials):
            return False
        (best, influence), (score, its) = scored
        bound = self.evidence.bound(0, "validation")
        return best - score > BEHIND * variance_of_difference(influence, its, bound) ** 0.5


def _is_strong_classical(contender: Contender) -> bool:
    return (contender.family, contender.strength) == ("classical", "strong")


def _strong_early(ranked: list[Contender]) -> list[Contender]:
    """The leader, then the strong classical methods, then the others: time goes to them in this order."""
    return ranked[:1] + sorted(ranked[1:], key=lambda c: not _is_strong_classical(c))
