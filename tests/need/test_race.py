"""A whole race on small real data: who wins, what is kept, and how it goes on after a kill."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from deepstart.findings import UserError
from deepstart.need import need, seconds_of
from deepstart.need.contenders import all_contenders
from deepstart.need.price.ladder import ladder_of
from deepstart.need.race import SPLITS_OF_THE_SCARCE, Race
from deepstart.need.trials import TrialStore
from deepstart.need.verdict import decide

from .conftest import LEFT_OUT, table
from .faked import FakeWorker


def test_where_a_line_separates_a_network_is_not_worth_it(raced):
    evidence, _, _ = raced
    verdict = decide(evidence, worth=0.1)
    assert verdict.kind == "classical_enough"
    assert verdict.chances.deep < 0.05


def test_champions_are_scored_on_rows_that_they_were_not_fitted_on(raced):
    evidence, _, _ = raced
    for trials in evidence.champions.values():
        for trial in trials:
            split = evidence.splits[trial.job.split]
            assert trial.job.n == len(split.train)
            assert len(trial.test) == len(split.test)
            assert not set(split.train) & set(split.test)


def test_every_trial_that_began_has_ended_and_is_saved(raced):
    evidence, folder, events = raced
    begun = [(e.contender, e.split, e.n) for e in events if e.kind == "begin"]
    ended = [(e.contender, e.split, e.n) for e in events if e.kind == "end"]
    assert begun == ended
    assert len(list(folder.glob("*.npz"))) == len(evidence.store) == len(ended)


def test_going_on_from_saved_trials_runs_nothing_again_and_gives_the_same_verdict(raced):
    evidence, folder, _ = raced
    events = []
    race = Race(
        table(),
        worth=0.1,
        budget=90,
        store=TrialStore(folder),
        exclude=LEFT_OUT,
        tell=events.append,
        most_splits=3,
    )
    again = race.run()
    assert [e for e in events if e.kind == "begin"] == []
    assert decide(again, 0.1) == decide(evidence, 0.1)


def test_a_contender_that_has_not_raced_says_why(raced):
    evidence, _, _ = raced
    assert all(evidence.not_tried[name] == "excluded" for name in LEFT_OUT)


def test_where_no_column_knows_the_label_nobody_wins():
    race = Race(table(300, informative=False), worth=0.01, budget=60, exclude=LEFT_OUT, most_splits=2)
    verdict = decide(race.run(), 0.01)
    assert verdict.kind in ("unclear", "more_data")
    assert "nothing-learned" in {f.id for f in verdict.first}


def start(folder, *more):
    """`deepstart need` on a CSV, in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "deepstart",
        "need",
        str(folder / "d.csv"),
        "--target",
        "y",
        "--budget",
        "90s",
    ]
    for name in LEFT_OUT:
        command += ["--exclude", name]
    return subprocess.Popen(
        [*command, "--json", str(folder / "out.json"), *more],
        env={**os.environ, "DEEPSTART_HOME": str(folder / "home")},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture
def csv_folder(tmp_path):
    data = table(240)
    rows = [
        ",".join([*(f"{v:.4f}" for v in x), data.classes[y]]) for x, y in zip(data.X, data.y, strict=True)
    ]
    (tmp_path / "d.csv").write_text("\n".join(["a,b,c,d,y", *rows]))
    return tmp_path


def saved(folder):
    return sorted(p.name for p in (folder / "home").rglob("*.npz"))


def test_killed_in_the_middle_it_goes_on_with_every_finished_trial(csv_folder):
    process = start(csv_folder)
    deadline = time.monotonic() + 90
    while len(saved(csv_folder)) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.wait()
    kept = {p: p.stat().st_mtime_ns for p in (csv_folder / "home").rglob("*.npz")}
    assert len(kept) >= 3
    assert start(csv_folder).wait() == 0
    assert all(p.stat().st_mtime_ns == when for p, when in kept.items())
    out = json.loads((csv_folder / "out.json").read_text())
    assert out["trials"] == len(saved(csv_folder))


def test_workers_end_in_the_middle_of_a_fit_when_their_parent_is_killed(csv_folder):
    import psutil

    process = start(csv_folder)
    deadline = time.monotonic() + 90
    while not saved(csv_folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    assert workers
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert not [w for w in alive if w.status() != psutil.STATUS_ZOMBIE]


def test_ctrl_c_gives_the_verdict_that_the_evidence_so_far_allows(csv_folder):
    process = start(csv_folder)
    deadline = time.monotonic() + 90
    while not saved(csv_folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.wait()
    out = json.loads((csv_folder / "out.json").read_text())
    assert out["interrupted"]
    assert out["verdict"] in ("unclear", "more_data", "classical_enough")


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"budget": "soon"}, "need.bad-budget"),
        ({"budget": "2s"}, "need.budget-too-small"),
        ({"worth": 0}, "need.bad-worth"),
        ({"interest": "maybe"}, "need.bad-interest"),
        ({"exclude": ("tabel-linear",)}, "need.unknown-contender"),
    ],
)
def test_a_bad_option_is_refused_before_anything_is_read(options, key):
    with pytest.raises(UserError) as caught:
        need("no-such-path", **options)
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("typed", "named"),
    [("tabm", "table-tabm"), ("table-realmpl", "table-realmlp"), ("foo", "image-lenet")],
)
def test_a_contender_that_is_not_there_is_answered_with_names_to_choose_from(typed, named):
    with pytest.raises(UserError) as caught:
        need("no-such-path", exclude=(typed,))
    assert named in caught.value.values["nearest"]


def test_rows_too_few_to_be_split_are_refused_with_the_number_needed():
    with pytest.raises(UserError) as refusal:
        need(table(n=8), save=False)
    assert refusal.value.key == "readers.too-few-rows"
    assert (refusal.value.values["count"], refusal.value.values["least"]) == (8, 10)


def test_durations_are_understood():
    assert [seconds_of(t) for t in ("90s", "10m", "1h", "1.5h", 45)] == [90, 600, 3600, 5400, 45]


def test_a_column_that_gives_the_answer_away_is_left_out_and_said_in_the_verdicts_box():
    import numpy as np

    from deepstart.need import without_giveaways
    from deepstart.need.audit import audit
    from deepstart.need.data import Column, Schema

    data = table(300, noise=1.0)
    data.X = np.column_stack([data.X, data.y * 3.0])
    data.schema = Schema([*data.schema, Column("refund", "number")])
    noticed, data = audit(data)
    assert [f.values["column"] for f in noticed if f.id == "giveaway"] == ["refund"]
    kept = without_giveaways(data, noticed)
    assert [c.name for c in kept.schema] == ["c0", "c1", "c2", "c3"]
    assert kept.X.shape == (300, 4)


def test_when_the_time_runs_out_before_both_sides_are_tested_that_is_said():
    race = Race(table(300), worth=0.1, budget=0.3, exclude=LEFT_OUT)
    verdict = decide(race.run(), 0.1)
    assert (verdict.kind, verdict.reason) == ("unclear", "out-of-time")


def test_a_report_can_be_made_of_a_race_that_measured_nothing():
    from deepstart.need.report import make_page
    from deepstart.need.result import make_result

    race = Race(table(300), worth=0.1, budget=0.3, exclude=LEFT_OUT)
    result = make_result(race.run(), 0.1, None, 1.0)
    assert result.headline() in make_page(result)
    assert {entry["contender"] for entry in result.not_tried} >= {"table-mlp", "table-kernel-svm"}


def test_a_race_on_very_few_rows_ends_when_no_answer_is_in_sight():
    data = table(90)
    race = Race(data, worth=0.01, budget=600, exclude=LEFT_OUT)
    worker = FakeWorker(data, {"table-kernel-svm": 0.8, "table-mlp": 0.8})
    race.workers = {"classical": worker, "deep": worker}
    evidence = race.run()
    assert len(evidence.champions["deep"]) == SPLITS_OF_THE_SCARCE < len(evidence.splits)
    assert decide(evidence, 0.01).reason == "few-rows"
    assert not evidence.settled


def test_the_best_of_each_strength_is_on_the_ladder_with_all_rows():
    data = table(1000)
    race = Race(data, worth=0.01, budget=600, exclude=LEFT_OUT, most_splits=2)
    worker = FakeWorker(data, {"table-kernel-svm": 0.7, "table-plain-linear": 0.9, "table-mlp": 0.5})
    race.workers = {"classical": worker, "deep": worker}
    evidence = race.run()
    rungs = ladder_of(evidence)
    assert {rung.n for rung in rungs} == {len(evidence.splits[0].train)}
    assert len(rungs) > 1


@pytest.mark.parametrize("cut_short", [True, False])
def test_a_method_that_was_cut_short_while_choosing_gets_no_fit_for_the_ladder_that_would_count_as_its_time(
    cut_short,
):
    data = table(1000)
    race = Race(data, worth=0.01, budget=600, exclude=LEFT_OUT, most_splits=2)
    short = ["table-kernel-svm choosing"] if cut_short else []
    worker = FakeWorker(data, {"table-kernel-svm": 0.9}, cut_short=short)
    race.workers = {"classical": worker, "deep": worker}
    split = race.evidence.splits[0]
    contender = race.evidence.contenders["table-kernel-svm"]
    race.trial(contender, split, len(split.inner), final=False, seconds=10)
    assert race._best_of([contender]) == (None if cut_short else contender)


def test_where_guessing_cannot_be_ruled_out_yet_a_race_on_few_rows_goes_on():
    data = table(90)
    race = Race(data, worth=0.01, budget=600, exclude=LEFT_OUT)
    worker = FakeWorker(data, {"table-kernel-svm": 0.52, "table-mlp": 0.54})
    race.workers = {"classical": worker, "deep": worker}
    assert len(race.run().champions["deep"]) > SPLITS_OF_THE_SCARCE


def test_what_the_data_warn_of_is_said_before_the_race_begins():
    said, left_out = [], tuple(c.name for c in all_contenders() if c.family != "dummy")
    need(
        table(60), budget=20, exclude=left_out, save=False,
        notice=lambda finding: said.append(finding.id), tell=lambda event: said.append("race"),
    )  # fmt: skip
    assert "few-rows" in said
    assert "race" in said
    assert "race" not in said[: said.index("few-rows")]
