"""The skill graph: nodes are skills, arrows are prerequisites. One TOML file an area.

Adding a skill is adding one `[[skill]]` entry (and, where it needs new ones, `[resources.ID]`) to
the file of its area. Hours are for a newcomer, exercises included.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

HERE = Path(__file__).parent
PROOF_KINDS = ("command", "exercise", "project", "quiz")


@dataclass(frozen=True)
class Resource:
    """A page to learn from.

    Args:
        id: short name, unique over all areas.
        language: `en` or `zh`.
        title: as its makers call it.
        address: where it is.
        official: made by those who make the thing that it explains.
    """

    id: str
    language: str
    title: str
    address: str
    official: bool = False


@dataclass(frozen=True)
class Skill:
    """One thing to be able to do.

    Args:
        id: `area.name`.
        area: id of its area.
        name: by language.
        why: one sentence by language: what it is good for.
        needs: ids of the skills that come directly before it.
        hours: to learn it, exercises included, for somebody who knows its prerequisites.
        proof: what shows that it is mastered: `kind` (one of PROOF_KINDS), a sentence by language and,
            for a command, `command` and `expect`.
        resources: ids by language, in the order of preference.
        optional: no goal has to pass through it.
        platforms: the systems that it concerns; empty: all.
    """

    id: str
    area: str
    name: Mapping[str, str]
    why: Mapping[str, str]
    needs: tuple[str, ...]
    hours: float
    proof: Mapping[str, str]
    resources: Mapping[str, list[str]]
    optional: bool = False
    platforms: tuple[str, ...] = ()

    @property
    def lesson(self) -> str:
        """Id of the deepstart lesson that proves it: the skill's own."""
        return self.id


@dataclass(frozen=True)
class Goal:
    """What a person wants to be able to do in the end.

    Args:
        id: short name.
        name: by language.
        targets: ids of the skills that reach it.
        things: by language: what names its material; a trailing `*` stands for any ending.
        tasks: what is done with a material and names the goal.
        usual: what usually means this goal where no material is named.
        hints: vague verbs, which only break a tie.
        general: names of deep learning as a whole; the goal is where a newcomer begins.
        medium: the area whose material it works on; its own where none is given.
        beside: it stands beside a goal about data (on a phone, as a service) and excludes none.
    """

    id: str
    name: Mapping[str, str]
    targets: tuple[str, ...]
    things: Mapping[str, list[str]] = field(default_factory=dict)
    tasks: Mapping[str, list[str]] = field(default_factory=dict)
    usual: Mapping[str, list[str]] = field(default_factory=dict)
    hints: Mapping[str, list[str]] = field(default_factory=dict)
    general: Mapping[str, list[str]] = field(default_factory=dict)
    medium: str = ""
    beside: bool = False

    def phrases(self, kind: str) -> set[str]:
        """The phrases of one kind, of all languages: people mix them."""
        return {phrase for phrases in getattr(self, kind).values() for phrase in phrases}


@dataclass(frozen=True)
class Graph:
    """All skills, in an order in which each comes after its prerequisites."""

    skills: Mapping[str, Skill]
    areas: Mapping[str, Mapping[str, str]]
    goals: Mapping[str, Goal]
    resources: Mapping[str, Resource]

    @cached_property
    def before(self) -> dict[str, frozenset[str]]:
        """Everything that a skill rests on, directly or not, itself left out."""
        out: dict[str, frozenset[str]] = {}
        for key, skill in self.skills.items():
            out[key] = frozenset(skill.needs).union(*(out[n] for n in skill.needs))
        return out

    @cached_property
    def after(self) -> dict[str, frozenset[str]]:
        """Everything that rests on a skill, directly or not."""
        return {k: frozenset(s for s in self.skills if k in self.before[s]) for k in self.skills}

    def closure(self, targets: Iterable[str]) -> frozenset[str]:
        """`targets` and everything that they rest on."""
        targets = frozenset(targets)
        return targets.union(*(self.before[t] for t in targets))

    def resources_for(self, skill: Skill, language: str) -> list[Resource]:
        """The skill's pages in `language`, official ones first."""
        found = [self.resources[r] for r in skill.resources[language]]
        return sorted(found, key=lambda r: not r.official)


def in_order(skills: Mapping[str, Skill]) -> list[str]:
    """Ids with each after its prerequisites, else as listed; a cycle or a missing one raises."""
    order: list[str] = []
    waiting = dict(skills)
    while waiting:
        ready = [k for k, s in waiting.items() if all(n in skills and n not in waiting for n in s.needs)]
        if not ready:
            raise ValueError(f"skills in a cycle, or with an unknown prerequisite: {sorted(waiting)}")
        order += ready
        for k in ready:
            del waiting[k]
    return order


def read_skill(entry: dict, area: str) -> Skill:
    """One `[[skill]]` entry."""
    tuples = {k: tuple(entry.get(k, ())) for k in ("needs", "platforms")}
    return Skill(**{**entry, **tuples, "area": area})


def read_graph(folder: Path) -> Graph:
    """The graph in the TOML files of `folder`."""
    skills, areas, goals, resources = {}, {}, {}, {}
    for path in sorted(folder.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        area = content["area"]["id"]
        areas[area] = content["area"]["name"]
        for entry in content.get("skill", []):
            if entry["id"] in skills:
                raise ValueError(f"two skills are called {entry['id']!r}")
            skills[entry["id"]] = read_skill(entry, area)
        for entry in content.get("goal", []):
            goals[entry["id"]] = Goal(**{"medium": area, **entry, "targets": tuple(entry["targets"])})
        for key, entry in content.get("resources", {}).items():
            resources[key] = Resource(id=key, **entry)
    return Graph({k: skills[k] for k in in_order(skills)}, areas, goals, resources)


@cache
def skill_graph() -> Graph:
    """The graph that comes with deepstart."""
    return read_graph(HERE)
