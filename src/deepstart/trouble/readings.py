"""What a message says only to somebody who compares or looks back, written behind the line that says it.

pip prints which releases it saw, and whether they are older or newer than the wanted one decides the
cause; a regular expression cannot tell. Nor does Python before 3.7 name the module that lacks a name: it
stands in the import statement above. A reading stands in double brackets, so that patterns of the
catalogue can ask for it: `⟦only newer offered⟧`. Standard library only, Python 3.8 syntax.
"""

import re
from typing import List, Tuple

#: pip's refusal: the wanted requirement, where it came from, and the releases that pip saw.
OFFER = re.compile(
    r"(?:requirement|matches) [a-z_][\w.-]{0,80}(?:\[[^\]]{0,80}\])? ?"
    r"(?P<wanted>[=<>~!]=?[^\s(;]{1,80})?"
    r"[^()]{0,60}(?:\((?:from|line|c:)[^()]{0,200}(?:\([^()]{0,40}\))?[^()]{0,40}\) ?){0,2}"
    r"\(from versions: ?(?P<offered>[^()]{0,20000})\)",
    re.IGNORECASE,
)
#: A package that names its Pythons, and the Python that asked.
PYTHON = re.compile(
    r"requires a different python: (?P<a>\d[\d.]*)\S* not in ['\"]?(?P<a_wants>[<>=!~][^'\"]{1,80}?)['\")]"
    r"|requires python ['\"]?(?P<b_wants>[<>=!~][^'\"]{1,80}?)['\"]? but the running python is"
    r" (?P<b>\d[\d.]*\d)"
    r"|python version \((?P<c>\d[\d.]*)\) does not satisfy python ?(?P<c_wants>[<>=!~][<>=!~,.*\d ]{1,60}\d)",
    re.IGNORECASE,
)
#: uv's hint: the running Python and the Pythons that wheels exist for.
WHEELS = re.compile(
    r"you require cpython (?P<have>\d\.\d+)[^,]{0,20}, but we only found wheels for [^:]{1,120}: ?"
    r"(?P<tags>(?:`cp\d+\w*`[, and]*)+)",
    re.IGNORECASE,
)
#: A name that could not be imported, in the words of Python before 3.7, which leaves the module out.
NAMELESS = re.compile(
    r"cannot import name (?P<quote>['\"]?)(?P<name>\w{1,40})(?P=quote)(?![\w'\"]| from)", re.I
)
IMPORT = re.compile(
    r"\bfrom (?P<dots>\.{0,3})(?P<module>[a-z_][\w.]{0,60}|(?<=\.)) import (?P<names>[\w, ()*]{1,300})", re.I
)
IN_PACKAGE = re.compile(r"(?:site|dist)-packages[/\\](?P<path>[\w/\\]{1,200})\.py\b")
#: PyTorch's two sentences on a full card, before and since 2.1 (which at first wrote "capacty").
FULL_CARD = re.compile(
    r"\(gpu \d+; (?P<total>\d+(?:\.\d+)? [gm]i?b) total capacity; "
    r"(?P<allocated>\d+(?:\.\d+)? \w+) already allocated; (?P<free>\d+(?:\.\d+)? \w+) free; "
    r"(?P<own>\d+(?:\.\d+)? \w+) (?P<how>reserved|cached)[^)]{0,60}\)"
    r"|has a total capaci?ty of (?P<total1>\d+(?:\.\d+)? gib) of which (?P<free1>\d+(?:\.\d+)? \w+) is free\."
    r"(?: process \d+ has \d+(?:\.\d+)? \w+ memory in use\.){0,16}"
    r" including non-pytorch memory, this process has (?P<own1>\d+(?:\.\d+)? \w+) memory in use",
    re.IGNORECASE,
)
#: Keras's complaint about as many labels as there are rows in the output, and its two shapes.
LABEL_SHAPES = re.compile(
    r"shape of labels \(received \((?P<labels>\d{1,12}),\)\) should equal the shape of logits except for the"
    r" last dimension \(received \((?P<rows>\d{1,12}), (?P<classes>\d{1,12})\)\)",
    re.IGNORECASE,
)
#: PyTorch's complaint about two pictures that are to be added, with the length of one side of each.
SIDES = re.compile(
    r"the size of tensor a \((?P<a>\d{1,6})\) must match the size of tensor b \((?P<b>\d{1,6})\)"
    r" at non-singleton dimension [234]\b",
    re.IGNORECASE,
)
#: PyTorch's complaint about a matrix product, with the sizes of both sides.
FACTORS = re.compile(
    r"mat1 and mat2 shapes cannot be multiplied"
    r" \((?P<rows>\d{1,9})x(?P<columns>\d{1,9}) and (?P<wants>\d{1,12})x\d+\)",
    re.IGNORECASE,
)
GIBIBYTES = {"gib": 1.0, "gb": 1.0, "mib": 1 / 1024, "mb": 1 / 1024, "kib": 1 / 1024**2}
START_UP = 0.9  # GiB that CUDA itself and a desktop may take beside PyTorch's own blocks
LOOKED_BACK = 900  # characters before the message in which its import statement is looked for
OPENERS = (
    "cannot import name",
    "from versions:",
    "different python:",
    "running python is",
    "does not satisfy python",
    "only found wheels",
    " total capac",
    "shape of labels",
    "shapes cannot be multiplied",
    "must match the size of tensor b",
)
EARLY = re.compile(r"(?<=\d)(a|b|rc)(\d+)")  # a release before the release: 2.0.0rc1
CLAUSE = re.compile(r"([=<>~!]=?=?)\s*v?(\d[\w.*+!-]*)")
#: Builds of torch; their release without the tag is on the general index too, for the Pythons of its time.
TORCH_TAGS = ("cu1", "cu9", "cpu", "rocm")
#: Source archives of torch that say no more than where to find it: seen where no wheel fits.
TORCH_PLACEHOLDERS = {"0.1.2", "0.1.2.post1", "0.1.2.post2"}
READING = re.compile(r" ⟦[^⟧]{1,300}⟧")


def with_readings(texts: List[str]) -> List[str]:
    """The lines, each with the readings of the messages that end on it."""
    whole = " ".join(texts)
    low = whole.lower()
    if not any(opener in low for opener in OPENERS):
        return texts
    out = list(texts)
    for end, reading in readings(whole):
        position = 0
        for index, text in enumerate(texts):
            position += len(text) + 1
            if end < position:
                out[index] += " ⟦%s⟧" % reading
                break
    return out


def readings(whole: str) -> List[Tuple[int, str]]:
    """Where each message ends (index of its last character) and what it comes to."""
    found = [(m.end() - 1, offer(m["wanted"] or "", m["offered"])) for m in OFFER.finditer(whole)]
    for m in PYTHON.finditer(whole):
        have = m["a"] or m["b"] or m["c"]
        said = fits(have, m["a_wants"] or m["b_wants"] or m["c_wants"])
        found.append(
            (m.end() - 1, {-1: "python older than wanted", 1: "python newer than wanted"}.get(said, ""))
        )
    for m in WHEELS.finditer(whole):
        tags = [release("%s.%s" % (t[0], t[1:])) for t in re.findall(r"cp(\d\d+)", m["tags"])]
        older = tags and release(m["have"]) < min(tags)
        found.append((m.end() - 1, "python older than wanted" if older else "python newer than wanted"))
    found += [(m.end() - 1, others_hold(m)) for m in FULL_CARD.finditer(whole)]
    found += [
        (m.end() - 1, "one label a class")
        for m in LABEL_SHAPES.finditer(whole)
        if int(m["labels"]) == int(m["rows"]) * int(m["classes"])
    ]
    found += [
        (m.end() - 1, "one sample without its batch") for m in FACTORS.finditer(whole) if lacks_batch(m)
    ]
    found += [
        (m.end() - 1, "sides nearly equal")
        for m in SIDES.finditer(whole)
        if nearly_equal(int(m["a"]), int(m["b"]))
    ]
    found += [
        (m.end() - 1, whose(m["name"], whole[max(0, m.start() - LOOKED_BACK) : m.start()]))
        for m in NAMELESS.finditer(whole)
    ]
    return [(end, reading) for end, reading in found if reading]


def nearly_equal(a: int, b: int) -> bool:
    """Whether two sides differ as those of a picture do that was halved and doubled again with rests.

    >>> nearly_equal(15, 14), nearly_equal(504, 500), nearly_equal(128, 64), nearly_equal(21215, 21128)
    (True, True, False, False)
    """
    apart = abs(a - b)
    return apart == 1 or (1 < apart <= 8 and 10 * apart <= max(a, b) <= 8192)


def lacks_batch(product: "re.Match[str]") -> bool:
    """Whether the channels of a square picture were taken for a batch: all its numbers are what is wanted.

    Powers of two multiply to one another by chance, and a picture that was not flattened at all gives the
    same product with its width alone, so both tell nothing.

    >>> lacks_batch(FACTORS.search("mat1 and mat2 shapes cannot be multiplied (8x676 and 5408x10)"))
    True
    >>> lacks_batch(FACTORS.search("mat1 and mat2 shapes cannot be multiplied (8x64 and 512x10)"))
    False
    >>> lacks_batch(FACTORS.search("mat1 and mat2 shapes cannot be multiplied (3584x7 and 25088x4096)"))
    False
    """
    rows, columns, wants = (int(product[name]) for name in ("rows", "columns", "wants"))
    square = columns >= 49 and round(columns**0.5) ** 2 == columns and columns & (columns - 1) != 0
    return rows > 1 and rows * columns == wants and square


def others_hold(full: "re.Match[str]") -> str:
    """How much of a full card belongs neither to this process nor to anybody, where that is much.

    >>> said = "(GPU 0; 7.93 GiB total capacity; 2.81 GiB already allocated; 0 bytes free; 3.06 GiB reserved)"
    >>> others_hold(FULL_CARD.search(said))
    'others hold 4.9 GiB'
    """
    total, free, own = (_gibibytes(full[name] or full[name + "1"]) for name in ("total", "free", "own"))
    if (full["how"] or "").lower() == "cached":  # before 1.4: what is kept besides what is in use
        own += _gibibytes(full["allocated"])
    others = total - free - own
    return "others hold %.1f GiB" % others if others > START_UP + 0.25 * total else ""


def _gibibytes(size: str) -> float:
    number, unit = size.split()
    return float(number) * GIBIBYTES.get(unit.lower(), 0.0)


def whose(name: str, before: str) -> str:
    """What newer Pythons would say: the module that lacks the name, from the import statement before.

    >>> whose("AdamW", 'File "a.py", line 1 from transformers import AdamW, pipeline ImportError: ')
    "cannot import name 'AdamW' from 'transformers'"
    """
    for statement in reversed(list(IMPORT.finditer(before))):
        if not re.search(r"\b%s\b" % re.escape(name), statement["names"]):
            continue
        module = _absolute(statement["dots"], statement["module"], before[: statement.start()])
        return "cannot import name '%s' from '%s'" % (name, module) if module else ""
    return ""


def _absolute(dots: str, module: str, before: str) -> str:
    """The module of a relative import, by the last file of an installed package above it."""
    if not dots:
        return module
    files = IN_PACKAGE.findall(before)
    parents = re.split(r"[/\\]", files[-1])[: -len(dots)] if files else []
    return ".".join([*parents, module] if module else parents) if parents else ""


def offer(wanted: str, offered: str) -> str:
    """How the releases that pip saw stand to the wanted ones.

    >>> offer("==1.15", "2.16.1, 2.17.0")
    'only newer offered'
    >>> offer("==2.4.1+cu121", "2.4.0, 2.4.1")
    'build tag not offered'
    >>> offer("==1.12.1+cu113", "2.0.0, 2.0.1")
    'only newer offered'
    >>> offer(">=1.2", "1.12.0rc1, 1.12.0rc2")
    'only pre-releases offered'
    """
    seen = [v for v in re.split(r"[,\s]+", offered) if v[:1].isdigit()]
    if not seen:
        return "nothing offered"
    tag = wanted.rpartition("+")[2].split(",")[0] if "+" in wanted else ""
    sides = {fits(v, wanted) for v in seen}
    if set(seen) <= TORCH_PLACEHOLDERS:
        return "nothing offered"
    build_offered = not tag or any(v.endswith("+" + tag) for v in seen)
    if sides == {1} and (build_offered or tag.startswith(TORCH_TAGS)):
        return "only newer offered"
    if not build_offered:
        return "build tag not offered"
    if sides == {-1}:
        return "only older offered, up to %s" % max(seen, key=release)
    if 0 in sides and all(EARLY.search(v) for v in seen) and not EARLY.search(wanted):
        return "only pre-releases offered"
    return "not among those offered" if 0 not in sides else ""


def fits(version: str, wanted: str) -> int:
    """0 when a version satisfies all clauses, -1 when it is too old, 1 when it is too new.

    >>> fits("2.0.0b1", "==2.0.0rc1"), fits("2.0.0", "==2.0.0"), fits("2.1.0rc0", "==2.0.0")
    (-1, 0, 1)
    """
    have = release(version)
    for sign, limit in CLAUSE.findall(wanted):
        bound = release(limit)
        here = have[: len(bound)] if "*" in limit or sign == "~=" else have
        if sign in ("==", "===", "=", "~=") and here != bound:
            return -1 if have < bound else 1
        if sign in ("==", "===") and "*" not in limit and early(version) != early(limit):
            return -1 if early(version) < early(limit) else 1
        if (sign == ">=" and have < bound) or (sign == ">" and have <= bound):
            return -1
        if (sign == "<" and have >= bound) or (sign == "<=" and have > bound):
            return 1
    return 0


def release(version: str) -> Tuple[int, ...]:
    """The numbers of a version without trailing zeros, so that 2.0 and 2.0.0 are equal."""
    numbers = [int(n) for n in re.findall(r"\d+", re.split(r"(?<=\d)(?:a|b|rc|\.dev|\.post|\+)", version)[0])]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def early(version: str) -> Tuple[str, int]:
    """Where a version stands before its release; the release itself comes last."""
    found = EARLY.search(version)
    return (found[1], int(found[2])) if found else ("release", 0)


def without_readings(text: str) -> str:
    """The line as it was printed."""
    return READING.sub("", text)
