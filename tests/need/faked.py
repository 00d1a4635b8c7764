"""A worker that trains nothing: the border between the race and the processes that fit."""

import numpy as np

from deepstart.need.trials import Trial


class FakeWorker:
    """Answers each job with predictions of a given accuracy, and says what ended the fit.

    Args:
        data: of two classes.
        scores: accuracy by contender, or (with the usual time, with more); None: the fit fails.
        cut_short: contenders whose usual fits are ended by their limit; `NAME choosing`: those for choosing
            alone.
        needs: seconds by contender below which it is not done at all.
        takes_all: a fit takes all the seconds that it may, not one.
        takes: seconds of a fit on 1,000 rows by contender, in proportion to the rows.
    """

    def __init__(self, data, scores, cut_short=(), needs=None, takes_all=False, takes=None):
        self.data, self.scores, self.cut_short, self.needs = data, scores, cut_short, needs or {}
        self.takes_all, self.takes, self.jobs = takes_all, takes or {}, []

    def start(self):
        pass

    stop = start

    def wait_until_ready(self, seconds):
        return True

    def run(self, request, hard_limit):
        job = request.job
        self.jobs.append(job)
        if job.max_seconds < self.needs.get(job.contender, 0):
            return Trial(job, "timeout", job.max_seconds)
        accuracy = self.scores.get(job.contender, 0.5)
        if accuracy is None:
            return Trial(job, "failed", 1.0, message="no time to read")
        if isinstance(accuracy, tuple):
            accuracy = accuracy[job.times > 1]
        proportional = self.takes[job.contender] * job.n / 1000 if job.contender in self.takes else 1.0
        seconds = job.max_seconds if self.takes_all else proportional
        cut = job.contender in self.cut_short or (
            not job.final and f"{job.contender} choosing" in self.cut_short
        )
        ended = "time" if cut and job.times == 1 else "plan"
        return Trial(
            job, "ok", seconds, fit_seconds=seconds, predict_ms_per_row=1.0, one_row_ms=1.0, peak_mib=100.0,
            ended_by=ended,
            validation=self.predictions(request.validation_rows, accuracy),
            test=self.predictions(request.test_rows, accuracy),
        )  # fmt: skip

    def predictions(self, rows, accuracy):
        """The true class for this share of the rows, the other one for the rest; None for no rows."""
        if not len(rows):
            return None
        right = np.random.default_rng(len(rows)).permutation(len(rows)) < accuracy * len(rows)
        return np.eye(2)[np.where(right, self.data.y[rows], 1 - self.data.y[rows])]
