"""How many skills placement judges right, on 2,000 simulated learners of five kinds.

    python benchmarks/placement.py [--learners 2000]

Knowledge is closed under prerequisites, every answer is wrong with a chance of 10 % (and, in the last
two rows, 20 %). `patchy` learners follow a model that placement does not assume. The next question depends
on the answers so far alone, so it is worked out once for each row of answers that occurs.
"""

import argparse
import random
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from deepstart.start.learners import MAKERS
from deepstart.start.placement import Placement
from tests.start.test_placement import GRAPH, MOST_QUESTIONS, judged_right, patchy_learner, replies


def assumed_learner(graph, chance):
    return chance.choice(MAKERS)(graph, chance)


KINDS = {
    "assumed mixture": assumed_learner,
    **{maker.__name__: maker for maker in dict.fromkeys(MAKERS)},
    "patchy (not assumed)": patchy_learner,
}
#: Next question by the answers so far.
QUESTIONS: dict[tuple, str | None] = {}


def next_question(placement):
    answers = tuple(placement.asked.items())
    if answers not in QUESTIONS:
        QUESTIONS[answers] = placement.next_question()
    return QUESTIONS[answers]


def examine(state, chance, reply, at_random):
    """One person's placement: questions asked and share of skills judged right."""
    placement = Placement(GRAPH)
    questions = chance.sample(list(GRAPH.skills), MOST_QUESTIONS)
    limit = MOST_QUESTIONS if at_random else None
    while len(placement.asked) != limit:
        skill = questions[len(placement.asked)] if at_random else next_question(placement)
        if skill is None:
            break
        placement.answer(skill, reply(state, skill, chance))
    return len(placement.asked), judged_right(state, placement)


def row(name, maker, count, reply, seed=1):
    """Adaptive against random questions on the same learners, as one line."""
    columns = []
    for at_random in (False, True):
        chance = random.Random(seed)
        states = [maker(GRAPH, random.Random(f"{seed}{i}")) for i in range(count)]
        seen = [examine(s, chance, reply, at_random) for s in states]
        shares = [share for _, share in seen]
        error = statistics.stdev(shares) / len(shares) ** 0.5
        columns += [statistics.mean(n for n, _ in seen), statistics.mean(shares), error]
    questions, adaptive, error, _, at_random, _ = columns
    return f"{name:34} {count:6} {questions:9.1f} {adaptive:9.4f} ±{error:.4f} {at_random:9.4f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=2000)
    count = parser.parse_args().learners
    careless = partial(replies, guess=0.2, slip=0.2)
    rows = [(name, maker, count, replies) for name, maker in KINDS.items()]
    rows.append(("assumed mixture, 20 % wrong", assumed_learner, count, careless))
    rows.append(("patchy, 20 % wrong", patchy_learner, count, careless))
    print(f"{'learners':34} {'number':>6} {'questions':>9} {'right':>9} {'':7} {'random 15':>9}")
    with ProcessPoolExecutor() as processes:
        for line in processes.map(row, *zip(*rows, strict=True)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
