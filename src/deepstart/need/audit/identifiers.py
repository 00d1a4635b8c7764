"""Columns that number or name the rows: they cannot help with new rows, and can leak the file's order."""

import re

import numpy as np

from deepstart.need.audit import check, finding
from deepstart.need.data import Column, Data
from deepstart.words import first_of

#: Words by which people name an identifier.
ID_WORDS = re.compile(
    r"(?:^|_|\b)(id|ids|uuid|guid|index|idx|row|rownum|number|no|nr|key|编号|序号|学号|工号)(?:$|_|\b)", re.I
)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
#: Share of rows that have a value of their own from which on a column is an identifier.
UNIQUE = 0.95
FEWEST_ROWS = 30


@check()
def identifiers(data, wish):
    """Does no column merely number or name the rows?"""
    if data.modality != "table" or data.n < FEWEST_ROWS:
        return
    found = [c.name for i, c in enumerate(data.schema) if is_identifier(data, i, c)]
    if found:
        yield finding("identifiers", "warn", count=len(found), names=first_of(found))


def named_like_id(name: str) -> bool:
    """Whether a column's name says that it is an identifier, such as `PassengerId` or `order_no`."""
    return bool(ID_WORDS.search(CAMEL.sub("_", name)))


def is_identifier(data: Data, at: int, column: Column) -> bool:
    """Whether nearly every row has a value of its own that is a number of the row or a name."""
    values = data.X[:, at]
    known = values[~np.isnan(values)]
    if len(known) < FEWEST_ROWS or len(np.unique(known)) < UNIQUE * len(known):
        return False
    if column.kind == "category":
        return True
    if column.kind != "number" or (known != np.round(known)).any():
        return False
    # A plain count such as a price in cents is unique too; only names and unbroken numbering tell.
    unbroken = np.ptp(known) < 1.05 * len(known)
    return unbroken or named_like_id(column.name)
