"""What stands before a verdict: whether the rows are enough for any answer."""

import numpy as np
import pytest

from deepstart.need.data import Data
from deepstart.need.evidence import Evidence
from deepstart.need.metrics import choose_metric
from deepstart.need.trials import TrialStore
from deepstart.need.verdict import scarce


def evidence_on(*counts):
    """No trials yet, on classes of these sizes."""
    y = np.repeat(np.arange(len(counts)), counts)
    classes = [f"class {k}" for k in range(len(counts))]
    data = Data("d", "table", "classification", np.zeros((len(y), 1)), y, classes)
    return Evidence(data, choose_metric(data), [], TrialStore(None), {})


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((5000, 30), True),  # AUROC stands and falls with the thirty
        ((4000, 4000, 30), False),  # accuracy: thirty of 8,030 rows move it by 0.4 points at most
        ((40, 40, 40), True),
        ((60, 60, 60), False),
        ((900, 120, 60), False),
    ],
)
def test_rows_are_scarce_where_the_score_hangs_on_fewer_than_fifty(counts, expected):
    assert scarce(evidence_on(*counts)) is expected
