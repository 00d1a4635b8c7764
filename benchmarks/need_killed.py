"""Killed at random moments and started again: the same verdict, no trial lost, none counted twice.

    python benchmarks/need_killed.py [--kills 20] [--source breast_cancer]

Runs `deepstart need` once unbroken, then once more in an empty folder, killing the process and its
workers at random moments before each new start. Prints both verdicts and what became of the trials.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def start(home: Path, options: argparse.Namespace, out: Path) -> subprocess.Popen:
    """`deepstart need` on the source; its workers end by themselves when it is killed."""
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "deepstart",
            "need",
            options.source,
            "--budget",
            options.budget,
            "--json",
            str(out),
        ],
        env={**os.environ, "DEEPSTART_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def trials(home: Path) -> dict[str, int]:
    """The saved trials with the time of their writing."""
    return {p.name: p.stat().st_mtime_ns for p in home.rglob("*.npz")}


def unbroken(options: argparse.Namespace, home: Path, out: Path) -> tuple[dict, float]:
    """The result of a run that nobody disturbs, and its seconds."""
    begun = time.monotonic()
    start(home, options, out).wait()
    return json.loads(out.read_text()), time.monotonic() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--source", default="breast_cancer")
    parser.add_argument("--budget", default="3m")
    options = parser.parse_args()
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        home, broken, out = Path(folder, "whole"), Path(folder, "broken"), Path(folder, "out.json")
        whole, seconds = unbroken(options, home, out)
        print(f"unbroken: {whole['verdict']}, {whole['trials']} trials, {seconds:.0f} s")
        rewritten = 0
        for kill in range(options.kills):
            before = trials(broken)
            process = start(broken, options, out)
            try:
                # From the first moment to beyond the end of the work that is left.
                process.wait(chance.uniform(0.2, max(6.0, seconds * 0.3)))
                print(f"start {kill + 1} ended by itself before it was killed")
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
            after = trials(broken)
            lost = before.keys() - after.keys()
            rewritten += sum(after[name] != when for name, when in before.items() if name in after)
            assert not lost, f"lost after kill {kill + 1}: {lost}"
        final, _ = unbroken(options, broken, out)
        count = len(trials(broken))
    kept = f"{final['trials']} trials, {count} files, {rewritten} run twice"
    print(f"killed {options.kills} times: {final['verdict']}, {kept}")
    print("same verdict" if final["verdict"] == whole["verdict"] else "DIFFERENT verdict")


if __name__ == "__main__":
    main()
