"""HTML pages: one frame and one style for all; self-contained, good on a phone and on paper."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from deepstart.words import current_language, joined, text

HERE = Path(__file__).parent / "templates"


def unbroken(value: Any) -> Any:
    """A sentence in which a line never ends between a number and its per cent sign; markup as it is.

    Example:
        >>> unbroken("about equal: 5 %")
        'about equal: 5\xa0%'
    """
    return re.sub(r"(?<=\d) %", "\xa0%", value) if type(value) is str else value


#: What stays as it is (markup, and elements whose text is no prose), or an option of the command line.
OPTION = re.compile(r"<(style|script|svg|title|pre|code)\b.*?</\1>|<[^>]*>|(?<![\w-])(--[a-z][a-z-]*)", re.S)


def unparted(page: str) -> str:
    """A page in which a line never ends inside an option such as `--interest`.

    Example:
        >>> unparted('<p title="--budget">ask with --budget</p>')
        '<p title="--budget">ask with <span class="option">--budget</span></p>'
    """
    return OPTION.sub(lambda m: f'<span class="option">{m[2]}</span>' if m[2] else m[0], page)


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
        finalize=unbroken,
    )
    made.globals |= {"t": text, "joined": joined}
    return made


def render(template: str, **values: Any) -> str:
    """A page from a template that extends `page.html`, in the current language."""
    language = "zh-CN" if current_language() == "zh" else "en"
    style = (HERE / "style.css").read_text(encoding="utf-8")
    return unparted(environment().get_template(template).render(language=language, style=style, **values))
