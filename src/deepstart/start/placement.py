"""Adaptive placement: a few questions tell what a person knows.

The belief is a crowd of made-up learners (learners.py), each weighed by how well it explains the
answers so far; every answer may be wrong. As all of them are closed under prerequisites, a "yes" to
convolution also speaks for the shell. The next question is the one whose answer tells most.

Source:
    Falmagne, Doignon: Learning Spaces. Springer 2011 (knowledge states closed under prerequisites,
    noisy answers, questions chosen by information).
"""

import math
from collections.abc import Iterable, Mapping
from itertools import compress

from deepstart.start.learners import learners
from deepstart.start.skills import Graph

#: Chance of an answer from those who can and from those who cannot.
ANSWERS: Mapping[str, tuple[float, float]] = {
    "yes": (0.80, 0.07),
    "partly": (0.13, 0.18),
    "no": (0.07, 0.75),
}
CROWD, CROWD_SEED = 5000, 7
MOST_QUESTIONS = 15
#: Enough is known when this share of the skills is expected to be judged right.
SETTLED = 0.985


def entropy(p: float) -> float:
    """Bits of doubt about a yes-or-no with chance `p`."""
    return -sum(q * math.log2(q) for q in (p, 1 - p) if q > 0)


def information(p: float, answers: Mapping[str, tuple[float, float]] = ANSWERS) -> float:
    """Bits that the answer about a skill known with chance `p` tells about the person."""
    told = entropy(p)
    for can, cannot in answers.values():
        either = p * can + (1 - p) * cannot
        if either > 0:
            told -= either * entropy(p * can / either)
    return told


class Placement:
    """What is believed about one person.

    Args:
        graph: the skills.
        wanted: ids of the skills that matter; only these are asked about. None: all.
        crowd: number of made-up learners.
    """

    def __init__(self, graph: Graph, wanted: Iterable[str] | None = None, crowd: int = CROWD):
        self.graph = graph
        self.wanted = [k for k in graph.skills if wanted is None or k in set(wanted)]
        states = _crowd(graph, crowd)
        self._knows = {k: _mask(graph, crowd, k) for k in graph.skills}
        self._weights = [1 / len(states)] * len(states)
        self.asked: dict[str, str] = {}

    def chance(self, skill: str) -> float:
        """How likely it is that the person has the skill."""
        return min(1.0, sum(compress(self._weights, self._knows[skill])))

    def chances(self) -> dict[str, float]:
        """The same for every wanted skill."""
        return {k: self.chance(k) for k in self.wanted}

    def weigh(self, skill: str, if_known: float, if_not: float) -> None:
        """Take in evidence that people with and without `skill` show with these chances."""
        by = (if_not, if_known)
        weights = [w * by[k] for w, k in zip(self._weights, self._knows[skill], strict=True)]
        total = sum(weights)
        self._weights = [w / total for w in weights]

    def answer(self, skill: str, reply: str) -> None:
        """Take in an answer (a key of ANSWERS) to the question about `skill`."""
        self.asked[skill] = reply
        self.weigh(skill, *ANSWERS[reply])

    def next_question(self) -> str | None:
        """The wanted skill whose answer tells most, or None when enough is known."""
        if len(self.asked) >= MOST_QUESTIONS:
            return None
        chances = self.chances()
        open_now = [k for k in chances if k not in self.asked]
        if not open_now or self.sureness(chances) >= SETTLED:
            return None
        return max(open_now, key=lambda k: information(chances[k]))

    def sureness(self, chances: Mapping[str, float] | None = None) -> float:
        """The share of the wanted skills that is expected to be judged right, 0.5 to 1."""
        chances = chances or self.chances()
        return sum(max(p, 1 - p) for p in chances.values()) / len(chances)

    def known(self, above: float = 0.5) -> frozenset[str]:
        """The skills that the person has with more than this chance; closed under prerequisites."""
        return frozenset(k for k in self.graph.skills if self.chance(k) > above)


_crowds: dict[tuple[int, int], list[frozenset[str]]] = {}
_masks: dict[tuple[int, int, str], bytes] = {}


def _crowd(graph: Graph, count: int) -> list[frozenset[str]]:
    """The made-up learners, made once a process."""
    key = (id(graph), count)
    if key not in _crowds:
        _crowds[key] = learners(graph, count, CROWD_SEED)
    return _crowds[key]


def _mask(graph: Graph, count: int, skill: str) -> bytes:
    """1 for each learner of the crowd who has `skill`, else 0."""
    key = (id(graph), count, skill)
    if key not in _masks:
        _masks[key] = bytes(skill in state for state in _crowd(graph, count))
    return _masks[key]
