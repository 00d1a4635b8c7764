"""What the race's own predictions say about the labels: a ceiling for every method, and doubtful rows."""

from dataclasses import dataclass

import numpy as np

from deepstart.findings import Finding
from deepstart.need.evidence import RIVALS, Evidence
from deepstart.need.labels import LabelNoise, label_findings, label_noise
from deepstart.need.trials import Trial

#: Fewer tested rows than this say nothing about labels.
LEAST_ROWS = 200


@dataclass(frozen=True)
class Doubt:
    """Wrong labels among the rows that were tested.

    Args:
        noise: the estimate; its `order` counts in `rows`.
        rows: numbers of the tested rows, shape (tested,).
        findings: what to say, if anything.
    """

    noise: LabelNoise
    rows: np.ndarray
    findings: tuple[Finding, ...]

    @property
    def limits(self) -> bool:
        """Labels limit more than methods do."""
        return any(f.id == "labels-limit" for f in self.findings)


def held_out(trials: list[Trial], evidence: Evidence) -> tuple[np.ndarray, np.ndarray]:
    """Rows that these champions were tested on, each once, and their probabilities."""
    rows = np.concatenate([evidence.splits[t.job.split].test for t in trials])
    probabilities = np.concatenate([t.test for t in trials if t.test is not None])
    kept, first = np.unique(rows, return_index=True)
    return kept, probabilities[first]


def doubt_about_labels(evidence: Evidence, worth: float) -> Doubt | None:
    """Estimate wrong labels from the better side's predictions; None for regression or too few rows."""
    raced = [evidence.champions[f] for f in RIVALS if evidence.champions[f]]
    if evidence.data.task != "classification" or not raced:
        return None
    best = max(raced, key=lambda trials: evidence.score(trials).mean)
    rows, probabilities = held_out(best, evidence)
    if len(rows) < LEAST_ROWS:
        return None
    y, names = evidence.data.y[rows], evidence.data.row_names
    noise = label_noise(y, probabilities)
    accuracy = float((probabilities.argmax(axis=1) == y).mean())
    shown = rows + 1 if names is None else names[rows]
    return Doubt(noise, rows, tuple(label_findings(noise, accuracy, worth, shown)))
