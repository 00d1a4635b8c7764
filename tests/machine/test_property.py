"""Whatever is deleted or garbled in a snapshot: an answer, no exception, and no pass without facts."""

# ruff: noqa: E501 - tables of real values

import copy
import random

from deepstart.machine import diagnose, load_snapshot
from deepstart.machine.checks import all_checks
from deepstart.machine.facts import Facts
from tests.machines import make

GARBAGE = (
    None, 0, -1, True, 3.7, float("nan"), "", "banana", "\ufffd\x00", "999999999999999999999.1", [], ["x"], [None], {},
    {"x": 1}, [[]], {"value": 1}, "9" * 500, {"gpus": "x"}, [{"name": 1}],
)  # fmt: skip


def garble(value, rng):
    """The value with something in it replaced, removed or doubled."""
    if rng.random() < 0.4 or not isinstance(value, (dict, list)) or not value:
        return rng.choice(GARBAGE)
    if isinstance(value, dict):
        name = rng.choice(sorted(value))
        return {**value, name: garble(value[name], rng)}
    place = rng.randrange(len(value))
    return [*value[:place], garble(value[place], rng), *value[place:]]


def damaged(snapshot, rng):
    """A copy of the facts with some deleted, some garbled, some turned into errors."""
    facts = dict(snapshot["facts"])
    for name in rng.sample(sorted(facts), rng.randint(1, 8)):
        kind = rng.random()
        if kind < 0.35:
            del facts[name]
        elif kind < 0.5:
            facts[name] = {"error": rng.choice(("timeout", "denied", "absent", "nonsense", 3))}
        elif kind < 0.6:
            facts[name] = rng.choice(GARBAGE)
        else:
            facts[name] = garble(copy.deepcopy(facts[name]), rng)
    return {"facts": facts}


def test_ten_thousand_damaged_snapshots_never_raise_and_never_pass_without_facts():
    rng = random.Random(7)
    machines = [load_snapshot(str(path)) for path in sorted(make.SNAPSHOTS.glob("*.json"))]
    needs = {check.id: check.needs for check in all_checks()}
    for _ in range(10_000):
        snapshot = damaged(rng.choice(machines), rng)
        facts = Facts(snapshot)
        for finding in diagnose(snapshot):
            if finding.status == "pass":
                assert all(facts.problem(name) is None for name in needs[finding.id]), finding.id
            assert finding.values.get("reason") != "crash", finding


def test_things_that_are_no_snapshot_get_an_answer():
    for thing in (*GARBAGE, {"facts": []}, {"facts": {"os.system": 5}}):
        assert diagnose(thing)
