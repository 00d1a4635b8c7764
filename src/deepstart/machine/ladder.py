"""The ladder: runs the checks in order, and names the lowest broken layer and what waits for it.

A root is a check that failed while nothing that it waits for failed. Two independent roots both
show. Edges go from check to check, not from layer to layer: that a wheel is a CPU build can be read
from its metadata while the driver is broken.
"""

from typing import Any, Dict, List, Tuple

from deepstart.findings import LAYERS, Fact, Finding
from deepstart.machine.checks import Check, Verdict, all_checks
from deepstart.machine.facts import Facts, Missing


def diagnose(snapshot: Dict[str, Any]) -> List[Finding]:
    """Every check's findings, lowest layer first. Never raises, whatever the snapshot holds."""
    facts = Facts(snapshot)
    findings: Dict[str, List[Finding]] = {}
    for check in all_checks():
        findings[check.id] = _findings(check, facts, findings)
    flat: Dict[str, Finding] = {}
    for finding in (finding for group in findings.values() for finding in group):
        flat.setdefault(finding.id, finding)  # two checks may see the same cause
    return sorted(flat.values(), key=lambda finding: LAYERS.index(finding.layer or "editor"))


def _findings(check: Check, facts: Facts, earlier: Dict[str, List[Finding]]) -> List[Finding]:
    before = [finding for name in check.after for finding in earlier[name]]
    blockers = _blockers(before)
    if blockers:
        return [Finding(check.id, "blocked", "doctor", layer=check.layer, blocked_by=blockers)]
    if facts.get("os.system") not in (None, *check.platforms):
        return [_finding(check, Verdict("not_applicable", because="other-system"), facts)]
    return _as_all_before(check, [earlier[name] for name in check.after], facts) or _ask(check, facts)


def _as_all_before(check: Check, before: List[List[Finding]], facts: Facts) -> List[Finding]:
    """When none of what this check waits for has an answer, this one has none either, for the same reason."""
    silent = [f for group in before for f in group if f.status in ("not_applicable", "unknown")]
    if not before or any(all(f not in silent for f in group) for group in before):
        return []
    unclear = next((finding for finding in silent if finding.status == "unknown"), None)
    if unclear:
        return [_unknown(check, unclear.values["missing"], unclear.values["reason"])]
    return [_finding(check, Verdict("not_applicable", because=silent[0].values["because"]), facts)]


def _ask(check: Check, facts: Facts) -> List[Finding]:
    try:
        for name in check.needs:
            facts[name]
        answer = check.ask(facts)
    except Missing as missing:
        return [_unknown(check, missing.name, missing.why)]
    except Exception as error:  # our own fault must not hide what the other checks found
        return [_unknown(check, type(error).__name__, "crash")]
    verdicts = [answer] if isinstance(answer, Verdict) else list(answer)
    return [_finding(check, verdict, facts) for verdict in verdicts]


def _blockers(before: List[Finding]) -> Tuple[str, ...]:
    """Ids of what failed below; of a blocked check, of what blocks it."""
    ids: List[str] = []
    for finding in before:
        ids += [finding.id] if finding.status == "fail" else list(finding.blocked_by)
    return tuple(dict.fromkeys(ids))


def _finding(check: Check, verdict: Verdict, facts: Facts) -> Finding:
    if verdict.cause:
        values = {"check": check.id, **{fact.name: fact.value for fact in verdict.facts}}
        return Finding(
            verdict.cause,
            verdict.status,
            "causes",
            values,
            verdict.layer or check.layer,
            verdict.facts,
            remedies=verdict.remedies,
        )
    values = {"because": verdict.because} if verdict.because else {}
    return Finding(check.id, verdict.status, "doctor", values, check.layer, verdict.facts)


def _unknown(check: Check, missing: str, reason: str) -> Finding:
    fact = Fact(missing, reason)
    return Finding(
        check.id, "unknown", "doctor", {"missing": missing, "reason": reason}, check.layer, facts=(fact,)
    )


def roots(findings: List[Finding]) -> List[str]:
    """Ids of the failed findings, lowest layer first: what depends on them is blocked, not failed."""
    return list(dict.fromkeys(f.id for f in findings if f.status == "fail"))


def exit_code(findings: List[Finding]) -> int:
    """0 healthy, 1 warnings, 2 a root cause found, 3 cannot tell."""
    statuses = {finding.status for finding in findings}
    if "fail" in statuses:
        return 2
    if "pass" not in statuses or any(f.status == "unknown" and f.id in DECISIVE for f in findings):
        return 3
    return 1 if "warn" in statuses else 0


#: Without an answer to one of these nobody can call a machine healthy.
DECISIVE = ("gpu-present", "driver-answers", "frameworks-importable", "python-supported", "packages-agree")


def healthy(findings: List[Finding]) -> bool:
    return exit_code(findings) == 0
