"""How many skills placement judges right, on 2,000 simulated learners of five kinds.

    python benchmarks/placement.py [--learners 2000]

Knowledge is closed under prerequisites, every answer is wrong with a chance of 10 % (and, in the last
two rows, 20 %). `patchy` learners follow a model that placement does not assume.
"""

import argparse
import random
import statistics
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from deepstart.start.learners import MAKERS
from deepstart.start.placement import Placement
from tests.start.test_placement import GRAPH, MOST_QUESTIONS, judged_right, patchy_learner, replies

KINDS = {
    "assumed mixture": lambda graph, chance: chance.choice(MAKERS)(graph, chance),
    **{maker.__name__: maker for maker in dict.fromkeys(MAKERS)},
    "patchy (not assumed)": patchy_learner,
}


def examine(state, chance, reply, at_random):
    """One person's placement: questions asked and share of skills judged right."""
    placement = Placement(GRAPH)
    questions = chance.sample(list(GRAPH.skills), MOST_QUESTIONS)
    limit = MOST_QUESTIONS if at_random else None
    while len(placement.asked) != limit:
        skill = questions[len(placement.asked)] if at_random else placement.next_question()
        if skill is None:
            break
        placement.answer(skill, reply(state, skill, chance))
    return len(placement.asked), judged_right(state, placement)


def row(name, maker, count, reply, seed=1):
    """Adaptive against random questions on the same learners."""
    columns = []
    for at_random in (False, True):
        chance = random.Random(seed)
        states = [maker(GRAPH, random.Random(f"{seed}{i}")) for i in range(count)]
        seen = [examine(s, chance, reply, at_random) for s in states]
        shares = [share for _, share in seen]
        error = statistics.stdev(shares) / len(shares) ** 0.5
        columns += [statistics.mean(n for n, _ in seen), statistics.mean(shares), error]
    questions, adaptive, error, _, at_random, _ = columns
    print(f"{name:34} {count:6} {questions:9.1f} {adaptive:9.4f} ±{error:.4f} {at_random:9.4f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=2000)
    count = parser.parse_args().learners
    print(f"{'learners':34} {'number':>6} {'questions':>9} {'right':>9} {'':7} {'random 15':>9}")
    for name, maker in KINDS.items():
        row(name, maker, count, replies)
    careless = partial(replies, guess=0.2, slip=0.2)
    row("assumed mixture, 20 % wrong", KINDS["assumed mixture"], count, careless)
    row("patchy, 20 % wrong", patchy_learner, count, careless)


if __name__ == "__main__":
    main()
