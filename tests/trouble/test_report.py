"""A report is complete, in the target's form, masked, and fits an address."""

import os
import re
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepstart import words
from deepstart.findings import UserError
from deepstart.trouble import report as reporting
from deepstart.trouble.report import Answers, Report, events, write_report
from deepstart.trouble.report_link import LIMIT
from deepstart.trouble.report_targets import TARGETS, guess_target, names_project
from deepstart.trouble.run_record import Failure

TOKEN = "hf" + "_" + "aBcD" * 9
ERROR = f"""2024-05-01 12:00:00.000001: E external/local_xla/xla/cuda_driver.cc:282] failed call to cuInit: CUDA_ERROR_UNKNOWN
Downloading from https://bob:pw12345@pkgs.acme.corp/simple with {TOKEN} on 10.20.30.40
nvidia-cublas-cu12==12.1.3.1
Traceback (most recent call last):
  File "/home/bob/secret-project/train.py", line 3, in <module>
    model.fit(x, y)
  File "/home/bob/venv/lib/python3.11/site-packages/keras/src/trainers/trainer.py", line 9, in fit
    raise ValueError("bad shape")
ValueError: bad shape (None, 3) for 训练
"""
SNAPSHOT = {
    "schema": 1,
    "facts": {
        "os.name": {"value": "Ubuntu 22.04", "source": "/etc/os-release"},
        "driver.smi": {
            "value": {
                "outcome": "ok",
                "text": "",
                "gpus": [{"name": "RTX 4090", "driver": "550.54", "memory_mib": 24564}],
                "cuda": "12.4",
            },
            "source": "nvidia-smi",
        },
        "cpu.count": {"error": "timeout", "source": "x"},
    },
}


@pytest.fixture(autouse=True)
def recorded_versions(monkeypatch, tmp_path):
    """The border: what the failing interpreter says of itself."""
    monkeypatch.setenv("DEEPSTART_HOME", str(tmp_path))
    recorded = {
        "python": "3.11.7",
        "implementation": "CPython",
        "executable": "/home/bob/venv/bin/python",
        "bits": 64,
        "environment": "venv",
        "platform": "Linux",
        "packages": {
            "tensorflow": ["2.16.1", "pip"],
            "keras": ["3.3.3", "pip"],
            "torch": ["2.3.0+cu121", "pip"],
            "jax": ["0.4.30", ""],
            "transformers": ["4.41.0", "pip"],
        },
    }
    monkeypatch.setattr(reporting, "software", lambda python: recorded)
    monkeypatch.setattr(reporting, "own_report", lambda python, target: "collected: " + TOKEN)


def failure(text=ERROR):
    return Failure(
        text, ["/usr/bin/python", "train.py"], "/home/bob/secret-project", "/usr/bin/python", 1, 12.3
    )


ANSWERS = Answers(
    "It trains.", "Run it.", ["reinstalled keras: no change"], "", "import keras\nprint('```')\n"
)


@pytest.mark.parametrize("target", TARGETS)
def test_every_required_field_is_filled(target):
    made = write_report(failure(), target, ANSWERS, SNAPSHOT)
    assert [f["label"] for f in made.fields() if f["required"] and not f["value"]] == []
    assert made.missing == []


def test_what_an_image_writes_into_a_variable_does_not_fill_the_report(monkeypatch):
    monkeypatch.setenv("NVIDIA_REQUIRE_CUDA", "cuda>=13.0 " + "brand=tesla,driver>=535,driver<536 " * 60)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    body = write_report(failure(), "pytorch", ANSWERS, SNAPSHOT).body()
    (row,) = [line for line in body.splitlines() if "NVIDIA_REQUIRE_CUDA" in line]
    assert "cuda>=13.0 brand=tesla" in row
    assert len(row) < 400
    assert "| CUDA_VISIBLE_DEVICES | 0,1 |" in body


@pytest.mark.parametrize("target", TARGETS)
def test_the_address_opens_the_target_s_own_form_and_is_short_enough(target):
    made = write_report(failure(), target, ANSWERS, SNAPSHOT)
    address = made.address()
    split = urlsplit(address.url)
    query = {k: v[0] for k, v in parse_qs(split.query).items()}
    assert split.path == f"/{TARGETS[target].repository}/issues/new"
    assert query.get("template", "") == TARGETS[target].template
    assert address.size == len(address.url.encode()) < LIMIT
    ids = {f.id for f in TARGETS[target].fields if f.kind != "choice"}
    assert set(query) - {"template", "title"} <= ids | {"body"}
    assert not {"labels", "assignees", "projects"} & set(query)


def test_choices_and_tick_boxes_are_left_to_the_human():
    made = write_report(failure(), "tensorflow", ANSWERS, SNAPSHOT)
    for name in ("issue-type", "tf-nightly", "source", "Code"):
        assert name not in parse_qs(urlsplit(made.address().url).query)
    assert [f["id"] for f in made.fields() if f["kind"] == "choice"] == [
        "issue-type",
        "tf-nightly",
        "source",
        "Code",
    ]


def test_fields_that_add_their_own_fence_get_none():
    fields = {f["id"]: f["value"] for f in write_report(failure(), "tensorflow", ANSWERS, SNAPSHOT).fields()}
    assert not fields["logs"].startswith("`")
    assert fields["tfversion"] == "tensorflow 2.16.1"
    assert fields["Gpu"] == "RTX 4090, 24564 MiB"


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_private_is_in_any_part(target):
    made = write_report(failure(), target, ANSWERS, SNAPSHOT)
    for text in (str(made.as_json()), made.body(), made.address().url):
        for secret in (TOKEN, "pw12345", "10.20.30.40", "acme", "bob"):
            assert secret not in text
        assert "12.1.3.1" in text or text == made.address().url


def test_a_secret_has_one_number_in_title_story_and_log_however_long_its_line_is():
    text = f"ValueError: {'far ' * 25}{TOKEN} and {TOKEN[:-4]}Zz99 {'away ' * 60}{TOKEN}\n"
    made = write_report(failure(text), "keras", ANSWERS, SNAPSHOT)
    whole = made.title + made.body()
    assert set(re.findall(r"<token-\d+>", whole)) == {"<token-1>", "<token-2>"}
    assert re.findall(r"<token-\d", made.title)[0] == re.findall(r"<token-\d", made.parts["error"])[0]
    assert "Searched for" not in whole


def test_the_searches_in_a_report_hold_no_placeholder():
    text = "RuntimeError: worker 10.1.2.3 of bob@gpu7.acme.corp cannot read /home/bob/secret-project/x.h5\n"
    searches = write_report(failure(text), "tensorflow", ANSWERS, SNAPSHOT).parts["searches"]
    queries = [parse_qs(urlsplit(url).query)["q"][0] for url in re.findall(r"\((https[^)]+)\)", searches)]
    assert [query.partition("RuntimeError ")[2] for query in queries] == ["worker of cannot read"] * 3


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_report_is_in_english_whatever_the_user_speaks(language):
    words.choose_language(language)
    made = write_report(failure(ERROR.replace(" for 训练", "")), "keras", ANSWERS, SNAPSHOT)
    assert not re.search("[\u4e00-\u9fff]", made.body())


def test_answers_in_chinese_are_pointed_out():
    assert write_report(failure(), "keras", Answers(expected="形状应该相符")).not_english()
    assert not write_report(failure(), "keras", ANSWERS).not_english()


def test_logs_stay_as_they_are_and_their_first_and_last_event_are_named():
    made = write_report(failure(), "keras", ANSWERS, SNAPSHOT)
    assert "First event (line 1 of the output): `2024-05-01" in made.body()
    assert "Last event (line 9 of the output): `ValueError: bad shape (None, 3) for 训练`" in made.body()
    assert "ValueError: bad shape (None, 3) for 训练\n```" in made.body()


def test_a_text_without_events_has_none():
    assert events("all went well\n") == (None, None)


def test_what_is_missing_is_asked_for_required_first():
    made = write_report(failure("nothing known"), "keras", Answers())
    assert made.missing == [("expected", True), ("code", True), ("steps", False), ("tried", False)]


def test_the_script_that_was_run_is_the_code_unless_it_changed_since(tmp_path):
    path = tmp_path / "train.py"
    path.write_text("raise ValueError(1)\n")
    failed = Failure("ValueError: 1", ["python", "train.py"], str(tmp_path), "", 1)
    assert write_report(failed, "keras").parts["code"] == "raise ValueError(1)"
    os.utime(path, (failed.when + 60, failed.when + 60))
    assert write_report(failed, "keras").parts["code"] == ""


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (ERROR, "keras"),
        (
            'File "/x/site-packages/torch/nn/a.py"\nFile "/x/site-packages/transformers/b.py"\n',
            "transformers",
        ),
        ('File "/x/site-packages/jax/_src/a.py"\n', "jax"),
        ("RuntimeError: torch torch", "pytorch"),
        ("?", "tensorflow"),
    ],
)
def test_the_target_is_guessed_from_the_lowest_frame(text, target):
    assert guess_target(text) == target


def test_a_failure_that_does_not_name_the_project_is_told_from_one_that_does():
    assert names_project("pytorch", "File torch/nn/modules/linear.py")
    assert names_project("tensorflow", "ImportError: No module named TensorFlow")
    assert not names_project("pytorch", "FileNotFoundError: /data/blowtorch/a.csv")
    assert not names_project("jax", "RuntimeError: mat1 and mat2 shapes cannot be multiplied (torch)")


def test_an_unknown_target_is_told():
    with pytest.raises(UserError, match="no form for 'mxnet'"):
        write_report(failure(), "mxnet")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(list(TARGETS)), st.integers(0, 40_000), st.sampled_from("a漢\n %"), st.integers(0, 3000)
)
def test_any_report_fits_an_address(target, size, letter, title):
    parts = dict.fromkeys(
        ("version", "os", "story", "expected", "error", "code", "system"), "x " + letter * size
    )
    address = Report(TARGETS[target], letter * title, parts, [], {}).address()
    assert len(address.url.encode()) == address.size < LIMIT


def test_what_is_cut_says_so_and_keeps_the_end_of_the_error():
    long = "".join(f"line {n} {'x' * 60}\n" for n in range(5000)) + "ValueError: the end\n"
    address = write_report(failure(long), "tensorflow", ANSWERS).address()
    logs = parse_qs(urlsplit(address.url).query)["logs"][0]
    assert logs.startswith("[shortened")
    assert logs.endswith("ValueError: the end")
    assert "Relevant log output" in address.left_out


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_verb_shows_a_preview_saves_and_sends_nothing(language, tmp_path):
    (tmp_path / "log.txt").write_text(ERROR, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "deepstart",
        "report",
        "log.txt",
        "--quick",
        "--out",
        "r.md",
        "--for",
        "keras",
    ]
    environment = {**os.environ, "DEEPSTART_LANGUAGE": language, "COLUMNS": "200"}
    ended = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    saved = (tmp_path / "r.md").read_text(encoding="utf-8")
    assert saved.startswith("# ValueError: bad shape (None, 3)")
    for text in (saved, ended.stdout):
        assert TOKEN not in text
        assert "### Full output" in text


def test_the_preview_breaks_no_line_of_the_report_so_that_it_can_be_pasted(tmp_path):
    (tmp_path / "error.txt").write_text(
        "RuntimeError: " + "shape of the tensor " * 9 + "\n", encoding="utf-8"
    )
    command = [sys.executable, "-m", "deepstart", "report", "--quick", "error.txt"]
    environment = {**os.environ, "COLUMNS": "60", "DEEPSTART_LANGUAGE": "en"}
    shown = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=tmp_path, stdin=subprocess.DEVNULL
    ).stdout
    assert "RuntimeError: " + ("shape of the tensor " * 9).strip() in shown
    assert re.search(r"^- \[stackoverflow\]\(https://\S+\)$", shown, re.MULTILINE)
