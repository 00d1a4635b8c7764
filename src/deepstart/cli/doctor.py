"""`deepstart doctor`: the lowest broken layer of this machine, and the fix, proven."""

from typing import Annotated, Any

import typer

from deepstart.cli._options import Json, Language, NoColor, check_language
from deepstart.findings import Finding, Remedy, UserError
from deepstart.words import text


def _option(name: str, **more: Any) -> Any:
    return typer.Option("--" + name, help=text("doctor." + name), **more)


def doctor(
    deep: Annotated[bool, _option("deep")] = False,
    snapshot: Annotated[str | None, _option("snapshot", metavar="FILE")] = None,
    replay: Annotated[str | None, _option("replay", metavar="FILE")] = None,
    python: Annotated[str | None, _option("python", metavar="PATH")] = None,
    cluster: Annotated[str | None, _option("cluster", metavar="ADDRESS")] = None,
    fix: Annotated[bool, _option("fix")] = False,
    yes: Annotated[bool, _option("yes")] = False,
    verbose: Annotated[bool, _option("verbose")] = False,
    json: Json = None,
    language: Language = None,
    no_color: NoColor = False,
) -> None:
    """Probe, check, show; leaves with 0 healthy, 1 warnings, 2 a root cause, 3 cannot tell."""
    check_language(language)
    _refuse_pairs({"--replay": replay, "--cluster": cluster, "--fix": fix})
    _refuse_pairs({"--python": python, "--replay": replay, "--cluster": cluster, "--deep": deep})
    _refuse_pairs({"--python": python, "--fix": fix})
    if cluster:
        raise typer.Exit(_cluster(cluster, json, not no_color))
    from deepstart import machine
    from deepstart.machine import ladder

    facts = machine.load_snapshot(replay) if replay else _look(python, deep or fix, json)
    if deep and not replay:
        from deepstart.machine.deep import add_deep_facts

        add_deep_facts(facts)
    if snapshot:
        machine.write_snapshot(facts, snapshot)
    findings = machine.diagnose(facts)
    changed = [] if replay else _changed(facts, findings)
    _tell(findings, facts, changed, json, not no_color, verbose)
    if snapshot and json != "-":
        typer.echo(text("doctor.written", path=snapshot))
    if fix:
        findings = _fix(findings, yes, json == "-")
    raise typer.Exit(ladder.exit_code(findings))


def _look(python: str | None, here: bool, json: str | None) -> dict[str, Any]:
    """This machine as the named Python sees it, or the user's own where this one is only a tool's."""
    from deepstart import machine
    from deepstart.machine import elsewhere

    chosen = python or (None if here else elsewhere.users_python())
    if not chosen:
        return machine.take_snapshot()
    if not python and json != "-":
        typer.echo(text("doctor.examined", python=chosen))
    return elsewhere.take_snapshot_in(chosen)


def _refuse_pairs(chosen: dict[str, Any]) -> None:
    given = [name for name, value in chosen.items() if value]
    if len(given) > 1:
        raise UserError("doctor.not-together", one=given[0], other=given[1])


def _remedies(facts: dict[str, Any]):
    """A function that gives the catalogue's remedies for a finding on this kind of machine."""
    from deepstart import causes
    from deepstart.machine.facts import Facts
    from deepstart.machine.reading import platform

    here = platform(Facts(facts))

    def remedies_of(finding: Finding) -> list[Remedy]:
        cause = causes.load().get(finding.id)
        return causes.remedies_for(cause, here) if cause else []

    return remedies_of


def _changed(facts: dict[str, Any], findings: list[Finding]):
    """Remember a machine that works; else say what differs from when it did."""
    from deepstart.machine import changes, ladder

    if ladder.exit_code(findings) < 2:
        changes.keep(facts)
        return None
    before = changes.last_healthy(facts)
    return (before.get("taken", "?"), changes.changes(before, facts, findings)) if before else None


def _tell(findings, facts, changed, json: str | None, color: bool, verbose: bool) -> None:
    from deepstart.machine import report

    remedies_of = _remedies(facts)
    if json:
        from deepstart.show.json import write_json

        content = report.as_json(findings, remedies_of)
        content["libraries"] = report.libraries_json(facts)
        if changed:
            content["changed"] = {"since": changed[0], "changes": [c._asdict() for c in changed[1]]}
        write_json(content, json)
    if json == "-":
        return
    from deepstart.show.ladder import show_ladder
    from deepstart.show.terminal import make_console

    console = make_console(color)
    show_ladder(console, findings, facts, remedies_of, verbose)
    if changed and changed[1]:
        console.print(text("doctor.changed", taken=changed[0]), style="bold")
        for change in changed[1][:8]:
            console.print("  " + text("doctor.changed-line", **change._asdict()), markup=False)


def _fix(findings, yes: bool, quiet: bool) -> list[Finding]:
    from deepstart.machine.fixing import fix

    def ask(question: str) -> bool:
        return yes or typer.confirm(question, default=False, err=quiet)

    return fix(findings, ask, lambda line: typer.echo(line, err=quiet))


def _cluster(address: str, json: str | None, color: bool) -> int:
    from deepstart.machine import cluster

    result = cluster.examine(address)
    if json:
        from deepstart.show.json import write_json

        write_json(result.as_json(), json)
    if json != "-":
        from deepstart.show.cluster import show_cluster
        from deepstart.show.terminal import make_console

        show_cluster(make_console(color), result)
    return result.exit_code
