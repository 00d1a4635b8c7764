"""What doctor says, as plain values that every door shows in its own way.

Rows are the ladder, one for each layer; boxes are the roots, in full; notes are single sentences.
"""

from typing import Any, Dict, List, NamedTuple, Sequence, Set, Tuple

from deepstart.findings import LAYERS, Fact, Finding, Remedy
from deepstart.machine import ladder
from deepstart.machine.facts import Facts, Missing
from deepstart.words import text

#: Of several statuses in one layer the first of these is the layer's.
WORST_FIRST = ("fail", "blocked", "warn", "pass", "unknown", "not_applicable")


class Row(NamedTuple):
    """One layer of the ladder: what it is called, how it stands, what is there."""

    layer: str
    title: str
    status: str
    says: str


def rows(findings: Sequence[Finding], snapshot: Dict[str, Any]) -> List[Row]:
    """The ladder, lowest layer first; layers of which nothing was asked are left out."""
    facts = Facts(snapshot)
    found = []
    for layer in LAYERS:
        here = [finding for finding in findings if finding.layer == layer]
        quiet = all(finding.status == "not_applicable" for finding in here)
        if layer == "container" and quiet and facts.get("container.kind"):
            found.append(Row(layer, text("doctor.layer.container"), "pass", facts["container.kind"]))
        elif here:
            found.append(_row(layer, here, facts))
    return found


def _row(layer: str, here: List[Finding], facts: Facts) -> Row:
    status = min((finding.status for finding in here), key=WORST_FIRST.index)
    same = [finding for finding in here if finding.status == status]
    telling = [finding for finding in same if finding.values.get("because") != "other-system"]
    first = (telling or same)[0]
    says = (_summary(layer, facts) or _title(first)) if status == "pass" else line(first)
    silent = sum(finding.status == "unknown" for finding in here)
    if status == "pass" and silent:
        says += " (%s)" % text("doctor.not-answered", count=silent)
    return Row(layer, text("doctor.layer." + layer), status, says)


def _title(finding: Finding) -> str:
    """What a passed check asserts, where the layer has no summary of its own."""
    return finding.sentence("what")


def line(finding: Finding) -> str:
    """One finding in one line: what was found, or why there is no answer."""
    if finding.status == "blocked":
        return text("doctor.blocked-one", by=finding.blocked_by)
    if finding.status == "unknown":
        values = dict(finding.values)
        return text(
            "doctor.unknown-one",
            missing=values.get("missing"),
            reason=text("doctor.reason.%s" % values.get("reason")),
        )
    if finding.status == "not_applicable":
        return text("doctor.because.%s" % finding.values.get("because"))
    return finding.sentence("what")


def _summary(layer: str, facts: Facts) -> str:
    try:
        return SUMMARIES[layer](facts) if layer in SUMMARIES else ""
    except (Missing, KeyError):
        return ""


def _hardware(facts: Facts) -> str:
    from deepstart.machine.reading import nvidia_gpus

    parts = [facts.get("cpu.model", ""), "%s CPU" % facts.get("cpu.count", "?")]
    if facts.get("memory.total_mib"):
        mib = facts["memory.total_mib"]
        parts.append("%.0f GiB" % (mib / 1024) if mib >= 1024 else "%d MiB" % mib)
    names = [gpu.name for gpu in nvidia_gpus(facts)] if facts.get("os.system") != "macos" else []
    counted = ["%d × %s" % (names.count(n), n) if names.count(n) > 1 else n for n in dict.fromkeys(names)]
    return " · ".join(p for p in counted + parts if p)


def _system(facts: Facts) -> str:
    parts = [facts.get("os.name", ""), "WSL %d" % facts["os.wsl"] if facts.get("os.wsl") else ""]
    libc = facts.get("os.libc")
    return " · ".join([p for p in parts if p] + (["%(name)s %(version)s" % libc] if libc else []))


def _driver(facts: Facts) -> str:
    from deepstart.machine.reading import driver_version

    cuda = facts.get("driver.smi", {}).get("cuda") or facts.get("driver.cuinit", {}).get("cuda")
    maximum = " · %s %s" % (text("doctor.fact.driver-maximum-cuda"), cuda) if cuda else ""
    return "NVIDIA %s%s" % (driver_version(facts), maximum)


def _frameworks(facts: Facts) -> str:
    from deepstart.machine.reading import builds

    return " · ".join(
        "%s (%s)" % (b.label, (_built_with(b.cuda) if b.cuda else "GPU") if b.gpu else "CPU")
        for b in builds(facts)
    )


def _built_with(cuda: str) -> str:
    return "%s %s" % (text("doctor.fact.built-with-cuda"), cuda)


def _loaded(library: str):
    """A function of the facts that tells which copies the loader takes: `12.9.79 (wheel)`."""

    def says(facts: Facts) -> str:
        from deepstart.machine import loader

        taken = {}
        for row in loader.copies(facts, library):
            picked = loader.pick(facts, row.name)
            if picked:
                taken[picked.name] = "%s (%s)" % (picked.version, picked.origin)
        found = " · ".join(taken.values())
        return "%s %s" % (text("doctor.loaded-now"), found) if found else ""

    return says


class Loaded(NamedTuple):
    """One library: the copy that the loader takes, why it takes that one, and those that it passes over."""

    name: str
    picked: str
    why: str
    passed_over: Tuple[str, ...]


def loaded(facts: Facts) -> List[Loaded]:
    """Every CUDA library of which there is a copy on this machine."""
    from deepstart.machine import loader

    if facts.problem("cuda.libraries"):
        return []
    found = []
    for name in dict.fromkeys(row.name for row in loader.copies(facts, "lib")):
        taken = loader.pick(facts, name)
        rest = [c for c in loader.copies(facts, name) if c.name == name and c != taken]
        why = text("doctor.loader.%s" % (taken.origin if taken else "none"))
        found.append(Loaded(name, _copy(taken) if taken else "", why, tuple(_copy(c) for c in rest)))
    return found


def _copy(row: Any) -> str:
    return "%s (%s)" % (row.path, row.version)


SUMMARIES = {
    "hardware": _hardware,
    "os": _system,
    "driver": _driver,
    "cuda": _loaded("libcudart.so"),
    "cudnn": _loaded("libcudnn.so"),
    "python": lambda f: (
        "%s · %s · %s" % (f["python.version"], f.get("python.kind", ""), f["python.executable"])
    ),
    "packages": lambda f: text("doctor.fact.packages") + " %d" % len(f["packages.installed"]),
    "framework": _frameworks,
    "memory": lambda f: "/dev/shm %d MiB" % f["disk.shared_memory_mib"],
}


class Box(NamedTuple):
    """A root in full: what, what was seen, why, what to do and to type."""

    id: str
    status: str
    what: str
    seen: Tuple[str, ...]
    why: str
    then: str
    remedy: Remedy


def box(finding: Finding, remedies: Sequence[Remedy] = ()) -> Box:
    """A finding with the remedy to show: the check's own, exact one before the catalogue's."""
    best = [*finding.remedies, *remedies, Remedy()][0]
    return Box(
        finding.id,
        finding.status,
        finding.sentence("what") or finding.id,
        tuple(fact_line(fact) for fact in finding.facts),
        finding.sentence("why"),
        finding.sentence("next"),
        best,
    )


def heading(key: str) -> str:
    """A heading and what parts it from its sentence: nothing after a Chinese colon."""
    words = text(key)
    return words if words.endswith("：") else words + " "


def fact_line(fact: Fact) -> str:
    """`driver: 470.57.02 (nvidia-smi)`"""
    return named(fact) + (text("doctor.from", source=fact.source) if fact.source else "")


def named(fact: Fact) -> str:
    """`driver: 470.57.02`"""
    name = text("doctor.fact." + fact.name, default=fact.name)
    value = "; ".join(str(fact.value).splitlines()) if fact.name != "output" else fact.value
    return text("doctor.fact-line", name=name, value=value)


def notes(findings: Sequence[Finding], snapshot: Dict[str, Any]) -> List[str]:
    """Sentences below the ladder: what waits, what it means to have no GPU, what looks bad and is not."""
    found = [
        text("doctor.computed", check=f.sentence("what"), devices="; ".join(_devices(f)))
        for f in findings
        if f.id.startswith("deep-") and f.status == "pass"
    ]
    waiting = [finding for finding in findings if finding.status == "blocked"]
    if waiting:
        by = list(dict.fromkeys(cause for finding in waiting for cause in finding.blocked_by))
        found.append(text("doctor.blocked", count=len(waiting), by=by))
    because = {f.values.get("because") for f in findings if f.id == "gpu-present"}
    if "no-gpu" in because:
        found.append(text("doctor.no-gpu-means"))
    if "amd-gpu" in because:
        found.append(text("doctor.amd-gpu-means"))
    if "mac-gpu" in because:
        found.append(text("doctor.mac-gpu-means"))
    harmless = _harmless(Facts(snapshot), because)
    if harmless and ladder.exit_code(list(findings)) < 2:
        found.append(text("doctor.harmless", what=harmless))
    return found


def _devices(finding: Finding) -> List[str]:
    """The devices that a framework computed on, or what each framework sees; not the files that it loaded."""
    if finding.id == "deep-sees-gpu":
        return ["%s %s" % (fact.source, fact.value) for fact in finding.facts]
    return [str(fact.value) for fact in finding.facts if fact.name == "device"]


def _harmless(facts: Facts, because: Set[Any]) -> str:
    """Messages that frameworks print on a machine like this one although nothing is wrong."""
    packages = facts.get("packages.installed", {})
    tensorflow = any(name.startswith("tensorflow") for name in packages)
    no_gpu = "no-gpu" in because
    keys = [
        key
        for key, here in (
            ("tensorflow", tensorflow),
            ("no-gpu", tensorflow and no_gpu),
            ("gpu", tensorflow and None in because),
            ("mac", "tensorflow-metal" in packages and "mac-gpu" in because),
            ("jax", no_gpu and any(name.startswith("jax-cuda") for name in packages)),
        )
        if here
    ]
    said = ""
    for one in (text("doctor.harmless-" + key) for key in keys):
        said = text("doctor.harmless-joined", one=said, other=one) if said else one
    return said


def verdict(findings: Sequence[Finding]) -> str:
    """One sentence that sums up."""
    code = ladder.exit_code(list(findings))
    if code == 2:
        return text("doctor.roots", count=len(ladder.roots(list(findings))))
    return text({0: "doctor.healthy", 1: "doctor.warnings", 3: "doctor.cannot-tell"}[code])


def as_json(findings: Sequence[Finding], remedies_of: Any = None) -> Dict[str, Any]:
    """What `--json` writes, without the schema number.

    Args:
        remedies_of: a function of a finding that gives further remedies, such as the catalogue's.
    """
    listed = [_finding_json(f, (remedies_of(f) if remedies_of else ())) for f in findings]
    code = ladder.exit_code(list(findings))
    return {"findings": listed, "roots": ladder.roots(list(findings)), "healthy": code == 0}


def libraries_json(snapshot: Dict[str, Any]) -> List[Dict[str, Any]]:
    """`libraries` of `--json`: which copy of each library the loader takes, and why."""
    return [row._asdict() for row in loaded(Facts(snapshot))]


def _finding_json(finding: Finding, further: Sequence[Remedy]) -> Dict[str, Any]:
    remedies = [
        r._asdict() if hasattr(r, "_asdict") else dict(r.__dict__) for r in (*finding.remedies, *further)
    ]
    return {
        "id": finding.id,
        "layer": finding.layer,
        "status": finding.status,
        "what": finding.sentence("what"),
        "why": finding.sentence("why"),
        "next": finding.sentence("next"),
        "says": line(finding),
        "evidence": [{"name": f.name, "value": f.value, "source": f.source} for f in finding.facts],
        "blocked_by": list(finding.blocked_by),
        "remedy": remedies[0] if remedies else None,
        "remedies": remedies,
    }
