"""How `need` looks in the terminal: a line of progress while it races, then the answer."""

from typing import Any

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from deepstart.findings import Finding
from deepstart.need.evidence import RIVALS
from deepstart.need.interview import print_answer
from deepstart.need.price.speak import (
    cascade_sentence,
    gpu_sentence,
    job_note,
    ladder_rows,
    price_cells,
    time_sentence,
    weak_sentence,
)
from deepstart.need.questions import QUESTIONS, advice_note, percent, spoken_seconds
from deepstart.need.result import Result, label, spoken_points, spoken_score
from deepstart.need.track import Event
from deepstart.need.verdict import Side
from deepstart.show.terminal import finding_line
from deepstart.words import joined, speaking_of, text

VERDICT_STYLE = {
    "deep_worth_it": "cyan",
    "classical_enough": "green",
    "more_data": "yellow",
    "unclear": "magenta",
}


class Progress:
    """Shows events: a moving line in a terminal, plain lines elsewhere."""

    def __init__(self, console: Console):
        self.console, self.status = console, None
        if console.is_terminal:
            self.status = console.status("", spinner="dots")

    def __enter__(self) -> "Progress":
        if self.status:
            self.status.start()
        return self

    def __exit__(self, *_: Any) -> None:
        if self.status:
            self.status.stop()

    def say(self, line: str) -> None:
        """A line that stays (plain output) or is replaced by the next (terminal)."""
        if self.status:
            self.status.update(line)
        else:
            self.console.print(line, markup=False, soft_wrap=True)

    def __call__(self, event: Event) -> None:
        if event.kind == "begin":
            self.say(f"{self._clock(event)}  {describe(event)}")
        elif event.kind == "end" and self.status and event.score == event.score:
            name = label(event.contender)
            line = Text(f"{self._clock(event)}  {event.score:6.3f}  {name} ", style="dim")
            self.console.print(line.append(f"({event.n})"))

    def notice(self, finding: Finding) -> None:
        """What a person should know before a long race; what is in order can wait for the answer."""
        if finding.status in ("warn", "fail"):
            self.console.print(finding_line(finding))

    @staticmethod
    def _clock(event: Event) -> str:
        return f"{event.spent:4.0f}/{event.budget:.0f} s"


def describe(event: Event) -> str:
    """What is running now."""
    return text(
        "need.show.choosing",
        family=text(f"need.family.{event.family}"),
        name=label(event.contender),
        n=event.n,
    )


def print_result(console: Console, result: Result) -> None:
    """The whole answer, verdict first."""
    with speaking_of(result.evidence.data.modality):
        _print_all(console, result)


def _print_all(console: Console, result: Result) -> None:
    data, metric = result.evidence.data, result.evidence.metric
    console.print()
    console.print(_verdict_panel(result))
    console.print(
        text(
            "need.show.race",
            name=data.name,
            n=data.n,
            task=text(f"need.task.{data.task}"),
            metric=text(f"need.metric.{metric.name}"),
            worth=spoken_points(result.worth),
        )
    )
    if any(result.sides.values()):
        console.print(_sides_table(result))
    _print_chances(console, result)
    _print_price(console, result)
    _print_questions(console, result)
    for finding in result.findings:
        console.print(finding_line(finding))
    _print_not_tried(console, result)
    console.print(Text(_closing(result), style="dim"))


def _verdict_panel(result: Result) -> Panel:
    style = VERDICT_STYLE[result.verdict.kind]
    parts = []
    for finding in result.verdict.first:
        parts += [finding_line(finding), Text("  " + finding.sentence("next"), style="dim")]
    second = result.second_headline()
    if second:
        parts.append(Text(text("pretrained.question.scratch"), style="dim"))
    parts += [Text(result.headline(), style=f"bold {style}"), Text(result.reason())]
    if second:
        parts += second_lines(result)
    if result.evidence.interrupted:
        parts.append(Text(text("need.show.interrupted"), style="yellow"))
    return Panel(Group(*parts), title=text("need.show.title"), title_align="left", border_style=style)


def second_lines(result: Result) -> list[Text]:
    """The answer with pre-trained weights, its reason, and what its network scores and costs."""
    lines = [Text(""), Text(text("pretrained.question.pretrained"), style="dim")]
    second = result.second
    if second is None:
        reason = result.second_reason()
        return [*lines, Text(result.second_headline()), *([Text(reason, style="dim")] if reason else [])]
    style = VERDICT_STYLE[second.verdict.kind]
    lines += [Text(result.second_headline(), style=f"bold {style}"), Text(result.second_reason())]
    return [*lines, Text(second_costs(result), style="dim"), Text(second_chances(result), style="dim")]


def second_costs(result: Result) -> str:
    """The pre-trained network's name, score and costs in a line; empty when none was tested."""
    if result.second is None:
        return ""
    names = ("name", "score", "fit", "predict", "memory", "size")
    return text("pretrained.show.side", **dict(zip(names, side_cells(result.second.side), strict=True)))


def second_chances(result: Result) -> str:
    """The three probabilities with pre-trained weights; empty when none was tested."""
    odds = result.second.verdict.chances if result.second else None
    if odds is None:
        return ""
    return text(
        "pretrained.show.chances",
        worth=spoken_points(result.worth),
        deep=percent(odds.deep),
        equal=percent(odds.equivalent),
        classical=percent(odds.classical),
    )


def _sides_table(result: Result) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for family in RIVALS:
        table.add_column(text(f"need.family.{family}"))
    cells = [
        side_cells(side, result.training_seconds(family)) if (side := result.sides[family]) else ["–"] * 6
        for family in RIVALS
    ]
    for i, name in enumerate(("best", "score", "fit", "predict", "memory", "size")):
        table.add_row(text(f"need.show.{name}"), *(column[i] for column in cells))
    if result.price:
        prices = [price_cells(result.price.sides.get(family)) for family in RIVALS]
        for i, name in enumerate(("energy", "job")):
            table.add_row(text(f"need.price.{name}"), *(column[i] for column in prices))
    return table


def side_cells(side: Side, training: float | None = None) -> list[str]:
    """A side's name, score and costs, as shown in tables.

    Args:
        training: seconds of a training on all rows, where these are known; else the measured ones are shown.
    """
    return [
        label(side.name),
        spoken_score(side.score, side.low, side.high),
        spoken_seconds(side.fit_seconds if training is None else training),
        f"{side.predict_ms_per_row:.2g} ms",
        f"{side.peak_mib:.0f} MiB",
        spoken_size(side.size_bytes),
    ]


def spoken_size(size_bytes: int) -> str:
    """`0.88 MiB`, `386 MiB`."""
    mib = size_bytes / 2**20
    return f"{mib:.0f} MiB" if mib >= 9.5 else f"{mib:.2g} MiB"


def _print_chances(console: Console, result: Result) -> None:
    odds = result.verdict.chances
    if odds:
        console.print(
            text(
                "need.show.chances",
                worth=spoken_points(result.worth),
                deep=percent(odds.deep),
                equal=percent(odds.equivalent),
                classical=percent(odds.classical),
            )
        )


def _print_price(console: Console, result: Result) -> None:
    """What the gain costs, in a few lines; the report has the tables."""
    price = result.price
    if price is None or not price.sides:
        return
    console.print()
    console.print(Text(text("need.price.title"), style="bold"))
    ladder = [text("need.price.ladder.line", **r) for r in ladder_rows(price)]
    lines = [
        job_note(price),
        time_sentence(result, price),
        gpu_sentence(price),
        cascade_sentence(price),
        text("need.price.joint").join(ladder),
        weak_sentence(price),
    ]
    for line in filter(None, lines):
        console.print(f"– {line}", markup=False, highlight=False)


def _print_questions(console: Console, result: Result) -> None:
    console.print()
    console.print(Text(text("need.show.questions"), style="bold"))
    for question in QUESTIONS:
        print_answer(console, question, result.questions[question])
    console.print(Text(result.spoken_advice(), style="bold"))
    if line := advice_note(result.questions, result.verdict.kind):
        console.print(Text(line))


def _print_not_tried(console: Console, result: Result) -> None:
    if result.not_tried:
        console.print()
        console.print(Text(text("need.show.not_tried"), style="bold"))
        for entry in result.not_tried:
            name = label(entry["contender"])
            line = text("need.show.not_tried_line", name=name, why=entry["why"])
            console.print(line.rstrip(), markup=False)


def _closing(result: Result) -> str:
    evidence = result.evidence
    line = text(
        "need.show.splits",
        count=max(len(evidence.champions["deep"]), len(evidence.champions["classical"])),
        trials=len(evidence.store),
        seconds=spoken_seconds(result.seconds),
    )
    if evidence.settled:
        line = joined(line, text("need.show.settled"))
    return "\n" + line
