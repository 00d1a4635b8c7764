"""From hits to an ordered verdict: the lowest layer wins, harmless lines never outrank a fault.

Standard library only, Python 3.8 syntax.
"""

import re
from typing import Dict, List, NamedTuple, Optional, Set

from deepstart.findings import LAYERS
from deepstart.trouble.cleaning import Cleaned
from deepstart.trouble.matching import Hit, speaks_of

WEIGHTY = 0.5  # from this weight on a hit pushes down what it outranks
STRONG = 0.6  # from this weight on a hit may outrank higher layers
SHARPNESS = 4  # how clearly the best of several look-alikes stands out
SURE, LIKELY, KNOWN = 0.8, 0.45, 0.27  # least probability for each word
#: What patterns promise holds for texts that somebody had in mind. On 584 texts of threads that the catalogue
#: had not seen, hits that promised 0.8, 0.85, 0.9 and 0.95 named the right layer in 64, 77, 87 and 87 %.
UNSEEN = 0.9
HARMLESS_BESIDE_A_FAULT = 0.25  # what a harmless line weighs when something else failed
NOTICE_BESIDE_A_FAULT = 0.6  # likewise for faults that stop nothing
#: A warning of these layers and above is about the code; the error after it seldom comes of it.
ABOUT_THE_CODE = LAYERS.index("api")
WARNING = re.compile(r"\b[A-Z]\w*Warning: ")
MOST_CANDIDATES = 5
SEVERITIES = ("F", "E", "W", "", "I")  # of native log lines, gravest first
TROUBLE = re.compile(r"\b(?:errors?|fatal|failed|unable to|cannot|exception|aborted|killed)\b", re.IGNORECASE)
LINES_ASKED = 200  # lines that sound like trouble, looked at before a text is called harmless for sure


class Candidate(NamedTuple):
    """A cause with how probable it is, between 0 and 1, and the word for it."""

    hit: Hit
    probability: float
    confidence: str


def rank(hits: List[Hit], text: Cleaned, confirmed: Optional[Dict[str, bool]] = None) -> List[Candidate]:
    """The candidates, best first.

    Args:
        confirmed: by cause, whether a check of the machine saw it (True) or saw that it is not so (False).
    """
    confirmed = confirmed or {}
    weights = _weights(hits, text, confirmed)
    groups = _groups(hits, text)
    best = {id(group): max(group, key=lambda hit: weights[hit.cause.id]) for group in groups}
    groups.sort(key=lambda group: _order(best[id(group)], weights[best[id(group)].cause.id], text))
    candidates: List[Candidate] = []
    taken = 0.0
    for group in groups:
        shares = _shares(group, weights)
        room = 1.0 if not candidates else max(0.05, 1 - taken)
        for hit in sorted(group, key=lambda h: -weights[h.cause.id]):
            promised = weights[hit.cause.id] * shares[hit.cause.id] * room
            probability = round(min(0.99, promised * (1 if confirmed.get(hit.cause.id) else UNSEEN)), 3)
            candidates.append(Candidate(hit, probability, _word(hit, probability, confirmed)))
        taken = max(taken, max(c.probability for c in candidates))
    return _humbled(_best_first(candidates)[:MOST_CANDIDATES], text)


def _humbled(candidates: List[Candidate], text: Cleaned) -> List[Candidate]:
    """A harmless verdict is not sure while another line sounds like trouble and nobody explains it."""
    first = candidates[0] if candidates else None
    if not first or not first.hit.cause.harmless or first.confidence != "sure":
        return candidates
    if not _unexplained(text, candidates):
        return candidates
    lower = first._replace(probability=min(first.probability, SURE - 0.01), confidence="likely")
    return [lower, *candidates[1:]]


def _unexplained(text: Cleaned, candidates: List[Candidate]) -> bool:
    suspicious = [line for line in text.lines if line.severity in ("E", "F") or TROUBLE.search(line.text)]
    patterns = [p for c in candidates if c.hit.cause.harmless for p in c.hit.cause.patterns]
    return not all(any(speaks_of(p, line.text) for p in patterns) for line in suspicious[:LINES_ASKED])


def _best_first(candidates: List[Candidate]) -> List[Candidate]:
    """The first stays first; look-alikes and others follow by probability."""
    return candidates[:1] + sorted(candidates[1:], key=lambda c: -c.probability)


def _weights(hits: List[Hit], text: Cleaned, confirmed: Dict[str, bool]) -> Dict[str, float]:
    consequences: Set[str] = {
        other
        for hit in hits
        if hit.weight >= WEIGHTY
        for other in hit.cause.outranks
        if other != hit.cause.id
    }
    fault = any(h.weight >= 0.35 and not h.cause.harmless and not h.cause.notice for h in hits)
    weights = {}
    for hit in hits:
        weight = hit.weight
        if hit.cause.id in consequences:
            weight *= 0.4
        if hit.cause.harmless and (fault or any(h.cause.notice and h.weight > hit.weight for h in hits)):
            weight *= HARMLESS_BESIDE_A_FAULT
        if fault and (hit.cause.notice or _only_warns(hit, hits, text)):
            weight *= NOTICE_BESIDE_A_FAULT
        seen = confirmed.get(hit.cause.id)
        if seen is not None:
            weight = 1 - (1 - weight) * 0.2 if seen else weight * 0.2
        weights[hit.cause.id] = weight
    return weights


def _only_warns(hit: Hit, hits: List[Hit], text: Cleaned) -> bool:
    """Whether it is a warning about the code, and an error that is known came after it."""
    if LAYERS.index(hit.cause.layer) < ABOUT_THE_CODE or not _is_warning(hit, text):
        return False
    return any(
        other.weight >= STRONG
        and other.start > hit.end
        and not (other.cause.harmless or other.cause.notice or _is_warning(other, text))
        and other.cause.id not in hit.cause.outranks
        for other in hits
    )


def _is_warning(hit: Hit, text: Cleaned) -> bool:
    return WARNING.search(text.line_at(hit.start).text) is not None


def _groups(hits: List[Hit], text: Cleaned) -> List[List[Hit]]:
    """Hits that speak of the same lines: look-alikes of one another."""
    groups: List[List[Hit]] = []
    edge = -1
    for hit in sorted(hits, key=lambda h: (h.start, h.end)):
        first, last = text.index_at(hit.start), text.index_at(max(hit.start, hit.end - 1))
        if groups and first <= edge:
            groups[-1].append(hit)
        else:
            groups.append([hit])
        edge = max(edge, last) if groups[-1] != [hit] else last
    return groups


def _order(hit: Hit, weight: float, text: Cleaned) -> tuple:
    """Strong hits by layer, lowest first; weak ones after them by weight; harmless ones by severity."""
    if hit.cause.harmless:
        gravity = SEVERITIES.index(text.line_at(hit.start).severity)
        return (2, 0, gravity, -weight) if weight < WEIGHTY else (1, -WEIGHTY, gravity, -weight)
    layer = LAYERS.index(hit.cause.layer)
    if weight >= STRONG:
        return (0, layer, -weight)
    return (1, -weight, layer)


def _shares(group: List[Hit], weights: Dict[str, float]) -> Dict[str, float]:
    """How look-alikes divide what their text says."""
    powers = {hit.cause.id: weights[hit.cause.id] ** SHARPNESS for hit in group}
    total = sum(powers.values()) or 1.0
    return {name: power / total for name, power in powers.items()}


def _word(hit: Hit, probability: float, confirmed: Dict[str, bool]) -> str:
    seen = confirmed.get(hit.cause.id)
    if seen and probability >= LIKELY:
        return "sure"
    if probability >= SURE and not hit.pattern.generic and seen is not False:
        return "sure"
    return "likely" if probability >= LIKELY else "possible"
