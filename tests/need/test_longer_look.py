"""Before a side loses because its fit was cut short, it gets more time; the workers are faked."""

from dataclasses import replace

import pytest

from deepstart.need.race import LONGER, Race
from deepstart.need.result import make_result
from deepstart.need.verdict import curve, decide

from .conftest import table
from .faked import FakeWorker

CLASSICAL, DEEP = "table-kernel-svm", "table-mlp"
OTHERS = tuple(
    f"table-{name}"
    for name in (
        "catboost", "lightgbm", "extra-trees", "linear", "plain-linear", "decision-tree", "realmlp", "tabm",
    )
)  # fmt: skip


def raced(scores, cut_short=(), needs=None, budget=600.0, exclude=OTHERS, takes_all=False):
    race, worker = made(scores, cut_short, needs, budget, exclude, takes_all)
    return race.run(), worker.jobs


def made(scores, cut_short, needs, budget, exclude, takes_all):
    data = table(1000)
    race = Race(data, worth=0.01, budget=budget, exclude=exclude, most_splits=6)
    worker = FakeWorker(data, scores, cut_short, needs, takes_all)
    race.workers = {"classical": worker, "deep": worker}
    return race, worker


def test_a_network_that_only_lacked_time_wins_after_all():
    evidence, jobs = raced({CLASSICAL: (0.8, 0.8), DEEP: (0.7, 0.9)}, cut_short=[DEEP])
    assert decide(evidence, 0.01).kind == "deep_worth_it"
    assert evidence.times == LONGER
    assert {t.job.times for t in evidence.champions["deep"]} == {LONGER}
    assert {f.id for f in make_result(evidence, 0.01, None, 1.0).findings} >= {"longer-look-turned"}
    assert len({job.key for job in jobs}) == len(jobs)


def test_the_short_fits_that_longer_ones_replaced_are_not_in_the_curve():
    evidence, _ = raced({CLASSICAL: (0.8, 0.8), DEEP: (0.7, 0.9)}, cut_short=[DEEP])
    assert all(p["mean"] > 0.85 for p in curve(evidence, DEEP))


def test_a_network_that_gains_nothing_by_time_has_lost_and_that_is_said():
    evidence, _ = raced({CLASSICAL: (0.8, 0.8), DEEP: (0.7, 0.7)}, cut_short=[DEEP])
    assert decide(evidence, 0.01).kind == "classical_enough"
    assert evidence.settled
    assert evidence.times == 1
    assert {f.id for f in make_result(evidence, 0.01, None, 1.0).findings} >= {"longer-look-confirmed"}
    assert all(p["mean"] < 0.75 for p in curve(evidence, DEEP))


def test_a_classical_method_that_was_cut_short_gets_more_time_too():
    evidence, _ = raced({CLASSICAL: (0.7, 0.9), DEEP: (0.8, 0.8)}, cut_short=[CLASSICAL])
    assert decide(evidence, 0.01).kind == "classical_enough"
    assert {t.job.times for t in evidence.champions["classical"]} == {LONGER}


@pytest.mark.parametrize(
    ("scores", "cut_short"),
    [
        ({CLASSICAL: (0.8, 0.8), DEEP: (0.7, 0.9)}, []),  # its training had come to its planned end
        ({CLASSICAL: (0.99, 0.99), DEEP: (0.9, 1.0)}, [DEEP]),  # no network could gain more than a point
    ],
)
def test_where_time_was_not_what_it_lacked_it_gets_no_more(scores, cut_short):
    evidence, jobs = raced(scores, cut_short)
    assert decide(evidence, 0.01).kind == "classical_enough"
    assert evidence.longer is None
    assert {job.times for job in jobs} == {1}


def test_a_side_that_is_never_done_in_the_usual_time_gets_more_instead_of_none():
    evidence, _ = raced({CLASSICAL: (0.9, 0.9), DEEP: (0.7, 0.7)}, needs={CLASSICAL: 40.0})
    assert decide(evidence, 0.01).kind == "classical_enough"


def test_a_strong_method_that_is_late_on_the_first_sample_gets_a_second_chance():
    weak = "table-decision-tree"
    evidence, _ = raced(
        {CLASSICAL: (0.9, 0.9), weak: (0.7, 0.7), DEEP: (0.8, 0.8)},
        needs={CLASSICAL: 5.0},
        exclude=tuple(set(OTHERS) - {weak}),
    )
    assert {t.job.contender for t in evidence.champions["classical"]} == {CLASSICAL}
    assert decide(evidence, 0.01).kind == "classical_enough"


def test_a_network_has_not_won_where_no_strong_classical_method_was_ever_done():
    weak, strong = "table-decision-tree", "table-lightgbm"
    evidence, _ = raced(
        {weak: (0.7, 0.7), DEEP: (0.8, 0.8)},
        needs={strong: 1000.0},
        exclude=(*(set(OTHERS) - {weak, strong}), CLASSICAL),
    )
    verdict = decide(evidence, 0.01)
    assert (verdict.kind, verdict.reason) == ("unclear", "no-strong-classical")
    assert verdict.chances.deep > 0.95


def test_a_strong_network_that_was_never_done_has_not_lost():
    strong = "table-realmlp"
    evidence, _ = raced(
        {CLASSICAL: (0.9, 0.9), DEEP: (0.7, 0.7), strong: (0.5, 0.5)},
        needs={strong: 1000.0},
        exclude=tuple(set(OTHERS) - {strong}),
    )
    verdict = decide(evidence, 0.01)
    assert (verdict.kind, verdict.reason) == ("unclear", "no-strong-deep")


def test_a_strong_network_that_was_starved_does_not_displace_a_strong_one_that_was_not():
    done, starved = "table-realmlp", "table-tabm"
    evidence, _ = raced(
        {CLASSICAL: 0.8, done: 0.83, starved: 0.6},
        cut_short=[starved],
        exclude=(*(set(OTHERS) - {done, starved}), DEEP),
    )
    assert {t.job.contender for t in evidence.champions["deep"]} == {done}
    assert decide(evidence, 0.01).kind == "deep_worth_it"


def test_on_all_rows_a_weaker_network_that_leads_is_the_champion():
    strong = "table-realmlp"
    evidence, _ = raced(
        {CLASSICAL: 0.8, DEEP: 0.82, strong: 0.6},
        cut_short=[strong],
        exclude=tuple(set(OTHERS) - {strong}),
    )
    assert {t.job.contender for t in evidence.champions["deep"]} == {DEEP}


def test_a_rival_that_was_cut_short_too_gets_as_much_time_as_the_loser():
    evidence, _ = raced({CLASSICAL: (0.8, 0.84), DEEP: (0.7, 0.9)}, cut_short=[CLASSICAL, DEEP])
    assert {t.job.times for trials in evidence.champions.values() for t in trials} == {LONGER}
    assert decide(evidence, 0.01).kind == "deep_worth_it"


def test_a_strong_network_that_was_starved_on_the_sample_is_tested_before_a_weaker_one():
    strong = "table-realmlp"
    evidence, _ = raced(
        {CLASSICAL: (0.8, 0.8), DEEP: (0.7, 0.7), strong: (0.6, 0.6)},
        cut_short=[strong],
        budget=40.0,
        takes_all=True,
        exclude=tuple(set(OTHERS) - {strong}),
    )
    assert evidence.champions["deep"][0].job.contender == strong


WEAKER, STRONG = "table-mlp", "table-realmlp"


def raced_with_a_starved_strong_network(strong, classical=0.9):
    """The strong one scores lower on all its rows for choosing, where its limit ended it."""
    return raced(
        {CLASSICAL: (classical, classical), WEAKER: (0.8, 0.8), STRONG: strong},
        cut_short=[STRONG],
        exclude=tuple(set(OTHERS) - {STRONG}),
    )


def test_a_side_does_not_lose_before_a_strong_one_of_its_own_had_its_time():
    evidence, jobs = raced_with_a_starved_strong_network((0.7, 0.7))
    assert [j.contender for j in jobs if j.times == LONGER] == [STRONG]
    assert (decide(evidence, 0.01).kind, evidence.settled) == ("classical_enough", True)


def test_a_strong_network_may_turn_the_answer_when_it_gets_its_time():
    evidence, _ = raced_with_a_starved_strong_network((0.7, 0.95))
    assert decide(evidence, 0.01).kind == "deep_worth_it"
    assert {t.job.contender for t in evidence.champions["deep"]} == {STRONG}


def test_where_no_network_could_gain_a_point_none_needs_its_time():
    evidence, jobs = raced_with_a_starved_strong_network((0.7, 0.7), classical=0.99)
    assert {j.times for j in jobs} == {1}
    assert decide(evidence, 0.01).kind == "classical_enough"


THIRD = "table-tabm"


def raced_with_three_networks(cut_short, third):
    scores = {CLASSICAL: 0.85, WEAKER: 0.8, STRONG: 0.78, THIRD: third}
    return raced(scores, cut_short, exclude=tuple(set(OTHERS) - {STRONG, THIRD}))


def test_a_strong_network_that_dropped_out_for_lack_of_time_may_still_turn_the_answer():
    evidence, _ = raced_with_three_networks([THIRD], third=(0.6, 0.95))
    assert decide(evidence, 0.01).kind == "deep_worth_it"
    assert {t.job.contender for t in evidence.champions["deep"]} == {THIRD}


def test_one_whose_fit_on_all_rows_came_to_its_end_is_not_looked_at_again():
    _, jobs = raced_with_three_networks([f"{WEAKER} choosing"], third=0.6)
    assert {j.times for j in jobs} == {1}


def test_one_that_only_a_later_larger_split_cut_short_gets_no_look_that_would_be_the_same():
    race, worker = made({CLASSICAL: 0.8, DEEP: 0.7}, (), None, 600.0, OTHERS, False)
    race.run()
    network = race.evidence.contenders[DEEP]
    first = next(t for t in race._fits(network) if t.job.final)
    later = replace(first, job=replace(first.job, split=1, n=2 * first.job.n), ended_by="time")
    race._seen[later.job.key] = later
    assert race._cut_short([network]) is None
    assert {job.times for job in worker.jobs} == {1}


def test_who_more_time_lifted_races_on_alone_and_who_did_not_need_its_time_is_not_fitted_again():
    evidence, jobs = raced(
        {CLASSICAL: 0.8, DEEP: (0.7, 0.8), STRONG: (0.6, 0.6)}, [DEEP], exclude=set(OTHERS) - {STRONG}
    )
    assert {t.job.times for t in evidence.champions["deep"]} == {LONGER}
    assert all(j.final for j in jobs if j.split and j.times == LONGER and j.contender != CLASSICAL)
    tested = [j.split for j in jobs if j.contender == CLASSICAL and j.final]
    assert sorted(tested) == list(range(len(evidence.champions["classical"])))
