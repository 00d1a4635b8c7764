"""Every recorded machine gets the root that it has, and only that."""

import json

import pytest

from deepstart import causes, words
from deepstart.machine import diagnose, ladder, load_snapshot, report, roots
from tests.machines import make

PATHS = sorted(make.SNAPSHOTS.glob("*.json"))


def ids(findings, status):
    return sorted(finding.id for finding in findings if finding.status == status)


def test_the_recorded_machines_are_many_and_of_all_kinds():
    healthy = [p for p in PATHS if not any(json.loads(p.read_text(encoding="utf-8"))["expect"].values())]
    assert len(PATHS) >= 80
    assert len(healthy) >= 20


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_doctor_names_the_root_and_only_it(path):
    snapshot = load_snapshot(str(path))
    findings = diagnose(snapshot)
    assert ids(findings, "fail") == sorted(snapshot["expect"]["roots"])
    assert ids(findings, "warn") == sorted(snapshot["expect"]["warns"])
    assert [f.id for f in findings if f.values.get("reason") == "crash"] == []


def test_the_snapshots_are_what_their_makers_write():
    for name, snapshot in make.build().items():
        assert (make.SNAPSHOTS / (name + ".json")).read_text(encoding="utf-8") == make.as_text(snapshot), name
    assert {p.stem for p in PATHS} == set(make.build())


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_finding_of_every_machine_speaks(language):
    words.choose_language(language)
    for path in PATHS:
        snapshot = load_snapshot(str(path))
        for finding in diagnose(snapshot):
            assert "{" not in report.line(finding), finding
            assert report.line(finding), finding
            if finding.status in ("fail", "warn"):
                assert causes.load()[finding.id].layer == finding.layer, finding.id
                box = report.box(finding)
                assert box.what, finding.id
                assert box.why, finding.id
                assert box.then, finding.id
                assert all(not line.startswith("doctor.") for line in box.seen)


def test_evidence_is_named_in_the_words():
    known = words.area_words("doctor", "en")["fact"]
    spoken = {
        "CUDA_VISIBLE_DEVICES", "CUDA_CACHE_MAXSIZE", "LD_LIBRARY_PATH", "NVIDIA_VISIBLE_DEVICES",
        "NVIDIA_DRIVER_CAPABILITIES", "JAX_PLATFORMS", "JAX_PLATFORM_NAME", "XLA_FLAGS",
    }  # fmt: skip
    for path in PATHS:
        for finding in diagnose(load_snapshot(str(path))):
            if finding.status in ("fail", "warn"):
                assert {fact.name for fact in finding.facts} <= set(known) | spoken, finding.id


def test_a_root_blocks_what_stands_on_it_and_nothing_else():
    findings = diagnose(load_snapshot(str(make.SNAPSHOTS / "driver-not-installed.json")))
    blocked = {finding.id for finding in findings if finding.status == "blocked"}
    assert {"driver-new-enough", "cuda-libraries-found", "gpu-not-hidden"} <= blocked
    assert all(f.blocked_by == ("nvidia-driver-not-installed",) for f in findings if f.status == "blocked")
    assert {f.status for f in findings if f.id == "packages-agree"} == {"pass"}


def test_two_independent_roots_both_show_lowest_first():
    findings = diagnose(load_snapshot(str(make.SNAPSHOTS / "two-roots-driver-and-cpu-build.json")))
    assert roots(findings) == ["nvidia-driver-not-installed", "torch-cpu-only-build"]


@pytest.mark.parametrize(
    ("name", "code"),
    [("ubuntu-rtx3060-tf", 0), ("home-read-only", 1), ("driver-not-installed", 2)],
)
def test_the_exit_code_tells_the_verdict(name, code):
    assert ladder.exit_code(diagnose(load_snapshot(str(make.SNAPSHOTS / (name + ".json"))))) == code


def test_a_machine_of_which_nothing_is_known_cannot_be_told():
    assert ladder.exit_code(diagnose({"facts": {}})) == 3


def test_every_check_has_a_title_in_both_languages():
    from deepstart.machine.checks import all_checks

    for check in all_checks():
        for language in words.LANGUAGES:
            assert words.text(f"doctor.{check.id}.what", language, default=""), check.id


def test_the_json_holds_the_contract():
    findings = diagnose(load_snapshot(str(make.SNAPSHOTS / "driver-too-old-tf220.json")))
    content = json.loads(json.dumps(report.as_json(findings)))
    assert content["roots"] == ["driver-too-old-for-cuda-runtime"]
    assert content["healthy"] is False
    for finding in content["findings"]:
        assert {"id", "layer", "status", "evidence", "blocked_by", "remedy"} <= finding.keys()
    root = next(f for f in content["findings"] if f["status"] == "fail")
    assert {"name": "driver", "value": "470.57.02", "source": "nvidia-smi"} in root["evidence"]


@pytest.mark.parametrize(
    ("name", "said", "unsaid"),
    [
        ("ubuntu-rtx3060-tf", "NUMA node read from SysFS", "failed call to cuInit"),
        ("cpu-server-tf", "failed call to cuInit", "NUMA node"),
        ("macos-tensorflow-metal", "0 MB memory", "SysFS"),
        ("login-node", "falling back to CPU", "oneDNN"),
        ("driver-not-installed", "", "oneDNN"),
        ("amd-mi300x-server", "builds for ROCm", "No NVIDIA GPU"),
    ],
)
def test_harmless_messages_have_a_place_of_their_own_and_fit_the_machine(name, said, unsaid):
    snapshot = load_snapshot(str(make.SNAPSHOTS / (name + ".json")))
    words.choose_language("en")
    notes = " ".join(report.notes(diagnose(snapshot), snapshot))
    assert said in notes
    assert unsaid not in notes
