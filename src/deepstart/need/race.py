"""The race: small samples first, each family drops who cannot win, and it ends when the answer is clear.

On every split each family (classical, deep) picks its champion by scores on validation rows inside
the training part; the champion is then fitted on the whole training part and scored on test rows
that no choice has seen. Halving happens inside a family only, because learning curves of different
families cross. Both families have the same seconds. Time is counted in seconds of finished trials,
so a race that was ended and started again goes on as if unbroken.
"""

import importlib.util
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np

from deepstart.need.contenders import Contender, Setting, contenders_for
from deepstart.need.data import Data
from deepstart.need.durations import predict_seconds
from deepstart.need.evidence import RIVALS, Evidence
from deepstart.need.metrics import choose_metric, variance_of_difference
from deepstart.need.splits import Split, make_splits
from deepstart.need.statistics import Chances
from deepstart.need.trials import Job, Trial, TrialStore
from deepstart.need.worker import Request, Worker

#: Parts of a family's seconds: for choosing on the first split, and for its champion's fit there.
CHOICE_PART, FINAL_PART = 0.25, 0.65
#: Part of the budget kept back for starting processes and writing the report, and for curves.
RESERVE_PART, CURVE_PART = 0.06, 0.15
#: Samples on which a family chooses, as parts of its inner rows.
RUNGS = (1 / 8, 1 / 2, 1)
#: Who is this many standard errors behind the best drops out, but never fewer than two stay.
BEHIND, KEEP_LEAST = 2.0, 2
#: Choosing on larger samples may take this many times the champion's fit, and this many seconds anyway.
CHOICE_TO_FINAL, LEAST_CHOICE = 1.5, 8.0
#: No fit gets less than this, in seconds: less tells nothing about a method.
LEAST_TRIAL = 2.0
#: Before a side is beaten because its fit was cut short, it gets this many times the seconds.
LONGER = 4
#: Part of its family's time that each who was not done on the first sample may have for another try.
SECOND_PART = 0.12
#: Seconds by which a fit may outlast its limit and a quarter, for what it has to load.
GRACE = 10.0
#: Seconds that building a network and tracing its graph may take, beyond the fit's own.
TRACING = 30.0
#: Sizes of the learning curve, as parts of the training rows.
CURVE_PARTS = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2)
#: How clear the answer must be to stop after one split, or more (probability or its complement). By replay
#: over LCDB half of it for the first two splits changes as many verdicts, and takes longer.
CLEAR = {1: 0.02}
CLEAR_LATER = 0.03
#: Seconds that one fit may take on large budgets: for each row, and for each value in a row.
SECONDS_PER_ROW, SECONDS_PER_VALUE = 2.5e-3, 5e-6
#: The least of it. Networks on small tables need many passes; on small pictures each pass tells more.
LEAST_FIT = {"table": 10.0, "text": 6.0, "image": 0.5}


#: A contender with its score on validation rows, and the influence of each row.
Scored = tuple[Contender, float, np.ndarray]


@dataclass(frozen=True)
class Event:
    """Progress: what begins (`begin`) or ends (`end`)."""

    kind: str
    contender: str = ""
    family: str = ""
    split: int = 0
    n: int = 0
    score: float = float("nan")
    spent: float = 0.0
    budget: float = 0.0


class OutOfTime(Exception):
    """The budget is used up."""


class Race:
    """Runs the trials of one race. `run` can be interrupted; the evidence so far stays valid.

    Args:
        data: what to race on.
        worth: least gain that would be worth a network, in units of the score.
        budget: seconds for everything from here on, earlier runs of the same race included.
        store: where trials are kept; what is there is not run again.
        exclude: names of contenders to leave out.
        weights: folder with pre-trained weights.
        tell: called with an Event for everything that happens.
        most_splits: number of splits after which it ends at the latest.
    """

    def __init__(
        self,
        data: Data,
        *,
        worth: float,
        budget: float = 600.0,
        seed: int = 0,
        store: TrialStore | None = None,
        exclude: tuple[str, ...] = (),
        weights: str | None = None,
        tell: Callable[[Event], None] = lambda event: None,
        most_splits: int = 10,
    ):
        self.data, self.worth, self.budget, self.seed = data, worth, budget, seed
        self.store = store if store is not None else TrialStore(None)
        self.weights, self.tell = weights, tell
        self._started, self._waited, self._starting = time.monotonic(), 0.0, 0.0
        self._seen: dict[str, Trial] = {}
        metric = choose_metric(data)
        self.balanced = metric.name == "balanced_accuracy"
        self.evidence = Evidence(
            data, metric, make_splits(data, seed, most_splits), self.store, {}, seed=seed
        )
        self._enter(exclude)
        log = self.store.folder / "workers.log" if self.store.folder else None
        self.workers = {
            "classical": Worker(data, warm=False, log=log),
            "deep": Worker(data, warm=True, log=log),
        }

    # -- who races

    def _enter(self, exclude: tuple[str, ...]) -> None:
        evidence, setting = self.evidence, self._setting(None)
        no_keras = any(importlib.util.find_spec(m) is None for m in ("keras", "tensorflow"))
        for contender in contenders_for(self.data.modality, self.data.task):
            if contender.name in exclude:
                evidence.not_tried[contender.name] = "excluded"
            elif contender.family == "deep" and no_keras:
                evidence.not_tried[contender.name] = "no-framework"
            elif why := contender.refuses(setting):
                evidence.not_tried[contender.name] = why
            else:
                evidence.contenders[contender.name] = contender

    def entered(self, family: str) -> list[Contender]:
        """The contenders of a family that are still in the race."""
        return [c for c in self.evidence.contenders.values() if c.family == family]

    def _setting(self, max_seconds: float | None, split: int = 0) -> Setting:
        data = self.data
        return Setting(
            task=data.task,
            n_classes=len(data.classes),
            n_rows=data.n,
            schema=data.schema,
            image_shape=tuple(data.X.shape[1:]) if data.modality == "image" else (),
            languages=tuple(sorted(data.languages.items())),
            balanced=self.balanced,
            seed=self.seed + split,
            max_seconds=max_seconds,
            threads=os.cpu_count() or 1,
            weights=self.weights,
        )

    # -- time

    @property
    def spent(self) -> float:
        """Seconds used: by the trials met so far, whenever they ran, and by everything around them.

        A race that goes on from saved trials so meets every decision at nearly the same reading of this
        clock as an unbroken one: what deciding takes is not saved, milliseconds a trial.
        """
        starting = min(self._starting, self.budget * RESERVE_PART / 2)
        around = time.monotonic() - self._started - self._waited - starting
        return around + sum(trial.seconds for trial in self._seen.values())

    @property
    def left(self) -> float:
        """Seconds that may still go into trials."""
        return self.budget * (1 - RESERVE_PART) - self.spent

    @property
    def family_seconds(self) -> float:
        """Seconds that each family may use on the first split."""
        return self.budget * (1 - RESERVE_PART) / len(RIVALS)

    @property
    def fit_seconds(self) -> float:
        """Seconds for a champion's fit: what these data may ask for, within the family's part.

        More splits tell more than longer fits when there are few rows, so that small data get
        short fits and large data get all the time there is.
        """
        data = self.data
        values = sum(map(len, data.X)) if data.modality == "text" else data.X.size
        asked = LEAST_FIT.get(data.modality, 6.0) + SECONDS_PER_ROW * data.n + SECONDS_PER_VALUE * values
        return min(asked * self.evidence.times, self.family_seconds * FINAL_PART)

    # -- one trial

    def trial(
        self, contender: Contender, split: Split, n: int, *, final: bool, seconds: float, times: int = 0
    ) -> Trial:
        """Run a job, unless it was run before. Raises OutOfTime when none of the budget is left."""
        seconds = round(min(max(seconds, LEAST_TRIAL), max(self.left, 0)), 1)
        job = Job(contender.name, split.number, n, final, seconds, times or self.evidence.times)
        if known := self.store.get(job):
            self._seen[job.key] = known
            return known
        if seconds < 0.5:
            raise OutOfTime
        self._announce("begin", contender, job)
        trial = self._run(contender, split, job)
        self.store.add(trial)
        self._seen[job.key] = trial
        score = self.evidence.test_score(trial)[0] if trial.ok else float("nan")
        self._announce("end", contender, job, score)
        return trial

    def _run(self, contender: Contender, split: Split, job: Job) -> Trial:
        nothing = np.empty(0, int)
        request = Request(
            job,
            self._setting(job.max_seconds, split.number),
            split.train if job.final else split.inner[: job.n],
            nothing if job.final else split.validation,
            split.test,
        )
        worker = self.workers["deep" if contender.family == "deep" else "classical"]
        # Its start comes out of the reserve: a race that goes on from saved trials may not need it.
        waited = time.monotonic()
        if not worker.wait_until_ready(max(self.left, 1)):
            raise OutOfTime
        self._starting += time.monotonic() - waited
        # A fit should end by itself at its limit; some cannot, and are ended a little later.
        limit = (job.max_seconds or self.left) * 1.25 + GRACE + TRACING * (contender.family == "deep")
        begun = time.monotonic()
        try:
            return worker.run(request, min(limit, max(self.left, 1)))
        finally:
            self._waited += time.monotonic() - begun

    def _announce(self, kind: str, contender: Contender, job: Job, score: float = float("nan")) -> None:
        self.tell(
            Event(
                kind,
                contender.name,
                contender.family,
                job.split,
                job.n,
                score,
                spent=self.spent,
                budget=self.budget,
            )
        )

    # -- a family chooses

    def rungs(self, split: Split) -> list[int]:
        """Sizes of the samples on which the family chooses; one size when there are few rows."""
        rows = len(split.inner)
        least = max(100, 10 * len(self.data.classes))
        return [int(rows * part) for part in RUNGS if rows * part >= least] or [rows]

    def choose(self, family: str, split: Split, entrants: list[Contender], seconds: float) -> list[Contender]:
        """The family's contenders, best first, by validation scores on growing samples.

        All are compared on the largest sample, if the time allows it: curves cross inside a family too.
        Networks, which plan their training for the time they have, then need no smaller sample. Else
        those clearly behind drop out after each sample, and it goes on only while at least two are left
        and the time that choosing is worth allows it.
        """
        ranked, begun = entrants, self.spent
        if len(entrants) <= 1:
            return entrants
        sizes, everyone, most = self.rungs(split), entrants, self._most_choice(split)
        if family == "deep" and len(entrants) * self.fit_seconds / 2 <= most:
            sizes = sizes[-1:]
            seconds = max(seconds, len(entrants) * self.fit_seconds / 2)
        for rung, n in enumerate(sizes):
            standing = ranked
            left = most - (self.spent - begun)
            if rung == 1 and len(self._affordable(everyone, sizes[-1], left)) == len(everyone):
                return self._near(self._rung(split, everyone, sizes[-1], self.fit_seconds / 2)) or ranked
            if rung == 1:  # the first sample is not counted: without it nobody could choose
                seconds, begun = min(seconds, self._worth_of_choice(ranked[0], split)), self.spent
            if rung:
                standing = self._affordable(ranked, n, seconds - (self.spent - begun))
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
            ranked, everyone = self._near(scored), [contender for contender, _, _ in scored]
        return ranked

    def _most_choice(self, split: Split) -> float:
        """Seconds that choosing among all on the largest sample may take, within the family's part."""
        part = self.left / len(RIVALS) if split.number else self.family_seconds
        return min(CHOICE_TO_FINAL * self.fit_seconds, part - self.fit_seconds)

    def _worth_of_choice(self, leader: Contender, split: Split) -> float:
        """Seconds that choosing is worth: in proportion to the fit that it is about."""
        return max(LEAST_CHOICE, CHOICE_TO_FINAL * self.predicted_seconds(leader, len(split.train)))

    def _affordable(self, ranked: list[Contender], n: int, seconds: float) -> list[Contender]:
        """As many of the best as can be fitted on `n` rows in the time."""
        affordable = []
        for contender in ranked:
            seconds -= self.predicted_seconds(contender, n)
            if seconds >= 0:
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

    @staticmethod
    def _near(scored: list[Scored]) -> list[Contender]:
        """Best first; without those that are clearly behind the best, but never fewer than two."""
        if not scored:
            return []
        scored = sorted(scored, key=lambda s: -s[1])
        _, best, influence = scored[0]
        error = [variance_of_difference(influence, other) ** 0.5 for _, _, other in scored]
        return [
            contender
            for place, (contender, score, _) in enumerate(scored)
            if place < KEEP_LEAST or best - score <= BEHIND * error[place]
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

    def predicted_seconds(self, contender: Contender, n: int) -> float:
        """Seconds that a fit on `n` rows will take, from this contender's other fits; 0 without any."""
        fits = [t for t in self._seen.values() if t.job.contender == contender.name and t.ok]
        whole = [t for t in fits if t.ended_by != "time"] or fits
        found = predict_seconds([(t.job.n, t.seconds) for t in whole], n)
        seconds = found.seconds if found else 0.0
        # Networks plan their training for the time they have.
        return min(seconds, self.fit_seconds) if contender.family == "deep" else seconds

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
        return best - score > BEHIND * variance_of_difference(influence, its) ** 0.5

    # -- the whole

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
        racing = {family: self.entered(family) for family in RIVALS}
        number = 0
        while number < len(self.evidence.splits):
            split, first = self.evidence.splits[number], number == 0
            if not first and self._price_of_split(racing) > self.left * (1 - CURVE_PART):
                return
            for family in RIVALS:
                ranked = self.choose(family, split, racing[family], self._choice_seconds(first))
                ranked = self._starved_strong_first(ranked, split)
                self._test(family, ranked or racing[family], split)
                if first:
                    racing[family] = self.survivors(family, ranked or racing[family])
            if first:
                self._ladder(split)
            number += 1
            if self._clear():
                if self._turned_by_a_longer_look(racing):
                    number = 1
                    continue
                self.evidence.settled = True
                return

    def _turned_by_a_longer_look(self, racing: dict[str, list[Contender]]) -> bool:
        """Give the side that is about to lose more time, if its fit was cut short; whether that may turn it.

        Then the race goes on from the second split with longer fits for both sides.
        """
        evidence, now = self.evidence, self.chances()
        if now is None or evidence.longer or evidence.times > 1 or evidence.nothing_to_win(self.worth):
            return False
        loser = "deep" if now.deep < 0.5 else "classical"
        winner = next(family for family in RIVALS if family != loser)
        contender = self._cut_short(racing[loser]) or self._never_done(loser)
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
        return True

    def _longer(self, contender: Contender, seconds: float) -> Trial:
        split = self.evidence.splits[0]
        return self.trial(contender, split, len(split.train), final=True, seconds=seconds, times=LONGER)

    def _least_look(self, contender: Contender) -> float:
        """Seconds below which a longer look would tell nothing; less for one that has not been tested yet."""
        tested = any(t.job.contender == contender.name and t.job.final and t.ok for t in self._seen.values())
        return (LONGER / 2 if tested else 0.5) * self.fit_seconds

    def _never_done(self, family: str) -> Contender | None:
        """A strong contender of the family none of whose fits came to an end in its time."""
        done = {t.job.contender for t in self._seen.values() if t.ok}
        late = {t.job.contender for t in self._seen.values() if not t.ok} - done
        strong = [c for c in self.entered(family) if c.name in late and c.strength == "strong"]
        return strong[0] if strong else None

    def _cut_short(self, racing: list[Contender]) -> Contender | None:
        """The best-ranked of these whose largest fit on the first split was ended by its limit."""
        for contender in racing:
            fits = [t for t in self._seen.values() if t.job.contender == contender.name and not t.job.split]
            largest = max(fits, key=lambda t: (t.job.n, t.job.final), default=None)
            if largest and (largest.status == "timeout" or (largest.ok and largest.ended_by == "time")):
                return contender
        return None

    def _choice_seconds(self, first: bool) -> float:
        seconds = self.fit_seconds * CHOICE_PART / FINAL_PART
        return seconds if first else min(seconds, max(self.left, 1) * CHOICE_PART / 2)

    def _test(self, family: str, ranked: list[Contender], split: Split) -> None:
        champion = self.test_champion(ranked, split, self.fit_seconds)
        if champion is not None:
            self.evidence.champions[family].append(champion)

    def _ladder(self, split: Split) -> None:
        """Dummies and weak contenders on the whole training part, for the report's ladder."""
        for contender in self.entered("dummy") + [
            c for c in self.entered("classical") if c.strength == "weak"
        ]:
            seconds = self.family_seconds * 0.05
            if self.predicted_seconds(contender, len(split.train)) < seconds:
                self.trial(contender, split, len(split.train), final=True, seconds=seconds)

    def _price_of_split(self, racing: dict[str, list[Contender]]) -> float:
        """Seconds that one more split would take: choosing among survivors, then two champions' fits."""
        price = 0.0
        for family in RIVALS:
            finals = [self._seconds_now(t) for t in self.evidence.champions[family]]
            if not finals:
                return float("inf")
            again = sum(self._rung_seconds(c) for c in racing[family]) if len(racing[family]) > 1 else 0.0
            price += max(finals) + again
        return 1.1 * price

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
        return now is not None and self._is_clear(now, len(self.evidence.champions["deep"]))

    @staticmethod
    def _is_clear(now: Chances, splits: int) -> bool:
        return min(now.deep, 1 - now.deep) <= CLEAR.get(splits, CLEAR_LATER)

    def _draw_curves(self) -> None:
        """Points of the learning curves of both champions, as far as a part of the time allows."""
        stop_at = self.spent + max(0.0, min(self.left, self.spent * CURVE_PART))
        split = self.evidence.splits[0]
        least = max(20, 2 * len(self.data.classes))
        sizes = sorted({int(len(split.train) * part) for part in CURVE_PARTS})
        champions = [trials[0] for trials in self.evidence.champions.values() if trials]
        for n, champion in product((n for n in sizes if least <= n <= len(split.inner)), champions):
            seconds = max(champion.seconds * n / champion.job.n, 1.0) * 1.5 + 2
            contender = self.evidence.contenders.get(champion.job.contender)
            if contender is not None and self.spent + seconds / 1.5 < stop_at:
                self.trial(contender, split, n, final=False, seconds=seconds)
