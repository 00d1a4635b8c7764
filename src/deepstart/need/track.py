"""Where the trials of a race run: who takes part, the clock, and one trial after another.

Time is counted in seconds of finished trials, so a race that was ended and started again goes on as if
unbroken.
"""

import importlib.util
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from deepstart.need.contenders import Contender, Setting, contenders_for
from deepstart.need.data import Data
from deepstart.need.durations import predict_seconds
from deepstart.need.evidence import RIVALS, Evidence
from deepstart.need.metrics import choose_metric
from deepstart.need.splits import Split, make_splits
from deepstart.need.trials import Job, Trial, TrialStore
from deepstart.need.worker import Request, Worker

#: Part of the budget kept back for starting processes and writing the report.
RESERVE_PART = 0.06
#: Part of a family's seconds for its champion's fit on the first split.
FINAL_PART = 0.65
#: No fit gets less than this, in seconds: less tells nothing about a method.
LEAST_TRIAL = 2.0
#: Seconds by which a fit may outlast its limit and a quarter, for what it has to load.
GRACE = 10.0
#: Seconds that building a network and tracing its graph may take, beyond the fit's own.
TRACING = 30.0
#: Seconds that one fit may take on large budgets, for each row; of pictures their values tell more.
SECONDS_PER_ROW = {"table": 2.5e-3, "text": 2.5e-3, "image": 1.6e-3}
#: And for each value in a row.
SECONDS_PER_VALUE = 5e-6
#: The least of it. Networks on small tables need many passes; on small pictures each pass tells more.
LEAST_FIT = {"table": 10.0, "text": 6.0, "image": 0.5}


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


class Track:
    """Runs and keeps the trials of one race.

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
        splits = make_splits(data, seed, most_splits)
        metric = choose_metric(data, splits)
        self.balanced = metric.name == "balanced_accuracy"
        self.evidence = Evidence(data, metric, splits, self.store, {}, seed=seed)
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
        per_row = SECONDS_PER_ROW.get(data.modality, 2.5e-3)
        asked = LEAST_FIT.get(data.modality, 6.0) + per_row * data.n + SECONDS_PER_VALUE * values
        return min(asked * self.evidence.times, self.family_seconds * FINAL_PART)

    # -- one trial

    def trial(
        self, contender: Contender, split: Split, n: int, *, final: bool, seconds: float, times: int = 0
    ) -> Trial:
        """Run a job, unless it was run before. Raises OutOfTime when none of the budget is left."""
        seconds = round(min(max(seconds, LEAST_TRIAL), max(self.left, 0)), 1)
        job = Job(contender.name, split.number, n, final, seconds, times or self.evidence.times)
        if known := self._known(job):
            self._seen[known.job.key] = known
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

    def _known(self, job: Job) -> Trial | None:
        """The trial of this job, if it was run; for a longer one the usual, if it did not need its time."""
        usual = self.store.get(replace(job, times=1))
        enough = usual is not None and usual.ok and usual.ended_by != "time"
        return usual if enough else self.store.get(job)

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

    def predicted_seconds(self, contender: Contender, n: int) -> float:
        """Seconds that a fit on `n` rows will take, from this contender's other fits; 0 without any."""
        fits = [t for t in self._seen.values() if t.job.contender == contender.name and t.ok]
        whole = [t for t in fits if t.ended_by != "time"] or fits
        found = predict_seconds([(t.job.n, t.seconds) for t in whole], n)
        seconds = found.seconds if found else 0.0
        # Networks plan their training for the time they have.
        return min(seconds, self.fit_seconds) if contender.family == "deep" else seconds
