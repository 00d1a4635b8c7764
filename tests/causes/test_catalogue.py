"""Every cause says what, why and what next in both languages, and its examples are its test."""

import re
import string
import subprocess
import sys

import pytest

from deepstart import causes, words
from deepstart.causes import compiling
from deepstart.findings import LAYERS, Finding
from deepstart.trouble.explain import explain

RAW = {path.stem: compiling.read_cause(path) for path in compiling.cause_files()}
NAMES = sorted(RAW)
GRADES = {"safe", "careful", "manual"}
PLATFORMS = {"any", "linux", "windows", "macos", "wsl", "docker", "colab"}
INSTALLERS = {"any", "pip", "uv", "conda", "docker", "apt"}


def fields(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def first_of(text):
    answer = explain(text)
    return answer["candidates"][0]["cause_id"] if answer["known"] else None


def test_a_name_is_used_once_in_the_whole_catalogue():
    stems = [path.stem for path in compiling.cause_files()]
    assert len(stems) == len(set(stems))


def test_every_file_lies_in_the_folder_of_a_layer():
    assert {path.parent.name for path in compiling.CATALOGUE.rglob("*.toml")} <= set(LAYERS)
    assert len(compiling.cause_files()) == len(list(compiling.CATALOGUE.rglob("*.toml")))


@pytest.mark.parametrize("name", NAMES)
def test_a_cause_says_the_same_parts_in_both_languages(name):
    english, chinese = RAW[name]["en"], RAW[name]["zh"]
    assert english.keys() == chinese.keys()
    assert {"what", "why", "next"} <= english.keys() <= set(causes.PARTS)
    for part in english:
        assert fields(english[part]) == fields(chinese[part]) or part not in ("seen",), part
        assert re.search(r"[\u4e00-\u9fff]", chinese[part]) or part in ("confirm", "next"), part
        assert not re.search(r"[\u4e00-\u9fff][,;:!?](\s|$)", chinese[part]), part


@pytest.mark.parametrize("name", NAMES)
def test_the_sentence_what_is_true_without_values(name):
    assert not fields(RAW[name]["en"]["what"])


@pytest.mark.parametrize("name", NAMES)
def test_a_cause_is_well_formed(name):
    raw, cause = RAW[name], causes.load()[name]
    assert raw["sources"]
    for remedy in raw.get("remedy", ()):
        assert remedy["commands"]
        assert remedy.get("grade", "manual") in GRADES
        assert remedy.get("platform", "any") in PLATFORMS
        assert remedy.get("installer", "any") in INSTALLERS
    for other in [*cause.outranks, *(look["id"] for look in cause.look_alikes)]:
        assert other in RAW, f"{name} names the unknown cause {other}"
    for look in cause.look_alikes:
        assert look["en"]
        assert look["zh"]


@pytest.mark.parametrize("name", [name for name in NAMES if "variant" in RAW[name]])
def test_a_variant_says_the_same_parts_in_both_languages_with_whole_remedies(name):
    for variant in RAW[name]["variant"]:
        for regex in (variant["when"], variant.get("unless", "x")):
            assert re.compile(regex)
            assert regex == regex.lower(), "it is matched in lower case"
        assert variant["en"].keys() == variant["zh"].keys() <= set(causes.PARTS)
        assert not fields(variant["en"].get("what", ""))
        assert variant.get("layer", "data") in LAYERS
        for remedy in variant.get("remedy", ()):
            assert remedy["commands"]
            assert remedy["grade"] in GRADES
            assert remedy.get("platform", "any") in PLATFORMS
            assert remedy.get("installer", "any") in INSTALLERS


@pytest.mark.parametrize("name", NAMES)
def test_the_patterns_of_a_cause_are_well_formed(name):
    captured = set()
    for pattern in causes.load()[name].patterns:
        assert pattern.anchors
        assert all(anchor == anchor.lower() and anchor.strip() for anchor in pattern.anchors)
        assert not any(re.search(r"\.[*+{]|\(\?|\\[wdsS]", a) for a in pattern.anchors), "no literal"
        assert 0 < pattern.weight < 1
        for regex in (pattern.regex, pattern.also, pattern.unless):
            captured |= set(re.compile(regex, re.IGNORECASE).groupindex)
    assert fields(RAW[name]["en"].get("seen", "")) <= captured


EXAMPLES = [(name, text) for name in NAMES for text in RAW[name].get("examples", ())]
COUNTER_EXAMPLES = [(name, text) for name in NAMES for text in RAW[name].get("counter_examples", ())]


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_an_example_leads_to_its_cause_before_all_others(name, text):
    assert first_of(text) == name


@pytest.mark.parametrize(("name", "text"), COUNTER_EXAMPLES)
def test_a_near_miss_does_not_lead_to_the_cause(name, text):
    assert first_of(text) != name


def test_a_finding_takes_its_sentences_from_the_catalogue():
    finding = Finding("driver-kernel-userspace-mismatch", "fail", "causes")
    assert "restart" in finding.sentence("next", "en").lower()
    assert "重启" in finding.sentence("next", "zh")
    assert words.text("causes.no-nvidia-gpu.what", "zh").startswith("程序")


def test_remedies_for_one_system_leave_out_those_of_others():
    cause = causes.load()["no-write-permission-site-packages"]
    commands = [c for r in causes.remedies_for(cause, "windows", "pip") for c in r.commands]
    assert any("Scripts" in c for c in commands)
    assert not any(c.startswith(". ") for c in commands)


def test_a_compiled_catalogue_holds_the_same_causes(tmp_path):
    target = tmp_path / "catalogue.json"
    subprocess.run([sys.executable, "-m", "deepstart.causes.compiling", str(target)], check=True)
    import json

    compiled = json.loads(target.read_text(encoding="utf-8"))
    assert [raw["id"] for raw in compiled] == list(causes.load())
    assert not any("examples" in raw for raw in compiled)


def test_an_edited_cause_is_seen_at_the_next_start(tmp_path, monkeypatch):
    layer = tmp_path / "os"
    layer.mkdir()
    monkeypatch.setattr(compiling, "CATALOGUE", tmp_path)
    monkeypatch.setattr(compiling, "cache_folder", lambda: tmp_path / "cache")
    (layer / "one.toml").write_text("[en]\n[zh]\n", encoding="utf-8")
    before = compiling._fingerprint()
    (layer / "one.toml").write_text("harmless = true\n[en]\n[zh]\n", encoding="utf-8")
    assert compiling._fingerprint() != before


@pytest.mark.parametrize("name", NAMES)
def test_what_changes_the_system_is_not_called_safe(name):
    for remedy in RAW[name].get("remedy", ()):
        if remedy.get("grade") == "safe":
            assert not any(re.match(r"sudo |winget install|brew install", c) for c in remedy["commands"])
