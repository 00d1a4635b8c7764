"""From the evidence of a race to an answer that its reader can defend."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from deepstart.findings import Finding
from deepstart.need.data import Data
from deepstart.need.evidence import RIVALS, Evidence
from deepstart.need.metrics import FEW_ROWS, all_scores, lowest
from deepstart.need.statistics import Chances, Posterior, chances, overlap
from deepstart.need.trials import Trial

VERDICTS = ("deep_worth_it", "classical_enough", "more_data", "unclear")
#: Probability from which an answer is called an answer.
SURE = 0.95
#: Nobody should be sent to label more than this many times the rows they have.
MOST_TIMES = 4.0


@dataclass(frozen=True)
class Side:
    """A family's best: what it scored and what it costs on this machine.

    Args:
        name: the contender that was champion most often.
        score, low, high: mean over the splits, with its 95 % interval.
        others: all other scores, by name, on the first split.
        fit_seconds, predict_ms_per_row, one_row_ms, peak_mib, size_bytes: medians over the splits on which
            this one was champion.
    """

    name: str
    score: float
    low: float
    high: float
    fit_seconds: float
    predict_ms_per_row: float
    one_row_ms: float
    peak_mib: float
    size_bytes: int
    others: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """The answer.

    Args:
        kind: one of VERDICTS.
        reason: key of the sentence that says why, `need.reason.REASON`.
        chances: the three probabilities, or None when one side is missing.
        lead: belief about deep minus classical.
        rows_to_settle: rows that would probably settle an unclear answer; None: unknown or beyond reason.
        first: findings that must be read before the verdict.
    """

    kind: str
    reason: str
    chances: Chances | None
    lead: Posterior | None
    rows_to_settle: int | None = None
    first: tuple[Finding, ...] = ()


def side_of(evidence: Evidence, family: str) -> Side | None:
    """The family's best, or None when it has no champion."""
    trials = evidence.champions[family]
    if not trials:
        return None
    names = [t.job.contender for t in trials]
    name = max(names, key=names.count)
    belief = evidence.score(trials)
    low, high = belief.interval()
    first = trials[0]
    assert first.test is not None

    def median(attribute: str) -> float:
        return float(np.median([getattr(t, attribute) for t in trials if t.job.contender == name]))

    return Side(
        name=name,
        score=belief.mean,
        low=lowest(low, belief.mean, evidence.tested(trials)),
        high=high,
        fit_seconds=median("fit_seconds"),
        predict_ms_per_row=median("predict_ms_per_row"),
        one_row_ms=median("one_row_ms"),
        peak_mib=median("peak_mib"),
        size_bytes=int(median("size_bytes")),
        others=all_scores(evidence.data.task, evidence.truth(first.job.split), first.test),
    )


def dummy_trials(evidence: Evidence) -> list[Trial]:
    """The trials of the best of the contenders that look at no column, one a split, first split first."""
    trials = [
        t
        for t in evidence.counted()
        if t.ok
        and t.job.final
        and t.job.contender in evidence.contenders
        and evidence.contenders[t.job.contender].family == "dummy"
    ]
    scores: dict[str, list[float]] = {}
    for trial in trials:
        scores.setdefault(trial.job.contender, []).append(evidence.test_score(trial)[0])
    best = max(scores, key=lambda name: float(np.mean(scores[name])), default=None)
    return sorted((t for t in trials if t.job.contender == best), key=lambda t: t.job.split)


def beats_dummy(evidence: Evidence, sides: tuple[str, ...] = RIVALS) -> bool:
    """Whether any of these sides is better than guessing, with probability SURE."""
    if not dummy_trials(evidence):
        return True
    return any((chance_above_guessing(evidence, side) or 0.0) >= SURE for side in sides)


def chance_above_guessing(evidence: Evidence, side: str) -> float | None:
    """Probability that a side's champions are better than guessing; None where that was not tested."""
    trials, dummies = evidence.champions.get(side, []), dummy_trials(evidence)
    if not evidence.paired(trials, dummies):
        return None
    return float(evidence.difference(trials, dummies).above(0.0))


def smallest_class(data: Data) -> tuple[str, int]:
    """Name and rows of the smallest class; for regression the target and all rows."""
    if data.task == "regression":
        return data.target, data.n
    counts = data.class_counts
    return data.classes[int(counts.argmin())], int(counts.min())


def few_rows(data: Data) -> list[Finding]:
    """That the smallest class, or all there is, is too small for more than chance; else nothing."""
    name, rows = smallest_class(data)
    kind = "few-rows" if data.task == "classification" else "few-rows-in-all"
    values = {"rows": rows, "name": name, "least": FEW_ROWS}
    return [Finding(kind, "warn", "need", values)] if rows < FEW_ROWS else []


def scarce(evidence: Evidence) -> bool:
    """Whether rows are too few for any answer to be relied on: of the smallest class where it counts as
    much as the largest, on average over the classes where each row counts alike."""
    _, smallest = smallest_class(evidence.data)
    by_rows = evidence.metric.name == "accuracy"
    return (evidence.data.n / len(evidence.data.classes) if by_rows else smallest) < FEW_ROWS


def could_settle(
    evidence: Evidence, worth: float, *, splits: int, times: float = 1.0, side: str = "deep"
) -> bool:
    """Whether the answer would be sure after `splits` splits of `times` the rows, the scores as they are.

    The width falls with the root of the rows, and with the splits as the corrected variance says.
    """
    networks, classical = evidence.champions[side], evidence.rivals_of(side)
    done, shared = len(networks), overlap(evidence.test_share)
    narrower = times**-0.5
    if not evidence.same_test:
        narrower *= ((1 / max(splits, done) + shared) / (1 / done + shared)) ** 0.5

    def then(belief: Posterior) -> Posterior:
        return Posterior(belief.mean, belief.scale * narrower, belief.df + max(splits - done, 0))

    lead = evidence.difference(networks, classical)
    odds = chances(then(lead), worth, then(evidence.score(networks)), then(evidence.score(classical)))
    return odds.deep >= SURE or odds.deep <= 1 - SURE


def rows_to_settle(evidence: Evidence, worth: float, side: str = "deep") -> int | None:
    """Rows with which the answer would be sure, if the scores stay as they are; None beyond MOST_TIMES."""
    for times in np.linspace(1.25, MOST_TIMES, 12):
        if could_settle(evidence, worth, splits=len(evidence.splits), times=float(times), side=side):
            return int(round(evidence.data.n * times, -2) or evidence.data.n * times)
    return None


def decide(evidence: Evidence, worth: float, side: str = "deep") -> Verdict:
    """The verdict, by posterior probabilities.

    Args:
        worth: least gain that would be worth a network, in units of the score.
        side: the champions to set against the classical ones: `deep`, or `pretrained`.
    """
    first = tuple(_first(evidence, ("classical", side)))
    networks, classical = evidence.champions.get(side), evidence.rivals_of(side)
    if not networks or not classical or not evidence.paired(networks, classical):
        missing = "no-deep-side" if not networks else "no-classical-side"
        family = missing.split("-")[1]
        if any(c.family == family and not c.pretrained for c in evidence.contenders.values()):
            missing = "out-of-time"
        return Verdict("unclear", missing, None, None, first=first)
    lead, odds = evidence.difference(networks, classical), evidence.chances(networks, classical, worth)
    few = scarce(evidence)
    if any(f.id == "nothing-learned" for f in first):
        return Verdict("more_data" if few else "unclear", "nothing-learned", odds, lead, first=first)
    if loser := _without_strong_rival(evidence, odds, worth, side):
        return Verdict("unclear", f"no-strong-{loser}", odds, lead, first=first)
    if side not in RIVALS and odds.deep <= 1 - SURE and all(t.ended_by == "time" for t in networks):
        return Verdict("unclear", "pretrained-cut-short", odds, lead, first=first)
    if odds.deep >= SURE:
        return Verdict("deep_worth_it", "deep-leads", odds, lead, first=first)
    if odds.deep <= 1 - SURE:
        reason = "classical-leads" if odds.classical >= SURE else "no-gain"
        return Verdict("classical_enough", reason, odds, lead, first=first)
    more_time = could_settle(evidence, worth, splits=len(evidence.splits), side=side)
    if more_time and not few:
        return Verdict("unclear", "more-time-settles", odds, lead, None, first)
    rows = rows_to_settle(evidence, worth, side)
    if few or rows is not None:
        return Verdict("more_data", "few-rows" if few else "more-rows-settle", odds, lead, rows, first)
    return Verdict("unclear", "on-the-edge", odds, lead, None, first)


def _without_strong_rival(evidence: Evidence, odds: Chances, worth: float, side: str) -> str | None:
    """The side that would lose without any of its strong contenders having had its time, where more time
    could have helped it."""
    if odds.deep >= SURE:
        return None if evidence.strong_was_done("classical") else "classical"
    if odds.deep > 1 - SURE or evidence.strong_was_done(side) or evidence.nothing_to_win(worth):
        return None
    return side


def _first(evidence: Evidence, sides: tuple[str, ...]) -> list[Finding]:
    """What must be said before the verdict."""
    found = [f for f in evidence.data.notes if f.status == "fail"]
    found += few_rows(evidence.data)
    if any(evidence.champions.values()) and not beats_dummy(evidence, sides):
        found.append(Finding("nothing-learned", "warn", "need", {"n": evidence.data.n}))
    return found


def curve(evidence: Evidence, contender: str) -> list[dict[str, Any]]:
    """Learning curve of a contender: rows, mean score and its 95 % band, smallest sample first.

    Splits differ by a row or two in size; their samples count for the first split's size nearest. Small
    samples are measured on fewer splits than all rows: what they lose against all rows of the same splits
    is told from the mean of all, since an easy split would else look like a curve that falls at its end.
    """
    counted = evidence.counted()
    sizes = np.array(sorted({t.job.n for t in counted if t.job.split == 0}))
    by_size: dict[int, list[Trial]] = {}
    for trial in counted:
        if trial.job.contender == contender and trial.ok:
            nearest = int(sizes[np.abs(np.log(sizes / trial.job.n)).argmin()])
            by_size.setdefault(nearest, []).append(trial)
    finals = by_size[max(by_size)] if by_size else []
    tested = {t.job.split for t in finals}
    # A sample on a split on which all rows were not tried cannot be set against them.
    kept = {n: [t for t in trials if t.job.split in tested] or trials for n, trials in by_size.items()}
    return [_point(evidence, n, trials, finals) for n, trials in sorted(kept.items())]


def _point(evidence: Evidence, n: int, trials: list[Trial], finals: list[Trial]) -> dict[str, Any]:
    belief = evidence.score(trials)
    low, high = belief.interval()
    low = lowest(low, belief.mean, evidence.tested(trials))
    shift = _luck_of_splits(evidence, trials, finals)
    mean, low, high = (evidence.metric.possible(value - shift) for value in (belief.mean, low, high))
    return {"n": n, "mean": mean, "low": low, "high": high}


def _luck_of_splits(evidence: Evidence, trials: list[Trial], finals: list[Trial]) -> float:
    """How much easier these trials' splits are than all that the contender was tested on with all rows."""
    splits = {t.job.split for t in trials}
    scores = {t.job.split: evidence.test_score(t)[0] for t in finals}
    same = [score for split, score in scores.items() if split in splits]
    return float(np.mean(same) - np.mean(list(scores.values()))) if same else 0.0
