"""How a path looks: in the terminal, and as a page with the graph."""

from collections.abc import Iterable

from rich.console import Console, Group
from rich.padding import Padding
from rich.text import Text

from deepstart.start.drawing import Box, graph_picture, layers_of
from deepstart.start.export import advice_of, days_of, names, proof_line, proof_parts, summary, title
from deepstart.start.goals import Understanding, goal_list, near
from deepstart.start.path import Result
from deepstart.start.plan import wanted_skills
from deepstart.start.skills import Graph, Skill
from deepstart.words import current_language, text

#: Columns of the picture on a phone and on a desk.
NARROW, WIDE = 2, 5
SIGNS = {"done": ("✓", "green"), "next": ("▶", "bold blue"), "todo": ("○", "dim")}


def hues(graph: Graph) -> dict[str, int]:
    """A colour for each area, spread over the circle so that neighbours differ."""
    return {area: (i * 137) % 360 for i, area in enumerate(graph.areas)}


def state_of(skill: Skill, mastered: frozenset[str]) -> str:
    """`done`, `next` (could begin now) or `todo`."""
    if skill.id in mastered:
        return "done"
    return "next" if mastered.issuperset(skill.needs) else "todo"


def drawn_skills(result: Result, whole: bool = False) -> list[Skill]:
    """The skills to draw: those of the path with what was passed on it, or all."""
    passed = {s.id for s in result.path.done} & result.record.passed.keys()
    wanted = {s.skill.id for s in result.path.steps} | passed
    return [s for s in result.graph.skills.values() if whole or s.id in wanted]


def picture(result: Result, columns: int = WIDE, whole: bool = False) -> str:
    """The graph as SVG."""
    language, mastered = current_language(), result.record.mastered(result.graph)
    colour = hues(result.graph)
    here = {s.skill.id for s in result.path.steps}
    boxes = [
        Box(
            s.id,
            s.name[language],
            f"{result.graph.areas[s.area][language]} · {text('path.hours', hours=f'{s.hours:g}')}",
            state_of(s, mastered),
            colour[s.area],
            f"#{s.id}" if s.id in here else "",
        )
        for s in drawn_skills(result, whole)
    ]
    needs = {b.id: result.graph.skills[b.id].needs for b in boxes}
    return graph_picture(boxes, needs, columns, text("path.graph-title"))


def page(result: Result, whole: bool = False) -> str:
    """The path with its graph as one HTML page without outside requests."""
    from deepstart.show.html import render

    return render(
        "path.html",
        title=title(result.path),
        summary=summary(result.path),
        advice=advice_of(result.path),
        path=result.path,
        spoken=current_language(),
        areas=result.graph.areas,
        hues=hues(result.graph),
        names=names,
        proof_parts=proof_parts,
        wide=picture(result, WIDE, whole),
        narrow=picture(result, NARROW, whole),
    )


def understood_line(understood: Understanding, graph: Graph) -> str:
    """What a wish was taken for; where it was assumed, what else it could have been."""
    goals = [g.name[current_language()] for g in understood.goals]
    if not understood.assumed:
        return text("path.understood", goals=goals)
    others = goal_list(near(understood, graph))
    return text("path.assumed" if others else "path.assumed-alone", goals=goals, others=others)


def print_result(result: Result, console: Console) -> None:
    """The path in the terminal."""
    path = result.path
    console.print(Text(title(path), style="bold"))
    console.print(summary(path))
    if advice := advice_of(path):
        console.print(Text(advice, style="dim"))
    if result.asked:
        sure = f"{100 * result.sureness:.0f}"
        console.print(Text(text("path.placed", count=result.asked, sure=sure), style="dim"))
    _print_measured(result, console)
    if path.done:
        head = text("path.known") + text("show.colon")
        console.print(Text.assemble(("✓ ", "green"), (head, "bold"), names(path.done)))
    console.print()
    for number, step in enumerate(path.steps, 1):
        console.print(_step(result, number, step))
    if path.steps:
        first = path.steps[0].skill.name[current_language()]
        console.print(Text(text("path.next-step", name=first), style="bold"))


def _print_measured(result: Result, console: Console) -> None:
    seen = [text(f"path.measured.{m.name}", value=m.value) for m in result.measured if m.value]
    if seen:
        head = text("path.measured-here") + text("show.colon")
        console.print(Text.assemble((head, "bold"), text("path.semicolon").join(seen)))


def _step(result: Result, number: int, step) -> Group:
    """One step: name and dates, why, where to learn, what proves it."""
    language, skill = current_language(), step.skill
    state = state_of(skill, result.record.mastered(result.graph))
    sign, style = SIGNS[state]
    when = f"{days_of(step, '%m-%d')}  {text('path.hours', hours=f'{skill.hours:g}')}"
    head = Text.assemble(
        (f"{sign} {number:2} ", style), (skill.name[language], "bold"), f"  {when}  ", (skill.id, "dim")
    )
    lines = [Text(skill.why[language])]
    if step.leads_to:
        lines.append(Text(text("path.leads-to", names=names(step.leads_to)), style="dim"))
    for r in step.resources:
        mark = text("path.official") if r.official else ""
        lines.append(Text.assemble(f"{r.title}{mark} ", (r.address, "cyan")))
    lines.append(Text(proof_line(step)))
    return Group(head, *(Padding(line, (0, 0, 0, 5)) for line in lines), Text())


def print_graph(result: Result, console: Console, whole: bool = False) -> None:
    """The graph in the terminal: stage by stage, each skill with what it needs."""
    language, mastered = current_language(), result.record.mastered(result.graph)
    shown = {s.id: s for s in drawn_skills(result, whole)}
    rows = layers_of({k: [n for n in s.needs if n in shown] for k, s in shown.items()}, len(shown))
    console.print(Text(text("path.graph-title"), style="bold"))
    for number, row in enumerate(rows, 1):
        console.print(Text(text("path.stage", number=number), style="dim"))
        for skill in (shown[k] for k in row):
            sign, style = SIGNS[state_of(skill, mastered)]
            needs = names(result.graph.skills[n] for n in skill.needs if n in shown)
            line = Text.assemble((f"  {sign} ", style), skill.name[language], (f"  {skill.id}", "dim"))
            console.print(line + Text(f"  ← {needs}" if needs else "", style="dim"))
    console.print()


def goal_lines(graph: Graph) -> Iterable[Text]:
    """The goals, one a line."""
    language = current_language()
    for goal in graph.goals.values():
        hours = sum(graph.skills[k].hours for k in wanted_skills(graph, [goal]))
        length = text("path.hours", hours=f"{hours:g}")
        yield Text.assemble((f"{goal.id:12} ", "cyan"), goal.name[language], (f"  ≤ {length}", "dim"))
