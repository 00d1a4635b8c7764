"""From scratch and pre-trained are two questions with two answers; the workers are faked."""

import io
import json
from html import unescape

import numpy as np
import pytest
from rich.console import Console

from deepstart import words
from deepstart.need import contenders
from deepstart.need.contenders import Contender
from deepstart.need.data import Data
from deepstart.need.pretrained import FIRST_FIT, PRETRAINED, RaceWithPretrained, needs_weights, published_gain
from deepstart.need.report import make_page
from deepstart.need.result import make_result
from deepstart.need.terminal import print_result
from deepstart.need.verdict import SURE, could_settle

from .faked import FakeWorker

CLASSICAL, DEEP, KNOWING = "text-tfidf-svm", "text-cnn", "text-pretrained"
RACING = (CLASSICAL, DEEP, KNOWING)


def reviews(n=1000, languages=(("latin", 1.0),)):
    """Texts of two classes; the faked worker knows the answers."""
    y = np.arange(n) % 2
    X = np.array([f"text {i}" for i in range(n)], object)
    return Data(
        "made", "text", "classification", X, y, ["bad", "good"], languages=dict(languages), target="y"
    )


@pytest.fixture
def race(monkeypatch):
    """Race three contenders with these accuracies; without one, the pre-trained one has no weights."""

    def run(classical, deep, knowing="no weights", data=None, budget=600.0, cut_short=()):
        data = data or reviews()
        entered = [
            Contender(CLASSICAL, "classical", "text", "strong", None, "–"),
            Contender(DEEP, "deep", "text", "strong", None, "–"),
            Contender(
                KNOWING, "deep", "text", "strong", None, "–", pretrained=True,
                refuses=lambda setting: "no-text-weights" if knowing == "no weights" else None,
            ),
        ]  # fmt: skip
        monkeypatch.setattr("deepstart.need.track.contenders_for", lambda *a: entered)
        made = RaceWithPretrained(data, worth=0.01, budget=budget, most_splits=5)
        worker = FakeWorker(data, {CLASSICAL: classical, DEEP: deep, KNOWING: knowing}, cut_short)
        made.workers = {"classical": worker, "deep": worker}
        evidence = made.run()
        return make_result(evidence, 0.01, None, made.spent), worker.jobs

    return run


def test_each_question_gets_its_own_answer(race):
    result, _ = race(0.78, 0.74, 0.90)
    assert result.verdict.kind == "classical_enough"
    assert result.sides["deep"].name == DEEP
    assert result.second.verdict.kind == "deep_worth_it"
    assert result.second.side.name == KNOWING
    assert result.second.side.score == pytest.approx(0.90, abs=0.01)


def test_a_pretrained_network_that_is_no_better_turns_nothing(race):
    result, _ = race(0.78, 0.95, 0.70)
    assert result.verdict.kind == "deep_worth_it"
    assert result.second.verdict.kind == "classical_enough"
    assert result.questions["limit"].answer == "yes"


def test_the_second_answer_alone_says_that_classical_methods_have_reached_their_limit(race):
    assert race(0.78, 0.74, 0.90)[0].questions["limit"].answer == "yes"
    assert race(0.78, 0.74, 0.70)[0].questions["limit"].answer == "no"


def test_both_are_tested_on_the_splits_of_the_same_classical_champions(race):
    result, jobs = race(0.80, 0.81, 0.805)
    evidence = result.evidence
    theirs = [t.job.split for t in evidence.champions["classical"]]
    assert [t.job.split for t in evidence.champions[PRETRAINED]] == theirs[: result.second.splits]
    lead = evidence.difference(evidence.champions[PRETRAINED], evidence.champions["classical"])
    assert result.second.verdict.lead == lead
    first_of_them = next(i for i, job in enumerate(jobs) if job.contender == KNOWING)
    assert {job.contender for job in jobs[:first_of_them]} >= {CLASSICAL, DEEP}


def test_the_second_answer_may_need_more_splits_than_the_first(race):
    result, _ = race(0.80, 0.60, 0.84)
    champions = result.evidence.champions
    assert len(champions["deep"]) == 1
    assert 1 < result.second.splits == len(champions[PRETRAINED])
    rivals = result.evidence.rivals_of(PRETRAINED)
    assert [t.job.split for t in champions[PRETRAINED]] == [t.job.split for t in rivals]


def test_whether_more_splits_would_settle_it_is_judged_by_all_that_were_run(race):
    result, _ = race(0.80, 0.60, 0.84)
    evidence, trials = result.evidence, result.evidence.champions[PRETRAINED]
    first_alone = evidence.chances(trials[:1], evidence.champions["classical"], 0.01)
    assert first_alone.deep < SURE < result.second.verdict.chances.deep
    assert could_settle(evidence, 0.01, splits=len(trials), side=PRETRAINED)


def test_the_first_answer_is_the_same_with_and_without_weights(race):
    with_weights, without = race(0.80, 0.60, 0.84)[0], race(0.80, 0.60)[0]
    assert with_weights.second.splits > len(without.evidence.champions["classical"])
    assert with_weights.verdict == without.verdict
    assert with_weights.sides == without.sides


def test_the_pretrained_side_gets_its_third_and_what_the_others_left(race):
    _, jobs = race(0.80, 0.81, 0.805, budget=300.0)
    most = max(job.max_seconds for job in jobs if job.contender == KNOWING)
    assert 0.9 * FIRST_FIT * 300 / 3 <= most <= FIRST_FIT * 300


@pytest.mark.parametrize("cut_short", [True, False])
def test_a_pretrained_network_that_was_cut_short_has_not_lost(race, cut_short):
    result, _ = race(0.80, 0.75, 0.70, cut_short=[KNOWING] if cut_short else [])
    told = result.second.verdict
    expected = ("unclear", "pretrained-cut-short") if cut_short else ("classical_enough", "classical-leads")
    assert (told.kind, told.reason) == expected


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_terminal_page_and_json_carry_both_answers(race, language):
    words.choose_language(language)
    result, _ = race(0.78, 0.74, 0.90)
    shown = io.StringIO()
    print_result(Console(file=shown, width=200), result)
    page, said = (
        make_page(result).replace("\xa0%", " %"),
        json.loads(json.dumps(result.as_json(), default=str)),
    )
    for place in (shown.getvalue(), unescape(page)):
        assert place.index(result.headline()) < place.index(result.second_headline())
        assert result.second_reason() in place
    assert said["verdict"] == "classical_enough"
    assert said["pretrained"]["verdict"] == "deep_worth_it"
    assert said["pretrained"]["best"]["name"] == KNOWING
    assert said["pretrained"]["difference"]["p_deep_better"] > 0.95 > said["difference"]["p_deep_better"]
    assert said["pretrained"]["needed"] is None


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_where_none_raced_it_says_what_others_gained(race, language):
    words.choose_language(language)
    result, _ = race(0.78, 0.74)
    shown = io.StringIO()
    print_result(Console(file=shown, width=300), result)
    for place in (shown.getvalue(), make_page(result)):
        assert "5.9–9" in place
    said = result.as_json()
    assert said["pretrained"]["verdict"] is None
    assert said["pretrained"]["needed"]["low"] == pytest.approx(0.059)
    [entry] = [e for e in said["not_tried"] if e["contender"] == KNOWING]
    assert "5.9–9" in entry["why"]
    assert entry["turn"] == "yes"


def test_a_pretrained_network_that_fails_is_named_with_the_reason(race):
    result, _ = race(0.78, 0.74, None)
    assert result.second is None
    [entry] = [e for e in result.not_tried if e["contender"] == KNOWING]
    assert "no time to read" in entry["why"]


def test_published_gains_are_told_only_for_data_like_those_of_the_pairs():
    assert published_gain(reviews()).low == 5.9
    assert published_gain(reviews(languages=(("han", 0.8), ("latin", 0.2)))).low == 2.6
    assert published_gain(reviews(languages=(("thai", 1.0),))) is None


def test_data_without_pretrained_networks_raise_no_second_question(raced):
    assert needs_weights(raced[0]) is None
    assert not [c for c in contenders.contenders_for("table", "classification") if c.pretrained]
    result = make_result(raced[0], 0.1, None, 1.0)
    assert result.second is None
    assert result.second_headline() == ""


def test_published_gains_beyond_a_perfect_score_are_not_told(race):
    result, _ = race(0.97, 0.95)
    assert result.as_json()["pretrained"]["needed"]["low"] is None
