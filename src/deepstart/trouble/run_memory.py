"""Whether a killed program ran out of memory: what it held at most, what there was, what the kernel counted.

Standard library only, Python 3.8 syntax. All sizes are bytes; what cannot be known is None.
"""

import os
import re
import sys
from contextlib import suppress
from typing import Any, Dict, Iterator, List, NamedTuple, Optional

from deepstart import words
from deepstart.machine.control_groups import limit_files, memory_groups

#: Exit codes of a program that SIGKILL ended, or that hands on that it ended the one it had started.
KILLED = (-9, 137, 247)
#: The cause that the measured memory speaks for or against.
CAUSE = "host-memory-exhausted"
MUCH, LITTLE = 0.8, 0.5  # shares of what there was, from which on and below which memory was short or not
MOST = 0.79  # a probability that is still no certainty
GIB = 1 << 30
#: Less than TensorFlow, PyTorch or JAX take once imported. Who held no more and hands on that another
#: program was killed only started it, perhaps on another computer: ssh, srun, kubectl, docker.
MESSENGER = 128 << 20
#: What says in the output itself that main memory ran out. `Killed` and exit codes tell of the signal alone.
TOLD = re.compile(
    r"out[ _-]of[ _-]memory|\boom[ _-]?kill|memory ?error|bad_alloc|defaultcpuallocator|all available ram"
    r"|(?:unable to|cannot|can't|could not|failed to) allocate|not enough memory|low on (?:resource: )?memory"
    r"|exceeded (?:job |step )?memory limit|内存不足|内存耗尽|无法分配内存",
    re.IGNORECASE,
)
#: A line with one of these is about the memory of a card.
OF_A_CARD = re.compile(r"cuda|gpu|\bhip\b|\bmps\b|vram|resource_?exhausted|显存", re.IGNORECASE)


class Kills(NamedTuple):
    """Processes that the kernel has ended for lack of memory so far; None: not counted.

    Args:
        group: of this process's control group (a container, a job, a session), which its programs are in too.
        machine: of the whole computer, whoever started them.
    """

    group: Optional[int]
    machine: Optional[int]


def kills_for_memory(root: str = "/") -> Kills:
    """What the kernel has counted up to now."""
    own: Optional[int] = None
    for folder in _groups(root):  # the last one that counts is the innermost
        counted = _counter(os.path.join(folder, "memory.events"))
        counted = _counter(os.path.join(folder, "memory.oom_control")) if counted is None else counted
        own = own if counted is None else counted
    return Kills(own, _counter(os.path.join(root, "proc/vmstat")))


def _counter(path: str) -> Optional[int]:
    found = re.search(r"(?m)^oom_kill (\d+)$", _read(path))
    return int(found.group(1)) if found else None


def measure(before: Kills, handed_on: bool = False) -> Dict[str, Optional[int]]:
    """The figures of a program that has just ended; no other may have been started and waited for.

    Args:
        before: of `kills_for_memory`, from before it started.
        handed_on: it was not killed itself; its exit code says that a program which it had started was.

    Returns:
        `peak`: the most that one of its processes held, None if that was a mere messenger; `total`: of the
        computer; `limit`: of the container or job, where there is one; `kills`: processes of the same control
        group that the kernel ended for lack of memory meanwhile; `kills_on_machine`: on the whole computer.
    """
    now, peak, total, limit = kills_for_memory(), _peak(), _total(), limit_here()
    return {
        "peak": None if handed_on and peak and peak < MESSENGER else peak,
        "total": total,
        "limit": limit if limit and (total is None or limit < total) else None,
        "kills": _since(before.group, now.group),
        "kills_on_machine": _since(before.machine, now.machine),
    }


def _since(before: Optional[int], now: Optional[int]) -> Optional[int]:
    return None if before is None or now is None else now - before


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
    told = _read(os.path.join(root, "proc/self/cgroup"))
    values = [_read(os.path.join(root, path[1:])).strip() for path in limit_files(told)]
    return min((int(value) for value in values if value.isdigit()), default=None)


def _groups(root: str) -> Iterator[str]:
    """The folders of the control groups that this process is in and that bound memory, outermost first."""
    for folder in memory_groups(_read(os.path.join(root, "proc/self/cgroup"))):
        yield os.path.join(root, folder[1:])


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
    anywhere = kills if kills is not None else memory.get("kills_on_machine")
    if peak >= MUCH * room or (anywhere and peak >= LITTLE * room):  # else it was probably a neighbour
        return "likely"
    return "unlikely" if anywhere == 0 and peak < LITTLE * room else "unclear"


def with_memory(
    answer: Dict[str, Any], memory: Any, language: Optional[str] = None, text: str = ""
) -> Dict[str, Any]:
    """The answer on a killed program with what was measured, and with what follows from it.

    Args:
        answer: of `explain`.
        memory: of `measure`; anything else leaves the answer as it is.
        text: the output; where it tells of lack of memory itself, figures do not take that back.
    """
    if not isinstance(memory, dict) or not memory.get("peak"):
        return answer
    language = language or words.current_language()
    found, says = verdict(memory), _tells_of_memory(text, answer)
    if found == "unlikely" and says:
        found = "unclear"
    told = ("" if language == "zh" else " ").join(_told(memory, found, says, language))
    answer = {**answer, "memory": {**memory, "out_of_memory": found, "told": told}}
    if found == "unlikely":
        answer = _without_cause(answer, language)
    elif found == "likely":
        answer = _with_cause_likely(answer, language)
    if found != "unclear" and (answer.get("plain") or {}).get("exception") == "SIGKILL":
        answer["question"] = words.text("explain.killed.question-" + found, language)
    return answer


def _tells_of_memory(text: str, answer: Dict[str, Any]) -> bool:
    """Whether the output says that main memory ran out, or shows it so clearly that the cause is sure."""
    ours = [c for c in answer["candidates"] if c["cause_id"] == CAUSE]
    lines = [*text.splitlines(), *(c.get("line", "") for c in ours)]
    return any(c["confidence"] == "sure" for c in ours) or any(
        TOLD.search(line) and not OF_A_CARD.search(line) for line in lines
    )


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


def _with_cause_likely(answer: Dict[str, Any], language: str) -> Dict[str, Any]:
    """The answer with lack of memory as a likely cause at its place; the only one where nothing was known
    but that the program was killed."""
    before = answer["candidates"]
    ours = next((c for c in before if c["cause_id"] == CAUSE), None)
    if ours is None:
        killed = not answer["known"] and (answer.get("plain") or {}).get("exception") == "SIGKILL"
        return _known_by_measurement(answer, language) if killed else answer
    raised = _likely(ours)
    others = [c for c in before if c is not ours]
    behind = [i for i, c in enumerate(others) if c["harmless"] or c["probability"] < raised["probability"]]
    place = min(behind, default=len(others))
    answer = {**answer, "candidates": [*others[:place], raised, *others[place:]]}
    if answer["candidates"][0] is raised and before[0] is not ours:  # the question was the other's
        answer["question"] = words.text("explain.killed.question-likely", language)
    return answer


def _known_by_measurement(answer: Dict[str, Any], language: str) -> Dict[str, Any]:
    from deepstart.trouble.explain import measured

    said = {key: value for key, value in answer.items() if key not in ("plain", "harmless")}
    question = words.text("explain.killed.question-likely", language)
    return {**said, "known": True, "candidates": [measured(CAUSE, MOST, language)], "question": question}


def _told(memory: Dict[str, Optional[int]], found: str, says: bool, language: str) -> List[str]:
    sizes = {name: _size(memory.get(name)) for name in ("peak", "total", "limit")}
    room = "peak-of-limit" if memory.get("limit") else "peak-of-machine"
    here, anywhere = memory.get("kills"), memory.get("kills_on_machine")
    kills, where = (anywhere, "-somewhere") if here is None else (here, "")
    keys = [room if memory.get("total") else "peak"]
    keys += [] if kills is None else [("counted" if kills else "none-counted") + where]
    keys.append("unclear-but-told" if says and found == "unclear" else found)
    return [words.text("explain.killed." + key, language, kills=kills, **sizes) for key in keys]


def _likely(candidate: Dict[str, Any]) -> Dict[str, Any]:
    """The candidate; lack of memory has become likely, if it was not more than that before."""
    if candidate["confidence"] == "sure":
        return candidate
    return {**candidate, "probability": max(MOST, candidate["probability"]), "confidence": "likely"}


def _size(size: Optional[int]) -> str:
    """A size as people read it."""
    if not size:
        return "?"
    return "%.1f GiB" % (size / GIB) if size >= GIB else "%d MiB" % (size >> 20)
