"""The path: ordered, dated, remembered, adapted, exported."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from deepstart import words
from deepstart.findings import UserError
from deepstart.start import memory
from deepstart.start.drawing import Box, graph_picture, layers_of, shortest_arrows, wrapped
from deepstart.start.export import days_of, folded, names, proof_line, proof_parts, to_calendar, to_markdown
from deepstart.start.measure import LOOKS, Measured
from deepstart.start.path import Result, new_path, same_path, skill_named
from deepstart.start.plan import FOR_EVERYBODY, build_path, lessons_there
from deepstart.start.showing import page, picture
from deepstart.start.skills import skill_graph

GRAPH = skill_graph()
MONDAY = date(2026, 11, 30)


@pytest.fixture(autouse=True)
def own_home(monkeypatch, tmp_path):
    monkeypatch.setenv("DEEPSTART_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("deepstart.start.path.measure", lambda: [])


def path_to(*goals, mastered=frozenset(), hours=5.0):
    return build_path(GRAPH, [GRAPH.goals[g] for g in goals], GRAPH.closure(mastered), hours, MONDAY)


@pytest.mark.parametrize("goal", GRAPH.goals)
def test_every_step_comes_after_what_it_needs(goal):
    seen = set()
    for step in path_to(goal).steps:
        assert seen.issuperset(step.skill.needs)
        seen.add(step.skill.id)
    assert seen == GRAPH.closure([*GRAPH.goals[goal].targets, *FOR_EVERYBODY])


def test_what_is_mastered_is_not_taught_again():
    path = path_to("pictures", mastered=["py.func", "git.commit"])
    assert not {"py.func", "py.basics", "os.shell"} & {s.skill.id for s in path.steps}
    assert {"py.func", "py.basics", "os.shell"} <= {s.id for s in path.done}


def test_dates_use_up_the_hours_of_each_week():
    path = path_to("texts", hours=6)
    assert path.steps[0].first == MONDAY
    for before, after in zip(path.steps, path.steps[1:], strict=False):
        assert before.first <= before.last
        assert before.last <= after.first <= before.last + timedelta(days=1)
    weeks = path.hours / 6
    assert weeks * 7 - 1 <= (path.end - MONDAY).days + 1 <= weeks * 7 + 1


def test_the_best_pages_come_first_in_the_reader_s_language():
    words.choose_language("zh")
    for step in path_to("pictures").steps:
        assert step.resources
        assert {r.language for r in step.resources} == {"zh"}
        official = [r.official for r in step.resources]
        assert official == sorted(official, reverse=True)


def test_the_path_is_remembered_and_adapts_when_a_lesson_is_passed():
    first = new_path(["film reviews"], 5, start="2026-11-30")
    step = first.path.steps[0].skill.id
    memory.mark_passed([step], "2026-12-01")
    again = same_path(memory.read_record(), start="2026-12-01")
    assert again.path.goals == first.path.goals
    assert [s.skill.id for s in again.path.steps] == [s.skill.id for s in first.path.steps[1:]]
    assert again.path.steps[0].first == date(2026, 12, 1)


def test_a_no_is_believed_until_a_lesson_that_rests_on_it_is_passed():
    record = memory.Record(known=["cv.conv"], answers={"py.func": "no"})
    assert "py.func" not in record.mastered(GRAPH)
    assert "py.basics" in record.mastered(GRAPH)
    record.passed = {"py.class": "2026-12-01"}
    assert "py.func" in record.mastered(GRAPH)


def test_a_new_placement_keeps_what_was_passed():
    memory.mark_passed(["py.func"], "2026-11-01")
    result = new_path(["texts"], 5, start="2026-11-30")
    assert "py.func" not in {s.skill.id for s in result.path.steps}


def test_knowing_much_makes_the_path_shorter():
    newcomer = new_path(["texts"], 5, answers=["py.run=no", "os.shell=no"])
    skilled = new_path(["texts"], 5, know=["tf.mlp"])
    assert skilled.path.hours < newcomer.path.hours / 2


def test_the_interview_asks_until_it_knows_enough_and_finds_a_newcomer():
    asked = []
    result = new_path(["pictures"], 5, ask=lambda number, skill: asked.append((number, skill)) or "no")
    assert [n for n, _ in asked] == list(range(1, len(asked) + 1))
    assert result.asked == len(asked) <= 15
    assert result.path.done == ()


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ({"goals": ["xyzzy"]}, "path.goal-unknown"),
        ({"know": ["py.fnuc"]}, "path.skill-unknown"),
        ({"answers": ["py.func"]}, "path.bad-answer"),
        ({"answers": ["py.func=maybe"]}, "path.bad-answer"),
        ({"hours": 0}, "path.bad-hours"),
        ({"hours": float("nan")}, "path.bad-hours"),
        ({"start": "30.11.2026"}, "path.bad-date"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_bad_input_is_told_with_why_and_what_next(arguments, key, language):
    words.choose_language(language)
    with pytest.raises(UserError) as caught:
        new_path(**{"goals": ["texts"], "hours": 5, **arguments})
    assert caught.value.key == key
    assert all(caught.value.sentence(part) for part in ("what", "why", "next"))


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"goals": 3}', '{"start": "yesterday"}', '{"hours_per_week": "5"}']
)
def test_a_broken_memory_is_refused_and_not_overwritten(content):
    memory.record_file().parent.mkdir(parents=True)
    memory.record_file().write_text(content)
    with pytest.raises(UserError):
        memory.read_record()
    assert memory.record_file().read_text() == content


def unfolded(calendar):
    return calendar.replace("\r\n ", "")


def test_the_calendar_holds_each_step_over_its_days():
    words.choose_language("zh")
    path = path_to("sounds")
    text = to_calendar(path, datetime(2026, 11, 23, 12, tzinfo=UTC))
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    starts = re.findall(r"DTSTART;VALUE=DATE:(\d{8})", text)
    ends = re.findall(r"DTEND;VALUE=DATE:(\d{8})", text)
    assert starts == [f"{s.first:%Y%m%d}" for s in path.steps]
    assert ends == [f"{s.last + timedelta(days=1):%Y%m%d}" for s in path.steps]
    assert path.steps[0].skill.name["zh"] in unfolded(text)
    assert len(set(re.findall(r"UID:(\S+)", unfolded(text)))) == len(path.steps)


def test_folding_never_cuts_a_character():
    line = "SUMMARY:" + "深度学习" * 40
    assert folded(line).replace("\r\n ", "") == line
    assert all(len(part.encode()) <= 75 for part in folded(line).split("\r\n"))


def test_markdown_has_a_box_for_each_step_and_links_each_page():
    path = path_to("forecast")
    text = to_markdown(path)
    assert text.count("- [ ]") == len(path.steps)
    assert all(f"]({r.address})" in text for s in path.steps for r in s.resources)


def result_of(goal="pictures", **more):
    return Result(GRAPH, path_to(goal, **more), memory.Record(goals=[goal]))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_stands_alone_and_holds_each_step_as_text(language):
    words.choose_language(language)
    html = page(result_of())
    assert not re.search(r"<(script|link|img|iframe)|src=|@import|url\((?!#)", html)
    for step in result_of().path.steps:
        assert f'id="{step.skill.id}"' in html
        assert step.lesson_there or step.skill.lesson in html


@pytest.mark.parametrize("columns", [2, 5])
def test_boxes_of_the_picture_do_not_overlap_and_lie_inside_it(columns):
    svg = picture(result_of("phone"), columns, whole=True)
    width, height = map(float, re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())
    found = re.findall(r'<rect class="\w+" x="([\d.-]+)" y="([\d.-]+)" width="(\d+)" height="(\d+)"', svg)
    boxes = [tuple(map(float, b)) for b in found]
    assert len(boxes) == len(GRAPH.skills)
    for i, (x, y, w, h) in enumerate(boxes):
        assert x >= 0
        assert y >= 0
        assert x + w <= width + 1
        assert y + h <= height + 1
        for x2, y2, w2, h2 in boxes[i + 1 :]:
            assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y


def test_layers_keep_prerequisites_above_and_within_the_width():
    needs = {k: s.needs for k, s in GRAPH.skills.items()}
    rows = layers_of(needs, 3)
    at = {k: i for i, row in enumerate(rows) for k in row}
    assert max(map(len, rows)) <= 3
    assert all(at[n] < at[k] for k, parents in needs.items() for n in parents)


def test_an_arrow_that_a_longer_way_implies_is_not_drawn():
    assert set(shortest_arrows({"a": [], "b": ["a"], "c": ["a", "b"]})) == {("a", "b"), ("b", "c")}


def test_labels_are_escaped():
    svg = graph_picture([Box("a", "<b>&", "n", "todo", 0)], {"a": []}, 2, "t")
    assert "&lt;b&gt;&amp;" in svg


@pytest.mark.parametrize("skill", GRAPH.skills.values(), ids=lambda s: s.id)
def test_a_label_keeps_all_its_letters_on_at_most_two_lines(skill):
    for label in skill.name.values():
        lines = wrapped(label)
        assert len(lines) <= 2
        assert "".join(lines).replace(" ", "") == label.replace(" ", "")


def test_json_names_the_next_question_for_a_script_to_answer():
    result = new_path(["texts"], 5)
    told = json.loads(json.dumps(result.as_json()))
    assert told["question"]["skill"] in GRAPH.skills
    assert told["path"]["steps"]


@pytest.fixture
def everything_installed(monkeypatch):
    seen = [Measured(name, "there", skill) for name, _, skill in LOOKS]
    monkeypatch.setattr("deepstart.start.path.measure", lambda: seen)


def done_of(result):
    return {s.id for s in result.path.done}


def test_installed_tools_settle_their_installation_and_nothing_else(everything_installed):
    result = new_path(["pictures"], 5)
    assert done_of(result) == {"env.tf"}
    assert done_of(same_path(memory.read_record())) == {"env.tf"}


def test_a_tool_that_is_missing_settles_nothing(monkeypatch):
    seen = [Measured(name, "", skill) for name, _, skill in LOOKS]
    monkeypatch.setattr("deepstart.start.path.measure", lambda: seen)
    assert done_of(new_path(["pictures"], 5)) == set()


def test_a_newcomer_with_everything_installed_is_taught_all_the_rest(everything_installed):
    asked = []
    result = new_path(["pictures"], 5, ask=lambda number, skill: asked.append(skill) or "no")
    assert done_of(result) == {"env.tf"}
    assert "env.tf" not in asked


def test_few_answers_settle_only_what_was_said_and_what_it_rests_on(everything_installed):
    done = done_of(new_path(["pictures"], 5, answers=["py.func=yes", "cv.conv=no"]))
    assert "py.func" in done
    assert done <= GRAPH.closure(["py.func"]) | {"env.tf"}


def test_a_no_about_an_installed_tool_is_believed(everything_installed):
    assert done_of(new_path(["pictures"], 5, answers=["env.tf=no"])) == set()


@pytest.mark.parametrize(
    ("language", "how", "planned"),
    [("en", "without looking anything up", "is planned"), ("zh", "不查资料", "还在计划中")],
)
def test_a_missing_lesson_is_called_planned_and_how_to_check_oneself_is_said_once(language, how, planned):
    words.choose_language(language)
    path = path_to("phone")
    missing = [s for s in path.steps if not s.lesson_there]
    assert missing
    for step in missing:
        line = proof_line(step)
        assert planned in line
        assert skill_named(line.rsplit("--passed ", 1)[1], GRAPH) == step.skill.id
    told = to_markdown(path)
    assert told.count(how) == 1
    assert told.count("deepstart learn") == len(path.steps) - len(missing)


def test_no_lesson_counts_as_there_without_the_verb_that_starts_it(monkeypatch, tmp_path):
    (tmp_path / "learn/lessons/tf_mlp").mkdir(parents=True)
    monkeypatch.setattr("deepstart.start.plan.files", lambda package: tmp_path)
    assert lessons_there.__wrapped__() == frozenset()
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli/learn.py").write_text("")
    assert lessons_there.__wrapped__() == {"tf.mlp"}


@pytest.mark.parametrize("goal", GRAPH.goals)
def test_the_tools_of_every_day_come_before_what_they_serve(goal):
    order = [s.skill.id for s in path_to(goal).steps]
    assert order.index("py.run") < order.index("env.venv") == order.index("ed.vscode") - 1  # which picks it
    assert order.index("know.ask") < order.index("py.basics")
    assert order.index("git.commit") < order.index("data.numpy")


def test_a_step_of_one_day_says_the_day_once():
    steps = path_to("phone").steps
    once = [s for s in steps if s.first == s.last]
    assert once
    assert len(once) < len(steps)
    for step in steps:
        assert days_of(step).count(f"{step.first}") == 1
        assert f"{step.last}" in days_of(step)


def test_skills_with_commas_in_their_names_stay_apart_in_a_list():
    words.choose_language("en")
    skills = [GRAPH.skills["py.coll"], GRAPH.skills["py.func"]]
    assert names(skills).split("; ") == [s.name["en"] for s in skills]


def test_the_command_of_a_step_can_be_copied_as_one_piece():
    result = to_markdown(path_to("phone"))
    for step in path_to("phone").steps:
        assert f"`{proof_parts(step)[1]}`" in result


def test_a_chinese_label_is_broken_between_words_where_a_sign_allows_it():
    assert wrapped("混淆矩阵、精确率与召回率") == ["混淆矩阵、", "精确率与召回率"]
    assert wrapped("训练/验证/测试与数据泄漏") == ["训练/验证/", "测试与数据泄漏"]
    for skill in GRAPH.skills.values():
        assert "".join(wrapped(skill.name["zh"])).replace(" ", "") == skill.name["zh"].replace(" ", "")


@pytest.mark.parametrize(("language", "told"), [("en", "git: a name"), ("zh", "git 已设置提交用的姓名")])
def test_git_is_said_to_have_a_name_for_commits(language, told):
    words.choose_language(language)
    assert words.text("path.measured.git", value="git").startswith(told)
