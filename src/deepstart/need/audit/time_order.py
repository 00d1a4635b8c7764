"""Time: a model that is tested on rows older than those it learned from has seen the future."""

import re

import numpy as np

from deepstart.findings import Fact, Finding, UserError
from deepstart.need.audit import Binding, check, finding
from deepstart.need.audit._quick import ROWS, deviation, fold_scores, quick_features
from deepstart.need.data import Data
from deepstart.need.splits import came_split, windows_of_time

#: Numbers that are a time are called exactly so: "day minutes" or "time in hospital" are none.
TIME_NAMES = {"date", "datetime", "timestamp", "year", "日期", "时间", "时间戳", "年份"}
#: Dates that belong to the thing and not to the row.
NOT_TIME = re.compile(r"birth|born|dob|出生|生日", re.I)
FEWEST_ROWS, FEWEST_TIMES = 100, 20
#: A drop counts from this many points on, and from this many deviations of the made-up orders.
LEAST_DROP, DEVIATIONS, MADE_UP = 0.05, 4.0, 5


@check(after="groups")
def time_order(data, wish):
    """Do the rows have an order in time that a split must follow?"""
    if wish.time:
        order = wished(data, wish.time)
        _refuse_coarse(data, wish.time, order)
        yield Binding("order", order)
        yield finding("time-wished", "pass", name=wish.time)
        return
    if data.order is not None:
        _refuse_coarse(data, "order", data.order)
    # Groups that were asked for are held out whole, which an order that was only found would prevent.
    if data.order is not None or data.n < FEWEST_ROWS or wish.group:
        return
    looked_at = None
    for name, order in _columns(data):
        forward, mixed, spread = scores(data, order, wish.seed)
        if mixed - forward <= max(LEAST_DROP, DEVIATIONS * spread):
            looked_at = looked_at or _no_drop(name, forward, mixed, spread)
            continue
        yield Binding("order", order)
        yield finding(
            "time-order", "warn", name=name, mixed=f"{100 * mixed:.0f}", forward=f"{100 * forward:.0f}",
            facts=(Fact("quick score, random split", round(mixed, 4), "audit"),
                   Fact("quick score, last fifth after the others", round(forward, 4), "audit")),
        )  # fmt: skip
        return
    if looked_at:
        yield looked_at


def _no_drop(name: str, forward: float, mixed: float, spread: float) -> Finding:
    """That a time makes no difference, where the scores can tell that; else that they cannot."""
    if mixed - forward + spread > LEAST_DROP or forward <= 0:
        return finding("time-untold", "pass", name=name)
    return finding(
        "time-harmless", "pass", name=name, mixed=f"{100 * mixed:.0f}", forward=f"{100 * forward:.0f}"
    )


def wished(data: Data, name: str) -> np.ndarray:
    """The values of the column that was wished for; rows without one come first.

    Raises:
        UserError: there is no such column, or it has no order.
    """
    for column, values in data.named_columns():
        if column.name == name:
            if column.kind in ("date", "number"):
                return np.nan_to_num(values, nan=-np.inf)
            raise UserError("audit.time-without-order", name=name, kind=column.kind)
    columns = [c.name for c, _ in data.named_columns()] or "–"
    raise UserError("audit.no-such-time", name=name, columns=columns)


def _refuse_coarse(data: Data, name: str, order: np.ndarray) -> None:
    if not came_split(data) and not windows_of_time(order):
        _, counts = np.unique(order, return_counts=True)
        share = f"{100 * counts.max() / len(order):.0f}"
        raise UserError("audit.time-too-coarse", name=name, count=len(counts), share=share)


def _columns(data: Data):
    """Dates first, then numbers that are called like a time."""
    named = [i for i, c in enumerate(data.schema) if c.kind == "number" and c.name.lower() in TIME_NAMES]
    for i in [*data.schema.of_kind("date"), *named] if len(data.schema) else []:
        values, name = data.X[:, i], data.schema[i].name
        told = not np.isnan(values).any() and len(np.unique(values)) >= FEWEST_TIMES
        told = told and bool(windows_of_time(values))
        if told and not NOT_TIME.search(name):
            yield name, values


def scores(data: Data, order: np.ndarray, seed: int) -> tuple[float, float, float]:
    """Quick score on the last fifth learned from the rest; mean and deviation over random fifths."""
    rng = np.random.default_rng(seed)
    keep = np.sort(rng.permutation(data.n)[:ROWS])
    picked = data.rows(keep)
    X, latest = quick_features(picked), np.argsort(order[keep], kind="stable")[-len(keep) // 5 :]

    def score(test):
        fold = np.full(len(keep), -1)
        fold[test] = 0
        return fold_scores(X, picked.y, fold, data.task, seed)

    mixed = [score(rng.permutation(len(keep))[: len(latest)]) for _ in range(MADE_UP)]
    return score(latest), float(np.mean(mixed)), deviation(mixed, len(latest))
