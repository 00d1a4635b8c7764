"""What every reader hands on and every contender gets: rows, labels and what is known of them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from deepstart.findings import Finding

MODALITIES = ("image", "table", "text", "audio", "series")
TASKS = ("classification", "regression")
COLUMN_KINDS = ("number", "category", "boolean", "date", "text")


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Args:
        name: as in the file.
        kind: one of COLUMN_KINDS. A date is stored as seconds since 1970.
        levels: for `category`, `boolean` and `text`: what the codes 0, 1, 2 ... in the table stand for.
    """

    name: str
    kind: str
    levels: tuple[str, ...] = ()


class Schema(tuple):
    """The columns of a table, in order. Never copied: scikit-learn's `clone` copies parameters deeply."""

    def __deepcopy__(self, memo):
        return self

    def of_kind(self, *kinds: str) -> list[int]:
        """Positions of the columns of these kinds."""
        return [i for i, column in enumerate(self) if column.kind in kinds]


@dataclass
class Data:
    """A person's data, ready to race on.

    Args:
        name: what the person called it: a path or the name of a set.
        modality: one of MODALITIES.
        task: one of TASKS.
        X: the rows. image: uint8, shape (n, height, width, channels), channels 1 or 3.
            table: float64, shape (n, columns), NaN where missing; categories, booleans and texts as
            codes into their column's levels. text: object array of str, shape (n,).
        y: classification: int codes into `classes`, shape (n,); regression: float64, shape (n,).
        classes: names of the classes, in the order of the codes; empty for regression.
        schema: the columns of a table; empty otherwise.
        target: name of what is predicted (a column, or the words for "folder name").
        row_names: how a person finds a row again (file name, row number), shape (n,).
        part: the split that came with the data: 0 train, 1 validation, 2 test a row; None: no split given.
        groups: code of the group (patient, speaker) of each row; None: no groups.
        order: time of each row, to be split in that order; None: no order.
        duplicates: code of the cluster of near-identical rows of each row; None: no duplicates known.
        languages: of texts: share of rows by script, for example {"han": 0.9, "latin": 0.1}.
        beside: columns that are not learned from, with their values: of texts those that say groups or time,
            of tables those that name each row.
        notes: findings made while reading.
        origin: options that reproduce this reading, for the file of trials and the exported project.
    """

    name: str
    modality: str
    task: str
    X: np.ndarray
    y: np.ndarray
    classes: list[str] = field(default_factory=list)
    schema: Schema = Schema()
    target: str = ""
    row_names: np.ndarray | None = None
    part: np.ndarray | None = None
    groups: np.ndarray | None = None
    order: np.ndarray | None = None
    duplicates: np.ndarray | None = None
    languages: dict[str, float] = field(default_factory=dict)
    beside: list[tuple[Column, np.ndarray]] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    origin: dict[str, Any] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.y)

    @property
    def class_counts(self) -> np.ndarray:
        """Rows of each class, in the order of `classes`."""
        return np.bincount(self.y, minlength=len(self.classes))

    def named_columns(self) -> list[tuple[Column, np.ndarray]]:
        """All columns, learned from or not, with their values."""
        return [*((column, self.X[:, i]) for i, column in enumerate(self.schema)), *self.beside]

    def rows(self, indices: np.ndarray) -> "Data":
        """The same data with only these rows, in this order."""
        from dataclasses import replace

        def pick(values):
            return None if values is None else values[indices]

        return replace(
            self, X=self.X[indices], y=self.y[indices], row_names=pick(self.row_names), part=pick(self.part),
            groups=pick(self.groups), order=pick(self.order), duplicates=pick(self.duplicates),
            beside=[(column, values[indices]) for column, values in self.beside],
        )  # fmt: skip
