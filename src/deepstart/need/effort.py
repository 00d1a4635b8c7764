"""What each side got in the race, so that its reader can judge whether the sides were equally strong."""

from dataclasses import dataclass

from deepstart.need.evidence import RIVALS, Evidence
from deepstart.need.trials import cut_short

#: Whether a strong contender had its time: a fit on the most rows that it met came to its own end; all of
#: those were ended by their limit; none was done.
STATES = ("done", "cut_short", "not_done")


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
    side = [c for c in evidence.contenders.values() if c.family == family and not c.pretrained]
    names = {c.name for c in side}
    trials = [t for t in evidence.store if t.job.contender in names]
    done = [t for t in trials if t.ok]
    return Effort(
        methods=len({t.job.contender for t in done}),
        fits=len(done),
        seconds=sum(t.seconds for t in trials),
        strong={c.name: _state(evidence, c.name) for c in side if c.strength == "strong"},
    )


def _state(evidence: Evidence, name: str) -> str:
    trials = [t for t in evidence.store if t.job.contender == name]
    if not any(t.ok for t in trials):
        return "not_done"
    return "cut_short" if cut_short(trials) else "done"
