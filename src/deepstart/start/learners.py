"""Made-up learners: what people plausibly know, as sets of skills closed under prerequisites.

Placement weighs such learners by their answers. Three kinds are mixed, because nobody knows how
real knowledge is spread and a single model would be too sure of itself: able people with strong and
weak areas, people who learned in some order and stopped, and people who followed some goals.
"""

import math
import random
from collections.abc import Callable

from deepstart.start.skills import Graph

State = frozenset[str]
Maker = Callable[[Graph, random.Random], State]

#: Habits that areas share: who programs knows the shell, who does statistics knows tables.
BACKGROUNDS = (
    (),
    ("os", "git", "py", "env", "ed"),
    ("py", "data", "math", "ml"),
    ("os", "git", "py", "env", "ed", "data", "math", "ml", "tf"),
)


def effort(graph: Graph) -> dict[str, float]:
    """Hours from nothing to each skill, itself included."""
    return {k: s.hours + sum(graph.skills[b].hours for b in graph.before[k]) for k, s in graph.skills.items()}


def able_learner(graph: Graph, chance: random.Random) -> State:
    """Known is what lies within a person's ability, which differs from area to area."""
    hours = effort(graph)
    ability = chance.lognormvariate(math.log(12), 1.2)
    strong = chance.choice(BACKGROUNDS)
    area = {a: chance.lognormvariate(1.2 if a in strong else 0.0, 0.5) for a in graph.areas}
    known: set[str] = set()
    for key, skill in graph.skills.items():
        if known.issuperset(skill.needs):
            lead = math.log(ability * area[skill.area] / hours[key])
            if chance.random() < 1 / (1 + math.exp(-3 * lead)):
                known.add(key)
    return frozenset(known)


def wandering_learner(graph: Graph, chance: random.Random) -> State:
    """Learned one skill after another, some areas rather than others, and stopped somewhere."""
    liking = {a: chance.expovariate(1) for a in graph.areas}
    known: set[str] = set()
    for _ in range(int(len(graph.skills) * chance.random() ** 2)):
        open_now = [k for k, s in graph.skills.items() if k not in known and known.issuperset(s.needs)]
        known.add(chance.choices(open_now, [liking[graph.skills[k].area] + 0.05 for k in open_now])[0])
    return frozenset(known)


def goal_follower(graph: Graph, chance: random.Random) -> State:
    """Went some of the way to one, two or three goals."""
    known: set[str] = set()
    for goal in chance.sample(list(graph.goals.values()), chance.randint(1, 3)):
        way = [k for k in graph.skills if k in graph.closure(goal.targets)]
        known |= graph.closure(way[: int(len(way) * chance.random())])
    return frozenset(known)


MAKERS: tuple[Maker, ...] = (able_learner, able_learner, wandering_learner, goal_follower)


def learners(graph: Graph, count: int, seed: int, makers: tuple[Maker, ...] = MAKERS) -> list[State]:
    """`count` made-up learners, the kinds taken in turn; the same for the same seed."""
    chance = random.Random(seed)
    return [makers[i % len(makers)](graph, chance) for i in range(count)]
