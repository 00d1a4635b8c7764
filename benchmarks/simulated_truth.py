"""Does the race find a truth that is known? Simulated data, whole races, networks included.

    python benchmarks/simulated_truth.py [--seeds 100] [--truths linear trees ...] [--json FILE]

Each truth makes a data set from a seed, so that it is known beforehand which side can learn it:

    linear      a plane and noise: a line is the best there is, so no network can gain a point
    trees       thresholds on few of many columns: boosted trees find them, networks fall behind
    motif       two marks, one left of the other with a gap between, anywhere in a picture; which is
                left says the class: convolution learns it, counts of patches or gradients do not say it
    order       texts in which the order of two kinds of words says the class: no bag of words sees it
    noise       labels that no column knows: nobody may win
    flipped     as `linear`, with one label in seven wrong: no network gains, and the labels are named

A verdict is right when it is the expected one; it is confident and wrong when it says the opposite.
On `noise` any claim of a winner is wrong. Races run in this process, one after another, so that
the framework starts once.
"""

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deepstart.need.contenders import all_contenders
from deepstart.need.data import Column, Data, Schema
from deepstart.need.doubt import doubt_about_labels
from deepstart.need.race import Race
from deepstart.need.verdict import decide
from deepstart.need.worker import _answer

CLAIMS = ("deep_worth_it", "classical_enough")


class WorkerHere:
    """Stands for a worker process: the same jobs, in this process."""

    def __init__(self, data: Data):
        self.data, self.contenders = data, {c.name: c for c in all_contenders()}

    def start(self) -> None:
        pass

    stop = start

    def wait_until_ready(self, seconds: float) -> bool:
        return True

    def run(self, request, hard_limit: float):
        return _answer(request, self.contenders, self.data)


def table(X: np.ndarray, y: np.ndarray) -> Data:
    schema = Schema(Column(f"c{i}", "number") for i in range(X.shape[1]))
    return Data("simulated", "table", "classification", X, y.astype(int), ["no", "yes"], schema, target="y")


def linear(rng, n=3000, flips=0.0) -> Data:
    X = rng.normal(size=(n, 8))
    y = X[:, :4].sum(axis=1) + 0.7 * rng.normal(size=n) > 0
    return table(X, y ^ (rng.random(n) < flips))


def trees(rng, n=3000) -> Data:
    X = rng.exponential(size=(n, 20)) ** 2  # skewed, as trees do not mind
    high = X[:, :3] > np.median(X[:, :3], axis=0)
    y = high[:, 0] ^ (high[:, 1] & high[:, 2])
    return table(X, y ^ (rng.random(n) < 0.05))


MARKS = np.array(
    [[[1, 1, 1], [1, 0, 0], [1, 0, 0]], [[0, 0, 1], [0, 0, 1], [1, 1, 1]]], float
)  # one mark is the other turned by half


def motif(rng, n=2500, side=24) -> Data:
    X, y = 0.35 * rng.random((n, side, side)), rng.integers(0, 2, n)
    for picture, label in zip(X, y, strict=True):
        apart = rng.integers(7, 12)  # further than a patch or a cell of gradients reaches
        column = rng.integers(0, side - apart - 2)
        rows = np.clip(rng.integers(0, side - 2) + rng.integers(-2, 3, 2), 0, side - 3)
        marks = MARKS if label else MARKS[::-1]
        for mark, row, left in zip(marks, rows, (column, column + apart), strict=True):
            picture[row : row + 3, left : left + 3] += 0.6 * mark
    pixels = np.clip(255 * X, 0, 255).astype(np.uint8)[..., None]
    return Data("simulated", "image", "classification", pixels, y, ["ab", "ba"])


def order(rng, n=2500) -> Data:
    fillers = [f"w{i}" for i in range(40)]
    kinds = [[f"k{k}x{i}" for i in range(12)] for k in range(2)]
    y, X = rng.integers(0, 2, n), []
    for label in y:
        words = list(rng.choice(fillers, rng.integers(6, 12)))
        place = int(rng.integers(0, len(words)))
        first, second = kinds if label else kinds[::-1]
        between = list(rng.choice(fillers, rng.integers(0, 3)))
        words[place:place] = [str(rng.choice(first)), *between, str(rng.choice(second))]
        X.append(" ".join(words))
    return Data(
        "simulated", "text", "classification", np.array(X, object), y, ["ab", "ba"], languages={"latin": 1.0}
    )


def noise(rng, n=400) -> Data:
    return table(rng.normal(size=(n, 8)), rng.integers(0, 2, n))


def flipped(rng) -> Data:
    return linear(rng, flips=1 / 7)


@dataclass(frozen=True)
class Truth:
    """How to make the data, and the verdicts that are right."""

    make: object
    right: tuple[str, ...]


TRUTHS = {
    "linear": Truth(linear, ("classical_enough",)),
    "trees": Truth(trees, ("classical_enough",)),
    "motif": Truth(motif, ("deep_worth_it",)),
    "order": Truth(order, ("deep_worth_it",)),
    "noise": Truth(noise, ("unclear", "more_data")),
    "flipped": Truth(flipped, ("classical_enough",)),
}


def race(truth: str, seed: int, budget: float) -> dict:
    """One race: what was said, how sure, and how long it took."""
    data = TRUTHS[truth].make(np.random.default_rng((seed, sorted(TRUTHS).index(truth))))
    started = time.monotonic()
    running = Race(data, worth=0.01, budget=budget, seed=seed)
    running.workers = dict.fromkeys(running.workers, WorkerHere(data))
    evidence = running.run()
    verdict, doubt = decide(evidence, 0.01), doubt_about_labels(evidence, 0.01)
    return {
        "truth": truth,
        "seed": seed,
        "verdict": verdict.kind,
        "reason": verdict.reason,
        "p_deep": verdict.chances.deep if verdict.chances else None,
        "lead": verdict.lead.mean if verdict.lead else None,
        "splits": len(evidence.champions["deep"]),
        "champions": [ts[0].job.contender for ts in evidence.champions.values() if ts],
        "wrong_labels": doubt.noise.rate if doubt else None,
        "seconds": time.monotonic() - started,
    }


def row(truth: str, races: list[dict]) -> str:
    """A line of the table: shares of right, open, and confident and wrong verdicts."""
    right = [r["verdict"] in TRUTHS[truth].right for r in races]
    wrong = [r["verdict"] in CLAIMS and not ok for r, ok in zip(races, right, strict=True)]
    seconds = np.median([r["seconds"] for r in races])
    counted = (sum(right), len(races) - sum(right) - sum(wrong), sum(wrong))
    return f"| {truth} | {len(races)} | " + " | ".join(map(str, counted)) + f" | {seconds:.0f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--truths", nargs="*", default=list(TRUTHS), choices=TRUTHS)
    parser.add_argument("--budget", type=float, default=180.0, help="seconds a race")
    parser.add_argument("--json", type=Path, help="append each race to this file, one JSON object a line")
    options = parser.parse_args()
    races: dict[str, list[dict]] = {truth: [] for truth in options.truths}
    for seed in range(options.first, options.first + options.seeds):
        for truth in options.truths:
            races[truth].append(race(truth, seed, options.budget))
            if options.json:
                with options.json.open("a") as file:
                    file.write(json.dumps(races[truth][-1]) + "\n")
    print("| truth | races | right | open | confident and wrong | seconds (median) |")
    print("|---|---|---|---|---|---|")
    for truth in options.truths:
        print(row(truth, races[truth]))


if __name__ == "__main__":
    main()
