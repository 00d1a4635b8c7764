"""The answer of `explain` on the terminal: the cause in a box, how to check it, what else it may be."""

from typing import Any

from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from deepstart.words import spaced, text

STYLES = {"sure": "red", "likely": "yellow", "possible": "magenta"}


def show_explanation(console: Console, answer: dict[str, Any]) -> None:
    """Print an answer as people read it: what happened, why, what to do, how to check."""
    if answer.get("text"):
        console.print(Text(text("explain.read-from-picture"), style="bold"))
        console.print(Text(answer["text"].strip(), style="dim"))
    if not answer["known"]:
        _show_unknown(console, answer)
        return
    first, *others = answer["candidates"]
    ignored = [] if first["harmless"] else [other for other in others if other["harmless"]]
    others = [c for c in others if c["probability"] >= 0.01 and c not in ignored]  # the rest is ruled out
    console.print(_box(first))
    _show_memory(console, answer)
    if answer["question"]:
        console.print(_labelled("question", answer["question"]))
    if first["references"]:
        console.print(_labelled("references", "  ".join(first["references"])))
    if others:
        console.print(Text(text("explain.alternatives"), style="bold"))
    for other in others:
        line = Text.assemble(
            "  ", (f"{other['probability']:.0%} ", "cyan"), other["what"], (f"  {_name(other)}", "dim")
        )
        console.print(line)
    if ignored:
        _show_ignored(console, [other["cause_id"] for other in ignored])


def _box(candidate: dict[str, Any]) -> Panel:
    parts = [Text(candidate["what"], style="bold")]
    parts += [Text(candidate[part]) for part in ("seen", "why") if candidate[part]]
    if candidate["line"]:  # there is none where a measurement says it
        where = text("explain.recognised-at", number=candidate["line_number"], line=candidate["line"][:160])
        parts.append(Text.assemble((spaced(text("explain.recognised")), "dim"), (where, "dim")))
    parts.append(Text.assemble((spaced(text("show.next")), "bold"), candidate["next"]))
    for remedy in candidate["remedies"][:3]:
        told = [remedy[name] for name in ("platform", "installer") if remedy.get(name, "any") != "any"]
        label = f"  # {', '.join(told)}" if told else ""
        parts += [Text(f"    {command}{label}", style="cyan") for command in remedy["commands"]]
    if candidate["confirm"]:
        parts.append(_labelled("confirm", candidate["confirm"]))
    style = "green" if candidate["harmless"] else STYLES[candidate["confidence"]]
    return Panel(Group(*parts), title=_name(candidate), title_align="left", border_style=style)


def _name(candidate: dict[str, Any]) -> str:
    word = (
        text("explain.harmless")
        if candidate["harmless"]
        else text(f"explain.confidence.{candidate['confidence']}")
    )
    return f"{candidate['cause_id']} · {candidate['layer']} · {word}"


def _labelled(key: str, value: str) -> Text:
    return Text.assemble((spaced(text(f"explain.{key}")), "bold"), value)


def _show_unknown(console: Console, answer: dict[str, Any]) -> None:
    console.print(Text(text("explain.unknown"), style="bold"))
    plain = answer.get("plain")
    if plain:
        console.print(Text.assemble((f"{plain['exception']}: ", "bold"), plain["message"]))
        console.print(Text(plain["meaning"]))
        if plain["hint"]:
            console.print(Text(plain["hint"]))
    _show_memory(console, answer)
    if plain and plain["file"]:
        console.print(Text(text("explain.own-code", file=plain["file"], line=plain["line"])))
        if plain["code"]:
            console.print(Text("    " + plain["code"], style="cyan"))
    if answer.get("harmless"):
        _show_ignored(console, answer["harmless"])
    if answer["question"]:
        console.print(Text(answer["question"]))


def _show_ignored(console: Console, names: list[str]) -> None:
    """The harmless messages beside a fault, by their names, which say enough."""
    short = ", ".join(name.replace("harmless-", "", 1) for name in names)
    console.print(Text(text("explain.harmless-seen", ids=short), style="dim"))


def _show_memory(console: Console, answer: dict[str, Any]) -> None:
    if memory := answer.get("memory"):
        console.print(_labelled("measured", memory["told"]))
