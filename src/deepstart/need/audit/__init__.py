"""The audit before the race: what in the data would make a score lie.

Each check is one file that registers itself. It looks at the data, changes nothing, and yields what it
has seen: findings, and, where a safe split follows, duplicates, groups or an order for the rows.

    @check(after="duplicates")
    def constant_columns(data, wish):
        \"\"\"Does every column say something?\"\"\"
        ...
        yield finding("constant-columns", "warn", names=...)
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import numpy as np

from deepstart.findings import Fact, Finding
from deepstart.need.data import Data
from deepstart.words import first_of


@dataclass(frozen=True)
class Wish:
    """What the person asked for.

    Args:
        group: column, or regular expression over row names, whose equal values stay on one side.
        time: column to split forward by.
        seed: of every random choice.
    """

    group: str | None = None
    time: str | None = None
    seed: int = 0


@dataclass(frozen=True)
class Binding:
    """What a check found out about the rows: one of `duplicates`, `groups`, `order`, as in Data."""

    field: str
    values: np.ndarray


Look = Callable[[Data, Wish], Iterator[Finding | Binding]]


@dataclass(frozen=True)
class Check:
    """One question about the data: its docstring."""

    name: str
    after: tuple[str, ...]
    look: Look


_registered: dict[str, Check] = {}


def check(after: str = ""):
    """Register the decorated function as a check that runs after the ones named (by commas)."""

    def register(look: Look) -> Look:
        name = look.__name__
        _registered[name] = Check(name, tuple(after.split(",")) if after else (), look)
        return look

    return register


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check, each after those it waits for."""
    for module in iter_modules(__path__, __name__ + "."):
        if not module.name.rpartition(".")[2].startswith("_"):
            import_module(module.name)
    left, done = dict(sorted(_registered.items())), []
    while left:
        ready = next(c for c in left.values() if not set(c.after) & left.keys())
        done.append(left.pop(ready.name))
    return tuple(done)


def audit(data: Data, wish: Wish = Wish()) -> tuple[list[Finding], Data]:
    """Everything that would make a score lie, and the data with what keeps a split safe filled in.

    Returns:
        findings, and `data` with `duplicates`, `groups` and `order` where they were found.

    Raises:
        UserError: the group or time that was wished for is not in the data.
    """
    findings: list[Finding] = []
    for one in all_checks():
        for seen in one.look(data, wish):
            if isinstance(seen, Binding):
                filled: dict[str, Any] = {seen.field: seen.values}
                data = replace(data, **filled)
            else:
                findings.append(seen)
    return sorted(findings, key=lambda f: ("fail", "warn", "pass").index(f.status)), data


def finding(id: str, status: str, facts: tuple[Fact, ...] = (), **values) -> Finding:
    """A finding whose words stand in the area `audit`."""
    return Finding(id, status, "audit", values, layer="data", facts=facts)


def names_of(data: Data, rows) -> list[str]:
    """The first names of these rows, with dots when there are more."""
    names = np.arange(data.n) + 1 if data.row_names is None else data.row_names
    return first_of(names[rows])
