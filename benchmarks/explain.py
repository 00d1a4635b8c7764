"""How well `explain` finds the cause of real failures, how often it is wrong and sure, and how fast it is.

    python benchmarks/explain.py [CASES.jsonl]

Cases: `tests/trouble/cases.jsonl`, real threads whose cause was confirmed. Beside the score on all of
them there is one with each case's own patterns held back: for a case only those patterns may be used
that recognise another case or an example of the catalogue too, so that a pattern made for one text
does not count for it. Silence is measured on `tests/trouble/unrelated`: errors of other programs.
"""

import json
import resource
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from deepstart import causes
from deepstart.causes.compiling import cause_files, read_cause
from deepstart.trouble import cleaning, matching
from deepstart.trouble.explain import explain

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "trouble" / "cases.jsonl"
UNRELATED = ROOT / "tests" / "trouble" / "unrelated"


def read_cases(path=CASES):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def patterns_that_match(text):
    """All (cause, number of pattern) that recognise a text."""
    cleaned = cleaning.clean(text)
    around = matching.Surroundings(cleaned)
    found = set()
    for cause in causes.load().values():
        for number, pattern in enumerate(cause.patterns):
            for anchor in pattern.anchors:
                if anchor in cleaned.lower and matching._try(cleaned, around, anchor, cause, pattern):
                    found.add((cause.id, number))
    return found


def support(texts):
    """For each pattern, the texts that it recognises."""
    supported = defaultdict(set)
    for name, text in texts.items():
        for pattern in patterns_that_match(text):
            supported[pattern].add(name)
    return supported


def only(allowed):
    """Make the matcher use these patterns alone; returns what undoes it."""
    table = {}
    for cause in causes.load().values():
        for number, pattern in enumerate(cause.patterns):
            if (cause.id, number) in allowed:
                for anchor in pattern.anchors:
                    table.setdefault(anchor, []).append((cause, pattern))
    whole = matching.anchor_table
    matching.anchor_table = lambda: list(table.items())
    return lambda: setattr(matching, "anchor_table", whole)


def score(cases, answer_of):
    counts = defaultdict(int)
    bins = defaultdict(list)
    for case in cases:
        answer = answer_of(case)
        first = answer["candidates"][0] if answer["known"] else None
        counts["unknown"] += first is None
        if first is None:
            continue
        right = first["cause_id"] == case["cause_id"]
        counts["cause"] += right
        counts["cause among the first three"] += case["cause_id"] in [
            c["cause_id"] for c in answer["candidates"][:3]
        ]
        counts["layer"] += first["layer"] == case["layer"]
        counts["sure"] += first["confidence"] == "sure"
        counts["sure and wrong"] += first["confidence"] == "sure" and not right
        bins[min(9, int(first["probability"] * 10))].append((first["probability"], right))
    error = sum(abs(sum(p - r for p, r in pairs)) for pairs in bins.values()) / max(1, len(cases))
    return dict(counts), error


def show(title, cases, result):
    counts, error = result
    print(f"{title}: {len(cases)} cases")
    for name in ("layer", "cause", "cause among the first three", "sure", "sure and wrong", "unknown"):
        value = counts.get(name, 0)
        print(f"  {name:28} {value:4}  {value / len(cases):6.1%}")
    print(f"  {'calibration error':28} {error:11.3f}")


def held_back(cases):
    texts = {f"case {c['id']}": c["error_text"] for c in cases}
    for path in cause_files():
        for number, example in enumerate(read_cause(path).get("examples", [])):
            texts[f"example {path.stem} {number}"] = example
    supported = support(texts)

    def answer(case):
        own = f"case {case['id']}"
        undo = only({pattern for pattern, names in supported.items() if names - {own}})
        try:
            return explain(case["error_text"])
        finally:
            undo()

    return answer


def speaks_on(folder=UNRELATED):
    """The unrelated errors on which `explain` names a cause."""
    texts = {
        path.stem: path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("*.txt"))
    }
    return len(texts), [name for name, text in texts.items() if explain(text)["known"]]


def speed(cases):
    """Processor time: milliseconds a text in a batch, seconds of one call with start-up, of bare Python."""
    start = time.process_time()
    for case in cases:
        explain(case["error_text"])
    batch = (time.process_time() - start) / len(cases) * 1000

    def best_of_five(*command):
        seconds = []
        for _ in range(5):
            start = _used_by_children()
            subprocess.run(command, input=cases[0]["error_text"].encode(), capture_output=True, check=True)
            seconds.append(_used_by_children() - start)
        return min(seconds)

    whole = best_of_five(sys.executable, "-m", "deepstart", "explain", "-")
    nothing = best_of_five(sys.executable, "-c", "pass")
    return batch, whole, nothing


def _used_by_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def growth():
    """Processor seconds for 1 MB and for ten times that; 10 times longer is linear."""
    line = "2025-01-01 10:00:00.1: W tensorflow/core/x.cc:1] step {} something that is repeated loss 0.{}\n"
    seconds = []
    for size in (1_000_000, 10_000_000):
        text = "".join(line.format(i, i * 7919 % 1000) for i in range(size // 95))
        start = time.process_time()
        explain(text + "AssertionError: Torch not compiled with CUDA enabled")
        seconds.append(time.process_time() - start)
    return seconds


def main():
    cases = read_cases(Path(sys.argv[1]) if len(sys.argv) > 1 else CASES)
    known = set(causes.load())
    print(f"catalogue: {len(known)} causes")
    show("all", cases, score(cases, lambda case: explain(case["error_text"])))
    show("own patterns held back", cases, score(cases, held_back(cases)))
    total, spoken = speaks_on()
    print(f"unrelated errors: {total}, speaks on {len(spoken)} {spoken}")
    batch, whole, nothing = speed(cases)
    print(f"batch: {batch:.1f} ms a text")
    print(f"one call with start-up: {whole:.2f} s, {whole / nothing:.1f} x bare Python")
    small, large = growth()
    print(f"1 MB: {small:.2f} s, 10 MB: {large:.2f} s, {large / small:.1f} x")


if __name__ == "__main__":
    main()
