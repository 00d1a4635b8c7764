"""Would the answer be another if each side averaged its two best? The same rule for both, at no extra time.

Where a family chose between two contenders on a sample, the predictions of both for the test rows are
at hand. The champion's are averaged with the runner-up's, by the weight that did best on the
validation rows, so that nothing is chosen on the rows that score it.

Source:
    Caruana, Niculescu-Mizil, Crew, Ksikes: Ensemble selection from libraries of models. ICML 2004.
"""

from dataclasses import dataclass, replace

from deepstart.need.evidence import RIVALS, Evidence
from deepstart.need.statistics import Chances, Posterior, difference_json
from deepstart.need.trials import Trial

#: Parts that the champion may have in the average; all of it first, so that a tie averages nothing.
WEIGHTS = (1.0, 0.75, 0.5)


@dataclass(frozen=True)
class Ensembles:
    """Both sides as averages of their two best.

    Args:
        members: by family, the contenders that were averaged on some split, the most frequent first.
        scores: by family, the belief about the average's score.
        lead: belief about deep minus classical, both averaged.
        odds: its three probabilities.
    """

    members: dict[str, list[str]]
    scores: dict[str, Posterior]
    lead: Posterior
    odds: Chances

    def as_json(self) -> dict:
        sides = {f: {"members": self.members[f], "score": self.scores[f].mean} for f in RIVALS}
        return {**sides, "difference": difference_json(self.lead, self.odds)}


def ensembles_of(evidence: Evidence, worth: float) -> Ensembles | None:
    """Both sides averaged; None where a side is missing or neither had anything to average.

    Args:
        worth: least gain that would be worth a network, in units of the score.
    """
    if evidence.lead() is None:
        return None
    averaged = {f: [average_of(evidence, f, t) for t in evidence.champions[f]] for f in RIVALS}
    members = {f: _by_frequency([name for _, names in averaged[f] for name in names]) for f in RIVALS}
    if all(len(names) < 2 for names in members.values()):
        return None
    trials = {f: [trial for trial, _ in averaged[f]] for f in RIVALS}
    lead = evidence.difference(trials["deep"], trials["classical"])
    scores = {f: evidence.score(trials[f]) for f in RIVALS}
    return Ensembles(members, scores, lead, evidence.chances(trials["deep"], trials["classical"], worth))


def average_of(evidence: Evidence, family: str, champion: Trial) -> tuple[Trial, list[str]]:
    """The champion's trial with the average's predictions, and whose they are."""
    alone = (champion, [champion.job.contender])
    samples = _on_one_sample(evidence, family, champion)
    own = samples.pop(champion.job.contender, None)
    if own is None or not samples:
        return alone
    best = max(
        ((weight, other) for other in samples.values() for weight in WEIGHTS),
        key=lambda choice: _validation(evidence, own, choice[1], choice[0]),
    )
    weight, other = best
    if weight == 1.0 or champion.test is None or other.test is None:
        return alone
    mixed = replace(champion, test=weight * champion.test + (1 - weight) * other.test)
    return mixed, [champion.job.contender, other.job.contender]


def _on_one_sample(evidence: Evidence, family: str, champion: Trial) -> dict[str, Trial]:
    """By contender of this family, its trial on the largest sample on which the champion was chosen."""
    chosen = [
        t
        for t in evidence.counted()
        if t.ok and t.job.split == champion.job.split and not t.job.final and t.validation is not None
        if _is_of(evidence, t.job.contender, family)
    ]
    own = {t.job.n for t in chosen if t.job.contender == champion.job.contender}
    shared = own & {t.job.n for t in chosen if t.job.contender != champion.job.contender}
    largest = max(shared or own, default=0)  # the points of the learning curve are the champion's alone
    return {t.job.contender: t for t in chosen if t.job.n == largest}


def _is_of(evidence: Evidence, name: str, family: str) -> bool:
    """Whether it is a contender of this family that brings no knowledge from other data."""
    contender = evidence.contenders.get(name)
    return contender is not None and contender.family == family and not contender.pretrained


def _validation(evidence: Evidence, own: Trial, other: Trial, weight: float) -> float:
    assert own.validation is not None
    assert other.validation is not None
    mixed = replace(own, validation=weight * own.validation + (1 - weight) * other.validation)
    return evidence.validation_score(mixed)[0]


def _by_frequency(names: list[str]) -> list[str]:
    return sorted(set(names), key=lambda name: (-names.count(name), name))
