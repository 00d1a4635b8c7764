"""What is to be predicted: the column, proposed when nobody named it, and the task."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deepstart.findings import Finding, UserError
from deepstart.need.readers._columns import Parsed
from deepstart.need.readers._folders import encode_labels
from deepstart.need.readers._notes import decided
from deepstart.words import first_of

#: Names that people give to what they want to predict.
SURE_NAMES = frozenset(
    {
        "target", "label", "labels", "class", "classes", "y", "outcome", "response", "result", "category",
        "diagnosis", "survived", "species", "sentiment", "churn", "spam", "fraud",
        "流失", "违约", "标签", "类别", "目标", "分类", "结果", "类", "情感",
    }
)  # fmt: skip
LIKELY_NAMES = frozenset(
    {
        "quality", "rating", "score", "grade", "value", "type", "status", "amount", "sales", "cost", "salary",
        "depth", "winner", "approved", "cured", "income", "price", "default",
        "评分", "等级", "销量", "类型", "状态", "得分", "金额", "价格", "收入",
    }
)  # fmt: skip

#: Whole numbers with at most this many different values, each often, are classes.
MOST_NUMBER_CLASSES, ROWS_A_NUMBER_CLASS = 20, 10


@dataclass
class Target:
    """What is predicted: the task, codes or numbers (NaN where missing), class names, and notes."""

    name: str
    task: str
    values: np.ndarray
    classes: list[str]
    notes: list[Finding]


def choose_target(columns: Sequence[Parsed], wanted: str | None, where: str) -> tuple[str, list[Finding]]:
    """The column to predict: the one asked for, or a proposal with its reason.

    Raises:
        UserError: no column is called so (with the nearest names), or none can be a target.
    """
    names = [p.column.name for p in columns]
    if wanted is not None:
        return _named(names, wanted, where), []
    able = [(i, p) for i, p in enumerate(columns) if _can_be_target(p)]
    _refuse_constant(columns, [p for _, p in able], where)
    if not able:
        raise UserError("readers.no-target", path=where, columns=names[:10])
    best = max(able, key=lambda ip: _likely(ip[0], ip[1], len(columns)))
    name = best[1].column.name
    reason = "name" if _name_score(name) else "last" if best[0] == len(columns) - 1 else "kind"
    others = [p.column.name for _, p in able if p.column.name != name]
    return name, [decided(f"target-proposed-by-{reason}", target=name, others=first_of(others) or "–")]


def _refuse_constant(columns: Sequence[Parsed], able: Sequence[Parsed], where: str) -> None:
    """A column called `label` that never changes was meant; another one would answer another question.

    Raises:
        UserError: there is such a column, and none that is called a target and can be one.
    """
    if any(_name_score(p.column.name) == 3 for p in able):
        return
    for p in columns:
        if p.drop == "constant-columns" and _name_score(p.column.name) == 3:
            filled = p.values[~np.isnan(p.values)]
            label = p.column.levels[int(filled[0])] if p.column.levels else f"{filled[0]:g}"
            raise UserError("readers.one-class", path=where, label=label, count=len(filled))


def _named(names: Sequence[str], wanted: str, where: str) -> str:
    if wanted in names:
        return wanted
    alike = [n for n in names if n.strip().lower() == wanted.strip().lower()]
    if len(alike) == 1:
        return alike[0]
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
    if near:
        raise UserError("readers.no-such-column-but", path=where, target=wanted, near=near)
    raise UserError("readers.no-such-column", path=where, target=wanted, columns=first_of(names, 10))


def _can_be_target(parsed: Parsed) -> bool:
    useful = parsed.drop in ("", "nearly-empty-columns")
    return useful and parsed.column.kind in ("number", "category", "boolean")


def _name_score(name: str) -> int:
    """From 3, it is called what targets are called, to 0, nothing in the name speaks for it."""
    plain = name.strip().lower()
    parts = re.split(r"[^a-z\u4e00-\u9fff]+", plain)
    if plain in SURE_NAMES:
        return 3
    if plain in LIKELY_NAMES or plain.startswith("是否") or any(p in SURE_NAMES for p in parts):
        return 2
    return int(any(p in LIKELY_NAMES for p in parts))


def _likely(position: int, parsed: Parsed, count: int) -> tuple:
    """What speaks for a column as the target, the strongest reason first."""
    edge = 2 if position == count - 1 else 1 if position == 0 else 0
    kind = parsed.column.kind != "number"
    return (_name_score(parsed.column.name), edge == 2, kind, edge, position)


def decide_task(parsed: Parsed, where: str) -> Target:
    """Classification or regression, with the reason in a note.

    Raises:
        UserError: nothing to learn: all missing, all equal, or all different.
    """
    name, kind, values = parsed.column.name, parsed.column.kind, parsed.values
    filled = ~np.isnan(values)
    if not filled.any():
        raise UserError("readers.target-empty", path=where, target=name)
    if kind == "number":
        whole = bool((values[filled] % 1 == 0).all())
        distinct = len(np.unique(values[filled]))
        if distinct == 1:
            raise UserError(
                "readers.one-class", path=where, label=f"{values[filled][0]:g}", count=len(values)
            )
        if not whole or distinct > min(MOST_NUMBER_CLASSES, max(filled.sum() / ROWS_A_NUMBER_CLASS, 2)):
            why = "whole" if whole else "fractions"
            found = decided(f"regression-{why}", target=name, distinct=distinct)
            return Target(name, "regression", values, [], [found])
        labels = [f"{v:.0f}" for v in values[filled]]
    elif kind == "date":
        found = decided("regression-date", target=name)
        return Target(name, "regression", values, [], [found])
    else:
        levels = parsed.column.levels
        labels = [levels[int(v)] for v in values[filled]]
    return _classes(name, kind, values, filled, labels, where)


def _classes(name, kind, values, filled, labels: list[str], where: str) -> Target:
    if kind == "text" and len(set(labels)) > 0.5 * len(labels):
        raise UserError(
            "readers.target-all-different", path=where, target=name, count=len(set(labels)), n=len(labels)
        )
    found, classes = encode_labels(labels, where)
    codes = np.full(len(values), np.nan)
    codes[filled] = found
    why = "numbers" if kind == "number" else "names"
    return Target(name, "classification", codes, classes, [classes_of(name, classes, why)])


def classes_of(name: str, classes: Sequence[str], why: str = "names") -> Finding:
    """The note that says why this is classification."""
    return decided(f"classification-{why}", target=name, classes=len(classes))
