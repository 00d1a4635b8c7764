"""The skill graph: no dead end, no cycle, both languages, addresses that can be followed."""

import re
from urllib.parse import urlsplit

import pytest

from deepstart.start.skills import HERE, PROOF_KINDS, Graph, in_order, read_graph, skill_graph

GRAPH = skill_graph()


def reachable_by_walking(start: str) -> set[str]:
    """Everything below a skill, found by following arrows one by one: the slow, independent way."""
    found, todo = set(), list(GRAPH.skills[start].needs)
    while todo:
        key = todo.pop()
        if key not in found:
            found.add(key)
            todo += GRAPH.skills[key].needs
    return found


def test_no_skill_rests_on_itself():
    assert all(key not in reachable_by_walking(key) for key in GRAPH.skills)


def test_what_lies_before_a_skill_is_what_walking_finds():
    assert {k: set(v) for k, v in GRAPH.before.items()} == {k: reachable_by_walking(k) for k in GRAPH.skills}


def test_a_cycle_is_refused():
    one, two = list(GRAPH.skills.values())[:2]
    from dataclasses import replace

    ring = {one.id: replace(one, needs=(two.id,)), two.id: replace(two, needs=(one.id,))}
    with pytest.raises(ValueError, match="cycle"):
        in_order(ring)


def test_no_dead_end_every_skill_leads_to_a_goal_or_is_marked_optional():
    on_a_way = GRAPH.closure(t for g in GRAPH.goals.values() for t in g.targets)
    assert {k for k, s in GRAPH.skills.items() if k not in on_a_way and not s.optional} == set()


def test_no_required_skill_rests_on_an_optional_one():
    for skill in GRAPH.skills.values():
        if not skill.optional:
            assert not any(GRAPH.skills[n].optional for n in skill.needs), skill.id


def test_no_prerequisite_already_follows_from_the_others():
    for skill in GRAPH.skills.values():
        for need in skill.needs:
            assert need not in GRAPH.closure(n for n in skill.needs if n != need), (skill.id, need)


@pytest.mark.parametrize("skill", GRAPH.skills.values(), ids=lambda s: s.id)
def test_a_skill_says_everything_in_both_languages(skill):
    for texts in (skill.name, skill.why, skill.proof):
        assert texts["en"].isascii() or not re.search(r"[\u4e00-\u9fff]", texts["en"])
        assert re.search(r"[\u4e00-\u9fff]", texts["zh"]) or texts is skill.name
    assert skill.proof["kind"] in PROOF_KINDS
    assert 0 < skill.hours <= 8
    assert skill.id.startswith(f"{skill.area}.")
    for language in ("en", "zh"):
        found = GRAPH.resources_for(skill, language)
        assert 1 <= len(found) <= 3
        assert {r.language for r in found} == {language}
        assert [r.official for r in found] == sorted((r.official for r in found), reverse=True)


@pytest.mark.parametrize("resource", GRAPH.resources.values(), ids=lambda r: r.id)
def test_an_address_is_well_formed(resource):
    parts = urlsplit(resource.address)
    assert parts.scheme == "https"
    assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", parts.netloc)
    assert not re.search(r"\s|[\u4e00-\u9fff]", resource.address)


def test_addresses_and_names_are_not_repeated():
    addresses = [r.address for r in GRAPH.resources.values()]
    assert len(set(addresses)) == len(addresses)
    for language in ("en", "zh"):
        names = [s.name[language] for s in GRAPH.skills.values()]
        assert len(set(names)) == len(names)


def test_every_resource_is_used():
    used = {r for s in GRAPH.skills.values() for listed in s.resources.values() for r in listed}
    assert used == set(GRAPH.resources)


def test_a_new_skill_is_one_entry(tmp_path):
    for path in HERE.glob("*.toml"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    entry = (
        '\n[[skill]]\nid = "rl.new"\nname = { en = "N", zh = "新" }\nwhy = { en = "w", zh = "由" }\n'
        'needs = ["rl.dqn"]\nhours = 1\n[skill.proof]\nkind = "quiz"\nen = "p"\nzh = "证"\n'
        '[skill.resources]\nen = ["spin"]\nzh = ["hrl"]\n'
    )
    with (tmp_path / "rl.toml").open("a", encoding="utf-8") as file:
        file.write(entry)
    graph: Graph = read_graph(tmp_path)
    assert "rl.mdp" in graph.before["rl.new"]
