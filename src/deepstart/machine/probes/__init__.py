"""Probes: each file asks this computer one kind of question and gives facts, whatever happens.

    @probe("cpu.model", "cpu.count", source="/proc/cpuinfo")
    def processor(system):
        return {"cpu.model": ..., "cpu.count": ...}

A probe looks and never changes anything. It may raise `Unknown("denied")`; any other exception is
our own fault and becomes the fact `failed`. Every fact that it names and does not give is `absent`.
"""

import pkgutil
import threading
import time
from importlib import import_module
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from deepstart.machine.system import Reply, System


class Unknown(Exception):
    """A fact cannot be seen; the reason is one of facts.ERRORS."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why


class Probe(NamedTuple):
    name: str
    facts: Tuple[str, ...]
    source: str
    platforms: Tuple[str, ...]
    limit: float
    look: Callable[[System], Dict[str, Any]]


PROBES: Dict[str, Probe] = {}
EVERYWHERE = ("linux", "windows", "macos")
_WHY = {"missing": "absent", "denied": "denied", "timeout": "timeout", "capped": "garbled"}


def probe(*facts: str, source: str, platforms: Tuple[str, ...] = EVERYWHERE, limit: float = 12.0):
    """Register a probe that gives these facts on these platforms, within a limit in seconds."""

    def register(look):
        PROBES[look.__name__] = Probe(look.__name__, facts, source, platforms, limit, look)
        return look

    return register


def all_probes() -> List[Probe]:
    """Every probe of this folder."""
    for module in pkgutil.iter_modules(__path__):
        import_module("%s.%s" % (__name__, module.name))
    return list(PROBES.values())


def text_of(reply: Reply) -> str:
    """The text of a reply that went well; otherwise the fact is unknown for the reply's reason."""
    if not reply.ok:
        raise Unknown(_WHY.get(reply.outcome, "failed"))
    return reply.text


def run_probes(
    system: System, probes: List[Probe], limit: Optional[float] = None
) -> Dict[str, Dict[str, Any]]:
    """All facts of all probes that fit this platform, asked at the same time, each within its limit."""
    fitting = [p for p in probes if system.platform in p.platforms]
    running = [_Running(p, system) for p in fitting]
    facts: Dict[str, Dict[str, Any]] = {}
    for one in running:
        facts.update(one.facts(limit or one.probe.limit))
    return facts


class _Running(threading.Thread):
    """A probe at work: a thread that nobody has to wait for longer than the limit."""

    def __init__(self, probe: Probe, system: System):
        super().__init__(daemon=True, name="probe-" + probe.name)
        self.probe, self.system, self.started = probe, system, time.monotonic()
        self.answer: Dict[str, Any] = {}
        self.why = "timeout"
        self.ms = 0
        self.start()

    def run(self):
        try:
            answer = self.probe.look(self.system)
            self.answer, self.why = (answer, "absent") if isinstance(answer, dict) else ({}, "failed")
        except Unknown as unknown:
            self.why = unknown.why
        except Exception:
            self.why = "failed"
        self.ms = int((time.monotonic() - self.started) * 1000)

    def facts(self, limit: float) -> Dict[str, Dict[str, Any]]:
        self.join(max(0.0, limit - (time.monotonic() - self.started)))
        answer, why = dict(self.answer), self.why
        return {name: self._fact(answer.get(name), why) for name in self.probe.facts}

    def _fact(self, value: Any, why: str) -> Dict[str, Any]:
        known = {"error": why} if value is None else {"value": value}
        return {**known, "source": self.probe.source, "ms": self.ms}
