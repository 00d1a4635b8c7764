"""What a worker answers about a fit: what ended it, and why it could not be made."""

import time

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from deepstart.findings import UserError
from deepstart.need.contenders import Contender, Setting
from deepstart.need.trials import Job
from deepstart.need.worker import Request, _answer

from .conftest import table

DATA = table(60)
ROWS = np.arange(60)


class Guess(ClassifierMixin, BaseEstimator):
    """Guesses the first class, after `seconds`, or raises `error`; says `ended_by`."""

    def __init__(self, seconds=0.0, error=None, ended_by=""):
        self.seconds, self.error, self.ended_by = seconds, error, ended_by

    def fit(self, X, y):
        if self.error:
            raise self.error
        time.sleep(self.seconds)
        self.classes_, self.ended_by_ = np.unique(y), self.ended_by
        return self

    def predict(self, X):
        return np.zeros(len(X), int)


def answer(limit=10.0, **options):
    job = Job("guess", 0, 30, False, limit)
    contender = Contender("guess", "classical", "table", "weak", lambda setting: Guess(**options), "none")
    request = Request(job, Setting("classification"), ROWS[:30], ROWS[30:40], ROWS[40:])
    return _answer(request, {"guess": contender}, DATA)


def test_a_fit_that_used_its_time_up_was_ended_by_it():
    assert answer(limit=0.1, seconds=0.11).ended_by == "time"
    assert answer(limit=60.0).ended_by == ""


def test_what_the_contender_says_of_its_end_counts():
    assert answer(limit=0.1, seconds=0.11, ended_by="plan").ended_by == "plan"
    assert answer(ended_by="time").ended_by == "time"


def test_predictions_come_for_the_validation_and_the_test_rows():
    trial = answer()
    assert (trial.status, len(trial.validation), len(trial.test)) == ("ok", 10, 20)
    assert trial.test == pytest.approx(np.tile([1.0, 0.0], (20, 1)))


def test_a_contender_that_refuses_gives_its_sentence_and_another_error_its_kind():
    refusal = UserError("need.bad-budget", budget="x")
    assert answer(error=refusal).message == str(refusal)
    assert answer(error=ValueError("odd")).message == "ValueError: odd"
    assert {answer(error=e).status for e in (refusal, ValueError("odd"))} == {"failed"}


def test_a_fit_without_a_limit_is_never_cut_short():
    assert answer(limit=None).ended_by == ""
