"""The ladder: what weak, ordinary and strong classical methods score, and how a weak rival would mislead."""

from dataclasses import dataclass

from deepstart.need.contenders import STRENGTHS
from deepstart.need.evidence import Evidence
from deepstart.need.statistics import Chances
from deepstart.need.trials import Trial
from deepstart.need.verdict import SURE


@dataclass(frozen=True)
class Rung:
    """The best classical method of one strength, on the first split.

    Args:
        strength: `weak`, `ordinary` or `strong`.
        contender: its name.
        score, low, high: on the test rows, with the 95 % interval that these allow.
        n: rows that it was trained on.
        fit_seconds: of that fit.
    """

    strength: str
    contender: str
    score: float
    low: float
    high: float
    n: int
    fit_seconds: float


@dataclass(frozen=True)
class WeakRival:
    """What the comparison would have said with the weak classical method as only rival, on the first split.

    Args:
        contender: the weak one.
        lead, true_lead: of the network over it, and over the classical champion, on the same rows.
        kind: the verdict that its lead would have given; true_kind: the first split's with the champion.
        odds: the three probabilities against the weak one.
    """

    contender: str
    lead: float
    true_lead: float
    kind: str
    true_kind: str
    odds: Chances


def ladder_of(evidence: Evidence) -> list[Rung]:
    """One rung a strength that raced, weakest first: who reached most rows, then who validates best."""
    rungs = []
    for strength in STRENGTHS:
        trials = [t for t in evidence.counted() if t.ok and t.job.split == 0 and _is(evidence, t, strength)]
        if trials:
            rungs.append(_rung(evidence, strength, max(trials, key=lambda t: _standing(evidence, t))))
    return rungs


def _is(evidence: Evidence, trial: Trial, strength: str) -> bool:
    contender = evidence.contenders.get(trial.job.contender)
    return contender is not None and (contender.family, contender.strength) == ("classical", strength)


def _standing(evidence: Evidence, trial: Trial) -> tuple[int, float]:
    """Rows, then the validation score; finals have none, so that of their contender's largest fit counts."""
    scored = trial if trial.validation is not None else _best_validated(evidence, trial)
    return trial.job.n, evidence.validation_score(scored)[0] if scored else 0.0


def _best_validated(evidence: Evidence, final: Trial) -> Trial | None:
    same = [
        t
        for t in evidence.counted()
        if t.ok and t.job.split == 0 and t.job.contender == final.job.contender and t.validation is not None
    ]
    return max(same, key=lambda t: t.job.n, default=None)


def _rung(evidence: Evidence, strength: str, trial: Trial) -> Rung:
    score, low, high = evidence.test_interval(trial)
    return Rung(strength, trial.job.contender, score, low, high, trial.job.n, trial.fit_seconds)


def weak_rival(evidence: Evidence, worth: float) -> WeakRival | None:
    """The first split with only a weak classical side; None where no weak one was fitted on all rows."""
    deep, classical = evidence.champions["deep"][:1], evidence.champions["classical"][:1]
    weak = [
        t
        for t in evidence.counted()
        if t.ok and t.job.final and t.job.split == 0 and _is(evidence, t, "weak")
    ]
    if not weak or not evidence.paired(deep, classical) or not evidence.paired(deep, weak):
        return None
    best = max(weak, key=lambda t: evidence.test_score(t)[0])
    shown, true = evidence.difference(deep, [best]), evidence.difference(deep, classical)
    odds = evidence.chances(deep, [best], worth)
    return WeakRival(
        best.job.contender,
        shown.mean,
        true.mean,
        verdict_of(odds),
        verdict_of(evidence.chances(deep, classical, worth)),
        odds,
    )


def verdict_of(odds: Chances) -> str:
    """The verdict that these probabilities give on one split."""
    if odds.deep >= SURE:
        return "deep_worth_it"
    return "classical_enough" if odds.deep <= 1 - SURE else "unclear"
