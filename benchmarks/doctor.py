"""How long `doctor` takes here, with and without --deep, beside torch's collect_env where it is installed.

    python benchmarks/doctor.py [--rounds 3]

Prints one line a figure, and the share of recorded machines whose root is named, and only it.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

SNAPSHOTS = Path(__file__).parents[1] / "tests" / "machines" / "snapshots"


def seconds(command: list[str], rounds: int) -> str:
    """Median wall-clock and processor seconds of a command; the second do not depend on who else computes."""
    wall, processor = [], []
    for _ in range(rounds):
        started, used = time.perf_counter(), os.times()
        subprocess.run(command, capture_output=True, check=False)
        now = os.times()
        wall.append(time.perf_counter() - started)
        processor.append(now.children_user + now.children_system - used.children_user - used.children_system)
    return f"{statistics.median(wall):6.2f} s, of them on a processor {statistics.median(processor):.2f} s"


def named_roots() -> tuple[int, int, float]:
    """Recorded machines, how many got exactly the expected findings, and milliseconds a diagnosis."""
    from deepstart.machine import diagnose

    right, started = 0, time.perf_counter()
    paths = sorted(SNAPSHOTS.glob("*.json"))
    for path in paths:
        snapshot = json.loads(path.read_text(encoding="utf-8"))
        findings = diagnose(snapshot)
        found = [sorted(f.id for f in findings if f.status == status) for status in ("fail", "warn")]
        right += found == [sorted(snapshot["expect"]["roots"]), sorted(snapshot["expect"]["warns"])]
    return len(paths), right, (time.perf_counter() - started) / max(1, len(paths)) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    doctor = [sys.executable, "-m", "deepstart", "doctor"]
    print(f"doctor                 {seconds(doctor, rounds)}")
    print(f"doctor --deep          {seconds([*doctor, '--deep'], 1)}")
    if importlib.util.find_spec("torch"):
        collect = [sys.executable, "-m", "torch.utils.collect_env"]
        print(f"torch collect_env      {seconds(collect, rounds)}")
    else:
        print("torch collect_env      not installed")
    machines, right, milliseconds = named_roots()
    print(f"recorded machines      {right} of {machines} named exactly, {milliseconds:.1f} ms each")


if __name__ == "__main__":
    main()
