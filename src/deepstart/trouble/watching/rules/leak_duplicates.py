"""Rows for validation that are in the training data too."""

import sys

from . import Rule, rule

FEATURES = 8  # shorter rows coincide by chance
TRAINING_BYTES = 200_000_000
VALIDATION_ROWS = 5000
SHARE = 0.01


@rule
class LeakDuplicates(Rule):
    id = "leak-duplicates"

    def before(self):
        x, (validation, _) = self.data.x, self.data.validation
        if x is None or validation is None or x.shape[1:] != validation.shape[1:]:
            return
        if validation.base is not None and validation.base is x:  # validation_split: its rows are in x
            x = x[: len(x) - len(validation)]
        row = x[:1].nbytes
        if not row or x[:1].size < FEATURES or x.dtype != validation.dtype:
            return
        seen = {hash(r) for r in rows(x[: max(1, TRAINING_BYTES // row)])}
        looked_at = validation[:: max(1, len(validation) // VALIDATION_ROWS)][:VALIDATION_ROWS]
        count = sum(hash(r) in seen for r in rows(looked_at) if varied(r, x.dtype))
        if count >= max(3, SHARE * len(looked_at)):
            self.say(count=count, n=len(looked_at))


def rows(array):
    return (row.tobytes() for row in array)


def varied(row, dtype):
    """Whether a row is more than one number repeated, as an empty picture is."""
    return len(set(sys.modules["numpy"].frombuffer(row, dtype)[:4096])) > 4
