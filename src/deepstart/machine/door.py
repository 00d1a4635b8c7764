"""The door of doctor.pyz: `doctor` with nothing but the standard library, Python 3.8 or newer.

python doctor.pyz [--deep] [--snapshot FILE] [--replay FILE] [--fix] [--yes] [--json FILE] [--language zh|en]
"""

import argparse
import json
import pkgutil
import sys
from typing import Any, Callable, Dict, List, Optional, Sequence

from deepstart import causes, words
from deepstart.causes import compiling
from deepstart.findings import Finding, Remedy, UserError
from deepstart.machine import diagnose, ladder, load_snapshot, report, take_snapshot, write_snapshot
from deepstart.machine.facts import Facts
from deepstart.machine.plain import ladder_text
from deepstart.machine.reading import platform

COMPILED = "compiled.json"


class _Text:
    """Something with `read_text`, as compiling.COMPILED is."""

    def __init__(self, content: str):
        self.content = content

    def read_text(self, encoding: str = "utf-8") -> str:
        return self.content


def use_compiled_words() -> None:
    """Take words and causes from the JSON that lies beside this file in doctor.pyz, if it does."""
    try:
        data = pkgutil.get_data(__package__ or "deepstart.machine", COMPILED)
    except OSError:
        return
    compiled = json.loads((data or b"{}").decode("utf-8"))
    for area in compiled["words"]:
        words.PROVIDERS[area] = _provider(compiled["words"][area])
    compiling.COMPILED = _Text(json.dumps(compiled["causes"]))  # type: ignore[assignment]


def _provider(by_language: Dict[str, Any]) -> Callable[[str], Dict[str, Any]]:
    return lambda language: by_language[language]


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Parse, look, show; 0 healthy, 1 warnings, 2 a root cause or bad input, 3 cannot tell."""
    use_compiled_words()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that knows no Chinese must not end this
    options = _parser().parse_args(arguments)
    words.choose_language(options.language)
    try:
        return _doctor(options)
    except UserError as error:
        sys.stderr.write(str(error) + "\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="doctor.pyz", description=words.text("cli.doctor.help", default=""))
    for name in ("deep", "fix", "yes"):
        parser.add_argument("--" + name, action="store_true", help=words.text("doctor." + name))
    for name in ("snapshot", "replay"):
        parser.add_argument("--" + name, metavar="FILE", help=words.text("doctor." + name))
    parser.add_argument("--json", metavar="FILE", help=words.text("cli.json", default=""))
    parser.add_argument("--language", choices=words.LANGUAGES, help=words.text("cli.language", default=""))
    return parser


def _doctor(options: argparse.Namespace) -> int:
    if options.replay and options.fix:
        raise UserError("doctor.not-together", one="--replay", other="--fix")
    snapshot = load_snapshot(options.replay) if options.replay else take_snapshot()
    if options.deep and not options.replay:
        from deepstart.machine.deep import add_deep_facts

        add_deep_facts(snapshot)
    if options.snapshot:
        write_snapshot(snapshot, options.snapshot)
    findings = diagnose(snapshot)
    _tell(findings, snapshot, options.json)
    if options.fix:
        from deepstart.machine.fixing import fix

        findings = fix(findings, lambda question: options.yes or _ask(question), print)
    return ladder.exit_code(findings)


def _tell(findings: List[Finding], snapshot: Dict[str, Any], target: Optional[str]) -> None:
    here = platform(Facts(snapshot))

    def remedies_of(finding: Finding) -> List[Remedy]:
        cause = causes.load().get(finding.id)
        return causes.remedies_for(cause, here) if cause else []

    if target:
        answer = {"schema": 1, **report.as_json(findings, remedies_of)}
        answer["libraries"] = report.libraries_json(snapshot)
        content = json.dumps(answer, ensure_ascii=False, indent=1)
        if target == "-":
            print(content)
            return
        with open(target, "w", encoding="utf-8") as file:
            file.write(content + "\n")
    print(ladder_text(findings, snapshot, remedies_of))


def _ask(question: str) -> bool:
    try:
        return input(question + " [y/N] ").strip().lower() in ("y", "yes", "是")
    except EOFError:
        return False


if __name__ == "__main__":
    sys.exit(main())
