"""From goals, knowledge and hours a week to an ordered, dated path."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from deepstart.start.skills import Goal, Graph, Resource, Skill
from deepstart.words import current_language

#: What everybody needs on the way, whatever the goal: to ask well, to go back, to judge the need.
FOR_EVERYBODY = ("know.what", "know.ask", "know.need", "git.commit", "ed.vscode")
#: Tools of every day, in this order, each as soon as it can be learned: they serve all that follows.
EARLY = ("py.run", "os.pipes", "env.venv", "ed.vscode", "know.ask", "git.get", "git.commit")


@dataclass(frozen=True)
class Step:
    """One skill of a path.

    Args:
        skill: what is learned.
        first, last: the days on which it begins and ends.
        resources: pages in the reader's language, official ones first.
        leads_to: the later steps that need it directly.
        lesson_there: the lesson that proves it is already part of deepstart.
    """

    skill: Skill
    first: date
    last: date
    resources: tuple[Resource, ...]
    leads_to: tuple[Skill, ...]
    lesson_there: bool

    def as_json(self) -> dict:
        language = current_language()
        return {
            "id": self.skill.id,
            "name": self.skill.name[language],
            "why": self.skill.why[language],
            "needs": self.skill.needs,
            "leads_to": [s.id for s in self.leads_to],
            "hours": self.skill.hours,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "resources": [
                {"title": r.title, "address": r.address, "official": r.official} for r in self.resources
            ],
            "proof": self.skill.proof[language],
            "lesson": {"id": self.skill.lesson, "there": self.lesson_there},
        }


@dataclass(frozen=True)
class Path:
    """The way to some goals.

    Args:
        goals: where it leads.
        steps: what is still to learn, in order.
        done: wanted skills that are mastered already.
        hours_per_week: time for learning.
    """

    goals: tuple[Goal, ...]
    steps: tuple[Step, ...]
    done: tuple[Skill, ...]
    hours_per_week: float

    @property
    def hours(self) -> float:
        return sum(s.skill.hours for s in self.steps)

    @property
    def start(self) -> date | None:
        return self.steps[0].first if self.steps else None

    def starts_before(self, day: date) -> bool:
        """Whether the first step lies before `day`."""
        return self.start is not None and self.start < day

    @property
    def end(self) -> date | None:
        return self.steps[-1].last if self.steps else None

    def as_json(self) -> dict:
        language = current_language()
        return {
            "goals": [{"id": g.id, "name": g.name[language]} for g in self.goals],
            "hours": self.hours,
            "hours_per_week": self.hours_per_week,
            "end": self.end.isoformat() if self.end else None,
            "steps": [s.as_json() for s in self.steps],
            "done": [s.id for s in self.done],
        }


def wanted_skills(graph: Graph, goals: Iterable[Goal], extra: Iterable[str] = ()) -> frozenset[str]:
    """Everything that the goals rest on, what everybody needs, and `extra`."""
    return graph.closure([*FOR_EVERYBODY, *extra, *(t for g in goals for t in g.targets)])


def order_of(graph: Graph, todo: frozenset[str]) -> list[str]:
    """`todo` with each skill after its prerequisites, staying within an area where that is possible.

    Short roads first: among what can be learned now, first the tools of every day, then the area just
    worked on, then the skill on which most of the rest depends.
    """
    early = {key: len(EARLY) - at for at, key in enumerate(EARLY)}
    order: list[str] = []
    left = set(todo)
    while left:
        ready = [k for k in graph.skills if k in left and left.isdisjoint(graph.skills[k].needs)]
        area = graph.skills[order[-1]].area if order else "know"
        order.append(
            max(
                ready,
                key=lambda k: (early.get(k, 0), graph.skills[k].area == area, len(graph.after[k] & left)),
            )
        )
        left.remove(order[-1])
    return order


@cache
def lessons_there() -> frozenset[str]:
    """Ids of the lessons that can be started: folders `learn/lessons/AREA_NAME`, and the verb `learn`."""
    package = files("deepstart")
    folder = package / "learn" / "lessons"
    if not (folder.is_dir() and (package / "cli" / "learn.py").is_file()):
        return frozenset()
    return frozenset(p.name.replace("_", ".", 1) for p in folder.iterdir() if p.is_dir())


def day_after(start: date, hours: float, hours_per_week: float) -> date:
    """The day on which `hours` are used up, learning evenly through the week."""
    return start + timedelta(days=max(0, math.ceil(hours * 7 / hours_per_week) - 1))


def build_path(
    graph: Graph,
    goals: Iterable[Goal],
    mastered: frozenset[str],
    hours_per_week: float,
    start: date,
    extra: Iterable[str] = (),
) -> Path:
    """The way from what is `mastered` to the goals, beginning on `start`."""
    goals = tuple(goals)
    wanted = wanted_skills(graph, goals, extra)
    order = order_of(graph, wanted - mastered)
    language, steps, spent = current_language(), [], 0.0
    for key in order:
        skill = graph.skills[key]
        first = day_after(start, spent + 1e-9, hours_per_week)
        spent += skill.hours
        steps.append(
            Step(
                skill,
                first,
                day_after(start, spent, hours_per_week),
                tuple(graph.resources_for(skill, language)),
                tuple(graph.skills[k] for k in order if key in graph.skills[k].needs),
                skill.lesson in lessons_there(),
            )
        )
    done = tuple(graph.skills[k] for k in graph.skills if k in wanted & mastered)
    return Path(goals, tuple(steps), done, hours_per_week)
