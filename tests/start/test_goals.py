"""A wish in a person's own words names the right goals."""

import pytest

from deepstart import words
from deepstart.findings import UserError
from deepstart.start.goals import KINDS, near, understand
from deepstart.start.showing import understood_line
from deepstart.start.skills import skill_graph
from tests.start.wishes import CHINESE, ENGLISH


def goals(wish):
    return {g.id for g in understand(wish, skill_graph()).goals}


def allowed(wanted):
    """The sets of goals that a line of the table allows."""
    for choice in wanted.split("|"):
        must = {w for w in choice.split() if not w.endswith("?")}
        may = {w.rstrip("?") for w in choice.split()}
        yield must
        yield may
    if "?" not in wanted:
        yield set(wanted.replace("|", " ").split())


ALL = {**ENGLISH, **CHINESE}


@pytest.mark.parametrize("wish", [wish for wish, wanted in ALL.items() if wanted not in ("ask", "unknown")])
def test_a_wish_leads_where_the_things_that_it_names_lead(wish):
    assert goals(wish) in list(allowed(ALL[wish]))


@pytest.mark.parametrize("wish", ["classify", "分类"])
def test_a_verb_alone_is_asked_back_with_the_goals_that_it_fits(wish):
    with pytest.raises(UserError) as caught:
        understand(wish, skill_graph())
    assert caught.value.key == "path.goal-unclear"
    assert {"pictures", "texts"} <= {goal.split()[0] for goal in caught.value.values["goals"].split("; ")}


VAGUE = [wish for wish, wanted in ALL.items() if wanted == "ask" and wish not in ("classify", "分类")]


@pytest.mark.parametrize("wish", VAGUE)
def test_what_a_vague_wish_is_taken_for_is_said_to_be_an_assumption(wish):
    assert understand(wish, skill_graph()).assumed


@pytest.mark.parametrize("wish", ["organ transplantology", "xyzzy", "量子引力"])
def test_a_wish_that_nothing_explains_offers_the_goals(wish):
    with pytest.raises(UserError) as caught:
        understand(wish, skill_graph())
    assert caught.value.key == "path.goal-unknown"
    assert "pictures" in str(caught.value)


@pytest.mark.parametrize("verb", ["recognise", "classify", "detect", "find"])
def test_a_verb_does_not_outweigh_the_thing_that_is_named(verb):
    assert "sounds" in goals(f"{verb} bird songs")
    assert goals(f"{verb} flowers in photos") & {"pictures", "boxes"}
    assert "texts" in goals(f"{verb} spam in e-mails")


def test_a_thing_before_another_only_says_of_which_kind_that_is():
    assert goals("classify game reviews") == goals("游戏的评论分类") == {"texts"}
    assert goals("play a game") == {"games"}


def test_a_place_to_run_stands_beside_the_data_and_a_phone_alone_is_a_place():
    assert goals("recognise flowers on a phone") == {"pictures", "phone"}
    assert goals("photos from my phone") == {"pictures"}
    assert goals("phone") == {"phone"}


def test_a_slip_of_the_pen_is_understood_and_said():
    slip = understand("clasify picutres", skill_graph())
    assert [g.id for g in slip.goals] == ["pictures"]
    assert slip.assumed


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_what_was_assumed_is_said_with_the_goals_that_are_near(language):
    words.choose_language(language)
    graph = skill_graph()
    sure, assumed = understand("film reviews", graph), understand("flowers", graph)
    assert not sure.assumed
    assert assumed.assumed
    assert "outlines" in understood_line(assumed, graph)
    assert "--goals" in understood_line(assumed, graph)
    assert "--goals" not in understood_line(sure, graph)
    assert {g.id for g in near(assumed, graph)} >= {"boxes", "outlines"}


def test_each_goal_is_named_by_its_own_name_in_both_languages():
    for goal in skill_graph().goals.values():
        for name in goal.name.values():
            assert understand(name, skill_graph()).goals == (goal,)


def test_every_phrase_is_lower_case_and_stands_once_for_its_goal():
    for goal in skill_graph().goals.values():
        for language in words.LANGUAGES:
            phrases = [p for kind in KINDS for p in getattr(goal, kind).get(language, [])]
            assert phrases == [p.lower() for p in phrases]
            assert sorted({p for p in phrases if phrases.count(p) > 1}) == []
