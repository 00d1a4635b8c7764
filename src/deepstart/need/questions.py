"""The four questions that beginners are asked before they choose deep learning, answered by evidence.

Interest, data, hardware, and whether classical methods have reached their limit. Four times yes:
strongly recommended; three: recommended; one or two: think hard; none: not now. Without any yes, several
answers that are missing leave it open.
"""

import math
import os
from dataclasses import dataclass, field
from typing import Any

from deepstart.words import text

QUESTIONS = ("interest", "data", "compute", "limit")
ANSWERS = ("yes", "no", "unknown")
ADVICE = {4: "strongly_recommended", 3: "recommended", 2: "think_hard", 1: "think_hard", 0: "not_now"}
#: Hours that a beginner will wait for one training on this machine.
PATIENCE_SECONDS = 3600.0
#: Rows from which networks trained from scratch begin to pay in published comparisons.
ENOUGH_ROWS = 1000


@dataclass(frozen=True)
class Answer:
    """An answer with its evidence: the key of a sentence `need.evidence.KEY` and its fields."""

    answer: str
    evidence: str
    values: dict[str, Any] = field(default_factory=dict)

    def sentence(self, language: str | None = None) -> str:
        """The evidence in words."""
        return text(f"need.evidence.{self.evidence}", language, **self.values)

    def as_json(self) -> dict[str, str]:
        return {"answer": self.answer, "evidence": self.sentence()}


@dataclass(frozen=True)
class Hardware:
    """What this computer has for training."""

    cores: int
    memory_gib: float
    gpu: str | None


def measure_hardware() -> Hardware:
    """Cores, memory and GPU of this computer; without importing a framework."""
    import shutil
    import subprocess

    gpu = None
    if shutil.which("nvidia-smi"):
        try:
            query = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
            reply = subprocess.run(query, capture_output=True, text=True, timeout=5, stdin=subprocess.DEVNULL)
            gpu = (
                reply.stdout.strip().splitlines()[0]
                if reply.returncode == 0 and reply.stdout.strip()
                else None
            )
        except (OSError, subprocess.TimeoutExpired):
            gpu = None
    return Hardware(os.cpu_count() or 1, _memory_gib(), gpu)


def _memory_gib() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):  # Windows
        try:
            import psutil
        except ImportError:
            return float("nan")
        return psutil.virtual_memory().total / 2**30


def hardware_answer(hardware: Hardware) -> Answer:
    """What this computer has, before any data say what they ask of it."""
    values = {"cores": hardware.cores, "memory": _rounded(hardware.memory_gib), "gpu": hardware.gpu or ""}
    return (
        Answer("yes", "compute-gpu-seen", values)
        if hardware.gpu
        else Answer("unknown", "compute-cpu-seen", values)
    )


def _rounded(gib: float) -> int | str:
    return "?" if math.isnan(gib) else round(gib)


def interest_answer(interest: str | None) -> Answer:
    """Only the person knows; what they said."""
    if interest in ("yes", "no"):
        return Answer(interest, f"interest-{interest}")
    return Answer("unknown", "interest-unknown")


def data_answer(n: int, smallest_name: str, smallest: int, few: int, *, scarce: bool) -> Answer:
    """Whether there are rows enough for a network to learn from; not where they are `scarce`."""
    values = {"n": n, "name": smallest_name, "rows": smallest, "least": few, "enough": ENOUGH_ROWS}
    if scarce:
        return Answer("no", "data-few", values)
    return (
        Answer("yes", "data-enough", values)
        if n >= ENOUGH_ROWS
        else Answer("unknown", "data-between", values)
    )


def compute_answer(hardware: Hardware, fit_seconds: float | None) -> Answer:
    """Whether this machine trains the best network in a time that a person will wait."""
    values = {
        "cores": hardware.cores,
        "memory": _rounded(hardware.memory_gib),
        "gpu": hardware.gpu or "",
        "seconds": None if fit_seconds is None else spoken_seconds(fit_seconds),
    }
    kind = "gpu" if hardware.gpu else "cpu"
    if fit_seconds is None:
        return Answer("yes" if hardware.gpu else "unknown", f"compute-{kind}-unmeasured", values)
    return Answer("yes" if fit_seconds <= PATIENCE_SECONDS else "no", f"compute-{kind}", values)


def percent(probability: float) -> str:
    """A probability in per cent, never rounded to 0 or 100."""
    if probability < 0.005:
        return "< 0.5"
    return "> 99.5" if probability > 0.995 else f"{100 * probability:.0f}"


def limit_answer(kind: str, p_deep: float | None, gain_of_doubling: float | None, worth: float) -> Answer:
    """Whether classical methods have reached their limit on these data."""
    if p_deep is None:
        return Answer("unknown", "limit-unknown")
    values = {"p": percent(p_deep)}
    if kind == "deep_worth_it":
        return Answer("yes", "limit-passed", values)
    if kind == "classical_enough":
        return Answer("no", "limit-not-passed", {"p": percent(1 - p_deep)})
    if gain_of_doubling is not None and gain_of_doubling > worth:
        return Answer("no", "limit-rising", {"gain": f"{100 * gain_of_doubling:.1f}"})
    return Answer("unknown", "limit-open", values)


def advice(answers: dict[str, Answer]) -> str:
    """The rule: how many of the four are answered yes; `unknown` where none is and several are open."""
    said = [answers[q].answer for q in QUESTIONS]
    return "unknown" if "yes" not in said and said.count("unknown") > 1 else ADVICE[said.count("yes")]


def spoken_advice(answers: dict[str, Answer], language: str | None = None) -> str:
    """The advice as a sentence, with the number of yes."""
    count = sum(answers[q].answer == "yes" for q in QUESTIONS)
    return text(f"need.advice.{advice(answers)}", language, count=count)


def advice_by_count(answers: dict[str, Answer]) -> str:
    """The rule by the number of yes alone, as the JSON gives it; `missing` says what is open."""
    return ADVICE[sum(answers[q].answer == "yes" for q in QUESTIONS)]


def missing(answers: dict[str, Answer]) -> list[str]:
    """The questions without an answer, where a yes to all of them would change the advice; else none."""
    unknown = [q for q in QUESTIONS if answers[q].answer == "unknown"]
    said_yes = sum(answers[q].answer == "yes" for q in QUESTIONS)
    return unknown if advice(answers) != ADVICE[said_yes + len(unknown)] else []


def missing_sentence(answers: dict[str, Answer], language: str | None = None) -> str:
    """Which answers are missing; empty where they would change nothing."""
    names = [text(f"need.missing.{q}", language) for q in missing(answers)]
    joined = text("need.missing.joint", language).join(names)
    return text("need.missing.line", language, questions=joined) if names else ""


def advice_note(answers: dict[str, Answer], kind: str, language: str | None = None) -> str:
    """What belongs beside the advice: missing answers, that this verdict weighs more, or nothing."""
    said = advice(answers)
    if said == "unknown":
        return missing_sentence(answers, language)
    recommends = said in ("recommended", "strongly_recommended")
    return text("need.advice.but_enough", language) if recommends and kind == "classical_enough" else ""


def spoken_seconds(seconds: float) -> str:
    """A duration as people say it: 0.05 s, 12 s, 3 min, 2.5 h."""
    unit, size = unit_of_seconds(seconds)
    value = f"{seconds / size:.1f}" if unit == "hours" else f"{seconds / size:.0f}"
    return text(f"need.duration.{unit}", value=f"{seconds:.2g}" if seconds < 1 else value)


def unit_of_seconds(seconds: float) -> tuple[str, int]:
    """The unit in which people say a duration, and its seconds."""
    if seconds < 100:
        return "seconds", 1
    return ("minutes", 60) if seconds < 5400 else ("hours", 3600)
