"""Trials: one fit of one contender on some rows, and what came of it. Saved as they finish.

A trial is one file, written under another name and renamed, so that a kill at any moment leaves
it either whole or absent. Arrays are stored without pickle.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from deepstart.need.data import Data

#: Splits differ a little in size, and samples of them too.
ABOUT_AS_MANY = 0.98


@dataclass(frozen=True)
class Job:
    """What a worker shall do.

    Args:
        contender: its name.
        split: number of the split.
        n: rows to fit on.
        final: fitted on the whole training part, to be tested; else on a beginning of the inner
            rows, for the family's choice and for the learning curve.
        max_seconds: a fit should end by itself about then.
        times: how many times the usual seconds it gets; above 1 in a longer look.
    """

    contender: str
    split: int
    n: int
    final: bool
    max_seconds: float | None = None
    times: int = 1

    @property
    def key(self) -> str:
        """Names the trial, and its file."""
        rows, longer = "final" if self.final else f"n{self.n}", f".x{self.times}" if self.times > 1 else ""
        return f"{self.contender}.s{self.split}.{rows}{longer}"


@dataclass(frozen=True)
class Trial:
    """What came of a job.

    Args:
        status: `ok`, `failed` (the contender raised), `timeout` (ended at the limit) or `memory`.
        seconds: the whole job; fit_seconds: the fit alone.
        predict_ms_per_row, one_row_ms: prediction in one batch, and of a single row.
        peak_mib: highest resident memory of the process while fitting.
        size_bytes: of the fitted estimator on disk.
        validation, test: predictions, shape (rows, classes) or (rows,); None where not made.
        chosen: what the contender chose inside.
        message: why it failed.
        ended_by: `time` when its limit ended the fit, else what the contender says, or nothing.
        cpu_seconds, joules, processor_share: what the fit consumed, see `meter.Consumed`.
        work: how a network's training went, see `meter.network_work`.
    """

    job: Job
    status: str
    seconds: float
    fit_seconds: float = float("nan")
    predict_ms_per_row: float = float("nan")
    one_row_ms: float = float("nan")
    peak_mib: float = float("nan")
    size_bytes: int = 0
    validation: np.ndarray | None = field(default=None, repr=False, compare=False)
    test: np.ndarray | None = field(default=None, repr=False, compare=False)
    chosen: dict[str, Any] = field(default_factory=dict)
    message: str = ""
    ended_by: str = ""
    cpu_seconds: float = 0.0
    joules: float | None = None
    processor_share: float = 1.0
    work: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.status == "ok"


def cut_short(trials: Iterable[Trial]) -> bool:
    """Whether all of one contender's fits on the most rows were ended by their limit; no without any."""
    largest = on_most_rows(list(trials))
    return bool(largest) and all(t.status == "timeout" or t.ended_by == "time" for t in largest)


def on_most_rows(trials: list[Trial]) -> list[Trial]:
    """Those on about as many rows as any of them."""
    most = max((t.job.n for t in trials), default=0)
    return [t for t in trials if t.job.n >= ABOUT_AS_MANY * most]


def fingerprint(data: Data, options: dict[str, Any]) -> str:
    """Hash of the rows, the labels and the options that change a trial; the name of a run's folder."""
    digest = hashlib.sha256()
    for array in (data.X, data.y, data.part, data.groups, data.order, data.duplicates):
        if array is None:
            digest.update(b"-")
        elif array.dtype == object:
            for value in array:
                digest.update(str(value).encode("utf-8", "surrogatepass") + b"\0")
        else:
            digest.update(str((array.shape, array.dtype)).encode())
            digest.update(np.ascontiguousarray(array).tobytes())
    shape = [data.modality, data.task, data.classes, [(c.name, c.kind, c.levels) for c in data.schema]]
    digest.update(json.dumps([shape, options], sort_keys=True, default=str).encode())
    return digest.hexdigest()[:20]


def folder_state(folder: str | None) -> list[tuple[str, int, int]]:
    """Path, size in bytes and time of change in nanoseconds of every file in a folder, links followed.

    Empty for None and for what is no folder, such as the name of a preset.
    """
    if not folder or not Path(folder).is_dir():
        return []
    found = []
    for file in sorted(Path(folder).rglob("*")):
        try:
            if file.is_file():
                state = file.stat()
                found.append((file.relative_to(folder).as_posix(), state.st_size, state.st_mtime_ns))
        except OSError:  # gone meanwhile, or not ours to look at: it cannot be loaded either
            continue
    return found


class TrialStore:
    """The trials of one run, in memory and in a folder; without a folder in memory alone.

    What failed in an earlier race is run again, because its cause may have been mended meanwhile; what ran
    out of time or memory is not. A disk that is full ends the saving, not the race: `lost` says how many
    trials are not saved.
    """

    def __init__(self, folder: Path | None):
        self.folder, self.lost = folder, 0
        self._trials: dict[str, Trial] = {}
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            for file in sorted(folder.glob("*.npz")):
                self._load(file)

    def _load(self, file: Path) -> None:
        try:
            with np.load(file, allow_pickle=False) as stored:
                record = json.loads(str(stored["record"]))
                arrays = {k: stored[k] for k in ("validation", "test") if k in stored}
        except Exception:  # a torn or foreign file is no trial; it will simply be run again
            file.unlink(missing_ok=True)
            return
        trial = Trial(**{**record, "job": Job(**record["job"])}, **arrays)
        if trial.status != "failed":
            self._trials[trial.job.key] = trial

    def __contains__(self, job: Job) -> bool:
        return job.key in self._trials

    def __len__(self) -> int:
        return len(self._trials)

    def __iter__(self) -> Iterator[Trial]:
        return iter(self._trials.values())

    def get(self, job: Job) -> Trial | None:
        """The trial of this job, if it was run."""
        return self._trials.get(job.key)

    def add(self, trial: Trial) -> None:
        """Keep a trial, on disk first."""
        self._trials[trial.job.key] = trial
        if self.folder is None:
            return
        try:
            self._save(trial, self.folder)
        except OSError:
            self.lost += 1

    def _save(self, trial: Trial, folder: Path) -> None:
        record = asdict(replace(trial, validation=None, test=None))
        for name in ("validation", "test"):
            record.pop(name)
        arrays = {"record": np.array(json.dumps(record, default=str))}
        for name in ("validation", "test"):
            if (values := getattr(trial, name)) is not None:
                arrays[name] = values
        partial = folder / f"{trial.job.key}.{os.getpid()}.part"
        try:
            with partial.open("wb") as out:
                np.savez(out, **arrays)  # type: ignore[arg-type]
                out.flush()
                os.fsync(out.fileno())
            partial.replace(folder / f"{trial.job.key}.npz")
        finally:
            partial.unlink(missing_ok=True)
