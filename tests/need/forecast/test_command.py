"""`deepstart forecast` on files, as a person and as a program use it."""

import json
import re
import subprocess
import sys

import pytest

from deepstart import words
from deepstart.cli.forecast import forecast
from deepstart.findings import UserError
from deepstart.need.forecast.files import answer_batch, read_curve

CURVE = "n,score,stderr\n32,0.61,0.02\n64,0.66,0.015\n128,0.72,\n256,0.765,0.01\n512,0.80,0.009\n"
POINTS = [{"n": n, "mean": 0.1 + n**-0.5, "stderr": 0.01} for n in (32, 64, 128, 256, 512)]


def deepstart(*arguments, given=""):
    command = [sys.executable, "-m", "deepstart", *map(str, arguments)]
    return subprocess.run(command, input=given, capture_output=True, text=True, encoding="utf-8", timeout=120)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "curve.csv"
    path.write_text(CURVE, encoding="utf-8")
    return path


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_curve_is_answered_with_a_sentence_a_chart_and_a_table(file, language):
    shown = deepstart("forecast", file, "--to", 2048, "--to", 1024, "--language", language)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.index("1,024") < shown.stdout.index("2,048")
    assert all(sign in shown.stdout for sign in "●○│")


def test_json_on_standard_output_stands_alone(file):
    content = json.loads(deepstart("forecast", file, "--json", "-").stdout)
    assert content["schema"] == 1
    assert [row["n"] for row in content["forecast"]] == [1024, 2048, 4096]
    assert content["points"][2]["stderr"] is None


def test_a_batch_answers_each_line_in_its_order_and_goes_on_after_a_bad_one():
    request = {"points": POINTS, "higher_is_better": False, "to": [1024, 2048]}
    lines = [json.dumps({"id": "a", **request}), "{broken", json.dumps({"id": 7, **request})]
    done = deepstart("forecast", "--batch", given="\n".join(lines))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert [list(answer.items())[:2] for answer in answers] == [
        [("id", name), ("schema", 1)] for name in ("a", None, 7)
    ]
    assert answers[0]["forecast"] == answers[2]["forecast"]
    assert [set(row) for row in answers[0]["forecast"]] == [{"n", "mean", "low", "high"}] * 2
    assert "2" in answers[1]["error"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("{broken", "JSON"),
        ("[1]", "JSON"),
        ('{"id": 3}', "points"),
        ('{"id": 3, "points": []}', "to"),
        ('{"id": 3, "points": [{"n": 1}], "to": [2]}', "mean"),
        ('{"id": 3, "points": [{"n": 1, "mean": "much"}], "to": [2]}', "mean"),
        ('{"id": 3, "points": "x", "to": [2]}', "points"),
        ('{"id": 3, "points": [], "to": 2}', "to"),
        ('{"id": 3, "points": [], "to": ["2"]}', "to"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_in_words_and_never_as_python_puts_it(line, part, language):
    words.choose_language(language)
    [answer] = answer_batch([line])
    assert (answer["line"], answer["forecast"]) == (1, [])
    assert answer["id"] == (3 if "id" in line else None)
    assert part in answer["what"]
    assert answer["why"]
    assert answer["next"]
    assert not re.search(r"Error|Expecting|NoneType|indices", json.dumps(answer))


def test_a_batch_without_standard_errors_is_answered():
    points = [{"n": p["n"], "mean": p["mean"]} for p in POINTS]
    [answer] = answer_batch([json.dumps({"id": 1, "points": points, "to": [1024]})])
    assert answer["forecast"][0]["low"] < answer["forecast"][0]["mean"]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("rows\n1\n", "forecast.no-column"),
        ("", "forecast.no-column"),
        (CURVE.replace("0.72", "abc"), "forecast.bad-cell"),
        (CURVE.replace("128,0.72,", "128"), "forecast.bad-cell"),
    ],
)
def test_bad_files_are_named_with_what_was_found(tmp_path, content, key):
    path = tmp_path / "bad.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError) as raised:
        read_curve(str(path))
    assert raised.value.key == key


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_and_the_direction_are_found(tmp_path, separator):
    path = tmp_path / "curve.csv"
    path.write_text("n,rmse\n10,5\n20,4\n".replace(",", separator), encoding="utf-8-sig")
    read = read_curve(str(path))
    assert (read.n, read.score, read.higher_is_better) == ([10, 20], [5, 4], False)
    assert read_curve(str(path), lower_is_better=False).higher_is_better


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("样本数,准确率\n1000,0.5\n2000,0.6\n", "gb18030"),
        ("样本数,准确率\n1000,0.5\n2000,0.6\n", "utf-16"),
        ("\n样本数;val_accuracy\n\n1000;0,5\n2000;0,6\n", "utf-8-sig"),
        ('rows,balanced accuracy\n"1,000",0.5\n"2,000",.6\n', "utf-8"),
    ],
)
def test_files_are_read_as_spreadsheets_write_them(tmp_path, content, encoding):
    path = tmp_path / "curve.csv"
    path.write_text(content, encoding=encoding)
    read = read_curve(str(path))
    assert (read.n, read.score, read.higher_is_better) == ([1000, 2000], [0.5, 0.6], True)


def test_a_bad_cell_is_named_by_its_line_in_the_file(tmp_path):
    path = tmp_path / "curve.csv"
    path.write_text("\nn,test_error_rate\n\n10,abc\n", encoding="utf-8")
    with pytest.raises(UserError) as raised:
        read_curve(str(path))
    assert raised.value.values["line"] == 4


@pytest.mark.parametrize("to", [[float("nan")], [0], [-5, 100], [float("inf")]])
def test_rows_that_cannot_be_are_refused_in_a_batch(to):
    [answer] = answer_batch([json.dumps({"id": 1, "points": POINTS, "to": to})])
    assert answer["forecast"] == []
    assert answer["error"]


def test_false_in_quotes_is_not_taken_for_true():
    request = {"id": 1, "points": POINTS, "to": [1024], "higher_is_better": "false"}
    [answer] = answer_batch([json.dumps(request)])
    assert "higher_is_better" in answer["error"]


def test_standard_errors_of_zero_or_less_count_as_missing():
    def answer(stderr):
        points = [{**point, "stderr": stderr} for point in POINTS]
        return next(answer_batch([json.dumps({"points": points, "to": [1024]})]))

    assert answer(0) == answer(-1) == answer(None)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_two_curves_are_compared_with_what_to_label_next(tmp_path, language):
    steep, flat = tmp_path / "steep.csv", tmp_path / "flat.csv"
    steep.write_text("n,error\n32,.5\n64,.4\n128,.31\n256,.25\n", encoding="utf-8")
    flat.write_text("n,error\n32,.4\n64,.33\n128,.29\n256,.26\n", encoding="utf-8")
    done = deepstart("forecast", steep, "--rival", flat, "--language", language)
    assert done.returncode == 0, done.stderr
    assert "steep" in done.stdout
    content = json.loads(deepstart("forecast", steep, "--rival", flat, "--json", "-").stdout)
    assert [row["n"] for row in content["ahead"]] == [512, 1024, 2048]
    assert 256 < content["label_next"] <= 1100


@pytest.mark.parametrize("arguments", [(), ("nothing-here.csv",), ("{file}", "--to", "-5"), ("{short}",)])
def test_bad_use_is_told_in_one_message_without_a_traceback(file, tmp_path, arguments):
    short = tmp_path / "short.csv"
    short.write_text("n,score\n1,2\n2,3\n", encoding="utf-8")
    told = deepstart("forecast", *(a.format(file=file, short=short) for a in arguments))
    assert told.returncode == 2
    assert told.stderr.startswith("✗")
    assert "Traceback" not in told.stderr


def refused(curve, options):
    """The key of the refusal of `deepstart forecast CURVE ...`; nothing where it was not refused."""
    try:
        forecast(curve, **options)
    except UserError as error:
        return error.key
    return None


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"to": [300.0, 90.0]}, "forecast.to-within"),
        ({"lower_is_better": True, "higher_is_better": True}, "forecast.both-ways"),
        ({"rival": "loss.csv"}, "forecast.other-score"),
        ({"rival": "loss.csv", "higher_is_better": True}, None),
        ({"rival": "bytes.csv"}, "forecast.unreadable"),
    ],
)
def test_what_cannot_be_forecast_or_compared_is_refused(tmp_path, monkeypatch, options, key):
    monkeypatch.chdir(tmp_path)
    rows = [(16, 0.6), (32, 0.7), (64, 0.75), (128, 0.78)]
    for name, column in (("acc.csv", "accuracy"), ("loss.csv", "loss")):
        lines = [f"{n},{score}" for n, score in rows]
        (tmp_path / name).write_text(f"n,{column}\n" + "\n".join(lines))
    (tmp_path / "bytes.csv").write_bytes(bytes(range(256)))
    assert refused("acc.csv", options) == key
