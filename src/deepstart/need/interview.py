"""`need` without data: the four questions as an interview; hardware is measured, not asked."""

import sys
from typing import Any

from rich.console import Console
from rich.text import Text

from deepstart.need.questions import (
    QUESTIONS,
    Answer,
    advice_by_count,
    hardware_answer,
    interest_answer,
    measure_hardware,
    missing,
    missing_sentence,
    spoken_advice,
)
from deepstart.words import spaced, text

YES = {"y", "yes", "是", "有", "对", "嗯", "1"}
NO = {"n", "no", "否", "不", "没有", "没", "不是", "0"}
STYLE = {"yes": ("✓", "green"), "no": ("✗", "red"), "unknown": ("?", "magenta")}


def understand(reply: str) -> str:
    """`yes`, `no` or `unknown`, from what a person typed in either language."""
    word = reply.strip().lower().rstrip("。.!！")
    return "yes" if word in YES else "no" if word in NO else "unknown"


def ask(console: Console, question: str) -> str:
    """One question; the end of the input counts as not known."""
    console.print(Text(f"? {question} ", style="bold"), end="")
    try:
        return understand(input() if sys.stdin else "")
    except EOFError:
        console.print()
        return "unknown"


def print_answer(console: Console, question: str, answer: Answer) -> None:
    """One of the four questions with its answer and the evidence."""
    sign, style = STYLE[answer.answer]
    name = text(f"need.question.{question}")
    console.print(Text.assemble((f"{sign} ", style), (spaced(name), "bold"), answer.sentence()))


def hold_interview(console: Console, interest: str | None) -> dict[str, Any]:
    """Ask what cannot be measured, show all four answers and the advice; returns them as JSON."""
    console.print(text("need.interview.intro"))
    console.print(text("need.interview.choices"), style="dim")
    answers: dict[str, Answer] = {}
    said = interest or ask(console, text("need.interview.interest"))
    answers["interest"] = interest_answer(said)
    answers["data"] = _said(ask(console, text("need.interview.data")), "data")
    answers["limit"] = _said(ask(console, text("need.interview.limit")), "limit")
    answers["compute"] = hardware_answer(measure_hardware())
    console.print()
    for question in QUESTIONS:
        print_answer(console, question, answers[question])
    console.print(Text(spoken_advice(answers), style="bold"))
    if line := missing_sentence(answers):
        console.print(Text(line))
    return {
        "questions": {q: answers[q].as_json() for q in QUESTIONS},
        "advice": advice_by_count(answers),
        "missing": missing(answers),
    }


def _said(reply: str, question: str) -> Answer:
    return Answer(reply, f"{question}-said-{reply}")
