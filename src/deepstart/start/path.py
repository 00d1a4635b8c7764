"""`deepstart path`: from a wish to the ordered path, step by step of the interview."""

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from deepstart.findings import UserError
from deepstart.start import memory
from deepstart.start.goals import Understanding, understand_all
from deepstart.start.measure import Measured, measure, platform_skills
from deepstart.start.placement import ANSWERS, Placement
from deepstart.start.plan import Path, build_path, wanted_skills
from deepstart.start.skills import Graph, skill_graph
from deepstart.words import current_language

MOST_HOURS = 100
#: Chance above which a skill counts as known when no questions could be asked.
CAUTIOUS = 0.8
#: Asks one question: number, skill id -> a key of ANSWERS.
Ask = Callable[[int, str], str]


@dataclass(frozen=True)
class Result:
    """What `path` found.

    Args:
        graph: all skills.
        path: the way.
        record: what is remembered.
        measured: what was seen on this computer; empty when an earlier visit had measured.
        question: skill about which the next question would tell most; None: enough is known.
        asked: number of questions asked in this visit.
        sureness: share of skills expected to be judged right, 0 to 1.
        understood: the goals as they were understood in this visit.
    """

    graph: Graph
    path: Path
    record: memory.Record
    measured: tuple[Measured, ...] = ()
    question: str | None = None
    asked: int = 0
    sureness: float = 1.0
    understood: Understanding = Understanding(())

    def as_json(self) -> dict:
        language = current_language()
        seen = [{"name": m.name, "value": m.value, "skill": m.skill or None} for m in self.measured]
        question = None
        if self.question:
            skill = self.graph.skills[self.question]
            question = {"skill": skill.id, "name": skill.name[language], "proof": skill.proof[language]}
        return {
            "path": self.path.as_json(),
            "mastered": sorted(self.record.mastered(self.graph)),
            "passed": self.record.passed,
            "measured": seen,
            "question": question,
            "asked": self.asked,
            "sureness": round(self.sureness, 3),
            "assumed": self.understood.assumed,
        }


def skill_named(name: str, graph: Graph) -> str:
    """The id of a skill; UserError with the nearest ones for a name that is none."""
    if name in graph.skills:
        return name
    by_name = {n.lower(): k for k, s in graph.skills.items() for n in (k, *s.name.values())}
    if name.lower() in by_name:
        return by_name[name.lower()]
    near = difflib.get_close_matches(name.lower(), by_name, 3, 0.3)
    options = list(dict.fromkeys(by_name[n] for n in near)) or "-"
    raise UserError("path.skill-unknown", skill=name, nearest=options, goal=next(iter(graph.goals)))


def parsed_answers(answers: Iterable[str], graph: Graph) -> dict[str, str]:
    """`py.func=yes` as {"py.func": "yes"}."""
    out = {}
    for answer in answers:
        name, _, reply = answer.partition("=")
        if reply not in ANSWERS:
            raise UserError("path.bad-answer", answer=answer)
        out[skill_named(name, graph)] = reply
    return out


def checked_hours(hours: float) -> float:
    if not 0 < hours <= MOST_HOURS:
        raise UserError("path.bad-hours", hours=f"{hours:g}")
    return hours


#: A path that starts later cannot be dated to its end.
LAST_YEAR = 9000


def parsed_date(day: str | None) -> date:
    """An ISO date; today when absent."""
    try:
        found = date.fromisoformat(day) if day else date.today()
    except ValueError:
        raise UserError("path.bad-date", date=day) from None
    if not 1970 <= found.year <= LAST_YEAR:
        raise UserError("path.bad-date", date=day)
    return found


def place_person(
    graph: Graph,
    wanted: Iterable[str],
    answers: dict[str, str],
    known: Iterable[str],
    ask: Ask | None,
) -> Placement:
    """Placement from what was answered and said; asks on while `ask` is given."""
    placement = Placement(graph, wanted)
    for skill in known:
        placement.answer(skill, "yes")
    for skill, reply in answers.items():
        placement.answer(skill, reply)
    while ask and (skill_id := placement.next_question()):
        placement.answer(skill_id, ask(len(placement.asked) + 1, skill_id))
    return placement


def shown_to_know(placement: Placement, interviewed: bool) -> frozenset[str]:
    """The skills that the answers speak for; none without an answer that says more than "no".

    Without an interview the answers are few: then only what a "yes" rests on counts, as to repeat a
    skill costs less than to skip one that is missing.
    """
    if interviewed and set(placement.asked.values()) - {"no"}:
        return placement.known()
    said_yes = [k for k, reply in placement.asked.items() if reply == "yes"]
    return placement.known(CAUTIOUS) & placement.graph.closure(said_yes)


def new_path(
    goals: Sequence[str],
    hours: float,
    *,
    know: Sequence[str] = (),
    answers: Sequence[str] = (),
    start: str | None = None,
    ask: Ask | None = None,
    graph: Graph | None = None,
) -> Result:
    """A first path: place the person, lay the way, remember both.

    Args:
        goals: wishes in the person's own words, or ids of goals.
        hours: a week.
        know: skills that the person says to have.
        answers: `SKILL=yes|partly|no`.
        start: ISO date of the first day; None: today.
        ask: asks the placement's questions; None: none are asked.

    Raises:
        UserError: a wish, skill, answer, number or date is not understood.
    """
    graph = graph or skill_graph()
    understood, given = understand_all(goals, graph), parsed_answers(answers, graph)
    found = understood.goals
    hours, first = checked_hours(hours), parsed_date(start)
    said = [skill_named(k, graph) for k in know]
    measured = tuple(measure())
    extra = extra_skills(measured)
    wanted = wanted_skills(graph, found, extra)
    installed = {m.skill for m in measured if m.value and m.skill}
    placement = place_person(graph, wanted - installed, given, said, ask)
    known = shown_to_know(placement, ask is not None) | graph.closure(said)
    record = memory.Record(
        goals=[g.id for g in found],
        hours_per_week=hours,
        start=first.isoformat(),
        extra=sorted(extra),
        known=sorted(known),
        installed=sorted(installed),
        answers=placement.asked,
    )
    if earlier := _earlier():
        record.passed = earlier.passed
    memory.write_record(record)
    path = build_path(graph, found, record.mastered(graph), hours, first, extra)
    asked = len(placement.asked) - len(given) - len(said)
    question, sureness = placement.next_question(), placement.sureness()
    return Result(graph, path, record, measured, question, asked, sureness, understood)


def _earlier() -> memory.Record | None:
    try:
        return memory.read_record()
    except UserError:  # it is about to be replaced
        return None


def extra_skills(measured: Iterable[Measured]) -> frozenset[str]:
    """Optional skills that this computer makes worth while."""
    from deepstart.machine.system import System

    gpu = any(m.name == "gpu" and m.value for m in measured)
    return platform_skills(System().platform, gpu)


def same_path(record: memory.Record, *, hours: float | None = None, start: str | None = None) -> Result:
    """The remembered path, laid again from today over what is still to learn."""
    graph = skill_graph()
    goals = [graph.goals[g] for g in record.goals if g in graph.goals]
    wished = replace(
        record,
        hours_per_week=record.hours_per_week if hours is None else checked_hours(hours),
        start=parsed_date(start).isoformat() if start else record.start,
    )
    if wished != record:
        memory.write_record(wished)
    record = wished
    begun = date.fromisoformat(record.start)
    # Days that are over hold no learning any more, unless they were asked for.
    first = begun if start else max(date.today(), begun)
    extra = [k for k in record.extra if k in graph.skills]
    path = build_path(graph, goals, record.mastered(graph), record.hours_per_week, first, extra)
    return Result(graph, path, record)
