"""A complete bug report in the form of the project it goes to. Nothing is sent from here, ever.

Everything is written in English, whatever the user speaks, and masked by `deepstart.redact` before
anybody sees it. Logs stay as they are; their first and last event are named above them.
"""

import os
import platform
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from deepstart.findings import UserError
from deepstart.redact import Redactor
from deepstart.trouble.markdown import fenced
from deepstart.trouble.report_facts import hardware, own_report, software
from deepstart.trouble.report_link import Address, prefilled
from deepstart.trouble.report_targets import TARGETS, Target, guess_target
from deepstart.trouble.run_record import Failure
from deepstart.trouble.run_signature import without_colours
from deepstart.words import text

LOG_LINES = 400  # of an error text; GitHub takes 65,536 letters in all
CODE_LINES = 200
LONGEST_VALUE = 300  # of an environment variable, in letters

_NATIVE = re.compile(r"^(?:[EFW]\d{4} |\d{4}-\d\d-\d\d [\d:.]+: [EFW] )")
_EVENT = re.compile(r"^(?:Traceback \(most recent|[\w.]*(?:Error|Exception)\b|ERROR\b|error:|.*\bFAILED\b)")


@dataclass
class Answers:
    """What only the user knows; all of it in their own words."""

    expected: str = ""
    steps: str = ""
    tried: List[str] = field(default_factory=list)
    title: str = ""
    code: str = ""


@dataclass
class Report:
    """One report, masked and ready.

    Args:
        parts: the sections by name, each the text that goes there.
        missing: names of parts that the user could still give: (name, whether the form insists).
        masked: how many secrets were masked, by kind.
    """

    target: Target
    title: str
    parts: Dict[str, str]
    missing: List[Tuple[str, bool]]
    masked: Dict[str, int]

    def body(self) -> str:
        """The whole report as Markdown."""
        sections = (
            "story",
            "expected",
            "steps",
            "code",
            "error",
            "system",
            "tried",
            "verdict",
            "searches",
            "masked",
        )
        shown = [_section(name, self.parts) for name in sections if self.parts.get(name)]
        return "\n\n".join(shown) + "\n"

    def not_english(self) -> bool:
        """Whether what the user wrote is in Chinese, which the project's maintainers do not read."""
        written = " ".join(self.parts.get(name, "") for name in ("expected", "steps", "tried"))
        return bool(re.search("[\u3400-\u9fff]", written))

    def fields(self) -> List[Dict[str, Any]]:
        """What goes into each field of the form; for a choice, what to choose."""
        out = []
        for f in self.target.fields:
            value = f.source if f.kind == "choice" else self.field_text(f.source, f.kind)
            out.append({**f._asdict(), "value": value})
        return out

    def field_text(self, source: str, kind: str = "text") -> str:
        if source == "describe":
            sections = ("story", "steps", "code", "error", "tried", "verdict", "searches", "masked")
            return "\n\n".join(_section(n, self.parts, 4) for n in sections if self.parts.get(n))
        if source == "own":
            return self.parts.get("own") or self.parts.get("system", "")
        value = self.parts.get(source, "")
        return "" if value == "(none)" else value

    def address(self) -> Address:
        """The address that opens the target's form with as much filled in as fits."""
        return prefilled(self)

    def as_json(self) -> Dict[str, Any]:
        address = self.address()
        return {
            "target": self.target.name,
            "repository": self.target.repository,
            "title": self.title,
            "body": self.body(),
            "fields": self.fields(),
            "address": address.url,
            "address_bytes": address.size,
            "left_out": list(address.left_out),
            "missing": [{"part": name, "required": required} for name, required in self.missing],
            "masked": self.masked,
        }


def write_report(
    failure: Failure,
    target: Optional[str] = None,
    answers: Optional[Answers] = None,
    snapshot: Optional[Dict[str, Any]] = None,
    minimal: Optional[Any] = None,
    own: bool = True,
) -> Report:
    """The report on a failure.

    Args:
        failure: what failed, from `last_failure` or a text of the user's.
        target: a name in TARGETS; guessed from the failure when absent.
        answers: what the user said.
        snapshot: the machine's facts.
        minimal: the result of `minimise`, if the script was shrunk.
        own: also run the project's own collector, where its form asks for that.

    Raises:
        UserError: there is no such target.
    """
    if target is not None and target not in TARGETS:
        raise UserError("report.no-such-target", target=target, known=list(TARGETS))
    chosen, answers = TARGETS[target or guess_target(failure.text)], answers or Answers()
    redactor = Redactor.of(folders=[failure.folder] if failure.folder else [])
    versions = software(failure.python)
    code, code_is = _code(failure, answers, minimal)
    error = redactor.text(without_colours(minimal.output if minimal else failure.text))
    verdict = _verdict(failure.text, snapshot)
    parts = {
        "version": _version(chosen, versions),
        "os": _row(hardware(snapshot), "OS") or platform.platform(),
        "python": versions.get("python", ""),
        "cuda": ", ".join(
            filter(
                None,
                [_row(hardware(snapshot), r) for r in ("CUDA libraries found", "CUDA the driver can run")],
            )
        ),
        "gpu": _row(hardware(snapshot), "GPU"),
        "story": _story(failure, error, code_is),
        "expected": answers.expected,
        "steps": answers.steps or _steps(failure),
        "code": code,
        "error": _log(error),
        "system": _system(versions, snapshot),
        "own": own_report(failure.python, chosen) if own else "",
        "tried": "\n".join("- " + line for line in answers.tried),
        "verdict": verdict,
        "searches": _searches(failure.text),
    }
    # What is cut out of a text is cut from the masked one: half a secret would look like another secret.
    done = ("story", "error")
    parts = {name: (value if name in done else redactor.text(value)).strip() for name, value in parts.items()}
    told = error if minimal is None else redactor.text(failure.text)
    title = (redactor.text(answers.title) or _title(told))[:200]
    if redactor.masked:
        counts = ", ".join("%d %s" % (n, kind) for kind, n in sorted(redactor.masked.items()))
        parts["masked"] = text("report.body.masked_note", "en", counts=counts)
    return Report(chosen, title, parts, _missing(parts, answers, code), dict(redactor.masked))


def _missing(parts: Dict[str, str], answers: Answers, code: str) -> List[Tuple[str, bool]]:
    """What is not there yet, required first."""
    wanted = (
        ("expected", answers.expected, True),
        ("code", code, True),
        ("version", parts["version"], True),
        ("steps", answers.steps, False),
        ("tried", parts["tried"], False),
    )
    return [(name, required) for name, value, required in wanted if not value]


def _section(name: str, parts: Dict[str, str], level: int = 3) -> str:
    """One section with its heading; code and logs in fences that nothing inside can close."""
    value = parts[name]
    if name in ("code", "error"):
        value = fenced(value, "python" if name == "code" else "text")
    return "%s %s\n\n%s" % ("#" * level, text("report.body." + name, "en"), value)


def _title(error: str) -> str:
    """The line that names the problem, cut at 150 letters but never within a placeholder."""
    from deepstart.trouble.journal import problem_line

    return re.sub(r"<[a-z-]{0,30}\d{0,6}$", "", problem_line(error)[:150]).strip()


def _story(failure: Failure, error: str, code_is: str) -> str:
    """What happened, in sentences that hold for every failure, with the first and the last event named."""
    first, last = events(error)
    lines = []
    if failure.seconds:
        lines.append(
            text("report.body.happened", "en", code=failure.exit_code, seconds="%.1f" % failure.seconds)
        )
    if first:
        lines.append(text("report.body.first", "en", number=first[0], line=first[1]))
    if last and last != first:
        lines.append(text("report.body.last", "en", number=last[0], line=last[1]))
    if code_is:
        lines.append(
            text("report.body." + code_is, "en", day=time.strftime("%Y-%m-%d", time.gmtime(failure.when)))
        )
    return "\n".join(lines)


def events(error: str) -> Tuple[Optional[Tuple[int, str]], Optional[Tuple[int, str]]]:
    """The first and the last line that speak of an error, each with its number counted from 1."""
    lines = list(enumerate(error.splitlines(), 1))
    marked = [
        (n, line.strip()[:300]) for n, line in lines if _NATIVE.match(line) or _EVENT.match(line.strip())
    ]
    named = [m for m in marked if not m[1].startswith("Traceback")] or marked
    return (named[0], named[-1]) if named else (None, None)


def _log(error: str) -> str:
    """The error text; a very long one without its middle."""
    lines = error.strip("\n").splitlines()
    if len(lines) > LOG_LINES:
        half = LOG_LINES // 2
        lines = [*lines[:half], "[... %d lines ...]" % (len(lines) - 2 * half), *lines[-half:]]
    return "\n".join(lines)


def _steps(failure: Failure) -> str:
    if not failure.command:
        return ""
    from shlex import join

    return "1. `%s`" % join([Path(failure.command[0]).name, *failure.command[1:]])


def _code(failure: Failure, answers: Answers, minimal: Any) -> Tuple[str, str]:
    """The code to reproduce it, and the name of the sentence that says who ran it."""
    if minimal is not None:
        return minimal.code, "ran_minimal"
    if answers.code:
        return answers.code, ""
    for word in failure.command[1:3]:
        path = Path(failure.folder or ".", word)
        try:
            if word.endswith(".py") and path.stat().st_mtime <= failure.when:
                code = path.read_text(encoding="utf-8", errors="replace")
                return (code, "ran_script") if code.count("\n") <= CODE_LINES else ("", "")
        except OSError:
            continue
    return "", ""


def _version(target: Target, versions: Dict[str, Any]) -> str:
    found = versions.get("packages", {})
    return next(("%s %s" % (name, found[name][0]) for name in target.packages if name in found), "")


def _row(rows: List[List[str]], label: str) -> str:
    return next((value for name, value, _ in rows if name == label), "")


def _cut(value: str) -> str:
    """A variable's value without the pages that images of containers write into some."""
    return value if len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE] + " ..."


def _system(versions: Dict[str, Any], snapshot: Optional[Dict[str, Any]]) -> str:
    """One table: what, value, where it was read."""
    rows = []
    if versions:
        shown = "%s %s (%s bit, %s)" % tuple(
            versions[name] for name in ("implementation", "python", "bits", "environment")
        )
        rows.append(["Python", shown, versions["executable"]])
    for name, (version, installer) in versions.get("packages", {}).items():
        rows.append(
            [name, version, "package metadata" + (", installed by %s" % installer if installer else "")]
        )
    rows += hardware(snapshot) or [["Platform", platform.platform(), "Python"]]
    for name, value in Redactor.of().variables(dict(os.environ)).items():
        if name not in ("PATH", "TERM", "SHELL", "LANG", "LC_ALL"):
            rows.append([name, _cut(value), "environment"])
    lines = ["| | | read from |", "|---|---|---|"]
    return "\n".join(
        lines + ["| %s |" % " | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    )


def _verdict(error: str, snapshot: Optional[Dict[str, Any]]) -> str:
    """What explain and doctor say, in English."""
    from deepstart.trouble.explain import explain
    from deepstart.trouble.run_explain import best

    lines = []
    chosen = best(explain(error, snapshot=snapshot, language="en"))
    if chosen:
        lines.append(
            "- explain: `%s` (%s, %s): %s"
            % tuple(chosen[k] for k in ("cause_id", "layer", "confidence", "what"))
        )
    if snapshot:
        from deepstart.machine import diagnose, roots

        findings = diagnose(snapshot)
        found = {f.id: f for f in findings}
        for root in roots(findings):
            lines.append("- doctor: `%s`: %s" % (root, found[root].sentence("what", "en")))
        if not roots(findings):
            lines.append("- doctor: " + text("report.body.healthy", "en"))
    return "\n".join(lines)


def _searches(error: str) -> str:
    from deepstart.trouble.search_links import clean_query, links

    query = clean_query(error)
    if not query:
        return ""
    wanted = ("github-open", "github-all", "stackoverflow")
    return "\n".join("- [%s](%s)" % (name, url) for name, url in links(query).items() if name in wanted)
