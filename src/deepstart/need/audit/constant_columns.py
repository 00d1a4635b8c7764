"""Columns in which every row says the same."""

import numpy as np

from deepstart.need.audit import check, finding
from deepstart.words import first_of


@check()
def constant_columns(data, wish):
    """Does every column differ between rows?"""
    if data.modality != "table" or not len(data.schema):
        return
    constant = [column.name for i, column in enumerate(data.schema) if _says_nothing(data.X[:, i])]
    if constant:
        yield finding("constant-columns", "pass", count=len(constant), names=first_of(constant))


def _says_nothing(column: np.ndarray) -> bool:
    """All equal, or all missing; a column that is only partly missing says at least that."""
    missing = np.isnan(column)
    return bool(missing.all() or (not missing.any() and (column == column[0]).all()))
