"""`need` without data: the four questions as an interview; hardware is measured, not asked."""

import sys
from typing import Any

from rich.console import Console
from rich.text import Text

from deepstart.need.questions import (
    QUESTIONS,
    Answer,
    advice,
    compute_answer,
    interest_answer,
    measure_hardware,
)
from deepstart.words import text

YES = {"y", "yes", "是", "有", "对", "嗯", "1"}
NO = {"n", "no", "否", "不", "没有", "没", "不是", "0"}


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


def hold_interview(console: Console, interest: str | None) -> dict[str, Any]:
    """Ask what cannot be measured, show all four answers and the advice; returns them as JSON."""
    console.print(text("need.interview.intro"))
    console.print(text("need.interview.choices"), style="dim")
    answers: dict[str, Answer] = {}
    said = interest or ask(console, text("need.interview.interest"))
    answers["interest"] = interest_answer(said)
    answers["data"] = _said(ask(console, text("need.interview.data")), "data")
    answers["limit"] = _said(ask(console, text("need.interview.limit")), "limit")
    answers["compute"] = compute_answer(measure_hardware(), None)
    console.print("  " + text("need.interview.compute", evidence=answers["compute"].sentence()))
    console.print()
    for question in QUESTIONS:
        answer = answers[question]
        console.print(
            Text.assemble(
                f"  {text(f'need.question.{question}')} ", (text(f"need.answer.{answer.answer}"), "bold")
            )
        )
    chosen = advice(answers)
    console.print(Text(text(f"need.advice.{chosen}"), style="bold"))
    return {"questions": {q: answers[q].as_json() for q in QUESTIONS}, "advice": chosen}


def _said(reply: str, question: str) -> Answer:
    return Answer(reply, f"{question}-said")
