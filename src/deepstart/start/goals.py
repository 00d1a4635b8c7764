"""From a person's words to goals: "classify my microscope pictures" names pictures, and classifying."""

import difflib
import re
from collections.abc import Iterable

from deepstart.findings import UserError
from deepstart.start.skills import Goal, Graph
from deepstart.words import current_language

NAMED, HINTED = 3, 1


def spoken(phrase: str, wish: str) -> bool:
    """Whether `wish` holds `phrase`: whole words in Latin script (`*`: any ending), anything in Chinese."""
    if not phrase.isascii():
        return phrase in wish
    end = r"\w*" if phrase.endswith("*") else r"(?![a-z])"
    # ASCII letters only: in Chinese text a Latin word has no spaces around it.
    return re.search(rf"(?<![a-z]){re.escape(phrase.rstrip('*'))}{end}", wish) is not None


def score(goal: Goal, wish: str) -> int:
    """How strongly the words of a wish, in either language, speak for a goal."""

    def hits(phrases):
        return sum(spoken(p, wish) for p in {w for ws in phrases.values() for w in ws})

    return NAMED * hits(goal.words) + HINTED * hits(goal.hints)


def goals_of(wish: str, graph: Graph) -> list[Goal]:
    """The goals that a wish names, strongest first; an id or a goal's own name counts as itself.

    Raises:
        UserError: nothing in it is known; the nearest goals are offered.
    """
    wish = wish.lower().strip()
    for goal in graph.goals.values():
        if wish in (goal.id, *(n.lower() for n in goal.name.values())):
            return [goal]
    scored = sorted(((score(g, wish), g) for g in graph.goals.values()), key=lambda pair: -pair[0])
    named = [g for points, g in scored if points >= NAMED]
    hinted = [g for points, g in scored if points > 0][:1]
    if not (named or hinted):
        raise UserError("path.goal-unknown", goal=wish, goals=goal_list(nearest(wish, graph)))
    return named or hinted


def nearest(wish: str, graph: Graph) -> list[Goal]:
    """All goals, those with the most similar names first."""

    def likeness(goal: Goal) -> float:
        return max(difflib.SequenceMatcher(None, wish, n.lower()).ratio() for n in goal.name.values())

    return sorted(graph.goals.values(), key=likeness, reverse=True)


def goal_list(goals: Iterable[Goal]) -> str:
    """Ids with names, for a sentence."""
    return "; ".join(f"{g.id} ({g.name[current_language()]})" for g in goals)
