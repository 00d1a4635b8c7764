"""What `deepstart run` costs: seconds at the start, and per cent of a program that computes and prints.

    python benchmarks/run_overhead.py [REPEATS]

Each program runs with and without deepstart in turn; the medians of the processor time and of the wall
time are compared.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EMPTY = "pass\n"
BUSY = """
import sys, time
total = 0
for step in range(400):
    total += sum(i * i for i in range(60_000))
    sys.stdout.write(f"\\rstep {step}/400 loss {total % 97:.4f}")
    sys.stdout.flush()
"""


def measured(command: list[str]) -> tuple[float, float]:
    """Wall and processor seconds of one run."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    wall, now = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime


def compare(script: Path, repeats: int) -> dict[str, tuple[float, float]]:
    """Medians (wall, processor) without and with deepstart, run in turn."""
    commands = {
        "plain": [sys.executable, str(script)],
        "ours": [sys.executable, "-m", "deepstart", "run", str(script)],
    }
    runs: dict[str, list] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, command in commands.items():
            runs[name].append(measured(command))
    return {name: tuple(map(statistics.median, zip(*times, strict=True))) for name, times in runs.items()}  # type: ignore[misc]


def main(repeats: int = 7) -> None:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "program.py")
        script.write_text(EMPTY)
        start = compare(script, 2 * repeats)
        wall, processor = (b - a for a, b in zip(start["plain"], start["ours"], strict=True))
        print(f"start: {wall:.3f} s more wall time, {processor:.3f} s more processor time")
        script.write_text(BUSY)
        busy = compare(script, repeats)
        for i, kind in enumerate(("wall", "processor")):
            plain, ours = busy["plain"][i], busy["ours"][i]
            more = 100 * (ours - plain - (wall, processor)[i]) / plain
            print(f"{kind}: {plain:.2f} s alone, {ours:.2f} s with deepstart; {more:+.1f} % beyond the start")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
