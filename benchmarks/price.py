"""How long will the full fit take? Predicted from fits on parts of the rows, against the clock.

    python benchmarks/price.py [--sets digits tables texts] [--limit 60] [--repeats 1] [--only NAME ...]

Fits every contender of a set on growing parts of its rows, in the processes that `need` uses, and prints
for each the full fit's seconds and two ratios of predicted to actual: from the fits that a race's report
predicts from (1/8, 1/4, 1/2 and 4/5 of the rows), and from half of the rows at most, as when a race
decides who may go on; then the share of ratios within 25 %, beside that of other rules. A fit that its
limit ended is not counted: what it takes was decided by the limit. Where other work shares the processor,
a clock strays by itself: --repeats fits everything again and keeps the quickest, and the same ratio is
printed in processor seconds too.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from deepstart.need.contenders import Setting, contenders_for
from deepstart.need.data import Column, Data, Schema
from deepstart.need.durations import predict_seconds
from deepstart.need.readers import read
from deepstart.need.trials import Job, Trial
from deepstart.need.worker import Request, Worker

PARTS = (1 / 8, 1 / 4, 1 / 2, 4 / 5, 1)
WITHIN = 0.25
RULES = ("ratio", "half", "busy", "power", "rows")


def simulated_table(n: int = 4000) -> Data:
    """Twenty columns; two of them interact, three add up, the rest is noise."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 20))
    y = (X[:, 0] * X[:, 1] + X[:, 2:5].sum(axis=1) + rng.normal(size=n) > 0).astype(int)
    schema = Schema(Column(f"c{i}", "number") for i in range(20))
    return Data("tables", "table", "classification", X, y, ["a", "b"], schema)


def simulated_texts(n: int = 2000) -> Data:
    """Texts of 20 to 60 made-up words; a class prefers some of them."""
    rng = np.random.default_rng(0)
    words = np.array([f"w{i}" for i in range(2000)])
    y = rng.integers(0, 2, n)
    common, rare = 1 / np.arange(1, 2001) ** 0.8, np.arange(1, 2001) ** 0.2
    chances = [common / common.sum(), 0.7 * common / common.sum() + 0.3 * rare / rare.sum()]
    X = np.array([" ".join(rng.choice(words, rng.integers(20, 60), p=chances[c])) for c in y], object)
    return Data("texts", "text", "classification", X, y, ["a", "b"], languages={"latin": 1.0})


SETS = {"digits": lambda: read("digits"), "tables": simulated_table, "texts": simulated_texts}


def setting_of(data: Data, limit: float) -> Setting:
    """What a contender may know, as in the race."""
    return Setting(
        data.task,
        n_classes=len(data.classes),
        n_rows=data.n,
        schema=data.schema,
        image_shape=tuple(data.X.shape[1:]) if data.modality == "image" else (),
        languages=tuple(sorted(data.languages.items())),
        max_seconds=limit,
    )


def fits(worker: Worker, name: str, data: Data, limit: float, repeats: int) -> list[Trial]:
    """Trials on PARTS of the rows, smallest first; ends at the first that its limit ended."""
    order = np.random.default_rng(0).permutation(data.n)
    test, train, done = order[: data.n // 10], order[data.n // 10 :], []
    for part in PARTS:
        rows = train[: int(len(train) * part)]
        request = Request(Job(name, 1, len(rows), True, limit), setting_of(data, limit), rows, rows[:0], test)
        tries = [worker.run(request, 1.5 * limit + 60) for _ in range(repeats)]
        trial = min(tries, key=lambda t: t.fit_seconds if t.ok else np.inf)
        if not trial.ok or trial.fit_seconds > 0.9 * limit or trial.ended_by == "time":
            break
        done.append(trial)
    return done


def nearest_power(points: list[tuple[float, float]], n: float) -> float:
    """A rule to compare with: from the nearest fit, by the power between the smallest and the largest."""
    (fewest, least), (most, longest) = points[0], points[-1]
    power = np.clip(np.log(longest / least) / np.log(most / fewest), 0.3, 2.5)
    return longest * (n / most) ** power


def proportional(points: list[tuple[float, float]], n: float) -> float:
    """Another: seconds grow as the rows."""
    return points[-1][1] * n / points[-1][0]


def compare(done: list[Trial]) -> dict[str, float]:
    """Predicted over actual of the last fit, by rule."""
    *small, full = done
    points = [(t.job.n, t.fit_seconds) for t in small]
    busy = [(t.job.n, max(t.cpu_seconds, 1e-3)) for t in small]
    share = float(np.median([t.processor_share for t in small]))
    predicted = predict_seconds(points, full.job.n, share=share)
    from_half = predict_seconds(points[:-1], full.job.n, share=share)
    by_processor = predict_seconds(busy, full.job.n)
    assert predicted
    assert from_half
    assert by_processor
    return {
        "ratio": predicted.seconds / full.fit_seconds,
        "half": from_half.seconds / full.fit_seconds,
        "inside": float(predicted.low <= full.fit_seconds <= predicted.high),
        "busy": by_processor.seconds / max(full.cpu_seconds, 1e-3),
        "power": nearest_power(points, full.job.n) / full.fit_seconds,
        "rows": proportional(points, full.job.n) / full.fit_seconds,
    }


def keep(path: Path, data: str, contender: str, done: list[Trial]) -> None:
    """Append the fits' rows, seconds and processor seconds."""
    points = [(t.job.n, t.fit_seconds, t.cpu_seconds) for t in done]
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"set": data, "contender": contender, "fits": points}) + "\n")


def share_within(ratios: list[float]) -> str:
    """How many ratios lie within 25 % of one."""
    near = sum(1 - WITHIN <= r <= 1 + WITHIN for r in ratios)
    return f"{near}/{len(ratios)} ({100 * near / max(len(ratios), 1):.0f} %)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=list(SETS))
    parser.add_argument("--limit", type=float, default=60.0, help="seconds a fit may take")
    parser.add_argument("--repeats", type=int, default=1, help="fits of each size; the quickest counts")
    parser.add_argument("--json", type=Path, help="append the fits to this file, one JSON object a line")
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    print("| set | contender | full fit | predicted / actual | from half | in processor seconds |")
    print("|---|---|---|---|---|---|", flush=True)
    results = []
    for data in (SETS[name]() for name in options.sets):
        workers = {family: Worker(data, warm=family == "deep") for family in ("classical", "deep")}
        for contender in contenders_for(data.modality, data.task):
            if contender.family not in workers or contender.refuses(setting_of(data, options.limit)):
                continue
            if options.only and contender.name not in options.only:
                continue
            done = fits(workers[contender.family], contender.name, data, options.limit, options.repeats)
            if len(done) < len(PARTS):
                print(f"| {data.name} | {contender.name} | ended by its limit | – | – | – |", flush=True)
                continue
            if options.json:
                keep(options.json, data.name, contender.name, done)
            found = compare(done)
            results.append((done[-1].fit_seconds, found))
            cells = [data.name, contender.name, f"{done[-1].fit_seconds:.2f} s", f"{found['ratio']:.2f}"]
            cells += [f"{found['half']:.2f}", f"{found['busy']:.2f}"]
            print("| " + " | ".join(cells) + " |", flush=True)
        for worker in workers.values():
            worker.stop()
    for name, least in (("all", 0.0), ("of 1 s and more", 1.0)):
        kept = [found for seconds, found in results if seconds >= least]
        by_rule = {rule: share_within([f[rule] for f in kept]) for rule in RULES}
        print(f"\nWithin 25 %, full fits {name}: {by_rule['ratio']}; from half {by_rule['half']};")
        print(f"in processor seconds {by_rule['busy']};")
        print(f"nearest fit and power {by_rule['power']}, in proportion to the rows {by_rule['rows']}.")
        inside = np.mean([f["inside"] for f in kept]) if kept else float("nan")
        print(f"80 % intervals covered {100 * inside:.0f} %.")


if __name__ == "__main__":
    main()
