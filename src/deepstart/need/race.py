"""The race: small samples first, each family drops who cannot win, and it ends when the answer is clear.

On every split each family (classical, deep) picks its champion (`choosing`); the champion is then fitted
on the whole training part and scored on test rows that no choice has seen. Both families have the same
seconds.
"""

from collections.abc import Iterable
from itertools import product

from deepstart.need.choosing import LONGER, Choosing
from deepstart.need.contenders import STRENGTHS, Contender
from deepstart.need.evidence import BEYOND, RIVALS, Evidence
from deepstart.need.splits import Split
from deepstart.need.statistics import Chances
from deepstart.need.track import FINAL_PART, OutOfTime
from deepstart.need.trials import Trial, cut_short
from deepstart.need.verdict import beats_dummy, could_settle, scarce

#: Part of a family's seconds for choosing on the first split.
CHOICE_PART = 0.25
#: Part of the time that curves may take, and seconds that they may take anyway.
CURVE_PART, LEAST_CURVE = 0.15, 8.0
#: Sizes of the learning curve, as parts of the training rows.
CURVE_PARTS = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2)
#: Splits after which a race on very few rows asks whether an answer is still within reach.
SPLITS_OF_THE_SCARCE = 4
#: Part of a family's seconds for a fit that only the ladder of the report needs: a weak one, another.
LADDER_PART, STRONG_LADDER_PART = 0.05, 0.01
#: How clear the answer must be to stop after one split, or more (probability or its complement). By replay
#: over LCDB half of it for the first two splits changes as many verdicts, and takes longer.
CLEAR = {1: 0.02}
CLEAR_LATER = 0.03
#: Where no network could gain much more than what is worth it, the verdict's own bound leaves room enough.
CLEAR_NEAR_PERFECT = 0.045


class Race(Choosing):
    """Runs the trials of one race. `run` can be interrupted; the evidence so far stays valid."""

    #: Who of each family still races, once the first split has been run.
    racing: dict[str, list[Contender]]

    def run(self) -> Evidence:
        """Race until the answer is clear, the time is up, or the person ends it."""
        try:
            self.workers["classical"].start()
            if self.entered("deep"):
                self.workers["deep"].start()
            self._run_splits()
            self._draw_curves()
        except OutOfTime:
            pass
        except KeyboardInterrupt:
            self.evidence.interrupted = True
        finally:
            for worker in self.workers.values():
                worker.stop()
        return self.evidence

    def _run_splits(self) -> None:
        racing = self.racing = {family: self.entered(family) for family in RIVALS}
        number = 0
        while number < len(self.evidence.splits):
            split, first = self.evidence.splits[number], number == 0
            if not first and self._price_of_split(racing) > self.left * (1 - CURVE_PART):
                return
            for family in RIVALS:
                ranked = self._race_on(family, split, first)
                if first:
                    racing[family] = self.survivors(family, ranked or racing[family])
            self._dummies(split)
            if first:
                self._ladder(split)
                if self.evidence.nothing_to_win(self.worth):
                    self._keep_network()
            number += 1
            if self._clear():
                if self._turned_by_a_longer_look(racing):
                    number = 1
                    continue
                self.evidence.settled = True
                return
            if number >= SPLITS_OF_THE_SCARCE and self._out_of_reach():
                return

    def _out_of_reach(self) -> bool:
        """Rows are too few for any answer but a very clear one, and all splits of three times the rows would
        not give that: more splits would cost time and end in the same words."""
        if self.chances() is None or not scarce(self.evidence) or not beats_dummy(self.evidence):
            return False
        splits = len(self.evidence.splits)
        return not could_settle(self.evidence, self.worth, splits=splits, times=3.0)

    def _keep_network(self) -> None:
        """Of the networks the champion races on alone: where none could gain much more than what is worth
        it, choosing anew among them on each split takes nearly as long as another split would."""
        champion = self.evidence.champions["deep"][0].job.contender
        self.racing["deep"] = [self.evidence.contenders[champion]]

    def _turned_by_a_longer_look(self, racing: dict[str, list[Contender]]) -> bool:
        """Give the side that is about to lose more time, if its fit was cut short; whether that may turn it.

        Then the race goes on from the second split with longer fits for both sides; the one that more time
        lifted is its side's only one, since a choice at the usual time would not see what it gained.
        """
        evidence, now = self.evidence, self.chances()
        if now is None or evidence.longer or evidence.times > 1 or evidence.nothing_to_win(self.worth):
            return False
        loser = "deep" if now.deep < 0.5 else "classical"
        winner = next(family for family in RIVALS if family != loser)
        contender = self._starved(loser) or self._cut_short(racing[loser]) or self._never_done(loser)
        before, rival = evidence.champions[loser][0], evidence.champions[winner][0]
        fits = 1 + (rival.ended_by == "time")  # a rival that was cut short too gets as much
        seconds = min(LONGER * self.fit_seconds, self.left * (1 - CURVE_PART) / fits)
        if contender is None or before.job.times > 1 or seconds < self._least_look(contender):
            return False
        trial = self._longer(contender, seconds)
        if not trial.ok:
            return False
        evidence.longer = (before, trial)
        if evidence.difference([trial], [before]).mean < self.worth / 2:
            return False
        first = {family: trials[:1] for family, trials in evidence.champions.items()} | {loser: [trial]}
        if fits > 1:
            answer = self._longer(evidence.contenders[rival.job.contender], seconds)
            first[winner] = [answer if answer.ok else rival]
        still = evidence.chances(first["deep"], first["classical"], self.worth)
        if self._is_clear(still, 1) and (still.deep < 0.5) == (loser == "deep"):
            return False
        evidence.champions, evidence.times = first, LONGER
        racing[loser] = [contender]
        return True

    def _longer(self, contender: Contender, seconds: float) -> Trial:
        split = self.evidence.splits[0]
        return self.trial(contender, split, len(split.train), final=True, seconds=seconds, times=LONGER)

    def _least_look(self, contender: Contender) -> float:
        """Seconds below which a longer look would tell nothing; less for one that has not been tested yet."""
        tested = any(t.job.contender == contender.name and t.job.final and t.ok for t in self._seen.values())
        return (LONGER / 2 if tested else 0.5) * self.fit_seconds

    def _starved(self, family: str) -> Contender | None:
        """A strong contender of a family none of whose strong ones had their time, one with a score first."""
        if self.evidence.strong_was_done(family, self._seen.values()):
            return None
        scored = {t.job.contender for t in self._seen.values() if t.ok}
        strong = [c for c in self.entered(family) if c.strength == "strong"]
        return max(strong, key=lambda c: c.name in scored, default=None)

    def _never_done(self, family: str) -> Contender | None:
        """A strong contender of the family none of whose fits came to an end in its time."""
        done = {t.job.contender for t in self._seen.values() if t.ok}
        late = {t.job.contender for t in self._seen.values() if not t.ok} - done
        strong = [c for c in self.entered(family) if c.name in late and c.strength == "strong"]
        return strong[0] if strong else None

    def _cut_short(self, racing: list[Contender]) -> Contender | None:
        """The first of these, else of the strong of their side, whose largest fits were all ended by their
        limit: one that dropped out may have done so for lack of time."""
        side = racing[0].family if racing else ""
        strong = [c for c in self.entered(side) if c.strength == "strong" and c not in racing]
        return next((c for c in [*racing, *strong] if self._lacked_time(c)), None)

    def _lacked_time(self, contender: Contender) -> bool:
        """Whether its largest fits were all cut short, and a longer one on the first split would be new."""
        fits = self._fits(contender)
        done = any(t.job.final and not t.job.split and t.ok and t.ended_by != "time" for t in fits)
        return cut_short(fits) and not done

    def _fits(self, contender: Contender) -> list[Trial]:
        return [t for t in self._seen.values() if t.job.contender == contender.name]

    def _race_on(self, family: str, split: Split, first: bool) -> list[Contender]:
        """Choose the family's champion for a split and test it; its contenders, best first."""
        racing = self.racing[family]
        ranked = self.choose(family, split, racing, self._choice_seconds(first))
        ranked = self._starved_strong_first(ranked, split)
        self._test(family, ranked or racing, split)
        return ranked

    def _choice_seconds(self, first: bool) -> float:
        seconds = self.fit_seconds * CHOICE_PART / FINAL_PART
        return seconds if first else min(seconds, max(self.left, 1) * CHOICE_PART / 2)

    def _test(self, family: str, ranked: list[Contender], split: Split) -> None:
        champion = self.test_champion(ranked, split, self.fit_seconds)
        if champion is not None:
            self.evidence.champions[family].append(champion)

    def _dummies(self, split: Split) -> None:
        """What guessing scores on this split."""
        for contender in self.entered("dummy"):
            seconds = self.family_seconds * LADDER_PART
            self.trial(contender, split, len(split.train), final=True, seconds=seconds)

    def _ladder(self, split: Split) -> None:
        """Weak contenders and the best of each other strength on the whole training part, for the
        report's ladder: scores on fewer rows than the weak ones had would say little."""
        classical = self.entered("classical")
        weak = [c for c in classical if c.strength == "weak"]
        others = [self._best_of(c for c in classical if c.strength == s) for s in STRENGTHS if s != "weak"]
        short, n = self.family_seconds * LADDER_PART, len(split.train)
        for contender in weak:
            if self.predicted_seconds(contender, n) < short:
                self.trial(contender, split, n, final=True, seconds=short)
        for contender in filter(None, others):
            if self.predicted_seconds(contender, n) < self.family_seconds * STRONG_LADDER_PART:
                self.trial(contender, split, n, final=True, seconds=self.fit_seconds)

    def _best_of(self, contenders: Iterable[Contender]) -> Contender | None:
        """Who validated best on the largest sample that any of these reached in its time, or None.

        One that its limit ended is left out: that it came to an end here would count as its having had time.
        """
        names = {c.name: c for c in contenders}
        scored = [
            t for t in self._seen.values() if t.ok and t.validation is not None and t.ended_by != "time"
        ]
        scored = [t for t in scored if t.job.contender in names and t.job.split == 0]
        best = max(scored, key=lambda t: (t.job.n, self.evidence.validation_score(t)[0]), default=None)
        return names[best.job.contender] if best else None

    def _price_of_split(self, racing: dict[str, list[Contender]]) -> float:
        """Seconds that one more split would take."""
        return 1.1 * sum(self._price_of_family(family) for family in racing)

    def _price_of_family(self, family: str) -> float:
        """Seconds that a family would take on one more split: choosing among survivors, then its champion."""
        finals = [self._seconds_now(t) for t in self.evidence.champions[family]]
        if not finals:
            return float("inf")
        racing = self.racing[family]
        return max(finals) + (sum(map(self._rung_seconds, racing)) if len(racing) > 1 else 0.0)

    def _rung_seconds(self, contender: Contender) -> float:
        return sum(
            self._seconds_now(t)
            for t in self._seen.values()
            if t.job.contender == contender.name and t.job.split == 0 and not t.job.final
        )

    def _seconds_now(self, trial: Trial) -> float:
        """What a fit would take now; one that its limit ended takes all that fits have got since."""
        return trial.seconds * (
            max(1.0, self.evidence.times / trial.job.times) if trial.ended_by == "time" else 1
        )

    def chances(self) -> Chances | None:
        """The three probabilities as they stand."""
        deep, classical = self.evidence.champions["deep"], self.evidence.champions["classical"]
        together = self.evidence.paired(deep, classical)
        return self.evidence.chances(deep, classical, self.worth) if together else None

    def _clear(self) -> bool:
        now = self.chances()
        if now is None:
            return False
        if self.evidence.nothing_to_win(self.worth):
            return now.deep <= CLEAR_NEAR_PERFECT
        return self._is_clear(now, len(self.evidence.champions["deep"]))

    @staticmethod
    def _is_clear(now: Chances, splits: int) -> bool:
        return min(now.deep, 1 - now.deep) <= CLEAR.get(splits, CLEAR_LATER)

    def _draw_curves(self) -> None:
        """Points of the learning curves of both champions, as far as a part of the time allows."""
        stop_at = self.spent + max(0.0, min(self.left, max(self.spent * CURVE_PART, LEAST_CURVE)))
        split = self.evidence.splits[0]
        least = max(20, 2 * len(self.data.classes))
        sizes = sorted({int(len(split.train) * part) for part in CURVE_PARTS})
        champions = [trials[0] for key, trials in self.evidence.champions.items() if trials and key != BEYOND]
        for n, champion in product((n for n in sizes if least <= n <= len(split.inner)), champions):
            contender = self.evidence.contenders.get(champion.job.contender)
            if contender is None:
                continue
            # On few rows a network needs more passes, and is not to look worse there for lack of them.
            part = (n / champion.job.n) ** (0.5 if contender.family == "deep" else 1.0)
            seconds = max(champion.seconds * part, 1.0) * 1.5 + 2
            if self.spent + seconds / 1.5 < stop_at:
                self.trial(contender, split, n, final=False, seconds=seconds)
