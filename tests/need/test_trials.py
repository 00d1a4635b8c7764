"""Trials survive kills and full disks, whole or not at all."""

import errno
import os

import numpy as np
import pytest

from deepstart.need import _open_store
from deepstart.need.data import Column, Data, Schema
from deepstart.need.trials import Job, Trial, TrialStore, fingerprint


def some_trial(n=10, contender="table-linear"):
    test = np.linspace(0, 1, 12).reshape(4, 3).astype(np.float32)
    return Trial(
        Job(contender, 0, n, False, 3.0), "ok", 1.5, 1.2, 0.1, 0.2, 300.0, 99, test, test, {"C": 1.0}
    )


def test_a_saved_trial_comes_back_as_it_was(tmp_path):
    TrialStore(tmp_path).add(some_trial())
    (loaded,) = TrialStore(tmp_path)
    assert loaded == some_trial()
    assert np.array_equal(loaded.test, some_trial().test)


def test_a_torn_file_is_no_trial_and_is_run_again(tmp_path):
    store = TrialStore(tmp_path)
    store.add(some_trial())
    (file,) = tmp_path.glob("*.npz")
    file.write_bytes(file.read_bytes()[:200])
    assert len(TrialStore(tmp_path)) == 0


def test_what_failed_is_run_again_at_the_next_start_and_what_ran_out_of_time_or_memory_is_not(tmp_path):
    store = TrialStore(tmp_path)
    for n, status in enumerate(("ok", "failed", "timeout", "memory")):
        store.add(Trial(Job("table-linear", 0, n, False), status, 1.0))
    assert len(store) == 4  # in the same race it is not tried twice
    assert {trial.status for trial in TrialStore(tmp_path)} == {"ok", "timeout", "memory"}


def test_the_same_job_is_never_counted_twice(tmp_path):
    store = TrialStore(tmp_path)
    store.add(some_trial())
    store.add(some_trial())
    assert len(store) == len(TrialStore(tmp_path)) == 1


def test_a_full_disk_ends_the_saving_and_not_the_race(tmp_path, monkeypatch):
    store = TrialStore(tmp_path)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    store.add(some_trial())
    assert (len(store), store.lost) == (1, 1)
    assert list(tmp_path.iterdir()) == []


def made(**more):
    values = {"X": np.zeros((4, 2)), "y": np.array([0, 1, 0, 1]), "classes": ["a", "b"]} | more
    return Data("d", "table", "classification", **values)


@pytest.mark.parametrize(
    "other",
    [
        made(X=np.ones((4, 2))),
        made(y=np.array([0, 1, 1, 1])),
        made(classes=["a", "c"]),
        made(groups=np.array([0, 0, 1, 1])),
    ],
)
def test_other_data_get_another_folder(other):
    assert fingerprint(made(), {}) == fingerprint(made(), {})
    assert fingerprint(made(), {}) != fingerprint(other, {})
    assert fingerprint(made(), {"seed": 0}) != fingerprint(made(), {"seed": 1})


def test_changed_weights_in_the_same_folder_get_a_folder_of_trials_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr("deepstart.need.data_folder", lambda: tmp_path / "kept")
    weights = tmp_path / "weights"
    (weights / "assets").mkdir(parents=True)
    file = weights / "assets" / "vocabulary.txt"

    def trials():
        return _open_store(made(), {"weights": str(weights)}, resume=True, save=True).folder

    file.write_text("one")
    first = trials()
    assert trials() == first
    file.write_text("two more")
    longer = trials()
    os.utime(file, ns=(0, 0))
    assert len({first, longer, trials()}) == 3


def test_large_numbers_come_back_to_the_last_digit(tmp_path):
    values = 1.7e9 + np.random.default_rng(0).normal(size=50)
    TrialStore(tmp_path).add(Trial(Job("table-linear", 0, 10, True), "ok", 1.0, test=values))
    (loaded,) = TrialStore(tmp_path)
    assert np.array_equal(loaded.test, values)


def test_the_fingerprint_tells_other_words_of_the_same_pattern_apart():
    def reviews(*levels):
        schema = Schema([Column("review", "text", levels), Column("x", "number")])
        X, y = np.array([[0.0, 1], [1, 2], [0, 3], [1, 4]]), np.array([0, 1, 0, 1])
        return Data("d", "table", "classification", X, y, ["a", "b"], schema)

    assert fingerprint(reviews("bad", "good"), {}) != fingerprint(reviews("w", "x"), {})
