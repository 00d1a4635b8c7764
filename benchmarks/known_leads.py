"""Does the race find a lead that is known? Fits are simulated, so that hundreds of races take minutes.

    python benchmarks/known_leads.py [--seeds 100] [--rows 600 3000] [--base 0.75 0.9] [--groups 8 20]

The race is `need.race.Race` itself, with its splits, its choosing, its rule for stopping and its
verdict; only the fits are drawn instead of trained. Each contender has a true accuracy at each size of
its sample (a curve; networks start lower and rise more steeply), each fit has luck of its own, and rows
that are hard are hard for all, so that errors of both sides go together as they do in practice. The true
lead is that of the best network over the best classical method on the whole training part.

With --groups the rows belong to so many groups (patients, speakers), and each method is better or worse
by chance in each of them; the true lead is that over all groups there might be.

A lead of no more than is worth it makes `classical_enough` right; a larger one `deep_worth_it`. Nothing
is right at exactly what is worth it: there each of the two claims is wrong half of the time at most.
"""

import argparse
from collections import Counter
from itertools import product

import numpy as np
from scipy.stats import norm

from deepstart.need.data import Column, Data, Schema
from deepstart.need.race import Race
from deepstart.need.trials import Trial
from deepstart.need.verdict import decide

WORTH = 0.01
LEADS = (-0.03, 0.0, 0.01, 0.03, 0.06)
#: Spread of the accuracy of one and the same method by the luck of a fit.
LUCK = 0.004
#: Parts of what makes a row hard: the row itself for everybody, and the row for one method.
SHARED, OWN = 0.6, 0.28
#: How much lower the others of a side are, in mean; and how steeply each side's curves rise.
BEHIND, RISE = 0.015, {"classical": (0.004, 0.008), "deep": (0.01, 0.02)}
#: Spread of a method's accuracy from group to group.
BY_GROUP = 0.08
#: Seconds that a simulated fit takes.
SECONDS = {"classical": 1.0, "deep": 6.0, "dummy": 0.1}


class Simulated:
    """Draws what a fit would predict. Stands for both workers of a race.

    Args:
        race: whose contenders get curves; the best of each side reaches `base`, and `base + lead`.
    """

    def __init__(self, race: Race, base: float, lead: float, rng: np.random.Generator):
        self.data, self.rng = race.data, rng
        self.whole = len(race.evidence.splits[0].train)
        self.hard = rng.normal(size=self.data.n)
        self.family = {c.name: c.family for c in race.evidence.contenders.values()}
        self.own = {name: rng.normal(size=self.data.n) for name in self.family}
        code = self.data.groups if self.data.groups is not None else np.zeros(self.data.n, int)
        spread = BY_GROUP * (self.data.groups is not None)
        self.by_group = {name: spread * rng.normal(size=code.max() + 1)[code] for name in self.family}
        self.best, self.rise = {}, {}
        for family, reached in (("classical", base), ("deep", base + lead)):
            names = [name for name, its in self.family.items() if its == family]
            behind = rng.exponential(BEHIND, len(names))
            behind[rng.integers(len(names))] = 0
            self.best |= dict(zip(names, reached - behind, strict=True))
            self.rise |= dict(zip(names, rng.uniform(*RISE[family], len(names)), strict=True))

    def start(self) -> None:
        pass

    stop = start

    def wait_until_ready(self, seconds: float) -> bool:
        return True

    def run(self, request, hard_limit: float) -> Trial:
        job, family = request.job, self.family[request.job.contender]
        accuracy = 0.5
        if family != "dummy":
            lost = self.rise[job.contender] * ((self.whole / job.n) ** 0.5 - 1)
            accuracy = self.best[job.contender] - lost + LUCK * self.rng.normal()
        drawn = self.rng.normal(size=self.data.n)
        ease = SHARED**0.5 * self.hard + OWN**0.5 * self.own[job.contender]
        ease += (1 - SHARED - OWN) ** 0.5 * drawn
        right = ease < norm.ppf(np.clip(accuracy + self.by_group[job.contender], 0.01, 0.999))
        said = np.eye(2)[np.where(right, self.data.y, 1 - self.data.y)]
        seconds = min(SECONDS[family] * (job.n / self.whole) ** 1.2, job.max_seconds)
        rows = request.validation_rows
        return Trial(
            job, "ok", seconds, fit_seconds=seconds, predict_ms_per_row=0.01, one_row_ms=1.0, peak_mib=100.0,
            ended_by="plan", validation=said[rows] if len(rows) else None, test=said[request.test_rows],
        )  # fmt: skip


def raced(base: float, lead: float, rows: int, seed: int, groups: int = 0) -> tuple[str, float, bool, int]:
    """One race: its verdict, P(deep better), whether its 95 % interval holds the lead, and its splits."""
    rng = np.random.default_rng([seed, rows, int(1000 * base), int(1000 * (lead + 1)), groups])
    schema = Schema(Column(f"c{i}", "number") for i in range(10))
    X, y = rng.normal(size=(rows, 10)), rng.integers(0, 2, rows)
    data = Data("drawn", "table", "classification", X, y, ["no", "yes"], schema, target="y")
    if groups:
        data.groups = rng.integers(0, groups, rows)
    race = Race(data, worth=WORTH, budget=600, seed=seed)
    race.workers = dict.fromkeys(race.workers, Simulated(race, base, lead, rng))
    evidence = race.run()
    verdict = decide(evidence, WORTH)
    low, high = verdict.lead.interval() if verdict.lead else (0.0, 0.0)
    odds = verdict.chances.deep if verdict.chances else 0.5
    return verdict.kind, odds, low <= lead <= high, len(evidence.champions["deep"])


def line(base: float, lead: float, rows: int, groups: int, races: list) -> str:
    """A line of the table."""
    kinds = Counter(kind for kind, *_ in races)
    deep, classical = (kinds[kind] / len(races) for kind in ("deep_worth_it", "classical_enough"))
    covered = np.mean([holds for _, _, holds, _ in races])
    splits = np.mean([splits for *_, splits in races])
    shares = " | ".join(f"{share:.0%}" for share in (deep, classical, 1 - deep - classical, covered))
    said = f"{rows} in {groups} groups" if groups else f"{rows}"
    return f"| {said} | {base:.2f} | {100 * lead:+.0f} | {shares} | {splits:.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--rows", type=int, nargs="*", default=[600, 3000])
    parser.add_argument("--base", type=float, nargs="*", default=[0.75, 0.9])
    parser.add_argument("--groups", type=int, nargs="*", default=[0])
    options = parser.parse_args()
    print(
        "| rows | best classical | true lead | deep_worth_it | classical_enough | open "
        "| interval holds | splits |"
    )
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for rows, groups, base, lead in product(options.rows, options.groups, options.base, LEADS):
        races = [raced(base, lead, rows, seed, groups) for seed in range(options.seeds)]
        print(line(base, lead, rows, groups, races), flush=True)


if __name__ == "__main__":
    main()
