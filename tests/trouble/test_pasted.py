"""What is handed over as text is text, in whatever encoding; all else is refused in one message."""

import gzip
import os
import pickle
import random
import subprocess
import sys

import pytest

from deepstart import words
from deepstart.findings import UserError
from deepstart.trouble.pasted import is_binary, text_of
from deepstart.trouble.screenshot import read_picture

ERROR = "ValueError: 形状不对 (None, 3)\n"
BINARIES = {
    "random bytes": random.Random(1).randbytes(5000),
    "archive": gzip.compress(random.Random(2).randbytes(5000)),
    "pickle": pickle.dumps([list(range(300)), "weights"]),
    "program": b"\x7fELF\x02\x01\x01" + bytes(200) + b"main" + bytes(500),
    "picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + random.Random(3).randbytes(3000),
}


def deepstart(*arguments, given=b"", **environment):
    command = [sys.executable, "-m", "deepstart", *map(os.fspath, arguments)]
    return subprocess.run(
        command, input=given, capture_output=True, env={**os.environ, "COLUMNS": "200", **environment}
    )


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPSTART_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_text_of_every_encoding_that_consoles_write_is_read(encoding):
    assert text_of(ERROR.encode(encoding), "x").lstrip("\ufeff") == ERROR


def test_colours_progress_bars_and_a_stray_zero_byte_are_still_text():
    log = "\x1b[31mEpoch 1\x1b[0m\r 12%|█▏ | 3/25\r\n" * 50 + "\x00" + ERROR
    assert not is_binary(log.encode())


@pytest.mark.parametrize("content", BINARIES.values(), ids=BINARIES)
def test_what_is_no_text_is_refused(content):
    with pytest.raises(UserError, match="is no text"):
        text_of(content, "x")


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("arguments", [["explain"], ["report"], ["explain", "--batch"], ["report", "--code"]])
def test_a_binary_file_gets_one_message_and_exit_code_2(tmp_path, arguments, language):
    path = tmp_path / "model.bin"
    path.write_bytes(BINARIES["random bytes"])
    for name, given in ((str(path), b"x"), ("-", path.read_bytes())):
        if name == "-" and len(arguments) > 1:
            continue
        reply = deepstart(*arguments, name, given=given, DEEPSTART_LANGUAGE=language)
        assert (reply.returncode, reply.stdout) == (2, b"")
        assert {"en": "is no text", "zh": "不是文本"}[language] in reply.stderr.decode()


@pytest.mark.parametrize("content", [b"Traceback (most recent call last):\n", b"", b"BM is no picture"])
def test_a_file_that_is_no_picture_is_not_handed_to_the_reader(tmp_path, content):
    path = tmp_path / "shot.png"
    path.write_bytes(content)
    with pytest.raises(UserError) as raised:
        read_picture(str(path))
    assert raised.value.key == "explain.no-picture"


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_letters_that_the_terminal_lacks_are_no_reason_to_fail(language):
    reply = deepstart("explain", "CUDA out of memory", DEEPSTART_LANGUAGE=language, PYTHONIOENCODING="ascii")
    assert reply.returncode == 0
    assert b"gpu-oom" in reply.stdout


@pytest.mark.parametrize(
    "arguments",
    [["search"], ["explain"], ["journal", "search"], ["report", "--quick", "--title"]],
    ids=" ".join,
)
def test_bytes_that_are_no_letters_in_an_argument_do_not_matter(arguments):
    deepstart("explain", "CUDA out of memory")
    reply = subprocess.run(
        [
            os.fsencode(sys.executable),
            b"-m",
            b"deepstart",
            *map(os.fsencode, arguments),
            b"CUDA out of memory \xff",
        ],
        input=ERROR.encode(),
        capture_output=True,
    )
    assert reply.returncode == 0, reply.stderr
