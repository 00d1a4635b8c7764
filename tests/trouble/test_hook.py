"""Uncaught exceptions are explained below their usual traceback, in programs and in notebooks."""

import os
import subprocess
import sys

import pytest

import deepstart
from deepstart import words
from deepstart.trouble.journal import Journal
from deepstart.trouble.run_record import last_failure

BODY = """
import sys
print(sys.argv[1:], __name__)
raise AssertionError('Torch not compiled with CUDA enabled')
"""
SAYS = {"en": "build for the processor", "zh": "只支持 CPU"}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPSTART_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def python(*arguments, language="en"):
    environment = {**os.environ, "DEEPSTART_LANGUAGE": language}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=environment)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_hook_explains_below_the_usual_traceback(home, language):
    (home / "a.py").write_text(BODY)
    plain, ours = python("a.py", "x"), python("-m", "deepstart.hook", "a.py", "x", language=language)
    assert (ours.returncode, ours.stdout) == (plain.returncode, plain.stdout)
    assert ours.stderr.startswith(plain.stderr)
    assert SAYS[language] in ours.stderr
    assert last_failure().text == plain.stderr


def test_an_import_is_enough_and_threads_are_explained_too(home):
    (home / "b.py").write_text(
        "import threading, deepstart.hook\n"
        "def work():\n    raise AssertionError('Torch not compiled with CUDA enabled')\n"
        "thread = threading.Thread(target=work)\nthread.start()\nthread.join()\nprint('on')\n"
    )
    ended = python("b.py")
    assert (ended.returncode, ended.stdout) == (0, "on\n")
    assert SAYS["en"] in ended.stderr


def test_under_run_it_is_explained_once(home):
    (home / "c.py").write_text("import deepstart.hook\n" + BODY)
    assert python("-m", "deepstart", "run", "c.py").stderr.count(SAYS["en"]) == 1


@pytest.mark.parametrize(
    "body", ["raise SystemExit(3)\n", "import sys\nsys.exit('bye')\n", "raise KeyboardInterrupt\n"]
)
def test_a_wanted_end_is_not_explained(home, body):
    (home / "d.py").write_text(body)
    plain, ours = python("d.py"), python("-m", "deepstart.hook", "d.py")
    assert (ours.returncode, ours.stderr) == (plain.returncode, plain.stderr)


def test_a_missing_script_is_told(home):
    ended = python("-m", "deepstart.hook", "nothing.py")
    assert ended.returncode == 2
    assert "There is no file" in ended.stderr


class Shell:
    """IPython's events, as far as an extension meets them."""

    def __init__(self):
        self.events, self.called = self, {}

    def register(self, name, function):
        self.called[name] = function

    def unregister(self, name, function):
        assert self.called.pop(name) is function


class Result:
    """What IPython hands to `post_run_cell`."""

    error_before_exec = None

    def __init__(self, error):
        self.error_in_exec = error


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_notebook_s_failures_are_explained_below_their_cell(capsys, language):
    words.choose_language(language)
    shell = Shell()
    deepstart.load_ipython_extension(shell)
    shell.called["post_run_cell"](Result(None))
    assert capsys.readouterr().out == ""
    shell.called["post_run_cell"](Result(AssertionError("Torch not compiled with CUDA enabled")))
    assert SAYS[language] in capsys.readouterr().out
    deepstart.unload_ipython_extension(shell)
    assert shell.called == {}


def test_a_notebook_s_place_is_its_file_where_that_is_known_and_else_its_folder(home, monkeypatch):
    shell = Shell()
    monkeypatch.setattr(sys, "argv", ["/env/ipykernel_launcher.py", "-f", "/run/kernel-1.json"])
    deepstart.load_ipython_extension(shell)
    for name in (str(home / "one.ipynb"), str(home / "two.ipynb"), "Console 1", ""):
        monkeypatch.setenv("JPY_SESSION_NAME", name)
        shell.called["post_run_cell"](Result(ValueError("the same")))
    monkeypatch.setattr(sys.modules["__main__"], "__vsc_ipynb_file__", "three.ipynb", raising=False)
    shell.called["post_run_cell"](Result(ValueError("the same")))
    told = {(entry.program(), entry.times) for entry in Journal().entries()}
    assert told == {("one.ipynb", 1), ("two.ipynb", 1), ("three.ipynb", 1), ("ipython", 2)}
