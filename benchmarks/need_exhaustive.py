"""Does the race find what trying everything finds, and in which part of the time?

    python benchmarks/need_exhaustive.py [--sources iris wine breast_cancer digits] [--splits 5]

For each source: first the race, then all contenders on all samples of the learning curve and on the
whole training part of all splits, none dropped and none stopped early, each fit with the seconds that
it may have in the race. Both verdicts are read by the same rule. Prints them with the seconds and
their ratio.
"""

import argparse
import time

from deepstart.need import without_giveaways
from deepstart.need.audit import Wish, audit
from deepstart.need.evidence import RIVALS
from deepstart.need.race import CURVE_PARTS, Race
from deepstart.need.readers import read
from deepstart.need.verdict import decide

ENDLESS = 1e6


class Exhaustive(Race):
    """A race in which nobody drops out and nothing ends it but the last split."""

    def __init__(self, *arguments, fit_seconds: float, **options):
        self._fit_seconds = fit_seconds
        super().__init__(*arguments, budget=ENDLESS, **options)

    @property
    def fit_seconds(self) -> float:
        return self._fit_seconds

    def choose(self, family, split, entrants, seconds):
        """All contenders on all samples; the order is that of the largest."""
        scored = []
        sizes = self.rungs(split)
        for contender in self.entered(family):
            for n in sizes:
                trial = self.trial(contender, split, n, final=False, seconds=self.fit_seconds)
            if trial.ok:
                scored.append((self.evidence.validation_score(trial)[0], contender))
        ranked = sorted(scored, key=lambda pair: -pair[0])
        return [contender for _, contender in ranked]

    def _clear(self) -> bool:
        return False

    def _price_of_split(self, racing) -> float:
        return 0.0

    def _draw_curves(self) -> None:
        for split in self.evidence.splits:
            for contender in [c for family in RIVALS for c in self.entered(family)]:
                for part in CURVE_PARTS:
                    n = int(len(split.train) * part)
                    self.trial(contender, split, n, final=False, seconds=self.fit_seconds)
                self.trial(contender, split, len(split.train), final=True, seconds=self.fit_seconds)


def prepared(source: str):
    """The data as `need` races them."""
    data = read(source)
    noticed, data = audit(data, Wish(None, None, 0))
    return without_giveaways(data, noticed)


def timed(race: Race) -> tuple[str, float, float, float]:
    """Verdict, mean lead, probability that deep is worth it, and seconds."""
    started = time.monotonic()
    verdict = decide(race.run(), race.worth)
    lead, odds = verdict.lead, verdict.chances
    return (
        verdict.kind,
        lead.mean if lead else float("nan"),
        odds.deep if odds else float("nan"),
        time.monotonic() - started,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sources", nargs="*", default=["iris", "wine", "breast_cancer", "digits"])
    parser.add_argument("--splits", type=int, default=5)
    options = parser.parse_args()
    print("| source | race | lead, P, seconds | everything | lead, P, seconds | part of the time |")
    print("|---|---|---|---|---|---|", flush=True)
    for source in options.sources:
        data = prepared(source)
        race = Race(data, worth=0.01, budget=600.0)
        allowed = race.fit_seconds
        quick = timed(race)
        whole = timed(Exhaustive(data, worth=0.01, most_splits=options.splits, fit_seconds=allowed))
        cells = [f"{kind} | {lead:+.4f}, {p:.3f}, {s:.0f} s" for kind, lead, p, s in (quick, whole)]
        print(f"| {source} | {cells[0]} | {cells[1]} | {quick[3] / whole[3]:.3f} |", flush=True)


if __name__ == "__main__":
    main()
