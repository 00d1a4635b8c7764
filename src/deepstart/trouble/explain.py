"""From the text of a failure to its cause, its fix and how to check it; or an honest `unknown`.

    >>> answer = explain("AssertionError: Torch not compiled with CUDA enabled")
    >>> answer["candidates"][0]["cause_id"]
    'torch-cpu-only-build'

Standard library only, Python 3.8 syntax.
"""

import re
import string
from typing import Any, Dict, List, Optional, Sequence, Union

from deepstart import words
from deepstart.causes import load
from deepstart.trouble import cleaning
from deepstart.trouble.cleaning import Cleaned
from deepstart.trouble.crashes import Crash, crash_in, plain_crash
from deepstart.trouble.exceptions import Raised, exceptions, last_exception
from deepstart.trouble.facts import confirm_with
from deepstart.trouble.matching import Hit, find_hits, look_alikes, speaks_of
from deepstart.trouble.messages import NOT_ALLOWED, NOT_STARTED, SAYS_ALL, family_of
from deepstart.trouble.ranking import KNOWN, Candidate, rank
from deepstart.trouble.readings import without_readings
from deepstart.trouble.remedies import remedies

AROUND = 2000  # characters on each side of a hit that choose among a cause's variants

#: Classes that mean the same as one that has a sentence.
ALIASES = {
    "_ArrayMemoryError": "MemoryError",
    "PicklingError": "UnpicklingError",
    "ReadTimeout": "TimeoutError",
    "ConnectTimeout": "TimeoutError",
    "timeout": "TimeoutError",
    "DateParseError": "ParserError",
    "TemplateDoesNotExist": "TemplateNotFound",
    "ProgrammingError": "OperationalError",
}

#: Mistakes in one's own code, which no fault that leaves the program running brings about.
SLIPS = (
    "KeyError",
    "NameError",
    "IndexError",
    "SyntaxError",
    "IndentationError",
    "UnboundLocalError",
    "ZeroDivisionError",
)


def explain(
    text: str,
    snapshot: Optional[Dict[str, Any]] = None,
    language: Optional[str] = None,
    ocr: bool = False,
    whole: bool = False,
) -> Dict[str, Any]:
    """What the failure in `text` means.

    Args:
        text: what a program printed, as pasted.
        snapshot: facts of the machine it failed on; its checks confirm or refute candidates.
        language: of the sentences; the current one when absent.
        ocr: the text was read from a picture: letters may be mistaken for similar ones.
        whole: the text is all that a program printed which failed: nobody is asked to paste more of it, and
            harmless lines alone are no explanation.

    Returns:
        `known`, `candidates` (best first), `question`; for an unknown error also `plain`.
    """
    language = language or words.current_language()
    cleaned = cleaning.clean(text)
    hits = find_hits(cleaned)
    if cleaning.looks_wrapped(text) if hits else "\n" in text:
        again = cleaning.clean(cleaning.unwrapped(text))
        more = find_hits(again) if again.flat != cleaned.flat else []
        hits, cleaned = (more, again) if _tells_more(more, hits) else (hits, cleaned)
    if ocr:
        from deepstart.trouble.screenshot import find_misread

        hits = find_misread(cleaned, hits)
    twins = look_alikes(hits) if snapshot else []
    confirmed = confirm_with(snapshot, hits + twins)
    hits += [twin for twin in twins if confirmed.get(twin.cause.id)]
    candidates = [_told(candidate, cleaned) for candidate in rank(hits, cleaned, confirmed)]
    if _says_nothing(candidates, cleaned, whole):
        return _unknown(cleaned, candidates, language, whole)
    return {
        "known": True,
        "candidates": [_describe(c, cleaned, language) for c in candidates],
        "question": _question(candidates, language, whole),
    }


def measured(cause_id: str, probability: float, language: str) -> Dict[str, Any]:
    """A cause that measurements speak for, likely, as `explain` would describe it from a text."""
    cause = load()[cause_id]
    hit = Hit(cause, cause.patterns[0], probability, 0, 0, {})
    described = _describe(Candidate(hit, probability, "likely"), cleaning.clean("?"), language)
    return {**described, "line": "", "line_number": 0}


def _told(candidate: Candidate, text: Cleaned) -> Candidate:
    """The candidate with its cause as the text around it tells it."""
    hit = candidate.hit
    cause = hit.cause.told_by(text.lower[max(0, hit.start - AROUND) : hit.end + AROUND])
    return candidate._replace(hit=hit._replace(cause=cause))


def _tells_more(hits: List[Hit], than: List[Hit]) -> bool:
    """Whether a reading of the text found more causes, or the same ones with more values."""
    return [sum(h.weight for h in hits), sum(len(h.values) for h in hits)] > [
        sum(h.weight for h in than),
        sum(len(h.values) for h in than),
    ]


def _says_nothing(candidates: List[Candidate], text: Cleaned, whole: bool) -> bool:
    """Nothing was recognised, or only lines that cannot have ended the program."""
    if sum(c.probability for c in candidates) < KNOWN:
        return True
    first = candidates[0].hit.cause
    if not first.harmless and not first.notice:
        return False
    if whole and all(c.hit.cause.harmless for c in candidates):
        return True
    explained = {text.index_at(c.hit.start) for c in candidates}
    raised = [e for e in exceptions(text) if e.type not in ("SystemExit", "KeyboardInterrupt")]
    explained |= {
        e.place for e in raised if any(speaks_of(p, text.lines[e.place].text) for p in first.patterns)
    }
    return any(e.place > max(explained) and (first.harmless or e.type in SLIPS) for e in raised)


def _unknown(text: Cleaned, candidates: List[Candidate], language: str, whole: bool) -> Dict[str, Any]:
    raised = last_exception(text)
    crash = None if raised else crash_in(text)
    asked = "crash-" + crash.signal if crash and not crash.file else _what_is_missing(text, crash or raised)
    return {
        "known": False,
        "candidates": [],
        "question": _asked(asked, language, whole),
        "plain": plain(raised, language) if raised else crash and plain_crash(crash, language),
        "harmless": [c.hit.cause.id for c in candidates if c.hit.cause.harmless],
    }


TROUBLE = re.compile(
    r"\b(?:error|failed|fault|killed|aborted|cannot|can't|memory|expected|invalid|mismatch|nan|type:)\b"
    r"|报错|错误|失败|崩溃",
    re.IGNORECASE,
)
PICTURE = re.compile(r"[^\n]{1,300}\.(?:png|jpe?g|webp|bmp|gif|heic)['\"]?$", re.IGNORECASE)


def _what_is_missing(text: Cleaned, raised: Union[Raised, Crash, None]) -> str:
    """Which question would help most, by what was pasted."""
    if not raised and len(text.lines) == 1 and PICTURE.match(text.flat):
        return "picture"
    if not raised:
        return "fragment" if len(text.flat) < 200 and TROUBLE.search(text.flat) else "no-error"
    family = None if raised.file else family_of(getattr(raised, "message", ""))
    if family in (NOT_ALLOWED, *NOT_STARTED):
        return "not-allowed" if family == NOT_ALLOWED else "not-started"
    return "own-code" if raised.file else "fragment"


def plain(raised: Raised, language: str) -> Dict[str, Any]:
    """What can be said of any Python exception: what its class means, and where in the user's own code."""
    name = ALIASES.get(raised.type, raised.type)
    family = name if words.look_up("explain.exception." + name, language) else "other"
    typical = family_of(raised.message)
    hint = words.text("explain.message." + typical, language) if typical else ""
    meaning = words.text("explain.exception." + family, language, name=raised.type)
    if typical in SAYS_ALL:
        meaning, hint = hint, ""
    return {
        "exception": raised.type,
        "message": raised.message,
        "meaning": meaning,
        "hint": hint,
        "file": raised.file,
        "line": raised.line,
        "code": raised.code,
    }


def _describe(candidate: Candidate, text: Cleaned, language: str) -> Dict[str, Any]:
    hit = candidate.hit
    cause = hit.cause
    line = text.line_at(hit.start)
    return {
        "cause_id": cause.id,
        "layer": cause.layer,
        "harmless": cause.harmless,
        "confidence": candidate.confidence,
        "probability": candidate.probability,
        "what": cause.sentence("what", language),
        "seen": _filled(cause.sentence("seen", language), hit.values),
        "why": cause.sentence("why", language),
        "next": for_module(cause.sentence("next", language), hit.values),
        "confirm": for_module(cause.sentence("confirm", language), hit.values),
        "references": by_framework(cause.sources, text.lower[:ENOUGH_TO_NAME]),
        "line": (line.pasted or without_readings(line.text))[:300],
        "line_number": line.number,
        "values": hit.values,
        "remedies": [
            {**offered, "commands": [for_module(c, hit.values) for c in offered["commands"]]}
            for offered in remedies(cause, text.lower)
        ],
    }


#: Letters of a text in which its framework is looked for: all of a log of 10 MB would take long.
ENOUGH_TO_NAME = 200_000
#: Words in the addresses of what a framework says itself, and the words by which a text names it.
FRAMEWORKS = (
    (re.compile(r"tensorflow|keras"), re.compile(r"tensorflow|keras|\btf\.")),
    (re.compile(r"pytorch"), re.compile(r"torch")),
    (re.compile(r"jax|flax"), re.compile(r"\bjax|\bflax|xla")),
)


def by_framework(sources: Sequence[str], text: str) -> List[str]:
    """Sources in their order, those last that a framework wrote which the text, in lower case, does not name
    while it names another.

    Example:
        >>> by_framework(["https://pytorch.org/docs", "https://keras.io/api"], "keras/src/losses.py")
        ['https://keras.io/api', 'https://pytorch.org/docs']
    """
    named = [address for address, word in FRAMEWORKS if word.search(text)]
    others = [address for address, _ in FRAMEWORKS if address not in named]

    def foreign(source: str) -> bool:
        lower = source.lower()
        return any(o.search(lower) for o in others) and not any(n.search(lower) for n in named)

    return sorted(sources, key=foreign) if named else list(sources)


#: What pip calls packages that are imported by another name.
PIP_NAMES = {
    "cv2": "opencv-python",
    "pil": "pillow",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
#: Modules that are installed under their own name, where a remedy takes TensorFlow as its example.
OWN_NAMES = ("torch", "jax", "keras", "torchvision", "torchaudio")


def for_module(advice: str, values: Dict[str, str]) -> str:
    """Advice on TensorFlow or on {module}, for the module that is missing, spelt as pip spells it."""
    module = values.get("module", "").lower()
    if module in OWN_NAMES:
        advice = re.sub(r"pip (install|show) tensorflow\b", r"pip \1 " + module, advice)
    name = PIP_NAMES.get(module) or module.replace("_", "-") or "NAME"
    return advice.replace("{module}", name)


def _filled(sentence: str, values: Dict[str, str]) -> str:
    """The sentence with its fields, or nothing if one of them was not seen."""
    fields = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
    if not fields or fields - values.keys():
        return ""
    for name in fields:
        sentence = sentence.replace("{%s}" % name, values[name])
    return sentence


def _asked(name: str, language: str, whole: bool) -> str:
    """The question of that name; where all of the output is there, the one that asks for no more of it."""
    other = "explain.question-whole-" + name
    return words.text(
        other if whole and words.look_up(other, language) else "explain.question-" + name, language
    )


def _question(candidates: List[Candidate], language: str, whole: bool) -> str:
    """What would separate the first two; nothing when the first is sure."""
    first = candidates[0]
    if first.confidence == "sure" or first.hit.cause.harmless:
        return ""
    if len(candidates) > 1:
        second = candidates[1].hit.cause.id
        for other in first.hit.cause.look_alikes:
            if other["id"] == second:
                question = first.hit.cause.sentence("question", language) or other[language]
                return for_module(question, first.hit.values)
    for candidate in candidates[:2]:
        question = for_module(candidate.hit.cause.sentence("question", language), candidate.hit.values)
        if question:
            return question
    return "" if whole else words.text("explain.question-more", language)
