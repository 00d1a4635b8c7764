"""What each side got: methods, fits, seconds, and whether its strong ones had their time."""

import pytest

from deepstart import words
from deepstart.need.contenders import all_contenders
from deepstart.need.effort import efforts_of
from deepstart.need.report import make_page
from deepstart.need.result import make_result
from deepstart.need.trials import Job, Trial

from .test_longer_look import CLASSICAL, DEEP, OTHERS, raced

DONE, STARVED, LATE = "table-realmlp", "table-tabm", "table-lightgbm"
SCORES = {CLASSICAL: 0.9, DEEP: 0.7, DONE: 0.72, STARVED: (0.6, 0.6)}


def test_a_strong_one_was_done_cut_short_or_never_done():
    evidence, _ = raced(
        {**SCORES, CLASSICAL: 0.99},  # so near perfect that no network gets a longer look
        cut_short=[STARVED],
        needs={LATE: 1000.0},
        exclude=set(OTHERS) - {DONE, STARVED, LATE},
    )
    efforts = efforts_of(evidence)
    assert efforts["deep"].strong == {DONE: "done", STARVED: "cut_short"}
    assert efforts["classical"].strong[LATE] == "not_done"


def test_after_a_longer_look_it_has_had_its_time():
    evidence, _ = raced(SCORES, cut_short=[STARVED], exclude=set(OTHERS) - {DONE, STARVED})
    assert evidence.longer is not None
    assert efforts_of(evidence)["deep"].strong[STARVED] == "done"


def test_fits_and_seconds_are_those_of_the_jobs_that_were_run():
    evidence, jobs = raced(SCORES, exclude=set(OTHERS) - {DONE, STARVED})
    mine = [j for j in jobs if j.contender in (DEEP, DONE, STARVED)]
    effort = efforts_of(evidence)["deep"]
    assert (effort.methods, effort.fits, effort.seconds) == (3, len(mine), float(len(mine)))


def tried(contender, n, status="ok", ended_by="plan"):
    return Trial(Job(contender, 0, n, final=False), status, 1.0, ended_by=ended_by)


@pytest.mark.parametrize(
    ("trials", "state"),
    [
        ([], "not_begun"),
        ([tried(LATE, 100), tried(LATE, 1000, "memory")], "memory"),
        ([tried(LATE, 100), tried(LATE, 1000, "failed")], "failed"),
        ([tried(LATE, 100), tried(LATE, 1000, "timeout")], "cut_short"),
        ([tried(LATE, 100, "timeout")], "not_done"),
        ([tried(LATE, 100, ended_by="time"), tried(LATE, 1000)], "done"),
    ],
)
def test_what_came_of_a_strong_one_is_told_by_its_fits_on_the_most_rows(trials, state):
    evidence, _ = raced({CLASSICAL: 0.9, DEEP: 0.7}, exclude=OTHERS)
    evidence.contenders[LATE] = next(c for c in all_contenders() if c.name == LATE)
    for trial in trials:
        evidence.store.add(trial)
    assert efforts_of(evidence)["classical"].strong[LATE] == state


@pytest.mark.parametrize(("language", "start"), [("en", "What the networks got"), ("zh", "神经网络一方")])
def test_report_and_json_carry_it(language, start):
    words.choose_language(language)
    evidence, _ = raced(SCORES, exclude=set(OTHERS) - {DONE, STARVED})
    result = make_result(evidence, 0.01, None, 1.0)
    assert result.as_json()["effort"]["deep"]["strong"] == {DONE: "done", STARVED: "done"}
    assert "RealMLP" in make_page(result).split(start)[1]
