"""Placement finds out what people know, even from careless answers and other patterns of knowledge."""

import math
import random

import pytest

from deepstart.start.learners import MAKERS, learners
from deepstart.start.placement import ANSWERS, MOST_QUESTIONS, Placement, entropy, information
from deepstart.start.skills import skill_graph

GRAPH = skill_graph()


def patchy_learner(graph, chance):
    """Another model than any that placement assumes: each skill has its own chance once its needs are met."""
    takes = {k: chance.uniform(0.5, 1) for k in graph.skills}
    known = set()
    for key, skill in graph.skills.items():
        if known.issuperset(skill.needs) and chance.random() < takes[key]:
            known.add(key)
    return frozenset(known)


def replies(state, skill, chance, guess=0.1, slip=0.1):
    right = skill in state
    return "yes" if right != (chance.random() < (slip if right else guess)) else "no"


def judged_right(state, placement):
    known = placement.known()
    return sum((k in state) == (k in known) for k in GRAPH.skills) / len(GRAPH.skills)


def examine(state, chance, at_random=False):
    placement = Placement(GRAPH)
    questions = chance.sample(list(GRAPH.skills), MOST_QUESTIONS)
    while (skill := placement.next_question()) is not None:
        skill = questions[len(placement.asked)] if at_random else skill
        placement.answer(skill, replies(state, skill, chance))
    return placement


def mean_judged_right(maker, count, at_random=False):
    chance = random.Random(11)
    states = [maker(GRAPH, chance) for _ in range(count)]
    return sum(judged_right(s, examine(s, chance, at_random)) for s in states) / count


def any_maker(graph, chance):
    return chance.choice(MAKERS)(graph, chance)


def test_made_up_learners_know_what_their_skills_rest_on():
    for state in learners(GRAPH, 200, seed=3):
        assert GRAPH.closure(state) == state


@pytest.mark.parametrize("maker", [any_maker, patchy_learner])
def test_most_skills_are_judged_right_and_more_than_with_random_questions(maker):
    adaptive = mean_judged_right(maker, 30)
    assert adaptive >= 0.93  # the benchmark shows 0.95 on 2,000; 30 learners leave a sampling error of 0.007
    assert adaptive > mean_judged_right(maker, 30, at_random=True) + 0.02


def test_a_question_about_a_coin_flip_tells_most():
    chances = [i / 20 for i in range(21)]
    told = [information(p) for p in chances]
    assert chances[told.index(max(told))] == pytest.approx(0.5, abs=0.1)
    assert told[0] == pytest.approx(0)


def test_information_is_mutual_information_computed_the_long_way():
    p = 0.3
    joint = {(k, a): (p if k else 1 - p) * ANSWERS[a][0 if k else 1] for k in (True, False) for a in ANSWERS}
    by_answer = {a: joint[True, a] + joint[False, a] for a in ANSWERS}
    expected = sum(
        j * math.log2(j / ((p if k else 1 - p) * by_answer[a])) for (k, a), j in joint.items() if j > 0
    )
    assert information(p) == pytest.approx(expected)
    assert entropy(0.5) == 1


def test_chances_of_each_answer_add_to_one():
    for side in (0, 1):
        assert sum(a[side] for a in ANSWERS.values()) == pytest.approx(1)


def test_a_yes_speaks_for_everything_below_and_a_no_against_everything_above():
    before = Placement(GRAPH).chances()
    yes, no = Placement(GRAPH), Placement(GRAPH)
    yes.answer("cv.conv", "yes")
    no.answer("py.func", "no")
    assert all(yes.chance(k) > before[k] for k in GRAPH.before["cv.conv"])
    assert all(no.chance(k) < before[k] for k in GRAPH.after["py.func"] if before[k] > 0)


def test_what_is_judged_known_is_closed_under_prerequisites():
    chance = random.Random(5)
    for _ in range(10):
        placement = Placement(GRAPH)
        for skill in chance.sample(list(GRAPH.skills), 8):
            placement.answer(skill, chance.choice(list(ANSWERS)))
        assert GRAPH.closure(placement.known()) == placement.known()


def test_only_wanted_skills_are_asked_about():
    wanted = GRAPH.closure(["rl.mdp"])
    placement = Placement(GRAPH, wanted)
    while (skill := placement.next_question()) is not None:
        assert skill in wanted
        placement.answer(skill, "partly")
    assert len(placement.asked) <= MOST_QUESTIONS
