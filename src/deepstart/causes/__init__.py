"""The catalogue of known causes: one file a cause, two doors (`doctor` by facts, `explain` by text).

`catalogue/LAYER/CAUSE-ID.toml`: the folder is the layer, the file name is the id. Adding a cause is
adding a file; its examples are its test, run against all other causes too. What a file holds:

    harmless = true              # the text looks like an error and is none
    notice = true                # a fault that does not stop the program (it runs on the CPU, say)
    frameworks = ["tensorflow"]
    sources = ["https://...", "owner/repo#123"]
    check = "driver-answers"     # the check of `doctor` that would see it: passing, it rules it out
    outranks = ["other-cause"]   # these are consequences of this one: when both are seen, this is the cause
    examples = ['''text''']      # must lead to this cause, first of all candidates
    counter_examples = ['''text''']  # near misses: must not lead here first

    [en]                         # and [zh], with the same names
    what = "..."                 # what happened, one sentence without fields: it must be true without values
    seen = "... {field} ..."     # optional: shown when the pattern captured every field it names
    why = "..."                  # the rule that was broken
    next = "..."                 # what to do
    question = "..."             # optional: the one answer that would settle a doubt
    confirm = "..."              # optional: how to see on this machine that it is this cause

    [[look_alike]]               # same text, different cause
    id = "other-cause"
    en = "question or check that separates the two"
    zh = "..."

    [[remedy]]
    platform = "any"             # any linux windows macos wsl docker colab
    installer = "any"            # any pip uv conda docker apt
    commands = ["..."]           # {module}: what the pattern captured under this name, as pip spells it
    grade = "safe"               # safe careful manual, as findings.Remedy
    undo = ["..."]

    [[variant]]                  # the same cause where the text tells more; the first that fits
    when = '''...'''             # must occur there, in lower case
    unless = '''...'''           # optional: must not occur there
    layer = "distributed"        # optional: where the layer is another one than the folder's
    [variant.en]                 # and [variant.zh]: sentences in place of those above
    [[variant.remedy]]           # optional: all remedies, in place of those above

    [[pattern]]                  # matched in the cleaned text: one line, single spaces, any letter case
    anchors = ["literal"]        # one of them must occur before the regex is tried; lower case
    regex = '''...(?P<field>...)'''  # optional: without it the anchor is the pattern
    weight = 0.9                 # how often this text means this cause
    generic = true               # never sure on this text alone
    context = true               # only in a text that speaks of deep learning
    fallback = true              # a wide pattern: tried only when nothing else was recognised
    also = '''...'''             # must occur too, anywhere in the text
    unless = '''...'''           # must not occur anywhere in the text

Standard library only, Python 3.8 syntax; read from compiled JSON where there is no TOML reader.
"""

import re
from typing import Any, Dict, List, NamedTuple, Tuple

from deepstart import words
from deepstart.causes.compiling import read_catalogue
from deepstart.findings import Remedy

__all__ = ["Cause", "Pattern", "load", "remedies_for"]

PARTS = ("what", "seen", "why", "next", "question", "confirm")


class Pattern(NamedTuple):
    """One way to recognise a cause in a text; the module's docstring says what the fields mean."""

    anchors: Tuple[str, ...] = ()
    regex: str = ""
    weight: float = 0.8
    generic: bool = False
    context: bool = False
    fallback: bool = False
    also: str = ""
    unless: str = ""


class Cause(NamedTuple):
    """One known cause; `text` holds its sentences by language, `remedies` its raw remedy tables."""

    id: str
    layer: str
    harmless: bool
    notice: bool
    frameworks: Tuple[str, ...]
    sources: Tuple[str, ...]
    outranks: Tuple[str, ...]
    look_alikes: Tuple[Dict[str, str], ...]
    patterns: Tuple[Pattern, ...]
    remedies: Tuple[Dict[str, Any], ...]
    check: str
    text: Dict[str, Dict[str, str]]
    variants: Tuple[Dict[str, Any], ...] = ()

    def told_by(self, around: str) -> "Cause":
        """The cause as its variant for the text around a hit, in lower case, tells it."""
        for raw in self.variants:
            if re.search(raw["when"], around) and not ("unless" in raw and re.search(raw["unless"], around)):
                text = {language: {**own, **raw.get(language, {})} for language, own in self.text.items()}
                remedies = tuple(raw.get("remedy", self.remedies))
                return self._replace(text=text, remedies=remedies, layer=raw.get("layer", self.layer))
        return self

    def sentence(self, part: str, language: str = "") -> str:
        """One of PARTS in the reader's language; empty if it has none."""
        return self.text[language or words.current_language()].get(part, "")


_loaded: Dict[str, Cause] = {}


def load() -> Dict[str, Cause]:
    """All causes by id, lowest layer first."""
    if not _loaded:
        _loaded.update((raw["id"], _cause(raw)) for raw in read_catalogue())
    return _loaded


def _cause(raw: Dict[str, Any]) -> Cause:
    return Cause(
        id=raw["id"],
        layer=raw["layer"],
        harmless=raw.get("harmless", False),
        notice=raw.get("notice", False),
        frameworks=tuple(raw.get("frameworks", ())),
        sources=tuple(raw.get("sources", ())),
        outranks=tuple(raw.get("outranks", ())),
        look_alikes=tuple(raw.get("look_alike", ())),
        patterns=tuple(_pattern(p) for p in raw.get("pattern", ())),
        remedies=tuple(raw.get("remedy", ())),
        check=raw.get("check", ""),
        text={language: raw[language] for language in words.LANGUAGES},
        variants=tuple(raw.get("variant", ())),
    )


def _pattern(raw: Dict[str, Any]) -> Pattern:
    return Pattern(**{**raw, "anchors": tuple(raw.get("anchors", ()))})


def remedies_for(cause: Cause, platform: str = "any", installer: str = "any") -> List[Remedy]:
    """The remedies that fit this system and installer, the most fitting first.

    Args:
        platform: `linux`, `windows`, `macos`, `wsl`, `docker`, `colab`, or `any` for all.
        installer: `pip`, `uv`, `conda`, `docker`, `apt`, or `any` for all.
    """
    fitting = [
        raw
        for raw in cause.remedies
        if _fits(raw.get("platform", "any"), platform) and _fits(raw.get("installer", "any"), installer)
    ]
    fitting.sort(
        key=lambda raw: (raw.get("platform", "any") != platform, raw.get("installer", "any") != installer)
    )
    return [
        Remedy(
            commands=tuple(raw.get("commands", ())),
            grade=raw.get("grade", "manual"),
            platform=raw.get("platform", "any"),
            undo=tuple(raw.get("undo", ())),
        )
        for raw in fitting
    ]


def _fits(offered: str, wanted: str) -> bool:
    return "any" in (offered, wanted) or offered == wanted


def _words(language: str) -> Dict[str, Any]:
    return {cause.id: cause.text[language] for cause in load().values()}


words.PROVIDERS["causes"] = _words
