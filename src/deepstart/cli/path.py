"""`deepstart path`: what to learn, in which order, until when."""

import math
import re
import sys
from datetime import date
from typing import Annotated

import typer

from deepstart.cli import INTERRUPTED
from deepstart.cli._options import Json, Language, NoColor, check_language
from deepstart.words import text


def _option(name: str, *declarations: str, **settings):
    return typer.Option(*declarations, help=text(f"path.option.{name}"), **settings)


def path(
    goal: Annotated[list[str] | None, _option("goal", "--goal", metavar="WORDS")] = None,
    hours: Annotated[float | None, _option("per-week", "--hours", metavar="N")] = None,
    know: Annotated[str, _option("know", "--know", metavar="SKILLS")] = "",
    answer: Annotated[list[str] | None, _option("answer", "--answer", metavar="SKILL=REPLY")] = None,
    no_questions: Annotated[bool, _option("no-questions", "--no-questions")] = False,
    start: Annotated[str | None, _option("start", "--start", metavar="DATE")] = None,
    passed: Annotated[list[str] | None, _option("passed", "--passed", metavar="SKILL")] = None,
    again: Annotated[bool, _option("again", "--again")] = False,
    goals: Annotated[bool, _option("goals", "--goals")] = False,
    graph: Annotated[bool, _option("graph", "--graph")] = False,
    whole: Annotated[bool, _option("whole", "--whole")] = False,
    html: Annotated[str | None, _option("html", "--html", metavar="FILE")] = None,
    svg: Annotated[str | None, _option("svg", "--svg", metavar="FILE")] = None,
    calendar: Annotated[str | None, _option("calendar", "--calendar", metavar="FILE")] = None,
    markdown: Annotated[str | None, _option("markdown", "--markdown", metavar="FILE")] = None,
    what: Annotated[bool, _option("what", "--what")] = False,
    json: Json = None,
    language: Language = None,
    no_color: NoColor = False,
) -> None:
    check_language(language)
    from deepstart.show.json import write_json
    from deepstart.show.terminal import make_console

    targets = {"html": html, "svg": svg, "calendar": calendar, "markdown": markdown}
    _check_targets(targets, json, goals=goals, what=what)
    console = make_console(not no_color, stderr=json == "-")
    if what:
        _what(html, console, json)
    elif goals:
        _list_goals(console, json)
    else:
        asking = not no_questions and json != "-" and sys.stdin.isatty()
        wishes = (goal or [], hours, know, answer or [], start)
        try:
            result = _result(wishes, passed or [], again, asking, console)
        except (KeyboardInterrupt, EOFError):
            if not asking:
                raise
            console.print("\n" + text("path.interview.broken-off"))
            sys.exit(INTERRUPTED)
        if json != "-":
            _show(result, console, graph, whole)
        _write(result, console, whole, targets)
        if json:
            write_json(result.as_json(), json)


def _check_targets(targets: dict[str, str | None], json: str | None, *, goals: bool, what: bool) -> None:
    """Before anybody is asked anything: all that is to be written can be written."""
    from deepstart.show.json import check_target
    from deepstart.start.memory import check_record

    check_target(json)
    for target in targets.values():
        check_target(target, "path.export-unwritable")
    if not goals and not (what and targets["html"]):
        check_record()


def _result(wishes, passed, again, asking, console):
    """The remembered path, adapted; or a first one, with an interview where there is somebody to ask."""
    from deepstart.start import memory
    from deepstart.start.path import new_path, parsed_date, same_path, skill_named
    from deepstart.start.skills import skill_graph

    goal, hours, know, answer, start = wishes
    if passed:
        named = [skill_named(name, skill_graph()) for name in passed]
        memory.mark_passed(named, parsed_date(start).isoformat())
    record = None if again else memory.read_record()
    if record and record.goals and not (goal or know or answer):
        return same_path(record, hours=hours, start=start)
    interview = _Interview(console) if asking else None
    goal = goal or (interview.goals() if interview else [])
    if not goal and record:
        goal = record.goals
    if not goal:
        from deepstart.findings import UserError

        raise UserError("path.no-goal")
    hours = (
        hours
        if hours is not None
        else (record.hours_per_week if record else None) or (interview.hours() if interview else 5.0)
    )
    known = [k.strip() for k in know.split(",") if k.strip()]
    ask = interview.ask if interview else None
    return new_path(goal, hours, know=known, answers=answer, start=start, ask=ask)


#: A number of hours as people type it: "6", "1,5", "6 h", "6小时".
HOURS = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:h|hrs?|hours?|个?小时)?")
#: First letters of replies, in both languages whatever the language of the questions.
REPLIES = {
    **dict.fromkeys("y能会是可", "yes"),
    **dict.fromkeys("p部", "partly"),
    **dict.fromkeys("n不否没", "no"),
}


class _Interview:
    """Asks in the terminal until the reply makes sense."""

    def __init__(self, console):
        self.console = console

    def goals(self) -> list[str]:
        from deepstart.findings import UserError
        from deepstart.show.terminal import print_error
        from deepstart.start.goals import understand
        from deepstart.start.showing import understood_line
        from deepstart.start.skills import skill_graph

        wish = ""
        while True:
            wish = wish or self.console.input(text("path.interview.goal") + "\n> ").strip()
            if not wish:
                print_error(UserError("path.no-goal"))
                continue
            try:
                understood = understand(wish, skill_graph())
            except UserError as error:
                print_error(error)
                wish = ""
                continue
            self.console.print(understood_line(understood, skill_graph()), markup=False)
            more = self.console.input(text("path.interview.sure") + " > ") if understood.assumed else ""
            wish = more.strip()
            if not wish:
                return [g.id for g in understood.goals]

    def hours(self) -> float:
        from deepstart.findings import UserError
        from deepstart.start.path import checked_hours

        while True:
            reply = self.console.input(text("path.interview.per-week") + " > ")
            number = HOURS.fullmatch(reply.strip().lower())
            try:
                return checked_hours(float(number[1].replace(",", ".")) if number else math.nan)
            except UserError:
                self.console.print(text("path.interview.bad-number"))

    def ask(self, number: int, skill_id: str) -> str:
        from deepstart.start.skills import skill_graph

        skill = skill_graph().skills[skill_id]
        self.console.print(f"\n[dim]{text('path.interview.ask', number=number)}[/dim]")
        self.console.print(
            f"[bold]{skill.name[_spoken()]}[/bold]{text('show.colon')}{skill.proof[_spoken()]}"
        )
        while True:
            reply = self.console.input(text("path.interview.reply") + " > ").strip().lower()[:1]
            if reply in REPLIES:
                return REPLIES[reply]
            self.console.print(text("path.interview.bad-reply"))


def _spoken() -> str:
    from deepstart.words import current_language

    return current_language()


def _show(result, console, graph: bool, whole: bool) -> None:
    from deepstart.start.memory import record_file
    from deepstart.start.showing import print_graph, print_result

    # Who was asked has seen already what was understood.
    if result.understood.assumed:
        from deepstart.start.showing import understood_line

        console.print(understood_line(result.understood, result.graph), style="yellow", markup=False)
    if result.path.starts_before(date.today()):
        console.print(text("path.started", date=result.path.start), style="yellow")
    print_result(result, console)
    if graph or whole:
        print_graph(result, console, whole)
    if result.question and not result.asked:
        skill = result.graph.skills[result.question]
        console.print(text("path.not-asked"))
        proof = skill.proof[_spoken()]
        console.print(text("path.next-question", skill=skill.id, proof=proof), markup=False)
    console.print(text("path.remembered", file=record_file()), style="dim", markup=False)


def _write(result, console, whole: bool, targets: dict[str, str | None]) -> None:
    """Write each export that was asked for."""
    from pathlib import Path

    from deepstart.start.export import to_calendar, to_markdown
    from deepstart.start.memory import write_named
    from deepstart.start.showing import page, picture

    makers = {
        "html": lambda: page(result, whole),
        "svg": lambda: picture(result, whole=whole),
        "calendar": lambda: to_calendar(result.path),
        "markdown": lambda: to_markdown(result.path),
    }
    for kind, target in targets.items():
        if target:
            write_named(Path(target), makers[kind]())
            console.print(text("path.written", file=target), markup=False)


def _list_goals(console, json: str | None) -> None:
    from deepstart.show.json import write_json
    from deepstart.start.showing import goal_lines
    from deepstart.start.skills import skill_graph

    graph = skill_graph()
    if json:
        write_json({"goals": [{"id": g.id, "name": g.name[_spoken()]} for g in graph.goals.values()]}, json)
    if json != "-":
        for line in goal_lines(graph):
            console.print(line)


def _what(target: str | None, console, json: str | None) -> None:
    from pathlib import Path

    from deepstart.places import usable_data_folder
    from deepstart.show.json import write_json
    from deepstart.start.memory import write_named, write_text
    from deepstart.start.what import demonstrate, page, print_what

    shown = demonstrate()
    if json != "-":
        print_what(shown, console)
    # Nothing is left in the folder where somebody happens to stand unless they name the place.
    place = Path(target) if target else usable_data_folder() / "what-is-deep-learning.html"
    (write_named if target else write_text)(place, page(shown))
    console.print(text("path.written", file=place), markup=False, soft_wrap=True)
    if json:
        write_json(shown.as_json(), json)
