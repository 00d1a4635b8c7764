"""How a family chooses: on all its rows where time allows, and who races on; workers are faked."""

from deepstart.need.race import Race

from .conftest import table
from .faked import FakeWorker

ENTERED = {"table-kernel-svm", "table-linear", "table-mlp", "table-realmlp", "table-tabm"}
NETWORKS = ("table-mlp", "table-realmlp", "table-tabm")


def raced(scores, budget=600.0, rows=1000, entered=ENTERED, **more):
    data = table(rows)
    race = Race(data, worth=0.01, budget=budget, most_splits=2)
    race.evidence.contenders = {k: v for k, v in race.evidence.contenders.items() if k in entered}
    worker = FakeWorker(data, scores, **more)
    race.workers = {"classical": worker, "deep": worker}
    return race.run(), worker.jobs


def choosing(jobs, names=NETWORKS, split=0, curves=()):
    return [
        j for j in jobs if j.contender in names and j.split == split and not j.final and j.n not in curves
    ]


def test_networks_choose_on_all_their_rows_where_the_time_allows_it():
    evidence, jobs = raced({"table-tabm": 0.82})
    inner = len(evidence.splits[0].inner)
    first = [j for j in jobs if j.contender in NETWORKS][:3]
    assert {j.contender for j in first} == set(NETWORKS)
    assert {j.n for j in first} == {inner}
    assert {j.max_seconds for j in first} == {first[0].max_seconds}


def test_networks_choose_on_a_sample_where_the_time_is_short():
    evidence, jobs = raced({"table-tabm": 0.82}, budget=30.0)
    first = next(j for j in jobs if j.contender in NETWORKS)
    assert first.n < len(evidence.splits[0].inner)


def test_choosing_on_all_rows_leaves_the_champion_its_time():
    for budget in (40.0, 120.0, 300.0, 600.0):
        evidence, jobs = raced({}, budget=budget, takes_all=True, cut_short=ENTERED)
        finals = {f: trials[0].job for f, trials in evidence.champions.items()}
        assert finals["deep"].max_seconds == finals["classical"].max_seconds
        assert finals["deep"].max_seconds >= max(j.max_seconds for j in choosing(jobs))
        first_split = [j for j in jobs if not j.split and j.times == 1]
        assert sum(j.max_seconds for j in first_split if j.contender in NETWORKS) <= budget / 2


def test_a_dear_method_is_compared_on_all_rows_where_no_fit_needs_all_its_time():
    classical = ("table-kernel-svm", "table-linear")
    scores = {"table-kernel-svm": 0.8, "table-linear": 0.79}
    for seconds, all_rows in ((1.8, set(classical)), (3.6, set())):
        evidence, jobs = raced(scores, budget=120.0, rows=20_000, takes={"table-kernel-svm": seconds})
        inner = len(evidence.splits[0].inner)
        assert {j.contender for j in choosing(jobs, classical) if j.n == inner} == all_rows


def test_a_strong_classical_method_that_is_behind_on_few_rows_stays_for_more_of_them():
    scores = {"table-kernel-svm": 0.8, "table-linear": 0.79, "table-lightgbm": 0.6}
    scores |= {"table-plain-linear": 0.6}
    takes = {
        "table-kernel-svm": 3.6,
        "table-lightgbm": 0.02,
        "table-plain-linear": 0.02,
        "table-linear": 0.02,
    }
    entered = {*ENTERED, "table-lightgbm", "table-plain-linear"}
    _, jobs = raced(scores, budget=120.0, rows=20_000, entered=entered, takes=takes)
    smallest = min(j.n for j in choosing(jobs, ["table-kernel-svm"]))
    assert [j for j in choosing(jobs, ["table-lightgbm"]) if j.n > smallest]
    assert not [j for j in choosing(jobs, ["table-plain-linear"]) if j.n > smallest]


def test_who_leads_clearly_on_all_rows_races_on_alone():
    evidence, jobs = raced(
        {"table-kernel-svm": 0.78, "table-mlp": 0.6, "table-realmlp": 0.8, "table-tabm": 0.6}
    )
    assert [j.contender for j in choosing(jobs, split=1)] == []
    assert [t.job.contender for t in evidence.champions["deep"]] == ["table-realmlp"] * 2


def test_who_is_near_the_leader_races_on_with_it():
    scores = {"table-kernel-svm": 0.79, "table-mlp": 0.6, "table-realmlp": 0.8, "table-tabm": 0.79}
    _, jobs = raced(scores)
    assert {j.contender for j in choosing(jobs, split=1)} == {"table-realmlp", "table-tabm"}


def test_where_nothing_is_left_to_win_one_network_races_on():
    near = {"table-kernel-svm": 0.99, "table-linear": 0.98, "table-realmlp": 0.99, "table-tabm": 0.985}
    evidence, jobs = raced(near)
    second = [j for j in jobs if j.split == 1]
    assert {j.contender for j in second} == {"table-kernel-svm", "table-linear", "table-realmlp"}
    assert [j.contender for j in second if not j.final] == ["table-kernel-svm", "table-linear"]
    assert len(evidence.champions["deep"]) == 2


def test_what_choosing_has_taken_on_a_later_split_is_counted_once():
    class Running(Race):
        left, fit_seconds = 80.0, 40.0

    race = Running(table(1000), worth=0.01)
    before = (80.0 + 20.0) / 2 - 8.0  # half of what was left before choosing, without the champion's fit
    assert race._most_choice(race.evidence.splits[1], final=8.0, used=20.0) == before
