"""Checks: each file asks one question of the facts and answers with a verdict.

    @check("driver-new-enough", layer="driver", needs=("driver.smi",), after=("driver-answers",))
    def driver_new_enough(facts):
        if old:
            return fault("driver-too-old-for-cuda-runtime", seen("driver", found), seen("needed", wanted))
        return fine(seen("driver", found))

A check is a pure function: it gets Facts and returns one verdict or a list of them. The runner does
the rest: order, `blocked` when an earlier check failed, `unknown` when a fact that it needs is
missing or when the check itself breaks.

A verdict that finds fault carries the id of a cause in the catalogue; its sentences are there. What
a check sees itself goes along as facts, with the words in `doctor.fact.NAME`.
"""

import pkgutil
from functools import lru_cache
from importlib import import_module
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from deepstart.findings import LAYERS, Fact, Remedy
from deepstart.machine.facts import Facts


class Verdict(NamedTuple):
    """What a check says. `cause` is set for warn and fail, `because` for not_applicable."""

    status: str
    cause: str = ""
    facts: Tuple[Fact, ...] = ()
    remedies: Tuple[Remedy, ...] = ()
    because: str = ""
    layer: str = ""


Answer = Union[Verdict, Sequence[Verdict]]


class Check(NamedTuple):
    id: str
    layer: str
    needs: Tuple[str, ...]
    after: Tuple[str, ...]
    platforms: Tuple[str, ...]
    ask: Callable[[Facts], Answer]


CHECKS: Dict[str, Check] = {}


def check(
    id: str,
    layer: str,
    needs: Tuple[str, ...] = (),
    after: Tuple[str, ...] = (),
    platforms: Tuple[str, ...] = ("linux", "windows", "macos"),
):
    """Register a check.

    Args:
        id: short kebab-case name, said so that passing is good news; its title is `doctor.ID.what`.
        needs: facts without which there is no answer.
        after: checks that must not have failed; a failed one blocks this one. When none of them has an
            answer, this one has none either.
        platforms: on others it does not apply.
    """

    def register(ask):
        CHECKS[id] = Check(id, layer, needs, after, platforms, ask)
        return ask

    return register


@lru_cache(maxsize=None)
def all_checks() -> List[Check]:
    """Every check of this folder: lowest layer first, and each after those that it waits for."""
    for module in pkgutil.iter_modules(__path__):
        import_module("%s.%s" % (__name__, module.name))
    done: List[Check] = []
    waiting = sorted(CHECKS.values(), key=lambda c: (LAYERS.index(c.layer), c.id))
    while waiting:
        ready = next((c for c in waiting if all(a in {d.id for d in done} for a in c.after)), None)
        if ready is None:
            raise ValueError("checks wait for each other: %s" % [c.id for c in waiting])
        waiting.remove(ready)
        done.append(ready)
    return done


def seen(name: str, value: Any, source: str = "") -> Fact:
    """A fact worth showing beside a verdict; lists become text."""
    return Fact(name, ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value, source)


def fine(*facts: Fact) -> Verdict:
    """The answer is yes."""
    return Verdict("pass", facts=facts)


def fault(cause: str, *facts: Fact, remedies: Sequence[Remedy] = (), layer: str = "") -> Verdict:
    """This cause is at work and stops the user."""
    return Verdict("fail", cause, facts, tuple(remedies), layer=layer)


def attention(cause: str, *facts: Fact, remedies: Sequence[Remedy] = (), layer: str = "") -> Verdict:
    """This cause may trouble the user; work can go on."""
    return Verdict("warn", cause, facts, tuple(remedies), layer=layer)


def does_not_apply(because: str) -> Verdict:
    """The question makes no sense here; the reason is `doctor.because.BECAUSE`."""
    return Verdict("not_applicable", because=because)


def pip(facts: Facts, *arguments: str) -> str:
    """A pip command for the very Python that was examined; `uv pip` inside an environment without pip."""
    python = facts.get("python.executable") or "python"
    quoted = '"%s"' % python if " " in python else python
    words = " ".join('"%s"' % a if any(c in a for c in "<>[ *") else a for a in arguments)
    if "pip" not in facts.get("packages.installed", {"pip": ""}):
        return "uv pip %s --python %s" % (words, quoted)
    return "%s -m pip %s" % (quoted, words)


def install(facts: Facts, *wanted: str, back: Sequence[str] = ()) -> Remedy:
    """Install these; undone by putting back what is there now. Safe only in an own environment."""
    undo = (pip(facts, "install", *back),) if back else ()
    return Remedy(
        (pip(facts, "install", *wanted),), "safe" if own_environment(facts) else "careful", undo=undo
    )


def pinned(facts: Facts, *names: str) -> Tuple[str, ...]:
    """`name==version` of those that are installed, for an undo."""
    packages = facts.get("packages.installed", {})
    return tuple("%s==%s" % (name, packages[name]) for name in names if name in packages)


def own_environment(facts: Facts) -> bool:
    """Whether the examined Python is an environment of the user's own: only there a change is safe."""
    return facts.get("python.kind") in ("venv", "conda")


def first(items: Sequence[Any]) -> Optional[Any]:
    return items[0] if items else None
