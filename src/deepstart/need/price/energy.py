"""The energy of a fit: read from the processor's counter where that can be, else estimated; a range."""

import json
import platform
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from deepstart.need.trials import Trial

TABLE = Path(__file__).parent / "processors.json"
#: A busy core may draw this many times its share of the rated power, when few cores are busy and run faster.
BOOST = 2.0


@dataclass(frozen=True)
class Watts:
    """What a busy core draws.

    Args:
        low, high: watts; all threads busy at rated power, and few busy ones at BOOST times their share.
        how: `rated` (this very processor is in the table) or `typical` (the table's range for its kind).
        processor: as this machine names it.
    """

    low: float
    high: float
    how: str
    processor: str


@dataclass(frozen=True)
class Energy:
    """Watt-hours of the processor for one fit, from `low` to `high`.

    Args:
        how: `counter` (RAPL), `rated` or `typical`.
        processor: as this machine names it.
    """

    low: float
    high: float
    how: str
    processor: str

    def times(self, factor: float) -> "Energy":
        """The energy of that many times the work."""
        return Energy(self.low * factor, self.high * factor, self.how, self.processor)


def energy_of(trial: Trial, processor: str | None = None) -> Energy | None:
    """Energy of a trial's fit; None for a trial that was saved before this was measured.

    By the counter: from our share of what the processor drew to all of it. Without one: processor seconds
    times the watts of a busy core.

    Args:
        processor: name of the processor; this machine's when absent.
    """
    name = processor_name() if processor is None else processor
    if trial.joules is not None:
        return Energy(trial.joules * trial.processor_share / 3600, trial.joules / 3600, "counter", name)
    if not trial.cpu_seconds:
        return None
    watts = watts_of(name)
    hours = trial.cpu_seconds / 3600
    return Energy(hours * watts.low, hours * watts.high, watts.how, name)


@cache
def _table() -> list[dict[str, Any]]:
    return json.loads(TABLE.read_text(encoding="utf-8"))["processors"]


def watts_of(processor: str) -> Watts:
    """What a busy core of this processor draws.

    Example:
        >>> watts_of("AMD EPYC 7763 64-Core Processor")
        Watts(low=2.1875, high=8.75, how='rated', processor='AMD EPYC 7763 64-Core Processor')
        >>> watts_of("AMD EPYC").how
        'typical'
    """
    plain = re.sub(r"\((R|TM)\)|[®™]", "", processor)
    exact = [row for row in _table() if re.search(rf"(?<!\w){row['pattern']}", plain)]
    alike = exact[:1] or [row for row in _table() if row["kind"] in _kinds(plain)]
    low = min(row["watts"] / row["threads"] for row in alike)
    high = max(BOOST * row["watts"] / row["cores"] for row in alike)
    return Watts(low, high, "rated" if exact else "typical", processor)


def _kinds(processor: str) -> tuple[str, ...]:
    if re.search(r"EPYC|Xeon|Neoverse|Graviton|Ampere|Threadripper", processor):
        return ("server",)
    if re.search(r"\d(U|H|HS|HX|G\d|P|Y)\b|Apple|Snapdragon|Mobile", processor):
        return ("laptop",)
    return ("desktop", "laptop")


@cache
def processor_name() -> str:
    """This machine's processor, as it names itself; empty when it does not."""
    system = platform.system()
    try:
        if system == "Linux":
            lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
            return next((s.split(":", 1)[1].strip() for s in lines if s.startswith("model name")), "")
        if system == "Darwin":
            command = ["sysctl", "-n", "machdep.cpu.brand_string"]
            return subprocess.run(command, capture_output=True, text=True, timeout=5).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return platform.processor()
