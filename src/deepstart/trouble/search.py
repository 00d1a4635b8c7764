"""Known issues offline: the catalogue, the journal, and the issue lists that the user pulled.

One SQLite file with a contentless FTS5 index over titles and texts; the texts lie compressed beside
it. A query is answered by its rarest words, which keeps it fast over any number of threads.
"""

import json
import re
import sqlite3
import zlib
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Set, Tuple

from deepstart.findings import UserError, reason_of
from deepstart.places import usable_data_folder
from deepstart.trouble.fulltext import TOKENIZER, for_index, is_chinese, quoted, words_of

RAREST = 6  # words of a query that are looked up
BODY = 6000  # letters of a thread that are kept
RANKED = 3000  # threads that are ranked at most: this bounds the time of a query
TOGETHER = 4  # common words that must occur together
ENOUGH = 3  # cases with all words of a query, from which on those with only some of them are left out
LONGEST_ENTRY = 5000  # words of an entry that are looked at
COMMON = 0.02  # part of the threads from which on a word that they hold tells little
SHARED = 0.5  # part of a query's words that an entry of the journal must hold if they are all common

_SCHEMA = (
    """
CREATE TABLE IF NOT EXISTS threads (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, number INTEGER NOT NULL, title TEXT NOT NULL,
  state TEXT NOT NULL, url TEXT NOT NULL, labels TEXT NOT NULL, milestone TEXT NOT NULL,
  updated TEXT NOT NULL, body BLOB NOT NULL,
  UNIQUE (source, number)
);
CREATE TABLE IF NOT EXISTS pulls (
  source TEXT PRIMARY KEY, since TEXT NOT NULL, etag TEXT NOT NULL, url TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(title, body, content='', tokenize="%s");
CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary USING fts5vocab(words, row);
PRAGMA user_version = 1;
"""
    % TOKENIZER
)

_FIXED = re.compile(
    r"(?i)\b(?:fixed|resolved|solved|works(?: again| fine)?|landed|released|available|included|merged)\s+"
    r"(?:\w+\s+){0,3}?(?:in|with|by|since|as of|from)\s+(?:the\s+)?(?:upcoming\s+)?"
    r"(?:version|release|tf|tensorflow|keras|jax|jaxlib|torch|pytorch|transformers|v)?[\s-]{0,2}v?(\d+\.\d+(?:\.\d+)?(?:rc\d+)?)"
)
_MILESTONE = re.compile(r"^\D{0,20}(\d+\.\d+(?:\.\d+)?)\D{0,10}$")

#: The package whose version decides whether a project's fix is in.
PACKAGE_OF = {
    "tensorflow/tensorflow": "tensorflow",
    "keras-team/keras": "keras",
    "pytorch/pytorch": "torch",
    "jax-ml/jax": "jax",
    "google/jax": "jax",
    "huggingface/transformers": "transformers",
}


class Thread(NamedTuple):
    """One thread to be indexed."""

    source: str
    number: int
    title: str
    state: str
    url: str
    labels: str = ""
    milestone: str = ""
    updated: str = ""
    body: str = ""


class Hit(NamedTuple):
    """One known case that fits a query; `fixed_in` and `yours` are versions, or empty."""

    source: str
    number: int
    title: str
    state: str
    url: str
    excerpt: str
    fixed_in: str = ""
    yours: str = ""
    score: float = 0.0

    def already_fixed(self) -> Optional[bool]:
        """Whether your version has the fix; None if one of the two is unknown."""
        if not (self.fixed_in and self.yours):
            return None
        from packaging.version import InvalidVersion, Version

        with suppress(InvalidVersion):
            return Version(self.yours) >= Version(self.fixed_in)
        return None

    def as_json(self) -> Dict[str, Any]:
        return {**self._asdict(), "already_fixed": self.already_fixed()}


class Index:
    """The index in `path`; by default this user's own.

    Raises:
        UserError: the file cannot be opened or written, or this Python's SQLite has no FTS5.
    """

    def __init__(self, path: Optional[Path] = None):
        self.path = path or usable_data_folder() / "issues.sqlite"

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=20, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                if connection.execute("PRAGMA user_version").fetchone()[0] < 1:
                    connection.executescript(_SCHEMA)
                yield connection
        except (OSError, sqlite3.Error) as error:
            why = reason_of(error) if isinstance(error, OSError) else error
            raise UserError("search.unusable", path=self.path, why=why) from None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it is written, or nothing."""
        from deepstart.trouble.journal import transaction

        with self.open() as connection, transaction(connection):
            yield connection

    def add(self, threads: Iterable[Thread]) -> int:
        """Enter threads; one that is there already is replaced. Returns how many."""
        with self.transaction() as connection:
            return sum(_put(connection, thread) for thread in threads)

    def refresh_catalogue(self) -> None:
        """Bring the catalogue's causes into the index, if they changed."""
        from deepstart import causes

        loaded = causes.load()
        print_ = "%d:%08x" % (
            len(loaded),
            zlib.crc32(repr([(c.id, c.text) for c in loaded.values()]).encode()),
        )
        with self.open() as connection:
            row = connection.execute("SELECT value FROM settings WHERE name = 'catalogue'").fetchone()
        if row and row[0] == print_:
            return
        with self.transaction() as connection:
            numbers = connection.execute("SELECT number FROM threads WHERE source = 'catalogue'").fetchall()
            for (number,) in numbers:
                _take_out(connection, "catalogue", number)
            for number, cause in enumerate(loaded.values()):
                _put(connection, _of_cause(number, cause))
            connection.execute("INSERT OR REPLACE INTO settings VALUES ('catalogue', ?)", (print_,))

    def search(self, query: str, limit: int = 10) -> List[Hit]:
        """The known cases that fit best, best first; the installed versions are looked up for each."""
        with self.open() as connection:
            words = words_of(query)
            wanted = match_expression(connection, words)
            if not wanted:
                return []
            # Of a few typed words all are meant; only where hardly a case holds them all, any will do.
            rows = _best(connection, wanted.replace(" OR ", " AND "), limit)
            if len(rows) < min(ENOUGH, limit):
                rows = _best(connection, wanted, limit)
        return [_hit(row, words) for row in rows]

    def common(self, words: List[str]) -> Set[str]:
        """Those of the words that many threads hold."""
        latin = [word for word in words if not is_chinese(word)]
        marks = ", ".join("?" * len(latin))
        with self.open() as connection:
            (threads,) = connection.execute("SELECT count(*) FROM threads").fetchone()
            found = connection.execute(
                f"SELECT term FROM vocabulary WHERE term IN ({marks}) AND doc > ?", (*latin, COMMON * threads)
            ).fetchall()
            # The index holds single Chinese characters, so pairs have to be counted.
            counted = {w: _count(connection, w) for w in words if is_chinese(w)}
        return {term for (term,) in found} | {w for w, n in counted.items() if n > COMMON * threads}

    def sources(self) -> Dict[str, int]:
        """How many threads each source has."""
        with self.open() as connection:
            return dict(connection.execute("SELECT source, count(*) FROM threads GROUP BY source"))


def _count(connection: sqlite3.Connection, word: str) -> int:
    """How many threads hold a word."""
    sought = "SELECT count(*) FROM words WHERE words MATCH ?"
    return int(connection.execute(sought, (quoted(word),)).fetchone()[0])


def _best(connection: sqlite3.Connection, wanted: str, limit: int) -> List[Any]:
    """The few best are found first: reading and unpacking texts is for them alone."""
    return connection.execute(
        "SELECT source, number, title, state, url, milestone, body, found.score FROM "
        "(SELECT rowid AS id, bm25(words, 4.0, 1.0) AS score FROM words WHERE words MATCH ? "
        "ORDER BY score LIMIT ?) AS found JOIN threads ON threads.id = found.id ORDER BY found.score",
        (wanted, limit),
    ).fetchall()


def match_expression(connection: sqlite3.Connection, words: List[str]) -> str:
    """What to ask the index for, so that the answer comes fast whatever the words are; empty: nothing.

    The rarest words are taken, until the threads that hold them would be too many to be ranked. Where
    even the rarest word is common, the words must occur together. Chinese pairs are not counted.
    """
    chinese = [quoted(word) for word in words if is_chinese(word)][:RAREST]
    latin = [word for word in words if not is_chinese(word)]
    found: List[Tuple[str, int]] = connection.execute(
        "SELECT term, doc FROM vocabulary WHERE term IN (%s) ORDER BY doc LIMIT ?"
        % ", ".join("?" * len(latin)),
        (*latin, RAREST),
    ).fetchall()
    if found and found[0][1] > RANKED and not chinese:
        return " AND ".join(quoted(term) for term, _ in found[:TOGETHER])
    telling, total = [], 0
    for term, documents in found:
        total += documents
        if total > RANKED:
            break
        telling.append(quoted(term))
    return " OR ".join(telling + chinese)


def _put(connection: sqlite3.Connection, thread: Thread) -> int:
    _take_out(connection, thread.source, thread.number)
    body = thread.body[:BODY]
    cursor = connection.execute(
        "INSERT INTO threads (source, number, title, state, url, labels, milestone, updated, body) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*thread[:8], zlib.compress(body.encode("utf-8", "replace"))),
    )
    connection.execute(
        "INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)",
        (cursor.lastrowid, for_index(thread.title), for_index(body)),
    )
    return 1


def _take_out(connection: sqlite3.Connection, source: str, number: int) -> None:
    row = connection.execute(
        "SELECT id, title, body FROM threads WHERE source = ? AND number = ?", (source, number)
    ).fetchone()
    if row:  # an index without content has to be told what it forgets
        connection.execute(
            "INSERT INTO words (words, rowid, title, body) VALUES ('delete', ?, ?, ?)",
            (row[0], for_index(row[1]), for_index(_unpacked(row[2]))),
        )
        connection.execute("DELETE FROM threads WHERE id = ?", (row[0],))


def _unpacked(body: bytes) -> str:
    return zlib.decompress(body).decode("utf-8", "replace")


def _of_cause(number: int, cause: Any) -> Thread:
    sentences = [s for language in cause.text.values() for s in language.values()]
    anchors = [a for p in cause.patterns for a in p.anchors]
    return Thread(
        "catalogue",
        number,
        cause.id,
        cause.layer,
        link(next(iter(cause.sources), "")),
        body="\n".join(sentences + anchors),
    )


def _hit(row: Any, words: List[str]) -> Hit:
    source, number, title, state, url, milestone, packed, score = row
    body = _unpacked(packed)
    if source == "catalogue":
        from deepstart import causes

        cause = causes.load().get(title)
        what = cause.sentence("what") if cause else ""
        return Hit(source, number, title, state, url, what, score=-score)
    fixed = fixed_in(body, milestone) if state == "closed" else ""
    return Hit(source, number, title, state, url, excerpt(body, words), fixed, installed(source), -score)


def excerpt(body: str, words: List[str], size: int = 200) -> str:
    """The part of a text that holds the longest of the words: long words tell most."""
    lower = body.lower()
    at = next((i for word in sorted(words, key=len, reverse=True) if (i := lower.find(word)) >= 0), 0)
    start = max(0, at - size // 3)
    return " ".join(body[start : start + size].split())


def fixed_in(body: str, milestone: str = "") -> str:
    """The version that a thread says it was fixed in, or nothing.

    >>> fixed_in("This is fixed in TF 2.16.1, please upgrade.")
    '2.16.1'
    """
    said = _FIXED.findall(body)
    if said:
        return said[-1]
    match = _MILESTONE.match(milestone)
    return match.group(1) if match else ""


def installed(source: str) -> str:
    """Your version of what a project makes, or nothing."""
    from importlib.metadata import PackageNotFoundError, version

    package = PACKAGE_OF.get(source, source.rpartition("/")[2])
    for name in (package, package + "-cpu"):
        with suppress(PackageNotFoundError, ValueError):
            return version(name)
    return ""


def search(query: str, limit: int = 10, index: Optional[Index] = None) -> Dict[str, Any]:
    """Known cases and the addresses of ready-made searches for an error's text or some words.

    Returns:
        `query` as cleaned, `hits` best first, `journal` entries, `links` by site, `sources` by size.
    """
    from deepstart.trouble.journal import Journal
    from deepstart.trouble.search_links import clean_query, links

    cleaned = clean_query(query)
    index = index or Index()
    index.refresh_catalogue()
    entries: List[Any] = []
    with suppress(UserError):
        journal = Journal()
        found = journal.search(cleaned, 9) if journal.path.exists() else []
        common = index.common(words_of(cleaned)) if found else set()
        entries = [entry for entry in found if _shares(cleaned, entry, common)][:3]
    return {
        "query": cleaned,
        "hits": _merged(_explained(query), index.search(cleaned, limit), limit),
        "journal": entries,
        "links": links(cleaned),
        "sources": index.sources(),
    }


def _shares(query: str, entry: Any, common: Set[str]) -> bool:
    """Whether an entry holds a telling word of a query, or enough of those that many failures share."""
    asked = set(words_of(query))
    shared = asked & set(words_of("\n".join(str(value) for value in entry), LONGEST_ENTRY))
    return bool(shared - common) or len(shared) >= SHARED * len(asked)


def _explained(query: str) -> List[Hit]:
    """The causes that `explain` recognises in an error's text: surer than any search by words."""
    from deepstart.trouble.explain import explain

    candidates = [c for c in explain(query)["candidates"] if not c["harmless"]]
    return [
        Hit("catalogue", -1, c["cause_id"], c["layer"], link(next(iter(c["references"]), "")), c["what"])
        for c in candidates[:3]
    ]


def _merged(first: List[Hit], then: List[Hit], limit: int) -> List[Hit]:
    seen = {(hit.source, hit.title) for hit in first}
    return (first + [hit for hit in then if (hit.source, hit.title) not in seen])[:limit]


def link(reference: str) -> str:
    """`owner/repo#12` as the address of that thread; an address as it is.

    >>> link("keras-team/keras#7")
    'https://github.com/keras-team/keras/issues/7'
    """
    return re.sub(r"^([\w.-]+/[\w.-]+)#(\d+)$", r"https://github.com/\1/issues/\2", reference)


def threads_of(page: str, source: str) -> List[Thread]:
    """The threads on one page of GitHub's answer; what has not the expected shape is left out."""
    out = []
    for raw in json.loads(page):
        with suppress(KeyError, TypeError, AttributeError):
            out.append(
                Thread(
                    source,
                    int(raw["number"]),
                    str(raw["title"]),
                    str(raw["state"]),
                    str(raw["html_url"]),
                    " ".join(label["name"] for label in raw.get("labels") or ()),
                    (raw.get("milestone") or {}).get("title") or "",
                    str(raw.get("updated_at") or ""),
                    raw.get("body") or "",
                )
            )
    return out
