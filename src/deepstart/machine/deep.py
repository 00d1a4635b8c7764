"""`--deep`: each framework in a child process, with a limit, to see what really happens.

A child can be killed by an illegal instruction, a segmentation fault or the limit without harm; how
far it came stands in the lines that it told. See deep_common for what it does.
"""

import json
import pkgutil
import re
import signal
import time
from typing import Any, Dict, List, Optional, Tuple

from deepstart.machine.facts import Facts
from deepstart.machine.reading import FRAMEWORKS, builds
from deepstart.machine.system import Reply, System

#: Seconds for one framework: importing takes 5 to 20, the rest a few, on a busy machine far more.
LIMIT = 90.0
MARK = "DEEPSTART "


def add_deep_facts(snapshot: Dict[str, Any], system: Optional[System] = None, limit: float = LIMIT) -> None:
    """Try every installed framework and put `deep.FRAMEWORK` among the facts of the snapshot."""
    system = system or System(limit=limit)
    installed = {build.framework for build in builds(Facts(snapshot))}
    for framework in FRAMEWORKS:
        if framework in installed:
            value = try_framework(framework, system, limit)
            snapshot["facts"]["deep." + framework] = {"value": value, "source": "import in a child process"}


def try_framework(framework: str, system: System, limit: float = LIMIT) -> Dict[str, Any]:
    """What became of one framework: outcome, devices with figures, libraries that were loaded."""
    source = pkgutil.get_data("deepstart.machine", "deep_common.py") or b""
    started = time.monotonic()
    reply = system.run(system.executable, "-c", source.decode("utf-8"), framework, limit=limit)
    return read_reply(reply, time.monotonic() - started)


def read_reply(reply: Reply, seconds: float) -> Dict[str, Any]:
    """The fact that a child's output makes."""
    told = _told(reply.text)
    steps = [line["step"] for line in told if "step" in line]
    outcome = "signal" if reply.code is not None and reply.code < 0 else reply.outcome
    if "done" in steps:
        outcome = "ok"
    elif outcome == "ok":
        outcome = "exit"
    return {
        "outcome": outcome,
        "signal": _signal_name(reply.code) if outcome == "signal" else "",
        "step": steps[-1] if steps else "start",
        "version": next((line["version"] for line in told if "version" in line), ""),
        "devices": [line for line in told if "device" in line],
        "libraries": next((line["libraries"] for line in reversed(told) if "libraries" in line), []),
        "error": "" if outcome == "ok" else _tail(reply),
        "said": _tail(reply),
        "seconds": round(seconds, 1),
    }


def _told(text: str) -> List[Dict[str, Any]]:
    lines = []
    for line in text.splitlines():
        if line.startswith(MARK):
            try:
                lines.append(json.loads(line[len(MARK) :]))
            except ValueError:
                continue
    return [line for line in lines if isinstance(line, dict)]


def _signal_name(code: Optional[int]) -> str:
    try:
        return signal.Signals(-(code or 0)).name
    except ValueError:
        return str(code)


#: What native logging writes at the level of information, and its preamble.
_NOISE = re.compile(r"I\d{4} |WARNING: All log messages|To enable the following|\d{4}-\d\d-\d\d \S+ I ")


def _tail(reply: Reply) -> str:
    """The last lines that the child left on standard error: the end of a traceback, usually."""
    lines = [line for line in reply.errors.splitlines() if line.strip() and not _NOISE.match(line)]
    return "\n".join(line[:300] for line in lines[-6:])


#: Operations a cycle and core in float32, at the least, by instruction set; a clock that all reach.
#: Source: Intel and AMD optimisation manuals (fused multiply-add on 8 or 16 numbers, one unit counted).
PER_CYCLE = (("avx512f", 32), ("avx2", 16), ("avx", 8))
CLOCK = 1.5e9
#: Below this share of what the model should give it is "far below".
FAR_BELOW = 0.1


#: Parts of a card: MIG slices and the vGPUs of virtual machines (GRID A100-20C) give a share of its speed.
_SHARE = re.compile(r"^GRID |-\d+[ABCQ]$|\bMIG\b")


def expected(kind: str, facts: Facts) -> Tuple[Optional[float], Optional[float]]:
    """GFLOP/s and GB/s under which a device is far below what its model should give; None: model unknown."""
    if kind == "cpu":
        flags, cores = facts.get("cpu.flags", []), facts.get("cpu.count")
        rate = next((rate for flag, rate in PER_CYCLE if flag in flags), 4)
        # What a processor copies depends on how fast the kernel hands out pages, more than on its model.
        return (round(FAR_BELOW * rate * CLOCK * cores / 1e9, 1) if cores else None), None
    from deepstart.machine import compat
    from deepstart.machine.reading import answering

    entries = compat.table("speed")["entries"]
    found: List[Dict[str, Any]] = []
    for gpu in answering(facts):
        share = gpu["mig"] == "Enabled" or _SHARE.search(gpu["name"])
        known = [e for e in entries if re.search(r"(?<!\w)%s(?!\w)" % re.escape(e["name"]), gpu["name"])]
        if share or not known:
            return None, None
        found.append(known[0])
    if not found:
        return None, None
    # Frameworks number cards in another order than nvidia-smi: the slowest model is the measure.
    return (
        round(FAR_BELOW * 1000 * min(e["tflops"] for e in found), 1),
        round(FAR_BELOW * min(e["gb_per_s"] for e in found), 1),
    )
