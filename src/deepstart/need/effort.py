"""What each side got in the race, so that its reader can judge whether the sides were equally strong."""

from dataclasses import dataclass

from deepstart.need.contenders import all_contenders
from deepstart.need.evidence import RIVALS, Evidence
from deepstart.need.trials import Trial, on_most_rows

#: What came of a strong contender's fits on the most rows that it met: one came to its own end, or near it;
#: it dropped out on a smaller sample; all were ended by their limit; none was done in its time; memory did
#: not do; it failed; or it was never begun.
STATES = ("done", "dropped", "cut_short", "not_done", "memory", "failed", "not_begun")


@dataclass(frozen=True)
class Effort:
    """What one side got.

    Args:
        methods: contenders that were fitted.
        fits: finished fits; seconds: of all its fits together.
        strong: one of STATES for each strong contender, by name.
    """

    methods: int
    fits: int
    seconds: float
    strong: dict[str, str]


def efforts_of(evidence: Evidence) -> dict[str, Effort]:
    """Both sides' efforts, without pre-trained contenders, which answer a question of their own."""
    return {family: _effort(evidence, family) for family in RIVALS}


def _effort(evidence: Evidence, family: str) -> Effort:
    side = [c for c in all_contenders() if c.family == family and not c.pretrained]
    names = {c.name for c in side}
    trials = [t for t in evidence.store if t.job.contender in names]
    done = [t for t in trials if t.ok]
    many = len(evidence.splits[0].inner) / 2 if evidence.splits else 0
    strong = [c.name for c in side if c.strength == "strong" and c.name in evidence.contenders]
    return Effort(
        methods=len({t.job.contender for t in done}),
        fits=len(done),
        seconds=sum(t.seconds for t in trials),
        strong={name: _state([t for t in trials if t.job.contender == name], many) for name in strong},
    )


def _state(trials: list[Trial], many: float) -> str:
    """What came of a contender's trials; `many` rows are enough to have shown what it can."""
    if not trials:
        return "not_begun"
    largest = on_most_rows(trials)
    if any(t.ok and t.ended_by != "time" for t in largest):
        return "done" if largest[0].job.n >= many else "dropped"
    for status in ("memory", "failed"):
        if any(t.status == status for t in largest):
            return status
    return "cut_short" if any(t.ok for t in trials) else "not_done"
