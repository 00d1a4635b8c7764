"""`deepstart path` and `deepstart setup` as a person types them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deepstart import words
from deepstart.cli import build_app
from deepstart.findings import UserError


@pytest.fixture(autouse=True)
def own_home(monkeypatch, tmp_path):
    monkeypatch.setenv("DEEPSTART_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("deepstart.start.path.measure", lambda: [])
    monkeypatch.chdir(tmp_path)


def typed(capsys, *arguments, code=0):
    """What comes out on standard output."""
    with pytest.raises(SystemExit) as left:
        build_app(list(arguments))(list(arguments))
    assert (left.value.code or 0) == code
    return capsys.readouterr().out


PATH = ("path", "--goal", "给我的显微镜照片分类", "--hours", "6", "--no-questions", "--start", "2026-11-30")


def test_path_writes_all_it_was_asked_for(capsys, tmp_path):
    targets = {"--html": "p.html", "--svg": "p.svg", "--calendar": "p.ics", "--markdown": "p.md"}
    told = typed(capsys, *PATH, *(part for pair in targets.items() for part in pair))
    assert "Classify pictures" in told
    for name in targets.values():
        assert (tmp_path / name).stat().st_size > 1000
        assert name in told


def test_path_json_is_one_object_and_nothing_else(capsys):
    answer = json.loads(typed(capsys, *PATH, "--json", "-"))
    assert answer["schema"] == 1
    assert answer["path"]["steps"][0]["first"] == "2026-11-30"


def test_path_remembers_and_ticks_off(capsys):
    first = json.loads(typed(capsys, *PATH, "--json", "-"))["path"]["steps"]
    again = json.loads(typed(capsys, "path", "--passed", first[0]["id"], "--json", "-"))["path"]["steps"]
    assert [s["id"] for s in again] == [s["id"] for s in first[1:]]


def test_a_start_that_is_past_is_used_and_said(capsys):
    for again in (PATH[:-1], ("path", "--no-questions", "--start")):
        told = typed(capsys, *again, "2020-01-06")
        assert "2020-01-06, is past" in told.replace("\n", " ")
        assert "you arrive on 2020-" in told


def test_a_start_given_later_is_remembered(capsys):
    typed(capsys, *PATH, "--json", "-")
    typed(capsys, "path", "--no-questions", "--start", "2030-05-06")
    again = json.loads(typed(capsys, "path", "--no-questions", "--json", "-"))
    assert again["path"]["steps"][0]["first"] == "2030-05-06"


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_path_says_what_it_assumed_and_a_program_is_told_too(capsys, language):
    wish = ("path", "--goal", "flowers", "--no-questions", "--language", language)
    assert "outlines" in typed(capsys, *wish)
    assert json.loads(typed(capsys, *wish, "--json", "-"))["assumed"] is True
    assert json.loads(typed(capsys, *PATH, "--json", "-"))["assumed"] is False


@pytest.mark.parametrize("option", ["--html", "--svg", "--calendar", "--markdown", "--json"])
@pytest.mark.parametrize("target", [".", "missing/p.out", "taken/p.out"])
def test_path_tells_before_it_plans_that_a_file_cannot_be_written(capsys, tmp_path, option, target):
    (tmp_path / "taken").write_text("a file of mine")
    with pytest.raises(UserError) as caught:
        build_app(["path"])([*PATH, option, target])
    assert caught.value.key in ("path.export-unwritable", "show.unwritable")
    assert capsys.readouterr().out == ""
    assert not (tmp_path / "home").exists()


def test_an_export_to_a_pipe_or_a_device_does_not_replace_it(tmp_path):
    from deepstart.start.memory import write_named

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_named(pipe, "a page")
    assert os.read(reader, 100) == b"a page"
    assert pipe.is_fifo()


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("verb", [PATH, ("path", "--what"), ("journal",)])
def test_a_home_that_is_a_file_is_told_as_what_it_is(monkeypatch, tmp_path, verb, language):
    (tmp_path / "taken").write_text("a file of mine")
    monkeypatch.setenv("DEEPSTART_HOME", str(tmp_path / "taken"))
    with pytest.raises(UserError) as caught:
        build_app([verb[0]])([*verb, "--language", language])
    assert caught.value.key == "show.home-a-file"
    assert "DEEPSTART_HOME" in caught.value.sentence("next", language)


def test_report_tells_before_it_asks_that_its_file_cannot_be_written(capsys, tmp_path):
    with pytest.raises(UserError) as caught:
        build_app(["report"])(["report", "--quick", "--out", "."])
    assert caught.value.key == "report.cannot-write"
    assert capsys.readouterr().out == ""


def test_path_without_a_goal_and_without_anybody_to_ask_says_so():
    with pytest.raises(UserError) as caught:
        build_app(["path"])(["path", "--no-questions"])
    assert caught.value.key == "path.no-goal"


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_path_lists_the_goals_and_the_graph_in_both_languages(capsys, language):
    words.choose_language(language)
    assert "phone" in typed(capsys, "path", "--goals", "--language", language)
    graph = typed(capsys, *PATH, "--graph", "--whole", "--language", language)
    assert "rl.dqn" in graph


def test_a_goals_path_is_no_longer_than_the_list_of_goals_says(capsys):
    lines = [line for line in typed(capsys, "path", "--goals").splitlines() if "≤" in line]
    listed = {line.split()[0]: float(line.split("≤")[1].split()[0]) for line in lines}
    for goal in ("pictures", "table", "machine"):
        answer = json.loads(typed(capsys, "path", "--goal", goal, "--no-questions", "--json", "-"))
        assert answer["path"]["hours"] <= listed[goal]


def test_what_leaves_the_current_folder_alone_and_says_where_the_page_is(capsys, tmp_path):
    told = typed(capsys, "path", "--what")
    page = tmp_path / "home" / "what-is-deep-learning.html"
    assert page.stat().st_size > 1000
    assert str(page) in told
    assert [p.name for p in tmp_path.iterdir()] == ["home"]


def test_what_writes_to_the_place_that_was_named(capsys, tmp_path):
    assert "here.html" in typed(capsys, "path", "--what", "--html", "here.html")
    assert [p.name for p in tmp_path.iterdir()] == ["here.html"]


def test_setup_shows_a_plan_and_changes_nothing(capsys, tmp_path):
    told = typed(capsys, "setup", "demo", "--for", "ubuntu", "--gpu")
    assert "tensorflow[and-cuda]==2.21.0" in told.replace("\n", "")
    assert list(tmp_path.iterdir()) == []


def test_setup_plan_as_json_from_a_recorded_machine(capsys):
    snapshot = str(Path(__file__).parents[1] / "machines/snapshots/alpine-tf.json")
    answer = json.loads(typed(capsys, "setup", "--replay", snapshot, "--json", "-", code=1))
    assert answer["plan"]["possible"] is False


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (["--framework", "caffe"], "setup.unknown-framework"),
        (["--tool", "poetry"], "setup.unknown-tool"),
        (["--for", "amiga"], "setup.unknown-system"),
        (["--python", "abc"], "setup.no-version"),
        (["--guide", "guide.txt"], "setup.guide-kind"),
        (["--guide", "missing/guide.html", "--json", "-"], "path.export-unwritable"),
        (["--guide", "."], "setup.guide-kind"),
        (["--json", "."], "show.unwritable"),
        (["--json", "missing/plan.json"], "show.unwritable"),
        (["--gpu", "--cpu"], "setup.contradiction"),
        (["--for", "ubuntu", "--replay", "machine.json"], "setup.contradiction"),
        (["--for", "macos", "--card", "RTX 3060"], "setup.contradiction"),
        (["--card", "RTX 3060"], "setup.card-here"),
        (["--for", "ubuntu", "--card", "foo"], "setup.unknown-card"),
        (["--wheels", "missing"], "setup.no-wheels"),
        (["taken"], "setup.not-a-folder"),
        (["taken/lab"], "setup.not-a-folder"),
        ([""], "setup.no-folder"),
        (["--for", "windows", "--apply"], "setup.not-here"),
    ],
)
def test_setup_refuses_before_it_plans_what_cannot_be_done(arguments, key, tmp_path, capsys):
    (tmp_path / "taken").write_text("a file of mine")
    with pytest.raises(UserError) as caught:
        build_app(["setup"])(["setup", *arguments])
    assert caught.value.key == key
    assert capsys.readouterr().out == ""
    assert (tmp_path / "taken").read_text() == "a file of mine"


def test_a_plan_for_another_computer_does_not_offer_to_be_done_here(capsys):
    shown = typed(capsys, "setup", "lab", "--for", "windows")
    assert "another computer" in shown


def test_what_says_nothing_as_json_when_its_page_cannot_be_written(capsys):
    with pytest.raises(UserError) as caught:
        build_app(["path"])(["path", "--what", "--html", "missing/what.html", "--json", "-"])
    assert caught.value.key == "path.export-unwritable"
    assert capsys.readouterr().out == ""


def test_neither_verb_imports_a_heavy_library():
    look = (
        "import sys; from deepstart.start import path, showing, what; "
        "from deepstart.start.environment import apply, guide, showing as s; "
        "import deepstart.cli.path, deepstart.cli.setup; "
        "print([m for m in ('numpy', 'sklearn', 'tensorflow', 'keras', 'jinja2') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def interviewed(monkeypatch, part, *typed_in):
    """What the interview makes of what is typed."""
    from deepstart.cli.path import _Interview
    from deepstart.show.terminal import make_console

    console, lines = make_console(False), iter(typed_in)
    monkeypatch.setattr(console, "input", lambda question: next(lines))
    return part(_Interview(console))


@pytest.mark.parametrize("typed_in", ["6", "6 h", "6小时", "6 个小时", "6,0", "6 hours"])
def test_hours_are_understood_as_people_type_them(monkeypatch, typed_in):
    assert interviewed(monkeypatch, lambda i: i.hours(), typed_in) == 6


def test_hours_are_asked_again_until_they_make_sense(monkeypatch):
    assert interviewed(monkeypatch, lambda i: i.hours(), "abc", "-3", "0", "1000", "", "1.5") == 1.5


@pytest.mark.parametrize(
    ("reply", "meant"), [("Yes", "yes"), ("能", "yes"), ("会", "yes"), ("部分能", "partly"), ("不能", "no")]
)
def test_replies_are_understood_in_both_languages(monkeypatch, reply, meant):
    assert interviewed(monkeypatch, lambda i: i.ask(1, "py.func"), "?", "", reply) == meant


def test_an_assumed_goal_is_asked_about_and_can_be_said_with_other_words(monkeypatch, capsys):
    words.choose_language("en")
    said = ("", "sort my holiday things", "outline cells in pictures")
    assert interviewed(monkeypatch, lambda i: i.goals(), *said) == ["outlines"]
    assert interviewed(monkeypatch, lambda i: i.goals(), "sort my holiday things", "") == ["pictures"]
    heard = capsys.readouterr()
    assert "No goal was given." in heard.err
    assert "Taken as: Classify pictures." in heard.out


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are of POSIX")
@pytest.mark.parametrize("key", [b"\x03", b"\x04"])
def test_an_interview_broken_off_says_so_and_remembers_nothing(tmp_path, key):
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "deepstart", "path", "--language", "en"]
    run = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
                           preexec_fn=own_terminal)  # fmt: skip
    os.close(theirs)
    heard = b""
    while b"> " not in heard:
        heard += os.read(ours, 1000)
    assert pressed(key, ours, run) == 130
    heard += os.read(ours, 1000)
    os.close(ours)
    assert b"no path was made" in heard
    assert not (tmp_path / "home/path.json").exists()


def pressed(key, terminal, run):
    """Exit code after a key; pressed again, since a signal just before the reading waits for the next key."""
    for _ in range(30):
        os.write(terminal, key)
        try:
            return run.wait(1)
        except subprocess.TimeoutExpired:
            continue
    return run.wait(0)


def own_terminal():
    """Make standard input the controlling terminal, so that Ctrl-C reaches the process as a signal."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
