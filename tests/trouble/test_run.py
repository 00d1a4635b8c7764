"""`deepstart run` passes everything through and explains below."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time

import pytest

from deepstart.trouble.run_record import Failure, Keeper, last_failure

RUN = [sys.executable, "-m", "deepstart", "run"]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPSTART_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def script(text, name="train.py"):
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)
    return name


def both(command, **options):
    """The same program with and without deepstart."""
    options = {"capture_output": True, **options}
    plain = subprocess.run([sys.executable, *command], **options)
    ours = subprocess.run([*RUN, *command], **options)
    return plain, ours


def test_arguments_output_bytes_and_input_pass_unchanged():
    name = script(
        "import sys, os\n"
        "print(sys.argv, __name__, __file__, sys.path[0], sorted(globals()))\n"
        "data = sys.stdin.buffer.read()\n"
        "sys.stdout.buffer.write(bytes(range(256)) * 1000 + data)\n"
        "sys.stdout.flush()\n"
        "print('é\\r\\x1b[31m', os.isatty(1), os.environ.get('DEEPSTART_WATCH'), file=sys.stderr)\n"
    )
    plain, ours = both([name, "--json", "-", "a b", "--help", "--language=zh"], input=b"\x00\xffin" * 50_000)
    assert ours.stdout == plain.stdout
    assert ours.stderr == plain.stderr
    assert ours.returncode == plain.returncode == 0


@pytest.mark.parametrize(
    "body",
    [
        "def f():\n    raise ValueError('x')\nf()\n",
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise RuntimeError('y') from e\n",
        "def f(:\n",
        "import sys\nsys.excepthook = lambda *a: print('own hook', a[0], a[2].tb_lineno)\nraise KeyError(1)\n",
        "import multiprocessing as m\ndef f(n):\n    return n * n\n"
        "if __name__ == '__main__':\n    print(m.get_context('spawn').Pool(1).map(f, [3]))\n    raise OSError\n",
        "import pickle\nclass A: pass\npickle.loads(pickle.dumps(A()))\nimport sys\nsys.exit('bye')\n",
        "import atexit\natexit.register(print, 'last')\nraise SystemExit(300)\n",
    ],
)
def test_a_failing_script_prints_what_python_alone_would_print(body):
    plain, ours = both([script(body)])
    assert ours.returncode == plain.returncode != 0
    assert ours.stdout == plain.stdout
    assert ours.stderr.startswith(plain.stderr)
    assert b"run_bootstrap" not in ours.stderr


@pytest.mark.parametrize("code", [0, 1, 3, 77, 255])
def test_the_exit_code_is_the_program_s(code):
    assert subprocess.run([*RUN, script(f"raise SystemExit({code})")], capture_output=True).returncode == code


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGABRT", "SIGTERM"])
def test_a_program_that_a_signal_ends_ends_us_the_same_way(name):
    body = f"import os, signal\nos.kill(os.getpid(), signal.{name})\n"
    ended = subprocess.run([*RUN, script(body)], capture_output=True)
    assert ended.returncode == -getattr(signal, name)


@pytest.mark.parametrize(
    ("name", "language", "part"),
    [
        ("SIGSEGV", "en", "compiled code reached into memory"),
        ("SIGKILL", "en", "which no program can catch"),
        ("SIGABRT", "zh", "自己结束了程序"),
        ("SIGKILL", "zh", "无法拦截"),
    ],
)
def test_a_program_that_a_signal_ended_is_explained_by_that_signal(name, language, part):
    body = f"import os, signal\nos.kill(os.getpid(), signal.{name})"
    ended = subprocess.run([*RUN, "--language", language, script(body)], capture_output=True, text=True)
    assert ended.returncode == -getattr(signal, name)
    assert part in "".join(ended.stderr.split("\n")).replace("  ", " ") or part in " ".join(
        ended.stderr.split()
    )


def test_a_child_s_signal_in_the_exit_code_is_explained_too():
    body = "import subprocess, sys\nsys.exit(subprocess.run([sys.executable, '-c', 'import os; os.kill(os.getpid(), 9)']).returncode)"
    ended = subprocess.run([*RUN, script(body)], capture_output=True, text=True)
    assert ended.returncode == 256 - signal.SIGKILL
    assert "SIGKILL" in ended.stderr


@pytest.mark.parametrize(
    ("content", "part"),
    [("x = '数据'\n".encode("gb18030"), "UTF-8"), (b"x = 1\n\0", "zero bytes"), (b"# \xca\n1\n", "UTF-8")],
    ids=["gb18030", "zero bytes", "comment"],
)
def test_a_script_that_is_no_utf8_fails_as_python_alone_and_is_explained(content, part):
    with open("train.py", "wb") as file:
        file.write(content)
    plain, ours = both(["train.py"])
    folder = os.getcwd().encode()
    assert ours.returncode == plain.returncode == 1
    assert ours.stderr.replace(folder + b"/", b"").startswith(plain.stderr.replace(folder + b"/", b""))
    assert part in " ".join(ours.stderr[len(plain.stderr) :].decode(errors="replace").split())


@pytest.mark.parametrize(("language", "paste"), [("en", "paste"), ("zh", "贴出")])
@pytest.mark.parametrize("body", ["print('bye'); exit(3)", "import os; os.abort()", "raise KeyError('x')"])
def test_nobody_is_asked_for_the_output_that_run_has_itself(body, language, paste):
    ended = subprocess.run([*RUN, "--language", language, script(body)], capture_output=True, text=True)
    explain = [sys.executable, "-m", "deepstart", "explain", "--language", language]
    again = subprocess.run(explain, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    for told in (ended.stderr, again.stdout):
        assert "deepstart" in told
        assert (paste in told, "core dumped" in told) == (False, False)


@pytest.mark.parametrize(("language", "empty"), [("en", "empty.txt' is empty"), ("zh", "empty.txt”是空的")])
def test_an_empty_file_is_told_as_empty_whatever_run_has_kept(language, empty):
    Failure("bye\n", ["python", "bye.py"], seconds=1.0).save()
    script("", "empty.txt")
    explain = [sys.executable, "-m", "deepstart", "explain", "--language", language, "empty.txt"]
    told = subprocess.run(explain, capture_output=True, text=True)
    assert (told.returncode, empty in told.stderr, "run`" in told.stderr) == (2, True, False)


def test_what_a_shell_would_say_of_a_signal_is_kept_for_the_explanation():
    subprocess.run([*RUN, script("import os\nos.kill(os.getpid(), 9)\n")], capture_output=True)
    assert last_failure().text.endswith("\nKilled\n")
    assert last_failure().exit_code == 137


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
def test_signals_reach_the_program(number):
    body = (
        "import signal, sys, time\n"
        f"def leave(n, f):\n    print('got', n)\n    sys.exit(5)\nsignal.signal({int(number)}, leave)\n"
        "print('ready', flush=True)\ntime.sleep(30)\n"
    )
    process = subprocess.Popen(
        [*RUN, script(body)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(number)
    out, _ = process.communicate(timeout=20)
    assert out == b"got %d\n" % number
    assert process.returncode == 5


def in_terminal(command, keys=b"", after=b""):
    """What appears on a real terminal; `keys` are typed once `after` was seen."""
    pid, master = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    seen, typed = b"", not keys
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        if not chunk:
            break
        seen += chunk
        if not typed and after in seen:
            os.write(master, keys)
            typed = True
    return seen, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_in_a_terminal_the_program_sees_a_terminal_of_the_same_size():
    body = "import os, sys\nprint(os.isatty(0), os.isatty(1), os.isatty(2), os.get_terminal_size(1), os.get_terminal_size(2))\n"
    name = script(body)
    assert in_terminal([*RUN, name]) == in_terminal([sys.executable, name])


def test_in_a_terminal_colours_and_progress_bars_arrive_byte_for_byte():
    body = (
        "import sys\nfor i in range(5):\n    sys.stdout.write(f'\\r\\x1b[32m{i}/5\\x1b[0m')\n    sys.stdout.flush()\n"
        "print()\nprint('e', file=sys.stderr)\nprint('two\\nlines')\n"
    )
    name = script(body)
    assert in_terminal([*RUN, name]) == in_terminal([sys.executable, name])


def test_questions_can_be_answered_in_a_terminal():
    name = script("name = input('who? ')\nprint('hello', name)\n")
    seen, code = in_terminal([*RUN, name], keys=b"Mei\n", after=b"who? ")
    assert (b"hello Mei" in seen, code) == (True, 0)


def test_ctrl_c_reaches_the_program_once():
    body = (
        "import time\ntry:\n    print('ready', flush=True)\n    time.sleep(30)\n"
        "except KeyboardInterrupt:\n    time.sleep(0.3)\n    print('clean', flush=True)\n    raise\n"
    )
    seen, code = in_terminal([*RUN, script(body)], keys=b"\x03", after=b"ready")
    assert b"clean" in seen
    assert code == -signal.SIGINT
    assert b"deepstart" not in seen


def test_a_reader_that_goes_away_ends_the_program_not_us_in_a_traceback():
    name = script("import sys\nfor i in range(10**7): print(i)\n")
    shell = f"{sys.executable} -m deepstart run {name} | head -1; echo ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", shell], capture_output=True, timeout=60)
    assert ended.stdout.split()[0] == b"0"
    assert b"run.py" not in ended.stderr


def test_a_silent_grandchild_does_not_keep_us():
    name = script("import subprocess, sys\nsubprocess.Popen(['sleep', '60'])\nprint('done')\n")
    ended = subprocess.run([*RUN, name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30)
    assert ended.stdout == b"done\n"


def test_other_programs_run_too():
    ended = subprocess.run([*RUN, "sh", "-c", "echo $0 $1; exit 4", "a", "b"], capture_output=True)
    assert (ended.stdout, ended.returncode) == (b"a b\n", 4)


@pytest.mark.parametrize(("language", "word"), [("en", "There is no file"), ("zh", "找不到文件")])
def test_a_missing_script_is_told_in_one_message(language, word):
    ended = subprocess.run(
        [*RUN[:3], "run", "--language", language, "nothing.py"], capture_output=True, text=True
    )
    assert ended.returncode == 2
    assert word in ended.stderr
    assert "Traceback" not in ended.stderr


ONEDNN = (
    "2026-01-02 10:00:00.123456: I tensorflow/core/util/port.cc:153] oneDNN custom operations are on. You may see"
    " slightly different numerical results due to floating-point round-off errors from different computation"
    " orders. To turn them off, set the environment variable `TF_ENABLE_ONEDNN_OPTS=0`."
)


def test_a_harmless_line_does_not_explain_why_a_program_failed():
    ended = subprocess.run(
        [*RUN, "--json", "-", script(f"import sys\nprint({ONEDNN!r}, file=sys.stderr)\nsys.exit(3)\n")],
        capture_output=True,
    )
    answer = json.loads(ended.stdout)
    assert (answer["known"], answer["harmless"]) == (False, ["harmless-onednn-notice"])


def test_the_hint_below_a_failure_names_its_entry_in_the_journal():
    told = [
        subprocess.run([*RUN, script(f"raise {name}(1)\n")], capture_output=True, text=True).stderr
        for name in ("ValueError", "KeyError", "ValueError")
    ]
    numbers = [re.findall(r"deepstart journal note (\d+) --fix", text) for text in told]
    assert numbers == [["1"], ["2"], ["1"]]


def test_a_script_that_works_again_is_told_even_when_another_one_failed_since():
    for name in ("a.py", "b.py"):
        subprocess.run([*RUN, script("raise ValueError(1)\n", name)], capture_output=True)
    works = subprocess.run([*RUN, script("pass\n", "a.py")], capture_output=True, text=True)
    assert "works now" in works.stderr
    assert "journal note 1 " in works.stderr
    again = subprocess.run([*RUN, "a.py"], capture_output=True, text=True)
    assert again.stderr == ""


def test_a_failure_is_kept_with_what_was_run():
    name = script("print('begin')\nraise ValueError('the end')\n")
    subprocess.run([*RUN, name, "--x"], capture_output=True)
    kept = last_failure()
    assert kept.command[1:] == [name, "--x"]
    assert "begin" in kept.text
    assert kept.text.rstrip().endswith("ValueError: the end")
    assert os.stat(os.path.join(os.environ["DEEPSTART_HOME"], "last-failure.json")).st_mode & 0o077 == 0


def test_json_goes_to_standard_output_alone():
    ended = subprocess.run(
        [*RUN, "--json", "-", script("print('noise')\nraise ValueError(1)\n")], capture_output=True
    )
    answer = json.loads(ended.stdout)
    assert (answer["schema"], answer["exit_code"], "known" in answer) == (1, 1, True)
    assert b"noise" in ended.stderr


def test_long_outputs_keep_their_beginning_and_their_end():
    keeper = Keeper(head=10, tail=20)
    for i in range(1000):
        keeper.add(b"%04d" % i)
    text = keeper.text()
    assert text.startswith("0000000100")
    assert text.endswith("09950996099709980999")
    assert "[... 3970 bytes ...]" in text
    assert len(keeper.tail) <= 60


def test_a_garbled_last_failure_is_none(home):
    Failure("x").save()
    path = home / "home" / "last-failure.json"
    path.write_text("{")
    assert last_failure() is None
