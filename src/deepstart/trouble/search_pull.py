"""Pulls a project's issue list from GitHub's REST API into the index: only what is new, page by page.

Each page is written before the next is asked for, with the time of its last thread, so a pull that
was stopped goes on where it was. Rate limits are obeyed as the server states them.

Source: docs.github.com, REST API: "List repository issues", "Rate limits", "Using conditional requests".
"""

import os
import re
import time
from email.utils import parsedate_to_datetime
from typing import Any, Callable, Dict, NamedTuple, Optional, Tuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from deepstart.findings import UserError
from deepstart.trouble.search import Index, _put, threads_of

API = "https://api.github.com"
PER_PAGE = 100
LONGEST_WAIT = 120  # seconds; a longer one ends the pull, to be resumed
RETRIES = 4
_NAME = re.compile(r"\w[\w.-]{0,99}/[\w.-]{1,100}")


class Pulled(NamedTuple):
    """What a pull brought: threads written, pages read, and until when to wait if a limit ended it."""

    threads: int
    pages: int
    wait_until: Optional[float] = None
    more: bool = False


class Reply(NamedTuple):
    status: int
    headers: Dict[str, str]
    text: str


class _Limited(Exception):
    """The server wants us to come back later."""

    def __init__(self, until: float):
        super().__init__(until)
        self.until = until


def pull(
    source: str,
    index: Optional[Index] = None,
    limit: int = 5000,
    api: str = "",
    token: str = "",
    tell: Callable[[int], None] = lambda count: None,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.time,
) -> Pulled:
    """Bring the threads of `source` (OWNER/REPO) that changed since the last pull into the index.

    Args:
        limit: threads at most in this pull; the next one goes on from there.
        api: base address; `DEEPSTART_GITHUB_API` or GitHub's own when absent.
        token: `GITHUB_TOKEN` or `GH_TOKEN` when absent; none is needed for public projects.
        tell: called with the number of threads so far.

    Raises:
        UserError: a bad name, no such project, no network.
    """
    if not _NAME.fullmatch(source):
        raise UserError("search.bad-name", name=source)
    index = index or Index()
    client = _Client(
        api or os.environ.get("DEEPSTART_GITHUB_API") or API,
        token or os.environ.get("GITHUB_TOKEN") or os.environ.get("GH_TOKEN") or "",
        sleep,
        now,
    )
    count = pages = 0
    while count < limit:
        since, etag, asked = _cursor(index, source)
        url = client.first_page(source, since)
        try:
            reply = client.get(url, source, etag if url == asked else "")
        except _Limited as limited:
            return Pulled(count, pages, limited.until, True)
        if reply.status == 304:
            return Pulled(count, pages)
        threads = threads_of(reply.text, source)
        pages += 1
        latest = max((thread.updated for thread in threads), default=since)
        with index.transaction() as connection:
            count += sum(_put(connection, thread) for thread in threads)
            connection.execute(
                "INSERT OR REPLACE INTO pulls VALUES (?, ?, ?, ?)",
                (source, latest, reply.headers.get("etag", ""), url),
            )
        tell(count)
        if len(threads) < PER_PAGE or 'rel="next"' not in reply.headers.get("link", ""):
            return Pulled(count, pages)
        if latest == since:  # more threads changed in one second than a page holds
            more = _same_second(client, index, source, reply, tell, count)
            count, pages = count + more[0], pages + more[1]
    return Pulled(count, pages, more=True)


def _same_second(
    client: "_Client", index: Index, source: str, reply: Reply, tell: Callable[[int], None], before: int
) -> Tuple[int, int]:
    """Follow the server's own `next` links; the cursor cannot move within one second."""
    count = pages = 0
    while match := re.search(r'<([^>]+)>;\s*rel="next"', reply.headers.get("link", "")):
        reply = client.get(client.own(match.group(1)), source, "")
        threads = threads_of(reply.text, source)
        pages += 1
        latest = max((thread.updated for thread in threads), default="")
        with index.transaction() as connection:
            count += sum(_put(connection, thread) for thread in threads)
            connection.execute(
                "INSERT OR REPLACE INTO pulls VALUES (?, ?, '', '')",
                (source, latest or _cursor(index, source)[0]),
            )
        tell(before + count)
    return count, pages


def _cursor(index: Index, source: str) -> Tuple[str, str, str]:
    with index.open() as connection:
        row = connection.execute("SELECT since, etag, url FROM pulls WHERE source = ?", (source,)).fetchone()
    return row or ("", "", "")


class _Client:
    """Asks the server as it wants to be asked."""

    def __init__(self, api: str, token: str, sleep: Callable[[float], None], now: Callable[[], float]):
        self.api, self.token, self.sleep, self.now = api.rstrip("/"), token, sleep, now

    def first_page(self, source: str, since: str) -> str:
        query: Dict[str, Any] = {"state": "all", "sort": "updated", "direction": "asc", "per_page": PER_PAGE}
        if since:
            query["since"] = since
        return "%s/repos/%s/issues?%s" % (self.api, source, urlencode(query))

    def own(self, url: str) -> str:
        """A link of the server's, refused if it leads to another server: the token would go with it."""
        if not url.startswith(self.api + "/"):
            raise UserError("search.strange-link", url=url, api=self.api)
        return url

    def get(self, url: str, source: str, etag: str) -> Reply:
        """One page; waits and asks again where the server asks for it.

        Raises:
            _Limited: the wait would be too long.
        """
        for attempt in range(RETRIES + 1):
            reply = self._ask(url, etag)
            if reply.status in (200, 304):
                return reply
            if reply.status in (403, 429) and (pause := self._pause(reply)) is not None:
                if pause > LONGEST_WAIT or attempt == RETRIES:
                    raise _Limited(self.now() + pause)
                self.sleep(pause)
            elif reply.status >= 500 and attempt < RETRIES:
                self.sleep(2**attempt)
            else:
                break
        key = {401: "search.bad-token", 404: "search.no-such-project", 410: "search.no-such-project"}
        raise UserError(key.get(reply.status, "search.refused"), name=source, status=reply.status)

    def _pause(self, reply: Reply) -> Optional[float]:
        """Seconds that the server wants us to wait; None if it refuses for another reason."""
        after = reply.headers.get("retry-after", "")
        if after.isdigit():
            return float(after)
        if after:
            try:
                return max(0.0, parsedate_to_datetime(after).timestamp() - self.now())
            except (TypeError, ValueError):
                return 60.0
        if reply.headers.get("x-ratelimit-remaining") == "0":
            reset = reply.headers.get("x-ratelimit-reset", "")
            return max(1.0, float(reset) - self.now() + 1) if reset.isdigit() else 60.0
        return 60.0 if reply.status == 429 or "rate limit" in reply.text.lower() else None

    def _ask(self, url: str, etag: str) -> Reply:
        headers = {
            "Accept": "application/vnd.github+json",
            "User-Agent": "deepstart",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        if etag:
            headers["If-None-Match"] = etag
        try:
            with urlopen(Request(url, headers=headers), timeout=30) as answer:
                return _reply(answer.status, answer.headers, answer.read())
        except HTTPError as error:
            with error:
                return _reply(error.code, error.headers, error.read())
        except (URLError, OSError) as error:
            raise UserError("search.no-network", why=getattr(error, "reason", error)) from None


def _reply(status: int, headers: Any, body: bytes) -> Reply:
    return Reply(status, {k.lower(): v for k, v in headers.items()}, body.decode("utf-8", "replace"))
