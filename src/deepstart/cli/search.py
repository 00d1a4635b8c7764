"""`deepstart search`: parse, call, show."""

import time
from typing import Annotated, Any

import typer

from deepstart.cli._options import Json, Language, NoColor, check_language, check_positive
from deepstart.findings import UserError
from deepstart.words import text

Words = Annotated[list[str] | None, typer.Argument(metavar="[WORDS]...", help=text("search.help.words"))]
Source = Annotated[str | None, typer.Option(metavar="OWNER/REPO", help=text("search.help.pull"))]
Limit = Annotated[int | None, typer.Option(metavar="N", help=text("search.help.limit"))]
Api = Annotated[str, typer.Option(metavar="URL", help=text("search.help.api"))]


def search(
    words: Words = None,
    pull: Source = None,
    limit: Limit = None,
    api: Api = "",
    json: Json = None,
    language: Language = None,
    no_color: NoColor = False,
) -> None:
    check_language(language)
    check_positive("--limit", limit, "deepstart search")
    if words and not any(word.strip() for word in words):
        raise UserError("search.empty-words")
    from deepstart.show.json import check_target
    from deepstart.show.terminal import make_console

    check_target(json)
    console = make_console(not no_color, stderr=json == "-")
    content: dict[str, Any] = {}
    if pull:
        content["pulled"] = _pull(console, pull, limit or 5000, api)
    if words or not pull:
        from deepstart.trouble.search import search as look_up

        content |= look_up(" ".join(words) if words else _last(), limit if limit and not pull else 10)
        _show(console, content)
    if json:
        from deepstart.show.json import write_json

        write_json(content, json)


def _last() -> str:
    from deepstart.trouble.run_record import last_failure

    failure = last_failure()
    if failure is None:
        raise UserError("search.no-words")
    return failure.text


def _pull(console: Any, name: str, limit: int, api: str) -> dict[str, Any]:
    from deepstart.trouble.search_pull import pull

    with console.status(text("search.pulling", name=name, count=0)) as status:
        done = pull(
            name,
            limit=limit,
            api=api,
            tell=lambda count: status.update(text("search.pulling", name=name, count=count)),
        )
    console.print(text("search.pulled", name=name, count=done.threads))
    if done.wait_until:
        until = time.strftime("%H:%M:%S", time.localtime(done.wait_until))
        console.print(text("search.wait", until=until), style="yellow")
    elif done.more:
        console.print(text("search.more"))
    return done._asdict()


def _show(console: Any, content: dict[str, Any]) -> None:
    from rich.text import Text

    if content["journal"]:
        console.print(text("search.journal"), style="bold green")
        for entry in content["journal"]:
            when = entry.solved_day() or text("journal.open")
            console.print(Text("  " + "  ".join(filter(None, (when, entry.program(), entry.headline())))))
            outcome = entry.outcome()
            if outcome.text:
                said = f"    {text('journal.field.' + outcome.name)}{text('show.colon')}{outcome.text}"
                console.print(Text(said), style="dim")
    key = "search.hits" if content["hits"] else "search.nothing"
    console.print(Text(text(key, query=content["query"])), style="bold")
    for hit in content["hits"]:
        _show_hit(console, hit)
    names = ", ".join(
        f"{text('search.catalogue') if source == 'catalogue' else source} ({count})"
        for source, count in content["sources"].items()
    )
    console.print(Text(text("search.sources", sources=names)), style="dim")
    if set(content["sources"]) <= {"catalogue"}:
        console.print(text("search.no-lists"), style="dim")
    console.print(text("search.links"), style="bold")
    for site, url in content["links"].items():
        console.print(Text.assemble(f"  {text('search.site.' + site)}: ", (url, "cyan")), soft_wrap=True)


def _show_hit(console: Any, hit: Any) -> None:
    from rich.text import Text

    if hit.source == "catalogue":
        console.print(
            Text.assemble(("  ● ", "magenta"), f"[{text('search.cause')}] {hit.title} ({hit.state})")
        )
    else:
        color = "green" if hit.state == "open" else "dim"
        state = text(f"search.state.{hit.state}")
        console.print(Text.assemble(("  ● ", color), f"[{state}] {hit.title}"))
    if hit.excerpt:
        console.print(Text("    " + hit.excerpt), style="dim")
    if hit.fixed_in:
        fixed = {True: "search.fixed-yes", False: "search.fixed-no", None: "search.fixed"}[
            hit.already_fixed()
        ]
        console.print(Text("    " + text(fixed, fixed=hit.fixed_in, yours=hit.yours)), style="bold")
    if hit.url:
        console.print(Text("    " + hit.url), soft_wrap=True, style="cyan")
