"""`deepstart setup`: from a bare computer to an environment that works."""

import re
from pathlib import Path
from typing import Annotated

import typer

from deepstart.cli._options import Json, Language, NoColor, check_language
from deepstart.words import text


def _option(name: str, *declarations: str, **settings):
    return typer.Option(*declarations, help=text(f"setup.option.{name}"), **settings)


def setup(
    folder: Annotated[str, typer.Argument(help=text("setup.option.folder"))] = "deepstart-lab",
    apply: Annotated[bool, _option("apply", "--apply")] = False,
    framework: Annotated[str, _option("framework", "--framework", metavar="NAME")] = "tensorflow",
    gpu: Annotated[bool, _option("gpu", "--gpu")] = False,
    cpu: Annotated[bool, _option("cpu", "--cpu")] = False,
    python: Annotated[str | None, _option("python", "--python", metavar="VERSION")] = None,
    tool: Annotated[str | None, _option("tool", "--tool", metavar="NAME")] = None,
    wheels: Annotated[Path | None, _option("wheels", "--wheels", metavar="FOLDER")] = None,
    jupyter: Annotated[bool, _option("jupyter", "--jupyter")] = False,
    pycharm: Annotated[bool, _option("pycharm", "--pycharm")] = False,
    guide: Annotated[Path | None, _option("guide", "--guide", metavar="FILE")] = None,
    system: Annotated[str | None, _option("for", "--for", metavar="SYSTEM")] = None,
    card: Annotated[str, _option("card", "--card", metavar="NAME")] = "",
    replay: Annotated[str | None, _option("replay", "--replay", metavar="FILE")] = None,
    json: Json = None,
    language: Language = None,
    no_color: NoColor = False,
) -> None:
    check_language(language)
    from deepstart.findings import UserError
    from deepstart.show.json import check_target, write_json
    from deepstart.show.terminal import make_console
    from deepstart.start.environment.apply import check_wishes
    from deepstart.start.environment.decide import Wishes
    from deepstart.start.environment.showing import print_plan

    _check_choices(framework, tool, python)
    _check_together({"--gpu": gpu, "--cpu": cpu}, {"--for": system, "--replay": replay})
    if card and not system:
        raise UserError("setup.card-here", card=card)
    if apply and (system or replay):
        raise UserError("setup.not-here", other="--for" if system else "--replay")
    check_target(json)
    if guide:
        _check_guide(guide)
    if not system:
        check_wishes(folder, wheels)
    wishes = Wishes(framework, gpu or (False if cpu else None), python, tool, jupyter, pycharm)
    plan = _plan(wishes, system, card, replay)
    console = make_console(not no_color, stderr=json == "-")
    if json != "-" or apply:
        print_plan(plan, folder, console)
    if guide and plan.possible:
        _guide(plan, folder, guide, console)
    if json and not (apply and plan.possible):
        write_json({"folder": folder, "plan": plan.as_json()}, json)
    if not plan.possible:
        raise typer.Exit(1)
    if apply:
        _apply(plan, Path(folder), wheels, console, json)
    elif not guide and json != "-":
        again = _typed_again(folder, wishes, wheels)
        hint = "for-another" if system or replay else "to-apply"
        console.print("\n" + text(f"setup.{hint}", command=again), markup=False, soft_wrap=True)


def _typed_again(folder: str, wishes, wheels: Path | None) -> str:
    """The command that does what was planned, with the options that were given."""
    import shlex

    given = {"--framework": wishes.framework, "--python": wishes.python}
    given |= {"--tool": wishes.tool, "--wheels": wheels}
    said = [part for k, v in given.items() if v and v != "tensorflow" for part in (k, str(v))]
    switches = {"--gpu": wishes.gpu, "--cpu": wishes.gpu is False, "--jupyter": wishes.jupyter}
    switches["--pycharm"] = wishes.pycharm
    said += [name for name, on in switches.items() if on]
    return shlex.join(["deepstart", "setup", folder, *said, "--apply"])


def _check_together(*pairs: dict) -> None:
    """Of two options that contradict each other at most one is given."""
    from deepstart.findings import UserError

    for pair in pairs:
        if all(pair.values()):
            one, other = pair
            raise UserError("setup.contradiction", one=one, other=other)


def _check_choices(framework: str, tool: str | None, python: str | None) -> None:
    from deepstart.findings import UserError
    from deepstart.start.environment.decide import FRAMEWORKS, TOOLS

    if framework not in FRAMEWORKS:
        raise UserError("setup.unknown-framework", framework=framework)
    if tool is not None and tool not in TOOLS:
        raise UserError("setup.unknown-tool", tool=tool)
    if python is not None and not re.fullmatch(r"3\.\d{1,2}", python):
        raise UserError("setup.no-version", python=python)


def _check_guide(guide: Path) -> None:
    from deepstart.findings import UserError
    from deepstart.show.json import check_target
    from deepstart.start.environment.guide import MAKERS

    if guide.suffix.lower() not in MAKERS:
        raise UserError("setup.guide-kind", file=guide)
    check_target(guide, "path.export-unwritable")


def _plan(wishes, system: str | None, card: str, replay: str | None):
    """The plan for this machine, a recorded one, or a usual one of a system."""
    import shutil

    from deepstart.machine import load_snapshot, take_snapshot
    from deepstart.start.environment.decide import decide
    from deepstart.start.environment.guide import typical_plan
    from deepstart.start.environment.situation import situation_of

    if system:
        return typical_plan(system, wishes, card)
    snapshot = load_snapshot(replay) if replay else take_snapshot()
    return decide(situation_of(snapshot, uv=bool(shutil.which("uv"))), wishes)


def _guide(plan, folder: str, target: Path, console) -> None:
    from deepstart.start.environment.guide import write_guide

    write_guide(plan, folder, target)
    console.print(text("setup.guide-written", file=target), markup=False)


def _apply(plan, folder: Path, wheels: Path | None, console, json: str | None) -> None:
    from deepstart.show.json import write_json
    from deepstart.start.environment.apply import apply
    from deepstart.start.environment.showing import Progress, print_result

    console.print()
    progress = Progress(console)
    try:
        work = apply(plan, folder, tell=progress, wheels=wheels and wheels.absolute())
    except BaseException:
        if progress.changed:
            step = text(f"setup.step.{progress.step}")
            console.print(text("setup.stopped", step=step), markup=False)
        raise
    print_result(work, progress, console)
    if json:
        done = {
            "changed": progress.changed,
            "accuracy": work.accuracy,
            "doctor": work.doctor,
            "kept": work.kept,
        }
        write_json({"folder": str(folder), "plan": plan.as_json(), "applied": done}, json)
