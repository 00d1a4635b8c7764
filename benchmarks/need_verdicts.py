"""Verdicts of `need` on real data sets, beside what the literature says.

    python benchmarks/need_verdicts.py [--sets FOLDER] [--budget 10m] [--only cifar10 churn] [--markdown FILE]

The folder holds the sets and an INDEX.json: name, modality, path, target, published scores, expected
verdict. Each set is raced in the same way; nothing is tuned by name. Prints a table: verdict,
expected, the two sides' scores beside the published ones, and seconds.
"""

import argparse
import json
import time
from pathlib import Path

from deepstart.findings import UserError
from deepstart.need import need
from deepstart.show.json import plain

SETS = Path(__file__).parents[2] / "shared" / "data" / "sets"
RACED = {"image", "tabular", "text_en", "text_zh"}


def race(entry: dict, folder: Path, budget: str) -> dict:
    """One set: the JSON of its result, with what was published."""
    started = time.monotonic()
    target = None if "folder" in str(entry["target"]) else entry["target"]
    try:
        result = need(str(folder / entry["path"]), target=target, budget=budget, save=False)
    except UserError as error:
        return {"name": entry["name"], "error": str(error), "seconds": time.monotonic() - started}
    out = plain(result.as_json())
    out.update(name=entry["name"], expected=entry["expected_verdict"], seconds=time.monotonic() - started)
    for side in ("classical", "deep"):
        scores = [p["score"] for p in entry.get(f"published_{side}", [])]
        out[f"published_{side}"] = scores
    out["published_metric"] = entry["metric"]
    return out


def row(out: dict) -> str:
    """A line of the table."""
    if "error" in out:
        return f"| {out['name']} | error: {out['error'][:80]} | | | | | {out['seconds']:.0f} |"

    def side(name: str) -> str:
        best = out[f"best_{name}"]
        if not best:
            return "–"
        same = best["others"].get(out["published_metric"], float("nan"))
        published = ", ".join(f"{p:g}" for p in out[f"published_{name}"]) or "–"
        scores = f"{out['published_metric']} {same:.4g}; published {published}"
        return f"{best['label']} {best['score']:.3f} ({scores})"

    odds = out["difference"] or {"p_deep_better": float("nan"), "mean": float("nan")}
    right = "yes" if out["verdict"] == out["expected"] else "**no**"
    cells = [out["name"], out["verdict"], f"{out['expected']} {right}", side("classical"), side("deep")]
    return "| " + " | ".join([*cells, f"{odds['p_deep_better']:.3f}", f"{out['seconds']:.0f}"]) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=Path, default=SETS)
    parser.add_argument("--budget", default="10m")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--json", type=Path, help="append each result to this file, one JSON object a line")
    options = parser.parse_args()
    if not (options.sets / "INDEX.json").exists():
        raise SystemExit(f"{options.sets} holds no INDEX.json; give the folder of the sets with --sets")
    print("| set | verdict | expected | best classical | best deep | P(deep better) | seconds |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for entry in json.loads((options.sets / "INDEX.json").read_text()):
        if entry["modality"] in RACED and (not options.only or entry["name"] in options.only):
            out = race(entry, options.sets, options.budget)
            print(row(out), flush=True)
            if options.json:
                with options.json.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(out, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
