"""HTML pages: one frame and one style for all; self-contained, good on a phone and on paper."""

from functools import cache
from pathlib import Path
from typing import Any

from deepstart.words import current_language, joined, text

HERE = Path(__file__).parent / "templates"


@cache
def environment():
    """The Jinja environment that finds the templates of every part of deepstart."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    package = Path(__file__).parent.parent
    folders = [HERE, *sorted(p for p in package.glob("*/templates") if p != HERE)]
    made = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"t": text, "joined": joined}
    return made


def render(template: str, **values: Any) -> str:
    """A page from a template that extends `page.html`, in the current language."""
    language = "zh-CN" if current_language() == "zh" else "en"
    style = (HERE / "style.css").read_text(encoding="utf-8")
    return environment().get_template(template).render(language=language, style=style, **values)
