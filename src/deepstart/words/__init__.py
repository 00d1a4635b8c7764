"""Every sentence that a user reads, in English and Chinese side by side.

`words/en/need.toml` and `words/zh/need.toml` hold the same names. `text("need.no-such-path.what",
path="x")` finds the sentence in the current language and fills in its fields. Standard library
only, Python 3.8 syntax; where there is no TOML reader (before 3.11) a compiled `AREA.json` beside
the files is read instead.
"""

import contextlib
import contextvars
import json
import locale
import os
import string
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional

LANGUAGES = ("en", "zh")
HERE = Path(__file__).parent
_chosen: Optional[str] = None
#: The kind of data that sentences speak of: a row of a table is called otherwise than a picture.
_subject: "contextvars.ContextVar[str]" = contextvars.ContextVar("subject", default="table")


def choose_language(language: Optional[str]) -> None:
    """Speak `language` (`en` or `zh`) from here on; None: ask the locale again."""
    global _chosen
    if language is not None and language not in LANGUAGES:
        raise ValueError("language %r is not one of %s" % (language, LANGUAGES))
    _chosen = language


def current_language() -> str:
    """The language chosen, else the locale's: `zh` for any Chinese locale, `en` for all others."""
    if _chosen:
        return _chosen
    for name in ("DEEPSTART_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith(("zh", "chinese")) else "en"
    system = (locale.getlocale()[0] or "").lower()
    return "zh" if system.startswith(("zh", "chinese")) else "en"


@contextlib.contextmanager
def speaking_of(modality: str) -> Iterator[None]:
    """Inside, `{unit}` and `{units}` in sentences are what one of such data is called: row, picture, text.

    Example:
        >>> with speaking_of("image"):
        ...     text("need.report.ladder_note", "zh", n=120)
        '120 张图片'
    """
    before = _subject.set(modality)
    try:
        yield
    finally:
        _subject.reset(before)


#: A sentence that ends so is followed by the next without a blank.
FULL_WIDTH = "。！？；：，）”"


def joined(*sentences: str) -> str:
    """Sentences one after the other; a blank between them except after Chinese punctuation.

    Example:
        >>> joined("Done.", "", "Go on."), joined("完成。", "继续。")
        ('Done. Go on.', '完成。继续。')
    """
    out = ""
    for sentence in filter(None, sentences):
        out += sentence if not out or out.endswith(tuple(FULL_WIDTH)) else " " + sentence
    return out


def listed(names: Any, language: Optional[str] = None) -> str:
    """Names in a row, as the language separates them; a last "…" stands for those left out.

    Example:
        >>> listed(["age", "sex", "…"], "en"), listed(["age", "sex", "…"], "zh")
        ('age, sex, …', 'age、sex 等')
    """
    shown = [str(name) for name in names]
    if (language or current_language()) != "zh":
        return ", ".join(shown)
    more = len(shown) > 1 and shown[-1] == "…"
    return "、".join(shown[:-1]) + " 等" if more else "、".join(shown)


def first_of(names: Any, most: int = 5) -> List[str]:
    """The first names for a sentence to list, with an ellipsis where there are more.

    Example:
        >>> first_of("abc", most=2)
        ['a', 'b', '…']
    """
    return [str(name) for name in names[:most]] + ["…"] * (len(names) > most)


def spaced(label: str) -> str:
    """A label and what separates it from its value: a wide colon needs no blank.

    Example:
        >>> spaced("Next:") + "wait", spaced("接下来：") + "等待"
        ('Next: wait', '接下来：等待')
    """
    return label if label.endswith(tuple(FULL_WIDTH)) else label + " "


def subject() -> str:
    """The kind of data that sentences speak of here."""
    return _subject.get()


def _units(language: str) -> Dict[str, str]:
    entry = look_up("need.unit." + subject(), language) or look_up("need.unit.table", language) or {}
    return {"unit": entry["one"], "units": entry["many"]} if entry else {}


def read_words(path: Any) -> Dict[str, Any]:
    """The entries of one file of words: `path` without its ending, `.json` or `.toml` is tried."""
    compiled = path.with_name(path.name + ".json")
    if compiled.exists():
        return json.loads(compiled.read_text(encoding="utf-8"))
    import tomllib  # novermin

    return tomllib.loads(path.with_name(path.name + ".toml").read_text(encoding="utf-8"))


#: Areas whose words come from elsewhere: a function of the language that gives the entries.
PROVIDERS: Dict[str, Callable[[str], Dict[str, Any]]] = {}


@lru_cache(maxsize=None)
def area_words(area: str, language: str) -> Dict[str, Any]:
    """All entries of one area, as nested dictionaries; empty for an area without a file."""
    if area in PROVIDERS:
        return PROVIDERS[area](language)
    try:
        return read_words(HERE / language / area)
    except (FileNotFoundError, NotADirectoryError):
        return {}


def areas() -> List[str]:
    """The areas that have words."""
    return sorted({p.stem for p in (HERE / "en").iterdir() if p.suffix in (".toml", ".json")})


def look_up(key: str, language: str) -> Any:
    """The entry under a dotted key, or None."""
    area, _, rest = key.partition(".")
    entry: Any = area_words(area, language)
    for name in rest.split("."):
        if not isinstance(entry, dict) or name not in entry:
            return None
        entry = entry[name]
    return entry


class _Fill(string.Formatter):
    """Fills in fields; one that has no value stays readable as {name} and never raises."""

    def get_value(self, key, args, kwargs):
        return kwargs.get(key, "{%s}" % key)

    def get_field(self, field_name, args, kwargs):
        # Only plain names: a value's attributes and items are never reachable from a sentence.
        return self.get_value(field_name, args, kwargs), field_name

    def format_field(self, value, format_spec):
        try:
            return super().format_field(value, format_spec)
        except (ValueError, TypeError):
            return str(value)


def text(key: str, language: Optional[str] = None, default: Optional[str] = None, **values: Any) -> str:
    """The sentence under `key` with its fields filled in.

    Args:
        key: dotted name, the area first: `need.no-such-path.what`.
        language: `en` or `zh`; the current one when absent.
        default: returned when no language has the key; without it the key itself is returned.
        values: the fields; a list is told as the language separates names. `count` chooses between `one`
            and `other` where an entry has both.
    """
    language = language or current_language()
    entry = look_up(key, language)
    if entry is None:
        entry = look_up(key, "en")
    if isinstance(entry, dict) and "other" in entry:
        entry = entry["one"] if values.get("count") == 1 and "one" in entry else entry["other"]
    if not isinstance(entry, str):
        return key if default is None else default
    if "{unit" in entry:
        values = {**_units(language), **values}
    told = {k: listed(v, language) if isinstance(v, (list, tuple)) else v for k, v in values.items()}
    return _Fill().format(entry, **told) if told else entry
