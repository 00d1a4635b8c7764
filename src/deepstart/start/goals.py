"""From a person's words to goals: "classify my microscope pictures" names pictures, and classifying.

What is named decides: the material (pictures, reviews), then what is done with it (count, translate).
Things that only usually come as one material (flowers: as pictures) decide where no material is named;
vague verbs (recognise) only where nothing else does, and what was assumed is said.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from deepstart.findings import UserError
from deepstart.start.skills import Goal, Graph
from deepstart.words import current_language, text

#: What a phrase can be for a goal, the most telling first: the lists of words of a Goal.
KINDS = ("things", "tasks", "usual", "hints", "general")
#: How alike a misspelt word has to be to the one that it is taken for.
ALIKE = 0.85


@dataclass(frozen=True)
class Mention:
    """A phrase of a goal found in a wish, from letter `first` to before `last`."""

    first: int
    last: int
    goal: Goal
    kind: str

    def inside(self, other: "Mention") -> bool:
        """Whether it is only a part of a longer phrase: "robot" in "chat robot"."""
        longer = other.last - other.first > self.last - self.first
        return longer and other.first <= self.first and self.last <= other.last


@dataclass(frozen=True)
class Understanding:
    """What a wish was taken for.

    Args:
        goals: where it leads, what is done with the material first.
        assumed: no word named it beyond doubt.
    """

    goals: tuple[Goal, ...]
    assumed: bool = False


@cache
def pattern(phrase: str) -> re.Pattern[str]:
    """Whole words in Latin script, plural or not (`*`: any ending); anything in Chinese."""
    if not phrase.isascii():
        return re.compile(re.escape(phrase))
    # ASCII letters only: in Chinese text a Latin word has no spaces around it.
    end = r"[a-z]*" if phrase.endswith("*") else r"(?:e?s)?(?![a-z])"
    words = re.escape(phrase.rstrip("*")).replace(r"\ ", r"(?:e?s)?\s+")
    return re.compile(rf"(?<![a-z]){words}{end}")


def mentions(wish: str, graph: Graph) -> list[Mention]:
    """All phrases of all goals in a wish; where one lies in a longer one, the longer counts."""
    found = [
        Mention(*match.span(), goal, kind)
        for goal in graph.goals.values()
        for kind in KINDS
        for phrase in goal.phrases(kind)
        for match in pattern(phrase).finditer(wish)
    ]
    found = [m for m in found if not any(m.inside(o) for o in found)]
    return [m for m in found if not any(describes(m, o, wish) for o in found)]


def describes(one: Mention, other: Mention, wish: str) -> bool:
    """Whether the first thing only says of which kind the second is: "game reviews" are reviews."""
    between = wish[one.last : other.first] if one.last <= other.first else "apart"
    things = one.kind == other.kind == "things" and not other.goal.beside
    return things and one.goal != other.goal and between in ("", " ", "'s ", "' ", "的")


def decided(found: list[Mention]) -> Understanding:
    """The goals that the mentions speak for; none where only vague words were found."""
    by = {kind: list(dict.fromkeys(m.goal.id for m in found if m.kind == kind)) for kind in KINDS}
    goals = {m.goal.id: m.goal for m in found}

    def about_data(kind: str) -> list[str]:
        return [g for g in by[kind] if not goals[g].beside]

    things, usual = about_data("things"), about_data("usual")
    media = {goals[g].medium for g in things or usual}
    tasks = [g for g in about_data("tasks") if not media or goals[g].medium in media]
    material = things or ([] if tasks else preferred(usual, by["hints"]))
    # What is done with a material stands for it, unless a vaguer verb is named beside ("count and sort").
    done_with = {goals[g].medium for g in tasks}
    material = [g for g in material if goals[g].medium not in done_with or g in by["hints"]]
    beside = [g for g in (*by["things"], *by["tasks"]) if goals[g].beside]
    named = dict.fromkeys([*tasks, *material, *beside])
    assumed = bool(material or tasks) and not (things or (tasks and media))
    return Understanding(tuple(goals[g] for g in named), assumed)


def preferred(goals: list[str], hinted: list[str]) -> list[str]:
    """Those of several that a vague verb speaks for, where it speaks for some."""
    return [g for g in goals if g in hinted] or goals


def guessed(found: list[Mention]) -> tuple[Goal, ...]:
    """The goals that only a place, vague verbs or the field as a whole speak for; several when they tie."""
    for kind in ("usual", "hints", "general"):
        if goals := [m.goal for m in found if m.kind == kind]:
            most = max(map(goals.count, goals))
            return tuple({g.id: g for g in goals if goals.count(g) == most}.values())
    return ()


def understand(wish: str, graph: Graph) -> Understanding:
    """The goals that a wish names; an id or a goal's own name counts as itself.

    Raises:
        UserError: nothing in it is known, or it fits several goals; they are offered.
    """
    wish = wish.lower().strip()
    for goal in graph.goals.values():
        if wish in (goal.id, *(n.lower() for n in goal.name.values())):
            return Understanding((goal,))
    found = mentions(wish, graph)
    understood = decided(found)
    if understood.goals:
        return understood
    if (better := respelt(wish, graph)) != wish:
        return Understanding(understand(better, graph).goals, assumed=True)
    if not (maybe := guessed(found)):
        raise UserError("path.goal-unknown", goal=wish, goals=goal_list(nearest(wish, graph)))
    if len(maybe) > 1:
        raise UserError("path.goal-unclear", goal=wish, goals=goal_list(maybe))
    return Understanding(maybe, assumed=True)


def understand_all(wishes: Iterable[str], graph: Graph) -> Understanding:
    """The goals of several wishes, each once."""
    each = [understand(wish, graph) for wish in wishes]
    goals = {g.id: g for one in each for g in one.goals}
    return Understanding(tuple(goals.values()), any(one.assumed for one in each))


def respelt(wish: str, graph: Graph) -> str:
    """The wish with misspelt Latin words as the most similar ones that are known."""
    known = vocabulary(graph)

    def corrected(match: re.Match[str]) -> str:
        near = [] if match[0] in known else difflib.get_close_matches(match[0], known, 1, ALIKE)
        return near[0] if near else match[0]

    return re.sub(r"(?<![a-z])[a-z]{5,}(?![a-z])", corrected, wish)


def vocabulary(graph: Graph) -> set[str]:
    """All single Latin words that name a goal, singular and plural."""
    phrases = {p.rstrip("*") for g in graph.goals.values() for kind in KINDS[:3] for p in g.phrases(kind)}
    single = {p for p in phrases if p.isascii() and p.isalpha() and len(p) > 3}
    return single | {p + "s" for p in single}


def near(understood: Understanding, graph: Graph) -> list[Goal]:
    """Other goals with the same material."""
    media = {g.medium for g in understood.goals}
    return [g for g in graph.goals.values() if g.medium in media and g not in understood.goals]


def nearest(wish: str, graph: Graph) -> list[Goal]:
    """All goals, those with the most similar names first."""

    def likeness(goal: Goal) -> float:
        return max(difflib.SequenceMatcher(None, wish, n.lower()).ratio() for n in goal.name.values())

    return sorted(graph.goals.values(), key=likeness, reverse=True)


def goal_list(goals: Iterable[Goal]) -> str:
    """Ids with names, for a sentence."""
    named = (text("path.goal-named", id=g.id, name=g.name[current_language()]) for g in goals)
    return text("path.semicolon").join(named)
