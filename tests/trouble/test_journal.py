"""The journal remembers, survives, and brings back."""

import io
import json
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console

from deepstart import words
from deepstart.findings import UserError
from deepstart.trouble.journal import DAY, UPGRADES, Journal, markdown, place_of, remember_text
from deepstart.trouble.run_explain import print_solved
from deepstart.trouble.run_record import Failure

CAUSE = {"cause_id": "torch-cpu-only-build", "layer": "framework"}
WORDS = {"what": "A build for the processor.", "next": "Reinstall."}
ANSWER = {"known": True, "candidates": [{**CAUSE, **WORDS}]}
UNKNOWN = {"known": False, "candidates": []}
TEXT = """Traceback (most recent call last):
  File "/home/li/a.py", line 3, in <module>
ValueError: bad value 17
"""
NOON = 1_800_000_000.0


@pytest.fixture
def journal(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPSTART_HOME", str(tmp_path))
    return Journal()


def failure(text=TEXT, command=("python", "a.py"), folder="/work/x"):
    return Failure(text, list(command), folder)


def test_the_same_failure_is_counted_and_not_entered_twice(journal):
    first = journal.remember(failure(), ANSWER, NOON)
    again = journal.remember(failure(TEXT.replace("17", "18")), ANSWER, NOON + 5)
    assert (again.id, again.times, again.first_seen, again.last_seen) == (first.id, 2, NOON, NOON + 5)
    other = journal.remember(failure("KeyError: 'x'\n"), UNKNOWN, NOON)
    assert [e.id for e in journal.entries()] == [first.id, other.id]


def test_failures_without_an_error_line_are_told_apart_by_command_and_last_line(journal):
    bye = failure("bye\n", ("python", "bye.py"))
    first = journal.remember(bye, UNKNOWN, NOON)
    module = failure("/usr/bin/python: No module named nomod\n", ("python", "-m", "nomod"))
    assert journal.remember(module, UNKNOWN, NOON).excerpt == module.text
    assert journal.remember(failure("bye\n", ("python", "other.py")), UNKNOWN, NOON).times == 1
    assert journal.remember(failure("moin\n", bye.command), UNKNOWN, NOON).times == 1
    assert (journal.remember(bye, UNKNOWN, NOON).id, len(journal.entries())) == (first.id, 4)


GRAPH = """Traceback (most recent call last):
  File "/home/li/a.py", line 5, in <module>
tensorflow.python.framework.errors_impl.InvalidArgumentError: Graph execution error:

Detected at node compile_loss/Loss defined at (most recent call last):
  File "/home/li/a.py", line 5, in <module>

Received a label value of 3 which is outside the valid range of [0, 3).
\t [[{{node compile_loss/Loss}}]] [Op:__inference_multi_step_on_iterator_965]
"""


def test_an_error_of_a_graph_is_named_by_what_happened_and_told_apart_by_it(journal):
    labels = journal.remember(failure(GRAPH), UNKNOWN, NOON)
    told = "InvalidArgumentError: Received a label value of 3 which is outside the valid range of [0, 3)."
    assert labels.problem.endswith(told)
    shapes = GRAPH.replace("Received a label value of 3 which", "Incompatible shapes: [8] which")
    assert journal.remember(failure(shapes), UNKNOWN, NOON).id != labels.id
    assert journal.remember(failure(GRAPH), UNKNOWN, NOON).id == labels.id


def test_a_failure_without_an_exception_is_named_by_the_line_that_told_its_cause(journal):
    known = {"known": True, "candidates": [{**CAUSE, **WORDS, "line": "W dso_loader: no libcudart.so.11.0"}]}
    said = "W dso_loader: no libcudart.so.11.0\nI cudart_stub: Ignore above\n"
    assert journal.remember(failure(said), known, NOON).problem == "W dso_loader: no libcudart.so.11.0"
    assert journal.remember(failure(TEXT), known, NOON).problem == "ValueError: bad value 17"


HARMLESS = {"cause_id": "harmless-tensorrt-not-found", "layer": "packages", "harmless": True}


def test_a_harmless_message_is_no_open_failure(journal):
    answer = {"known": True, "candidates": [{**HARMLESS, **WORDS}]}
    assert remember_text("W py_utils.cc:38] TF-TRT Warning: Could not find TensorRT\n", answer) is None
    assert journal.entries() == []
    ended = journal.remember(failure("bye\n"), answer, NOON)  # the program failed, if not by that
    assert (ended.cause, ended.layer, ended.advice) == ("", "", "")
    both = {"known": True, "candidates": [{**HARMLESS, **WORDS}, {**CAUSE, **WORDS}]}
    assert remember_text(TEXT, both).cause == "torch-cpu-only-build"


@pytest.mark.parametrize(("language", "state"), [("en", "harmless"), ("zh", "无害")])
def test_a_harmless_message_that_was_entered_before_is_not_called_open(journal, language, state):
    journal.remember(failure(), {"known": True, "candidates": [{**HARMLESS, **WORDS, "harmless": False}]})
    words.choose_language(language)
    listed = subprocess.run(
        [sys.executable, "-m", "deepstart", "journal", "--language", language],
        capture_output=True,
        text=True,
    )
    assert (state in listed.stdout, words.text("journal.open", language) in listed.stdout) == (True, False)


def test_what_was_solved_is_found_again_by_signature_or_cause(journal):
    entry = journal.remember(failure(), ANSWER, NOON)
    assert journal.solved_before(failure(), ANSWER) is None
    journal.note(entry.id, fix="pip install x", lesson="read the version", verified=True, now=NOON + DAY)
    again = journal.solved_before(failure(TEXT.replace("17", "99")), UNKNOWN)
    assert (again.entry.id, again.same, again.here) == (entry.id, True, True)
    other = journal.solved_before(failure("something else"), ANSWER)
    assert (other.entry.fix, other.same) == ("pip install x", False)
    assert journal.solved_before(failure("something else"), UNKNOWN) is None


OTHER = {"command": ("python3", "b.py", "--rate", "0.1"), "folder": "/work/y"}


def test_the_same_failure_of_another_script_is_an_entry_of_its_own_with_an_outcome_of_its_own(journal):
    one = journal.remember(failure(), ANSWER, NOON)
    two = journal.remember(failure(**OTHER), ANSWER, NOON + 1)
    assert [(e.id, e.times, e.program()) for e in journal.entries()] == [
        (two.id, 1, "b.py"),
        (one.id, 1, "a.py"),
    ]
    journal.worked(["python", "a.py"], "/work/x", NOON + 2)
    assert [e.solved for e in journal.entries()] == [None, NOON + 2]
    journal.note(two.id, verified=False)
    assert journal.get(one.id).verified == 1


def test_a_script_is_the_same_whatever_its_arguments_interpreter_and_folder(journal):
    first = journal.remember(failure(), ANSWER, NOON)
    for command, folder in (
        (("/v/bin/python3.12", "-X", "dev", "a.py", "--rate", "2"), "/work/x"),
        (("python", "x/./a.py"), "/work"),
        (("python", "/work/x/a.py"), "/home"),
    ):
        assert journal.remember(failure(command=command, folder=folder), ANSWER, NOON).id == first.id
    assert journal.remember(failure(command=("python", "-m", "a"), folder="/work/x"), ANSWER).id != first.id


def test_scripts_in_a_folder_with_a_space_are_different_places_and_shown_as_a_shell_takes_them(journal):
    one, two = (
        journal.remember(failure(command=("/My Envs/bin/python", f"My Projects/{name}.py")), ANSWER, NOON)
        for name in "ab"
    )
    assert (one.place, two.place) == ("/work/x/My Projects/a.py", "/work/x/My Projects/b.py")
    assert shlex.split(one.command) == ["/My Envs/bin/python", "My Projects/a.py"]
    assert journal.worked(["python", "My Projects/a.py"], "/work/x", NOON + 1).id == one.id
    assert journal.get(two.id).solved is None


def test_a_secret_in_an_argument_with_spaces_and_quotes_is_masked_in_command_and_place(journal):
    token = "hf" + "_" + "aBcD" * 8
    for command in (("my tool", f"it's {token}"), ("python", "-c", f"print('{token}')")):
        entry = journal.remember(failure(command=command), ANSWER, NOON)
        assert (token in entry.command, token in entry.place) == (False, False)
        assert journal.worked(list(command), "/work/x", NOON).id == entry.id


@pytest.mark.parametrize(
    ("command", "place"),
    [
        ("python -mpytest tests", "-m pytest @ /x"),
        ("python -um train --rate 1", "-m train @ /x"),
        ("python -Xdev -W ignore -- train.py", "/x/train.py"),
        ("py -3.11 train.py", "/x/train.py"),
        ("py -V:Company/3.11 train.py", "/x/train.py"),
        ("python --check-hash-based-pycs=never train.py", "/x/train.py"),
        ("python -", "- @ /x"),
        ("python", "python @ /x"),
        ("lesson.ipynb", "/x/lesson.ipynb"),
        ("ipython", "ipython @ /x"),
    ],
)
def test_what_python_starts_is_found_behind_its_options(command, place):
    assert place_of(command.split(), "/x") == place


def test_what_was_solved_in_this_script_is_told_before_what_was_solved_in_another(journal):
    one, two = journal.remember(failure(), ANSWER, NOON), journal.remember(failure(**OTHER), ANSWER, NOON)
    journal.note(two.id, fix="in b", now=NOON + DAY)
    there = journal.solved_before(failure(), ANSWER)
    assert (there.entry.fix, there.same, there.here) == ("in b", True, False)
    journal.note(one.id, fix="in a", now=NOON)
    here = journal.solved_before(failure(), ANSWER)
    assert (here.entry.fix, here.same, here.here) == ("in a", True, True)


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("en", ["You solved this on 2027-01-15:", "in /work/y/b.py", "same cause", "not written down"]),
        ("zh", ["你在 2027-01-15 解决过这个问题：", "（/work/y/b.py）", "同一原因", "没有记下"]),
    ],
)
def test_where_it_was_solved_is_said_when_it_was_elsewhere(journal, language, parts):
    words.choose_language(language)
    entry = journal.remember(failure(**OTHER), ANSWER, NOON)
    journal.note(entry.id, verified=True, now=NOON)
    told = []
    for asked in (failure(**OTHER), failure(), failure("something else")):
        console = Console(file=io.StringIO(), width=200)
        print_solved(console, journal.solved_before(asked, ANSWER))
        told.append(console.file.getvalue())
    here, there, alike = told
    assert (parts[0] in here, parts[1] in here, parts[1] in there) == (True, False, True)
    assert (parts[2] in there, parts[2] in alike, parts[1] in alike) == (False, True, True)
    assert all(parts[3] in text for text in told)


def test_an_entry_that_did_not_help_is_open_again(journal):
    entry = journal.remember(failure(), ANSWER, NOON)
    journal.note(entry.id, fix="restart", now=NOON)
    reopened = journal.note(entry.id, verified=False, now=NOON)
    assert (reopened.solved, reopened.due, reopened.verified, reopened.fix) == (None, None, 0, "restart")


def test_the_same_command_running_through_solves_its_failure(journal):
    journal.remember(failure(command=("python", "b.py")), UNKNOWN, NOON)
    entry = journal.remember(failure("OSError: other\n"), UNKNOWN, NOON)
    solved = journal.worked(["python", "a.py"], "/work/x", NOON + 60)
    assert (solved.id, solved.verified, solved.solved) == (entry.id, 1, NOON + 60)
    assert journal.worked(["python", "a.py"], "/work/x", NOON + 70) is None


def test_another_interpreter_that_runs_it_through_solves_it_and_other_arguments_do_not(journal):
    entry = journal.remember(failure(command=("/usr/bin/python3", "a.py", "--rate", "1")), ANSWER, NOON)
    assert journal.worked(["/v/bin/python", "a.py", "--rate", "2"], "/work/x", NOON) is None
    assert journal.worked(["/v/bin/python", "a.py", "--rate", "1"], "/work/x", NOON).id == entry.id


def test_a_command_that_runs_through_solves_all_of_its_failures(journal):
    for text in ("KeyError: 'a'\n", "OSError: other\n"):
        journal.remember(failure(text), UNKNOWN, NOON)
    assert journal.worked(["python", "a.py"], "/work/x", NOON + 60).problem == "OSError: other"
    assert {e.solved for e in journal.entries()} == {NOON + 60}


def test_search_finds_english_and_chinese_words(journal):
    entry = journal.remember(failure("RuntimeError: CUDA_ERROR_NO_DEVICE\n"), UNKNOWN, NOON)
    journal.remember(failure("KeyError: 'x'\n"), UNKNOWN, NOON)
    journal.note(entry.id, lesson="驱动要先更新再重启")
    for query in ("cuda_error_no_device", "更新驱动", 'odd "quotes* AND (', "重启"):
        found = [e.id for e in journal.search(query)]
        assert found in ([entry.id], []), query
    assert [e.id for e in journal.search("重启")] == [entry.id]
    assert [e.id for e in journal.search("CUDA_ERROR_NO_DEVICE")] == [entry.id]
    assert journal.search("") == []


def test_secrets_are_masked_before_they_are_written(journal):
    token = "hf" + "_" + "aBcD" * 8
    journal.remember(
        failure(f"ValueError: {token} from /home/li/x and 10.20.30.40\n", ("python", token)), UNKNOWN
    )
    journal.note(1, fix="use " + token)
    for path in journal.path.parent.iterdir():
        content = path.read_bytes()
        assert token.encode() not in content
        assert b"10.20.30.40" not in content


def test_reviews_come_back_after_growing_intervals_and_start_over_when_forgotten(journal):
    entry = journal.remember(failure(), ANSWER, NOON)
    journal.note(entry.id, fix="x", now=NOON)
    assert journal.due(NOON + DAY - 1) == []
    now, gaps = NOON + DAY, []
    for _ in range(6):
        assert [e.id for e in journal.due(now)] == [entry.id]
        reviewed = journal.reviewed(entry.id, True, now)
        gaps.append((reviewed.due - now) / DAY)
        now = reviewed.due
    assert gaps == [3, 7, 16, 35, 70, 140]
    assert journal.reviewed(entry.id, False, now).due == now + DAY


def test_markdown_holds_everything_and_nothing_can_break_out_of_it(journal):
    entry = journal.remember(failure("```\nValueError: tricky ```` fence\n"), ANSWER, NOON)
    journal.note(entry.id, lesson="look twice", now=NOON)
    exported = markdown(journal.entries())
    assert "look twice" in exported
    assert "\n`````\n" in exported


def test_a_known_cause_is_told_in_the_reader_s_language(journal):
    entry = journal.remember(failure(), ANSWER, NOON)
    words.choose_language("zh")
    assert "CPU" in entry.told("what")
    assert "安装" in markdown([entry])
    assert journal.remember(failure("KeyError: 'k'\n"), UNKNOWN, NOON).told("what") == ""


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_advice_that_is_told_again_is_for_the_module_that_was_missing(journal, language):
    words.choose_language(language)
    missing = failure("ModuleNotFoundError: No module named 'torch'\n")
    answer = {
        "known": True,
        "candidates": [{**WORDS, "cause_id": "framework-not-in-this-python", "layer": "python"}],
    }
    told = journal.remember(missing, answer, NOON).told("next")
    assert ("pip install torch" in told, "tensorflow" in told) == (True, False)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_list_tells_an_entry_in_short_with_its_program_and_what_happened(journal, language):
    long = "tensorflow.python.framework.errors_impl.InvalidArgumentError: " + "too long " * 40
    entry = journal.remember(failure(long + "\n"), ANSWER, NOON)
    assert entry.headline().startswith("InvalidArgumentError: too long")
    assert (len(entry.headline()), entry.headline()[-1]) == (120, "…")
    command = [sys.executable, "-m", "deepstart", "journal", "--language", language]
    listed = subprocess.run(command, capture_output=True, text=True).stdout
    words.choose_language(language)
    rows = listed.splitlines()
    assert "a.py" in rows[1]
    assert words.text("journal.open", language) in rows[1]
    happened = "".join(row[5 : rows[1].index("a.py")] for row in rows)
    assert "".join(entry.told("what").split()) in "".join(happened.split())


@pytest.mark.parametrize(
    ("language", "advised", "tried", "helped"),
    [
        ("en", "What was advised", "What was tried, in vain", "What helped"),
        ("zh", "当时的建议", "试过但没有用的办法", "解决办法"),
    ],
)
def test_advice_is_said_to_have_helped_only_when_somebody_says_so(journal, language, advised, tried, helped):
    words.choose_language(language)
    entry = journal.remember(failure(), ANSWER, NOON)
    assert f"- **{advised}**: " in markdown([entry])
    noted = journal.note(entry.id, fix="pip install y", now=NOON)
    assert f"- **{helped}**: pip install y" in markdown([noted])
    assert advised not in markdown([noted])
    in_vain = journal.note(entry.id, verified=False, now=NOON)
    assert f"- **{tried}**: pip install y" in markdown([in_vain])


def test_a_command_that_runs_again_does_not_prove_the_advice(journal):
    journal.remember(failure(), ANSWER, NOON)
    solved = journal.worked(["python", "a.py"], "/work/x", NOON + 60)
    assert (solved.verified, solved.outcome().name) == (1, "advised")


def test_what_is_forgotten_is_gone(journal):
    entry = journal.remember(failure(), ANSWER)
    journal.forget(entry.id)
    assert journal.entries() == []
    assert journal.search("bad value") == []
    with pytest.raises(UserError, match=r"no entry number"):
        journal.get(entry.id)


def test_a_file_that_is_no_journal_is_told_and_left_alone(journal):
    journal.path.write_bytes(b"not a database at all, but long enough to look like one" * 50)
    before = journal.path.read_bytes()
    with pytest.raises(UserError, match="no journal"):
        journal.entries()
    assert journal.path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_told_without_the_system_s_own_words(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError) as raised:
        Journal(tmp_path / "file" / "journal.sqlite").entries()
    assert "Errno" not in str(raised.value)


WRITER = """
    import sys
    from deepstart.trouble.journal import Journal
    from deepstart.trouble.run_record import Failure
    kinds = "Value Key Type Index OS Runtime Name Memory Import Assertion".split()
    for i in range(int(sys.argv[2])):
        text = "%sError: from %s\\n" % (kinds[i % 10], sys.argv[1])
        Journal().remember(Failure(text), {"known": False, "candidates": []})
        print(i, flush=True)
"""


def writer(name, count):
    code = textwrap.dedent(WRITER)
    return subprocess.Popen([sys.executable, "-c", code, name, str(count)], stdout=subprocess.PIPE, text=True)


def test_several_processes_write_at_once(journal):
    writers = [writer(name, 20) for name in ("alpha", "beta", "gamma")]
    assert [w.wait(120) for w in writers] == [0, 0, 0]
    for w in writers:
        w.stdout.close()
    entries = journal.entries()
    assert len(entries) == 30
    assert sum(e.times for e in entries) == 60


def test_a_writer_killed_in_the_middle_leaves_the_journal_whole(journal):
    for after in (1, 3, 7):
        process = writer("delta", 1000)
        for _ in range(after):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        with sqlite3.connect(journal.path) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        words_, rows = journal.search("delta", 1000), journal.entries()
        assert {e.id for e in words_} == {e.id for e in rows}
    assert journal.remember(failure(), ANSWER).times == 1


#: The first version wrote it: a failure of a.py and b.py, solved; one without an error line; one of make.
VERSION_1 = Path(__file__).with_name("journal-version-1.sqlite")


@pytest.fixture
def old(journal):
    journal.path.write_bytes(VERSION_1.read_bytes())
    return journal


def raw(path):
    """Version and rows of the file, read without our code."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute("SELECT * FROM entries ORDER BY id").fetchall()
        return connection.execute("PRAGMA user_version").fetchone()[0], rows


def test_a_journal_of_the_first_version_keeps_all_it_holds(old):
    version, before = raw(old.path)
    assert (version, len(before)) == (1, 3)
    entries = sorted(old.entries())
    assert raw(old.path)[0] == len(UPGRADES)
    assert [tuple(e)[: len(row)] for e, row in zip(entries, before, strict=True)] == before
    assert [e.place for e in entries] == ["/srv/two/b.py", "-m bye @ /srv/one", "make train @ /srv/one"]
    assert [e.id for e in old.search("读清楚")] == [e.id for e in old.search("torch")] == [1]
    text = entries[0].excerpt
    known = old.remember(Failure(text, ["python", "b.py"], "/srv/two"), ANSWER, NOON)
    assert (known.id, known.times, known.fix) == (1, 3, "pip install torch")
    assert old.remember(Failure(text, ["python", "a.py"], "/srv/one"), ANSWER, NOON).times == 1
    assert old.solved_before(Failure(text, ["python", "a.py"], "/srv/one"), ANSWER).entry.id == 1


KILLED = """
    import os, sqlite3, sys
    from deepstart.trouble.journal import Journal
    left = int(sys.argv[1])
    def die(statement):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), 9)
    connect = sqlite3.connect
    def traced(*arguments, **options):
        connection = connect(*arguments, **options)
        connection.set_trace_callback(die)
        return connection
    sqlite3.connect = traced
    Journal().entries()
"""


def test_an_upgrade_that_is_killed_before_any_of_its_statements_loses_nothing(old):
    version, before = raw(old.path)
    ends = []
    for statement in range(30):
        old.path.write_bytes(VERSION_1.read_bytes())
        command = [sys.executable, "-c", textwrap.dedent(KILLED), str(statement)]
        ends.append(subprocess.run(command).returncode)
        found, rows = raw(old.path)
        assert found in (version, len(UPGRADES))
        assert [row[: len(before[0])] for row in rows] == before
        assert [e.id for e in old.search("torch")] == [1]
        assert len(old.entries()) == len(before)
        if ends[-1] == 0:
            break
    assert ends.count(-signal.SIGKILL) == len(ends) - 1 > 8
    assert ends[-1] == 0


def test_several_processes_upgrade_one_journal_at_once(old):
    writers = [writer(name, 10) for name in ("alpha", "beta", "gamma")]
    assert [w.wait(120) for w in writers] == [0, 0, 0]
    for w in writers:
        w.stdout.close()
    assert len(old.entries()) == 3 + 30
    assert old.get(1).fix == "pip install torch"


def test_a_journal_of_a_later_version_is_left_alone(journal):
    journal.remember(failure(), ANSWER)
    with closing(sqlite3.connect(journal.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(UserError, match="newer"):
        journal.remember(failure(), ANSWER)
    assert [row[-1] for row in raw(journal.path)[1]] == ["/work/x/a.py"]


@pytest.mark.parametrize("is_current", [False, True], ids=["to upgrade", "to write"])
def test_a_later_version_that_upgrades_while_this_one_waits_is_left_alone(old, monkeypatch, is_current):
    if is_current:
        old.entries()
    connect, begun = sqlite3.connect, []

    def upgrade_before_it_begins(statement):
        if statement == "BEGIN IMMEDIATE" and not begun:
            begun.append(statement)
            with closing(connect(old.path)) as other:
                other.execute("PRAGMA user_version = 99")

    def traced(*arguments, **options):
        connection = connect(*arguments, **options)
        connection.set_trace_callback(upgrade_before_it_begins)
        return connection

    before = raw(old.path)[1]
    monkeypatch.setattr(sqlite3, "connect", traced)
    with pytest.raises(UserError, match="newer"):
        old.remember(failure(), ANSWER)
    monkeypatch.undo()
    assert begun
    assert raw(old.path) == (99, before)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_verbs_work(journal, language):
    entry = journal.remember(failure(), ANSWER, NOON)
    number = str(entry.id)

    def deepstart(*arguments):
        command = [sys.executable, "-m", "deepstart", "journal", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, "DEEPSTART_LANGUAGE": language}
        )

    assert "bad value" in deepstart().stdout
    nothing = deepstart("note", number)
    assert (nothing.returncode, "--lesson" in nothing.stderr, "--verified" in nothing.stderr) == (
        2,
        True,
        True,
    )
    assert journal.get(entry.id).solved is None
    assert deepstart("note", str(entry.id), "--fix", "pip install y").returncode == 0
    assert "pip install y" in deepstart("export").stdout
    assert "pip install y" in deepstart("show", str(entry.id)).stdout
    assert "bad value" in deepstart("search", "bad", "value").stdout
    for verb in (
        ["list"],
        ["search", "bad"],
        ["show", number],
        ["export"],
        ["note", number, "--verified"],
        ["review"],
    ):
        reply = deepstart(*verb, "--language", language, "--json", "-")
        assert reply.returncode == 0, reply.stderr
        document = json.loads(reply.stdout)
        assert document["schema"] == 1
        told = document["entry"] if "entry" in document else (document.get("entries") or [None])[0]
        assert verb == ["review"] or (told["id"], told["cause"]) == (entry.id, "torch-cpu-only-build")
    missing = deepstart("show", "99")
    assert (missing.returncode, "Traceback" in missing.stderr, "99" in missing.stderr) == (2, False, True)
    slip = deepstart("bogus")
    assert (slip.returncode, "No such command" in slip.stderr, "list" in slip.stderr) == (2, False, True)
    assert {"en": "has no verb 'bogus'", "zh": "没有命令“bogus”"}[language] in slip.stderr
    forgotten = deepstart("forget", number, "--language", language, "--json=-")
    assert json.loads(forgotten.stdout)["forgotten"] == entry.id
