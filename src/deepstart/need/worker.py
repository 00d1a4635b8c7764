"""A process that fits contenders, one after another, and can be ended in the middle of one.

The deep side has a worker of its own, which imports TensorFlow once and stays. Requests and answers
are length-prefixed pickles of our own values over the process's own pipes; nothing else is ever
unpickled.
"""

import contextlib
import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
import time
import warnings
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from deepstart import words
from deepstart.findings import UserError
from deepstart.need.contenders import Contender, Setting, all_contenders
from deepstart.need.contenders._ties import Ties, fit_with
from deepstart.need.data import Data
from deepstart.need.meter import Meter, network_work
from deepstart.need.splits import bound_together
from deepstart.need.trials import Job, Trial

QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONHASHSEED": "0",
    "PYTHONIOENCODING": "utf-8",
    "KERAS_BACKEND": "tensorflow",
}

#: A fit that took this part of its time and more was probably ended by it.
NEARLY = 0.9


def send(pipe: BinaryIO, value: Any) -> None:
    """Write one value, its length first."""
    content = pickle.dumps(value, protocol=5)
    pipe.write(struct.pack("<Q", len(content)))
    pipe.write(content)
    pipe.flush()


def receive(pipe: BinaryIO) -> Any:
    """Read one value; EOFError when the other side is gone."""
    head = pipe.read(8)
    if len(head) < 8:
        raise EOFError("the other side is gone")
    return pickle.loads(pipe.read(struct.unpack("<Q", head)[0]))


@dataclass(frozen=True)
class Request:
    """A job with the rows it means."""

    job: Job
    setting: Setting
    fit_rows: np.ndarray
    validation_rows: np.ndarray
    test_rows: np.ndarray


class PeakMemory:
    """Highest resident memory of this process while the block runs, in MiB."""

    def __enter__(self):
        import psutil

        self._process, self._done = psutil.Process(), threading.Event()
        self.mib = self._process.memory_info().rss / 2**20
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        return self

    def _look(self):
        while not self._done.wait(0.02):
            self.mib = max(self.mib, self._process.memory_info().rss / 2**20)

    def __exit__(self, *_):
        self._done.set()
        self._watch.join()


def predict(estimator: Any, X: np.ndarray, task: str, n_classes: int) -> np.ndarray:
    """Probabilities of all classes, shape (rows, n_classes), or values, shape (rows,); always finite."""
    if task == "regression":
        return np.nan_to_num(np.asarray(estimator.predict(X), np.float64).reshape(len(X)))
    known = np.asarray(estimator.classes_, int)
    if hasattr(estimator, "predict_proba"):
        given = np.nan_to_num(np.asarray(estimator.predict_proba(X), np.float64))
    else:
        given = (np.asarray(estimator.predict(X))[:, None] == known[None, :]).astype(float)
    out = np.zeros((len(X), n_classes), np.float32)  # as they are saved, so that a resumed race sees the same
    out[:, known] = given
    return out


def run_job(request: Request, contender: Contender, data: Data) -> Trial:
    """Fit, predict and measure."""
    job, setting, started = request.job, request.setting, time.perf_counter()
    estimator = contender.make(setting)
    X, y = data.X[request.fit_rows], data.y[request.fit_rows]
    ties = Ties(bound_together(data), data.order).of(request.fit_rows)
    with PeakMemory() as memory, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Meter() as meter:
            fit_with(estimator, X, y, ties)
        fit_seconds = time.perf_counter() - started
        rows = np.concatenate([request.validation_rows, request.test_rows])
        before = time.perf_counter()
        predicted = predict(estimator, data.X[rows], data.task, len(data.classes))
        per_row = (time.perf_counter() - before) / max(len(rows), 1)
        one_row, size = _price(estimator, data, rows) if job.final else (float("nan"), 0)
    work = network_work(estimator, count=job.split == 0) if job.final else {}
    cut = len(request.validation_rows)
    return Trial(
        job,
        "ok",
        seconds=time.perf_counter() - started,
        fit_seconds=fit_seconds,
        predict_ms_per_row=1000 * per_row,
        one_row_ms=1000 * one_row,
        peak_mib=memory.mib,
        size_bytes=size,
        validation=predicted[:cut] if cut else None,
        test=predicted[cut:],
        chosen=dict(getattr(estimator, "chosen_", {})),
        ended_by=_ended_by(estimator, fit_seconds, job.max_seconds),
        cpu_seconds=meter.consumed.cpu_seconds,
        joules=meter.consumed.joules,
        processor_share=meter.consumed.share,
        work=work,
    )


def _ended_by(estimator: Any, seconds: float, limit: float | None) -> str:
    """What the contender says ended its fit; one that says nothing and used its time up was cut short."""
    said = getattr(estimator, "ended_by_", "")
    return said or ("time" if limit is not None and seconds > NEARLY * limit else "")


def _price(estimator: Any, data: Data, rows: np.ndarray) -> tuple[float, int]:
    """Seconds to predict one row alone (best of five, after one to warm up), and bytes on disk."""
    one = data.X[rows[:1]]
    times = []
    for _ in range(6):
        before = time.perf_counter()
        predict(estimator, one, data.task, len(data.classes))
        times.append(time.perf_counter() - before)
    return min(times[1:]), len(pickle.dumps(estimator, protocol=5))


def _end_with_parent() -> None:
    """End this process, in the middle of a fit too, when the one that started it is gone."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


#: What classical contenders import in their first fit, by modality: loading is not their time.
LIBRARIES = {
    "table": ("sklearn.ensemble", "sklearn.svm", "sklearn.linear_model", "lightgbm", "catboost"),
    "image": ("sklearn.cluster", "sklearn.svm", "sklearn.linear_model", "skimage.feature", "lightgbm"),
    "text": ("sklearn.feature_extraction.text", "sklearn.svm", "sklearn.linear_model", "sklearn.naive_bayes"),
}


def _load_libraries(data: Data) -> None:
    for module in LIBRARIES.get(data.modality, ()):
        with contextlib.suppress(ImportError):
            import_module(module)
    if data.modality == "text" and data.languages.get("han"):
        with contextlib.suppress(ImportError):
            from deepstart.need.contenders._texts import single_tokens

            single_tokens("词典")  # reads the dictionary of Chinese words


def serve() -> None:
    """The worker's own loop: data first, then requests until the pipe closes."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print must not meet our answers
    threading.Thread(target=_end_with_parent, daemon=True).start()
    data, warm = receive(requests)
    contenders = {c.name: c for c in all_contenders()}
    if warm:
        import keras  # noqa: F401  the framework starts while the other side already races
    else:
        _load_libraries(data)
    send(answers, "ready")
    while True:
        try:
            request = receive(requests)
        except EOFError:
            return
        send(answers, _answer(request, contenders, data))


def _answer(request: Request, contenders: dict[str, Contender], data: Data) -> Trial:
    started = time.perf_counter()
    try:
        return run_job(request, contenders[request.job.contender], data)
    except MemoryError as error:
        return Trial(request.job, "memory", time.perf_counter() - started, message=str(error))
    except UserError as error:  # a contender that says why these data are not for it
        return Trial(request.job, "failed", time.perf_counter() - started, message=str(error))
    except Exception as error:  # a contender that fails is out of the race; the race goes on
        message = f"{type(error).__name__}: {error}"[:500]
        return Trial(request.job, "failed", time.perf_counter() - started, message=message)


class Worker:
    """The other end: starts the process, hands it jobs, ends it when a job outlasts its limit."""

    def __init__(self, data: Data, *, warm: bool, log: Path | None = None):
        self.data, self.warm, self.log = data, warm, log
        self._process: subprocess.Popen | None = None
        self._answers: queue.Queue = queue.Queue()
        self._ready = False

    def start(self) -> None:
        """Start the process without waiting for it."""
        if self._process is not None:
            return
        self._answers, self._ready = queue.Queue(), False
        with (self.log or Path(os.devnull)).open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "deepstart.need.worker"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=out,
                env={**os.environ, **QUIET, "DEEPSTART_LANGUAGE": words.current_language()},
                start_new_session=True,  # Ctrl-C is ours to answer
            )  # fmt: skip
        threading.Thread(target=self._listen, args=(self._process, self._answers), daemon=True).start()
        threading.Thread(target=self._hand_over, args=(self._process,), daemon=True).start()

    def _hand_over(self, process: subprocess.Popen) -> None:
        with contextlib.suppress(OSError):  # it ended before it had read its data; the listener tells
            send(process.stdin, (self.data, self.warm))  # type: ignore[arg-type]

    @staticmethod
    def _listen(process: subprocess.Popen, answers: queue.Queue) -> None:
        try:
            while True:
                answers.put(receive(process.stdout))  # type: ignore[arg-type]
        except (EOFError, OSError, pickle.UnpicklingError):
            answers.put(None)

    def wait_until_ready(self, seconds: float) -> bool:
        """Whether the process has its data and its framework within `seconds`."""
        self.start()
        if not self._ready:
            try:
                self._ready = self._answers.get(timeout=max(seconds, 0.01)) == "ready"
            except queue.Empty:
                return False
        return self._ready

    def run(self, request: Request, hard_limit: float) -> Trial:
        """Run one job; ended, and reported as `timeout`, after `hard_limit` seconds."""
        started = time.monotonic()
        if not self.wait_until_ready(max(hard_limit, 60)):
            self.stop()
            return Trial(
                request.job, "failed", time.monotonic() - started, message="the worker did not start"
            )
        begun = time.monotonic()
        try:
            send(self._process.stdin, request)  # type: ignore[union-attr, arg-type]
            trial = self._answers.get(timeout=hard_limit)
        except queue.Empty:
            self.stop()
            return Trial(request.job, "timeout", time.monotonic() - begun)
        except OSError:
            trial = None
        if trial is None:  # the process died: out of memory, or a crash in native code
            code = self.stop()
            status = "memory" if code in (-9, 137) else "failed"
            return Trial(
                request.job, status, time.monotonic() - begun, message=f"the worker ended with code {code}"
            )
        return trial

    def stop(self) -> int | None:
        """End the process, whatever it is doing; its exit code if it had ended by itself."""
        process, self._process, self._ready = self._process, None, False
        if process is None:
            return None
        code = process.poll()
        if code is None:
            try:
                code = process.wait(0.2) if self._answers.queue and self._answers.queue[0] is None else None
            except subprocess.TimeoutExpired:
                code = None
        process.kill()
        process.wait()
        return code


if __name__ == "__main__":
    serve()
