"""The command line speaks the reader's language, also when it refuses."""

import errno
import re
import subprocess
import sys

import pytest

from deepstart import words
from deepstart.cli import language_asked_for, verbs
from deepstart.findings import reason_of


def deepstart(*arguments, language="en"):
    """Run the program as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "deepstart", *arguments],
        capture_output=True, text=True, encoding="utf-8", stdin=subprocess.DEVNULL,
        env={"PATH": "", "DEEPSTART_LANGUAGE": language, "PYTHONUTF8": "1"},
    )  # fmt: skip


@pytest.mark.parametrize("verb", verbs())
@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_verb_says_in_one_line_what_it_does(verb, language):
    assert words.look_up(f"cli.{verb}.help", language)


def test_help_is_shown_in_chinese_from_its_first_word():
    shown = deepstart("--help", language="zh").stdout
    assert shown.startswith("用法：")
    assert "Show this message" not in shown


def test_language_is_taken_from_either_form_of_the_option():
    assert language_asked_for(["need", "--language", "zh"]) == "zh"
    assert language_asked_for(["need", "--language=zh"]) == "zh"
    assert language_asked_for(["need", "--language"]) is None


@pytest.mark.parametrize(
    ("option", "part"), [(("--worth", "多"), "“多”不是数字"), (("--seed", "1.5"), "“1.5”不是整数")]
)
def test_a_refused_number_is_explained_in_chinese_alone(option, part):
    reply = deepstart("need", "iris", *option, language="zh")
    assert reply.returncode == 2
    assert part in reply.stderr
    assert "valid" not in reply.stderr


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["doctor", "--python", "/nowhere"], "没有这个程序"),
        (["doctor", "--replay", "/nowhere"], "没有这个文件或文件夹"),
        (["explain", "/tmp"], "它是一个文件夹"),
        (["doctor", "one", "two"], "多余的参数：one two"),
        (["doctor", "--replay"], "--replay"),
    ],
)
def test_the_reason_of_a_refusal_is_told_in_chinese_alone(arguments, part):
    reply = deepstart(*arguments, language="zh")
    assert reply.returncode == 2
    assert part in reply.stderr
    assert not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", reply.stderr.replace("one two", ""))


@pytest.mark.parametrize("code", ["ENOENT", "EACCES", "ENOSPC"])
@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_common_refusal_of_the_system_is_told_in_both_languages(code, language):
    words.choose_language(language)
    number = getattr(errno, code)
    assert reason_of(OSError(number, "x")) == words.look_up(f"show.refused.{code}", language)


def test_a_folder_that_the_system_calls_busy_is_called_a_folder(tmp_path):
    tmp_path.joinpath("file").touch()
    busy = OSError(errno.EBUSY, "busy", str(tmp_path / "file"), None, str(tmp_path))
    assert reason_of(busy) == "it is a folder"
    assert reason_of(OSError(errno.EBUSY, "busy", str(tmp_path / "file"))) == "another program is using it"


def test_a_rare_refusal_is_told_as_the_system_words_it():
    assert reason_of(OSError(errno.EXDEV, "Invalid cross-device link")) == "Invalid cross-device link"


def test_a_slip_without_a_near_option_is_sent_to_the_help():
    told = deepstart("setup", "--bogus").stderr
    assert "deepstart setup --help" in " ".join(told.split())
    assert "--gpu" not in told


def test_a_language_alone_shows_the_help_in_it():
    reply = deepstart("--language", "zh")
    assert reply.returncode == 0
    assert reply.stdout.startswith("用法：")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["neeed"], "need"),
        (["run", "--python", "/nowhere", __file__], "/nowhere"),
        (["path", "--goal", "pictures", "--start", "9999-12-30", "--no-questions"], "9999-12-30"),
        (["journal", "note", "1", "--fix", ""], "empty"),
        (["need", "--tarjet", "x"], "--target"),
        (["need", "--worth", "much"], "--worth"),
        (["need", "x", "--language", "fr"], "fr"),
        (["explain", "CUDA out of memory", "--json", "/nowhere/x.json"], "/nowhere/x.json"),
        (["explain", "--batch", "-", "--json", "/nowhere/x.json"], "/nowhere/x.json"),
        (["explain", "missing.log"], "missing.log"),
        (["explain", "my missing.log"], "my missing.log"),
        (["search", ""], "search"),
        (["search", " ", ""], "search"),
        (["search", "nan", "--limit", "0"], "0 is not above zero"),
        (["search", "nan", "--limit", "-1"], "-1 is not above zero"),
        (["search", "nan", "--json", "/nowhere/x.json"], "/nowhere/x.json"),
        (["report", "--minimise", __file__, "--limit", "-1"], "-1 is not above zero"),
        (["report", "--minimise", __file__, "--limit", "nan"], "nan is not above zero"),
        (["report", "--minimise", "missing.py", "--quick"], "missing.py"),
        (["run", "--json", "/nowhere/x.json", __file__], "/nowhere/x.json"),
        (["run", "--json", ".", __file__], "it is a folder"),
        (["doctor", "--snapshot", "."], "it is a folder"),
        (["journal", "bogus"], "deepstart journal has no verb 'bogus'"),
        (["journal", "note"], "NUMBER is missing"),
    ],
)
def test_a_slip_gets_one_message_exit_code_2_and_no_traceback(arguments, part):
    reply = deepstart(*arguments)
    assert reply.returncode == 2
    assert part in reply.stderr
    assert "Traceback" not in reply.stderr
    assert reply.stdout == ""


def test_help_imports_neither_numpy_nor_a_framework():
    code = "import sys; sys.argv=['deepstart','--help']\nfrom deepstart.cli import main\n"
    code += "try: main()\nexcept SystemExit: pass\n"
    code += "print(sorted({'numpy','sklearn','keras','tensorflow','jinja2'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_explain_says_the_same_through_its_quick_and_its_ordinary_door():
    """Empty `--replay` is known to the ordinary door alone, and adds nothing."""
    error = "ValueError: Shapes (None, 1) and (None, 10) are incompatible"
    quick, ordinary = deepstart("explain", error), deepstart("explain", error, "--replay", "")
    assert quick.returncode == ordinary.returncode == 0
    assert quick.stdout == ordinary.stdout
    assert "╭─" in quick.stdout


def test_a_language_that_is_not_spoken_is_named_by_quick_verbs_too():
    for verb in (["explain", "x y"], ["run", "train.py"]):
        reply = deepstart(verb[0], "--language", "fr", *verb[1:])
        assert reply.returncode == 2
        assert "'fr'" in reply.stderr


def test_a_language_before_the_verb_is_the_verbs_language():
    reply = deepstart("--language", "zh", "explain", "--image", "nowhere.png")
    assert reply.returncode == 2
    assert "怎么办" in reply.stderr
    assert deepstart("--language", "fr", "explain", "--image", "nowhere.png").returncode == 2
