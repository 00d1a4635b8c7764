"""Ready-made searches for the web, from a failure's text without what is private or differs each run."""

import re
from typing import Dict
from urllib.parse import quote, quote_plus

from deepstart.redact import Redactor
from deepstart.trouble.run_signature import VOLATILE, signature

LONGEST = 200  # letters of a query: GitHub takes 256

_MARK = re.compile(r"<[\w-]{1,30}>")
#: A word that holds what redaction put in, an address or a path below `~`: nothing of it helps a search.
_HIDDEN = re.compile(
    r"\S{0,200}<(?:[a-z-]{1,20}-\d{1,6}|user|secret|project|credentials)>\S{0,300}"
    r"|[\"'(]{0,2}[a-z][a-z0-9+.-]{0,20}://\S{0,500}|[\"'(]{0,2}~[\\/]\S{0,300}",
    re.I,
)
_NOISE = re.compile(
    r"^(?:[\w.]+(?:Error|Exception): ?|(?:[\d-]+ [\d:.]+ )?[EWIF](?:\d{4} [\d:.]+ +\d+)? \S+\] ?|\S+:\d+: ?)",
    re.I,
)

#: Where to search, each with what comes before the query.
SITES: Dict[str, str] = {
    "github-open": "https://github.com/search?type=issues&q=is%3Aissue+is%3Aopen+",
    "github-all": "https://github.com/search?type=issues&q=is%3Aissue+",
    "stackoverflow": "https://stackoverflow.com/search?q=",
    "google": "https://www.google.com/search?q=",
    "baidu": "https://www.baidu.com/s?ie=utf-8&wd=",
    "csdn": "https://so.csdn.net/so/search?q=",
    "zhihu": "https://www.zhihu.com/search?type=content&q=",
}


def clean_query(text: str) -> str:
    """What to search for: the failure's own words without paths, addresses, numbers, names and secrets.

    >>> clean_query("ValueError: Layer 'dense_3' expected 2 variables, but received 0 from /home/a/m.h5")
    'ValueError Layer expected variables, but received from'
    """
    from deepstart.trouble.journal import problem_line

    lines = text.strip().splitlines()
    line = problem_line(text) if len(lines) > 1 or signature(text).kind else (lines or [""])[0]
    kind = signature(text).kind
    message = _HIDDEN.sub(" ", Redactor.of().text(_NOISE.sub("", line)))
    for pattern, mark in VOLATILE:
        message = pattern.sub(mark, message)
    message = re.sub(r"(?:^|(?<=\s))[\"']?~?(?:\.{0,2}/)[^\s]{1,300}", " ", _MARK.sub(" ", message))
    message = re.sub(r"(['\"`])[^'\"`\n]{1,80}\1", _quoted, message)
    message = re.sub(r"[{}\[\]()|=<>*~^\\]+|(?<=\s)[:;,.]+(?=\s)", " ", message)
    words = ([kind] if kind else []) + message.split()
    query = ""
    for word in words:
        if len(query) + len(word) >= LONGEST:
            break
        query = (query + " " + word).strip()
    return query.strip(" :;,.")


def _quoted(match: "re.Match[str]") -> str:
    """A quoted name is the user's own unless it looks like a library, an API or an error name."""
    inside = match.group()[1:-1]
    technical = re.fullmatch(
        r"[\w-]+\.(?:so|dll|dylib)[\d.]*|[a-z_]+(?:\.[a-z_]+)+|[A-Z]{2,}[A-Z0-9_]+|_[A-Z_]+", inside
    )
    return inside if technical or re.fullmatch(r"[a-z]+", inside) else " "


def links(query: str, repository: str = "") -> Dict[str, str]:
    """The addresses that search for `query`, by name of the site; GitHub's within `repository` if given."""
    out = {}
    for name, address in SITES.items():
        scope = quote_plus("repo:%s " % repository) if repository and name.startswith("github") else ""
        out[name] = address + scope + (quote(query) if name in ("csdn", "zhihu") else quote_plus(query))
    return out
