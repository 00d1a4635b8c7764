"""Does the race reach the verdict of the exhaustive race, and in what part of its time? Nothing is trained.

    python benchmarks/race_replay.py [--power 1.3] [--seeds 3] [--like-product]

The curves of LCDB 1.1 are the trials: a fit of a learner on n rows of a data set scores what LCDB measured
there, with noise of the size that LCDB's standard error says, drawn apart for each split and learner (pairing
would make it less). The race is `need.race.Race` itself: only its trials are looked up instead of run. The
exhaustive race fits every learner at every size on every split; its families choose by validation at full
size, and all its splits count. The race sees a part of the same draws. How much of a change is chance alone
is told by a second exhaustive race, whose noise is drawn anew.

Stated, since LCDB's curves carry no seconds: a fit takes SECONDS at 1,000 rows, and grows as n to `power`
(kernel machines one more, as their matrix does). No fit is cut short, and there is no budget. TabPFN is left
out: it is pre-trained, and was not run on larger samples.
"""

import argparse
import math
from collections import Counter
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import numpy as np
from lcdb import Lcdb, lcdb
from scipy.linalg import hadamard

from deepstart.need.contenders import Contender
from deepstart.need.evidence import Evidence
from deepstart.need.metrics import METRICS
from deepstart.need.price.ladder import verdict_of
from deepstart.need.race import CURVE_PARTS, Race
from deepstart.need.splits import Split
from deepstart.need.trials import Job, Trial, TrialStore

#: Seconds of a fit on 1,000 rows, in rough proportion of what such methods take on one core.
SECONDS = {
    "SVM_Linear": 0.1, "SVM_Poly": 0.1, "SVM_RBF": 0.1, "SVM_Sigmoid": 0.1, "Decision Tree": 0.02,
    "ExtraTree": 0.01, "LogisticRegression": 0.1, "PassiveAggressive": 0.02, "Perceptron": 0.02,
    "RidgeClassifier": 0.02, "SGDClassifier": 0.02, "LDA": 0.02, "QDA": 0.02, "BernoulliNB": 0.01,
    "MultinomialNB": 0.01, "ComplementNB": 0.01, "GaussianNB": 0.01, "KNN": 0.02, "NearestCentroid": 0.01,
    "ens.ExtraTrees": 0.3, "ens.RandomForest": 0.4, "ens.GradientBoosting": 1.0, "DummyClassifier": 0.01,
    "CatBoost": 3.0, "MLP": 2.0, "TabNet": 15.0, "RealMLP": 8.0,
}  # fmt: skip
DEEP = ("MLP", "TabNet", "RealMLP")
WEAK = ("NearestCentroid", "GaussianNB", "Decision Tree")
KERNEL = ("SVM_Poly", "SVM_RBF", "SVM_Sigmoid")
#: LCDB's standard errors are of 25 repeats; its test sets are a tenth of the rows.
REPEATS, TEST_SHARE = 25, 0.1
SPLITS = 10
WORTH = 0.01
#: The learners of the kind that the product enters for tables.
LIKE_PRODUCT = (
    "SVM_RBF", "LogisticRegression", "LDA", "KNN", "GaussianNB", "ens.ExtraTrees", "ens.RandomForest",
    "ens.GradientBoosting", "DummyClassifier", "CatBoost", "MLP", "TabNet", "RealMLP",
)  # fmt: skip
#: Orthogonal influences of the rows, one a learner: the variance of a difference is the sum of both.
SIGNS = hadamard(256)
VALIDATION, TEST = 1, 2


class Measured:
    """All trials of the exhaustive race on one data set: scores with noise, and seconds."""

    def __init__(self, source: Lcdb, data_set: str, power: float, seed: int, entered=tuple(SECONDS)):
        errors = source.errors[data_set]
        learners = [source.learners.index(name) for name in entered]
        known = np.isfinite(errors[learners][:, 0, :, 1:]).all(axis=2)
        has_deep = known[[name in DEEP for name in entered]].any(axis=0)
        full = np.flatnonzero(has_deep & (known.sum(axis=0) > len(DEEP) + 2))[-1]
        self.names = [name for name, row in zip(entered, known, strict=True) if row[full]]
        rows = [source.learners.index(name) for name in self.names]
        self.anchors = source.anchors[: full + 1]
        self.known = known[[entered.index(name) for name in self.names], : full + 1]
        self.mean = 1 - errors[rows, 0, : full + 1]  # (learner, anchor, part)
        self.deviation = np.maximum(errors[rows, 1, : full + 1], 1e-4) * math.sqrt(REPEATS)
        self.score = self.mean + self._noise(np.random.default_rng([seed, int(data_set)]))
        grows = np.array([power + (name in KERNEL) for name in self.names])
        at_1000 = np.array([SECONDS[name] for name in self.names])
        self.seconds = at_1000[:, None] * (self.anchors / 1000) ** grows[:, None]  # (learner, anchor)

    def _noise(self, rng: np.random.Generator) -> np.ndarray:
        """Of the size that LCDB measured; shape (split, learner, anchor, part).

        What the choice of rows to validate or test on explains is drawn apart for each part; the rest is
        the luck of training, and the same fit has it on both.
        """
        rows = TEST_SHARE * self.rows / (1 - TEST_SHARE) ** 2
        sampling = np.minimum(np.sqrt(self.mean * (1 - self.mean) / rows), self.deviation)
        luck = np.sqrt(self.deviation**2 - sampling**2)
        own = rng.standard_normal((SPLITS, *self.mean.shape))
        shared = rng.standard_normal((SPLITS, *self.mean.shape[:2], 1))
        return sampling * own + luck * shared

    def lead(self) -> float:
        """Without noise: the best network's mean score at full size minus the best classical one's."""
        score = np.where(self.known[:, -1], self.mean[:, -1, TEST], -np.inf)
        deep = np.array([family(name) == "deep" for name in self.names])
        return float(score[deep].max() - score[~deep].max())

    @property
    def rows(self) -> int:
        """Rows of the whole training part."""
        return int(self.anchors[-1])

    def at(self, name: str, n: int) -> tuple[int, int]:
        """Place of a learner, and of its largest known size of at most `n` rows."""
        learner = self.names.index(name)
        sizes = np.flatnonzero(self.known[learner] & (self.anchors <= n))
        return learner, int(sizes[-1]) if len(sizes) else int(np.flatnonzero(self.known[learner])[0])

    def scored(self, job: Job, part: int) -> tuple[float, np.ndarray]:
        """Score of a fit on validation or test rows, and influences of the rows that give its variance."""
        learner, size = self.at(job.contender, job.n)
        influence = SIGNS[learner + 1] * self.deviation[learner, size, part] * math.sqrt(len(SIGNS))
        return float(self.score[job.split, learner, size, part]), influence

    def exhaustive_seconds(self, parts: tuple[float, ...] | None = None) -> float:
        """Seconds of all learners on all splits, at all anchors or at these parts of the rows."""
        if parts is None:
            return SPLITS * float((self.seconds * self.known).sum())
        sizes = [self.at(name, int(self.rows * part)) for name in self.names for part in parts]
        return SPLITS * float(sum(self.seconds[place] for place in sizes))


class ReplayedEvidence(Evidence):
    """Evidence whose scores are looked up."""

    measured: Measured
    test_share = TEST_SHARE  # type: ignore[assignment]
    same_test = False  # type: ignore[assignment]

    def test_score(self, trial: Trial) -> tuple[float, np.ndarray]:
        return self.measured.scored(trial.job, TEST)

    def validation_score(self, trial: Trial) -> tuple[float, np.ndarray]:
        return self.measured.scored(trial.job, VALIDATION)


class Replay(Race):
    """The race over measured curves.

    Args:
        halving: choose on growing samples; else all learners at full size, on every split.
        stops: end when the answer is clear; else run all splits.
    """

    def __init__(self, measured: Measured, *, halving: bool = True, stops: bool = True):
        self.measured, self.halving, self.stops = measured, halving, stops
        n = measured.rows
        data = SimpleNamespace(
            n=n,
            X=SimpleNamespace(size=20 * n),
            modality="table",
            task="classification",
            classes=("a", "b"),
            class_counts=np.array([n // 2, n - n // 2]),
            groups=None,
            duplicates=None,
        )
        self.data, self.worth, self.budget, self.seed = cast(Any, data), WORTH, math.inf, 0
        self._seen: dict[str, Trial] = {}
        self.used, self.tell = 0.0, lambda event: None
        rows = cast(Any, range(n))
        splits: list[Split] = [
            WholeSplit(k, rows, cast(Any, range(0)), cast(Any, range(0))) for k in range(SPLITS)
        ]
        entered = {name: Contender(name, family(name), "table", strength(name), make=_none, source="LCDB 1.1")
                   for name in measured.names}  # fmt: skip
        self.evidence = ReplayedEvidence(self.data, METRICS["accuracy"], splits, TrialStore(None), entered)
        self.evidence.measured = measured

    @property
    def spent(self) -> float:
        return self.used

    def trial(self, contender, split, n, *, final, seconds, times=0):
        job = Job(contender.name, split.number, n, final, None, times or 1)
        if job.key not in self._seen:
            cost = float(self.measured.seconds[self.measured.at(contender.name, n)])
            self._seen[job.key] = Trial(job, "ok", cost, fit_seconds=cost)
            self.used += cost
        return self._seen[job.key]

    def choose(self, family, split, entrants, seconds):
        if self.halving:
            return super().choose(family, split, entrants, seconds)
        scored = self._rung(split, self.entered(family), len(split.inner), math.inf)
        return [contender for contender, _, _ in sorted(scored, key=lambda s: -s[1])]

    def _clear(self) -> bool:
        return self.stops and super()._clear()


class WholeSplit(Split):
    """LCDB fits on all of its training part, also when it chooses."""

    @property
    def train(self):
        return self.inner


def _none(setting):
    raise NotImplementedError("the curves are the trials")


def family(name: str) -> str:
    """Of a learner."""
    return "dummy" if name == "DummyClassifier" else "deep" if name in DEEP else "classical"


def strength(name: str) -> str:
    """Rung on the ladder."""
    return "weak" if name in WEAK else "strong" if name in ("CatBoost", "RealMLP") else "ordinary"


def verdict(race: Replay) -> str:
    """As the product words it; `unclear` holds `more_data`."""
    evidence = race.evidence
    if evidence.lead() is None:
        return "none"
    return verdict_of(evidence.chances(evidence.champions["deep"], evidence.champions["classical"], WORTH))


def replay(measured: Measured, **rules) -> tuple[str, float, float, Replay]:
    """Verdict, seconds to it, and seconds with the learning curves of both champions."""
    race = Replay(measured, **rules)
    race._run_splits()
    told, to_verdict = verdict(race), race.used
    race._draw_curves()
    return told, to_verdict, race.used, race


#: The exhaustive race once more, on other draws.
ANEW = "the exhaustive race, drawn anew"
VARIANTS: dict[str, dict[str, bool]] = {
    "the race": {},
    "never stops early": {"stops": False},
    "chooses at full size": {"halving": False},
}


class Compared(NamedTuple):
    """One race beside the exhaustive one, on the same draws of one data set.

    Args:
        exhaustive, again: verdicts of the exhaustive race, on these draws and on others.
        told: verdict of this race.
        to_verdict, with_curves: its seconds, without and with the learning curves of both champions.
        everything, own_sizes: seconds of all learners on all splits, at all anchors, and at the race's sizes.
        splits: that it took.
        lead: of the best network, without noise.
    """

    exhaustive: str
    again: str
    told: str
    to_verdict: float
    with_curves: float
    everything: float
    own_sizes: float
    splits: int
    lead: float


def sure_and_right(verdict: str, lead: float) -> bool | None:
    """Whether a verdict is right for a lead that is known; None for one that is not sure."""
    if verdict not in ("deep_worth_it", "classical_enough"):
        return None
    return (verdict == "deep_worth_it") == (lead > WORTH)


def report(name: str, rows: list[Compared]) -> None:
    """One line of the table."""
    steady = [r for r in rows if r.exhaustive == r.again]
    opposite = [r for r in rows if r.told != r.exhaustive and "unclear" not in (r.told, r.exhaustive)]
    cells = [
        np.mean([r.told != r.exhaustive for r in rows]),
        np.mean([r.told != r.exhaustive for r in steady]),
        len(opposite) / len(rows),
        *(
            np.mean([sure_and_right(verdict, r.lead) is answer for r, verdict in verdicts])
            for answer in (True, False)
            for verdicts in ([(r, r.told) for r in rows], [(r, r.exhaustive) for r in rows])
        ),
        sum(r.to_verdict for r in rows) / sum(r.everything for r in rows),
        np.median([r.to_verdict / r.everything for r in rows]),
        np.median([r.with_curves / r.everything for r in rows]),
        np.median([r.to_verdict / r.own_sizes for r in rows]),
    ]
    shares = " | ".join(f"{cell:.1%}" for cell in cells)
    print(f"| {name} | {shares} | {np.mean([r.splits for r in rows]):.1f} |")


TITLES = (
    "rules", "verdicts changed", "where both exhaustive races agree", "into the opposite",
    "sure and right by the means", "exhaustive race", "sure and wrong", "exhaustive race",
    "time, all data sets", "median data set", "with curves", "of the race's own sizes", "splits",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--power", type=float, default=1.3, help="a fit's seconds grow as n to this")
    parser.add_argument("--seeds", type=int, default=3, help="draws of the noise")
    parser.add_argument("--like-product", action="store_true", help="only learners like the product's")
    options = parser.parse_args()
    entered = LIKE_PRODUCT if options.like_product else tuple(SECONDS)
    source = lcdb()
    found: dict[str, list[Compared]] = {name: [] for name in (*VARIANTS, ANEW)}
    for data_set in sorted(source.errors):
        for seed in range(options.seeds):
            measured = Measured(source, data_set, options.power, seed, entered)
            other = Measured(source, data_set, options.power, seed + options.seeds, entered)
            whole, again = (replay(m, halving=False, stops=False)[0] for m in (measured, other))
            everything = measured.exhaustive_seconds()
            own_sizes = measured.exhaustive_seconds((*CURVE_PARTS, 1.0))
            lead = measured.lead()
            for name, rules in VARIANTS.items():
                told, used, drawn, race = replay(measured, **rules)
                splits = len(race.evidence.champions["deep"])
                found[name].append(
                    Compared(whole, again, told, used, drawn, everything, own_sizes, splits, lead)
                )
            found[ANEW].append(
                Compared(whole, again, again, everything, everything, everything, own_sizes, SPLITS, lead)
            )
    print(f"{len(source.errors)} data sets, {options.seeds} draws, cost ~ n^{options.power:g}\n")
    print("| " + " | ".join(TITLES) + " |\n|" + "---|" * len(TITLES))
    for name, rows in found.items():
        report(name, rows)
    for name, rows in found.items():
        kinds = Counter(f"{r.exhaustive} -> {r.told}" for r in rows if r.exhaustive != r.told)
        print(f"\n{name}: exhaustive {dict(Counter(r.exhaustive for r in rows))}; changed {dict(kinds)}")


if __name__ == "__main__":
    main()
