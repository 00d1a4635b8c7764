"""Whether a killed program ran out of memory: what it held at most, what there was, what the kernel counted.

Standard library only, Python 3.8 syntax. All sizes are bytes; what cannot be known is None.
"""

import os
import re
import sys
from contextlib import suppress
from typing import Any, Dict, List, Optional

from deepstart import words

#: Exit codes of a program that SIGKILL ended, or that hands on that it ended the one it had started.
KILLED = (-9, 137, 247)
#: The cause that the measured memory speaks for or against.
CAUSE = "host-memory-exhausted"
MUCH, LITTLE = 0.8, 0.5  # shares of what there was, from which on and below which memory was short or not
MOST = 0.79  # a probability that is still no certainty
GIB = 1 << 30


def kills_for_memory(path: str = "/proc/vmstat") -> Optional[int]:
    """How many processes the kernel has ended for lack of memory since it started, in containers too."""
    found = re.search(r"(?m)^oom_kill (\d+)$", _read(path))
    return int(found.group(1)) if found else None


def measure(kills_before: Optional[int]) -> Dict[str, Optional[int]]:
    """The figures of a program that has just ended; no other may have been started and waited for.

    Args:
        kills_before: of `kills_for_memory`, from before it started.

    Returns:
        `peak`: the most that one of its processes held; `total`: of the computer; `limit`: of the container
        or job, where there is one; `kills`: processes that the kernel ended for lack of memory meanwhile.
    """
    total, kills = _total(), kills_for_memory()
    limit = limit_here()
    return {
        "peak": _peak(),
        "total": total,
        "limit": limit if limit and (total is None or limit < total) else None,
        "kills": None if kills is None or kills_before is None else kills - kills_before,
    }


def _peak() -> Optional[int]:
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit or None


def _total() -> Optional[int]:
    with suppress(AttributeError, ValueError, OSError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def limit_here(root: str = "/") -> Optional[int]:
    """The least limit of the control groups that this process is in, from its own to the outermost."""
    limits: List[int] = []
    for line in _read(os.path.join(root, "proc/self/cgroup")).splitlines():
        _, controllers, group = (*line.split(":", 2), "", "")[:3]
        if controllers == "":
            folder, name = "sys/fs/cgroup", "memory.max"
        elif "memory" in controllers.split(","):
            folder, name = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
        else:
            continue
        parts = [part for part in group.split("/") if part not in ("", "..")]
        for depth in range(len(parts) + 1):  # in a container the groups may begin at its own
            value = _read(os.path.join(root, folder, *parts[:depth], name)).strip()
            limits += [int(value)] if value.isdigit() else []
    return min(limits, default=None)


def _read(path: str) -> str:
    with suppress(OSError, ValueError), open(path, encoding="utf-8") as file:
        return file.read()
    return ""


def verdict(memory: Dict[str, Optional[int]]) -> str:
    """Whether memory was short: `likely`, `unlikely` or `unclear`; the figures alone never make it sure.

    >>> verdict({"peak": 7 * GIB, "total": 32 * GIB, "limit": 8 * GIB, "kills": None})
    'likely'
    """
    room, peak, kills = memory.get("limit") or memory.get("total"), memory.get("peak"), memory.get("kills")
    if kills:
        return "likely"
    if not peak or not room:
        return "unclear"
    if peak >= MUCH * room:
        return "likely"
    return "unlikely" if kills == 0 and peak < LITTLE * room else "unclear"


def with_memory(answer: Dict[str, Any], memory: Any, language: Optional[str] = None) -> Dict[str, Any]:
    """The answer on a killed program with what was measured, and with what follows from it."""
    if not isinstance(memory, dict) or not memory.get("peak"):
        return answer
    language = language or words.current_language()
    found = verdict(memory)
    told = ("" if language == "zh" else " ").join(_told(memory, found, language))
    answer = {**answer, "memory": {**memory, "out_of_memory": found, "told": told}}
    if found == "unlikely":
        answer = _without_cause(answer, language)
    elif found == "likely":
        answer["candidates"] = [_likely(candidate) for candidate in answer["candidates"]]
    if found != "unclear" and (answer.get("plain") or {}).get("exception") == "SIGKILL":
        answer["question"] = words.text("explain.killed.question-" + found, language)
    return answer


def _without_cause(answer: Dict[str, Any], language: str) -> Dict[str, Any]:
    """The answer without lack of memory as a cause; where nothing else was recognised, it is unknown."""
    from deepstart.trouble.crashes import Crash, plain_crash

    left = [c for c in answer["candidates"] if c["cause_id"] != CAUSE]
    if any(not c["harmless"] for c in left):
        return {**answer, "candidates": left}
    plain = answer.get("plain") or plain_crash(Crash("SIGKILL", "Killed"), language)
    if plain["exception"] == "SIGKILL":  # whose hint says what to do against lack of memory
        plain = {**plain, "hint": ""}
    harmless = answer.get("harmless") or [c["cause_id"] for c in left]
    return {**answer, "known": False, "candidates": [], "plain": plain, "harmless": harmless}


def _told(memory: Dict[str, Optional[int]], found: str, language: Optional[str]) -> List[str]:
    sizes = {name: _size(memory.get(name)) for name in ("peak", "total", "limit")}
    kills = memory.get("kills")
    room = "peak-of-limit" if memory.get("limit") else "peak-of-machine"
    keys = [room if memory.get("total") else "peak"]
    keys += [] if kills is None else ["counted" if kills else "none-counted"]
    return [words.text("explain.killed." + key, language, kills=kills, **sizes) for key in [*keys, found]]


def _likely(candidate: Dict[str, Any]) -> Dict[str, Any]:
    """The candidate; lack of memory has become likely, if it was not more than that before."""
    if candidate["cause_id"] != CAUSE or candidate["confidence"] == "sure":
        return candidate
    return {**candidate, "probability": max(MOST, candidate["probability"]), "confidence": "likely"}


def _size(size: Optional[int]) -> str:
    """A size as people read it."""
    if not size:
        return "?"
    return "%.1f GiB" % (size / GIB) if size >= GIB else "%d MiB" % (size >> 20)
