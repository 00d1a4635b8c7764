"""Tables: kinds of columns, the target, the task, and what is left out and said."""

import gzip
import math
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from deepstart.need.readers import read

from .conftest import notes_of


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def table(path, n=60, **columns):
    """A CSV with a column `y` of two classes and the columns given as functions of the row number."""
    columns = {**columns, "y": lambda i: "ab"[i % 2]}
    lines = [",".join(columns)] + [",".join(str(make(i)) for make in columns.values()) for i in range(n)]
    return write(path, "\n".join(lines) + "\n")


def kinds_of(data):
    return {c.name: c.kind for c in data.schema}


def column_of(data, name):
    return data.X[:, [c.name for c in data.schema].index(name)]


# Kinds of columns


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda i: i % 7, "number"),
        (lambda i: i * 0.5, "number"),
        (lambda i: f"{i % 9}e-3", "number"),
        (lambda i: f"${i % 9}.50", "number"),
        (lambda i: f"{i % 9}%", "number"),
        (lambda i: f'"1,{i % 9}00"', "number"),
        (lambda i: f'"1.{i % 9}00,50 €"', "number"),
        (lambda i: "yes" if i % 3 else "No", "boolean"),
        (lambda i: "是" if i % 3 else "否", "boolean"),
        (lambda i: "有" if i % 3 else "无", "boolean"),
        (lambda i: ["red", "green", "blue"][i % 3], "category"),
        (lambda i: f"0{i % 9}123", "category"),
        (lambda i: f"2020-0{i % 9 + 1}-11", "date"),
        (lambda i: f"{i % 9 + 11}.12.2020 10:30", "date"),
        (lambda i: f"2020年{i % 9 + 1}月3日", "date"),
        (lambda i: f"the number {i} said it was fine", "text"),
        (lambda i: f"第{i}次入住这家酒店感觉不错", "text"),
    ],
)
def test_the_kind_of_a_column_is_found(make, kind, tmp_path, reading):
    data = reading(table(tmp_path / "t.csv", v=make, w=lambda i: i * 0.25), target="y")
    assert kinds_of(data)["v"] == kind


def test_numbers_are_the_numbers_that_were_written(tmp_path, reading):
    text = "a;b;c;y\n" + "".join(f"{i},5;1.{i}00,25;-{i}e2;{'pq'[i % 2]}\n" for i in range(10))
    data = reading(write(tmp_path / "t.csv", text.replace(".", "")))
    assert column_of(data, "a").tolist() == [i + 0.5 for i in range(10)]
    assert column_of(data, "b").tolist() == [1000.25 + 100 * i for i in range(10)]
    assert column_of(data, "c").tolist() == [-100.0 * i for i in range(10)]


def test_categories_and_booleans_are_codes_of_their_levels(tmp_path, reading):
    data = reading(
        table(tmp_path / "t.csv", c=lambda i: ["red", "blue", "?"][i % 3], b=lambda i: "NY"[i % 2])
    )
    levels = {c.name: c.levels for c in data.schema}
    assert levels == {"c": ("blue", "red"), "b": ("N", "Y")}
    assert np.array_equal(column_of(data, "c")[:3], [1, 0, math.nan], equal_nan=True)
    assert column_of(data, "b")[:2].tolist() == [0, 1]


def test_dates_are_seconds_since_1970(tmp_path, reading):
    data = reading(
        table(tmp_path / "t.csv", d=lambda i: f"2021-03-{i % 28 + 1:02d} 06:30:00", w=lambda i: i / 4)
    )
    want = datetime(2021, 3, 2, 6, 30, tzinfo=UTC).timestamp()
    assert column_of(data, "d")[1] == want
    assert notes_of(data)["date-columns"]["names"] == ["d (YYYY-MM-DD)"]


@pytest.mark.parametrize("word", ["", "?", "NA", "-", "无", "缺失", "null", "NaN", "#N/A", " "])
def test_every_word_for_nothing_is_missing(word, tmp_path, reading):
    data = reading(table(tmp_path / "t.csv", v=lambda i: word if i % 4 == 0 else i * 1.5, w=lambda i: i / 4))
    assert kinds_of(data)["v"] == "number"
    assert np.isnan(column_of(data, "v")).tolist() == [i % 4 == 0 for i in range(60)]
    assert notes_of(data)["missing-values"] == {"count": 15, "percent": 12.5, "names": ["v"]}


def test_text_among_numbers_counts_as_missing_and_is_named(tmp_path, reading):
    data = reading(table(tmp_path / "t.csv", v=lambda i: "broken" if i == 7 else i * 1.5, w=lambda i: i / 4))
    assert notes_of(data)["text-among-numbers"] == {"count": 1, "names": ["v (broken)"]}
    assert np.flatnonzero(np.isnan(column_of(data, "v"))).tolist() == [7]


def test_text_where_the_target_should_be_a_number_is_named_and_its_row_left_out(tmp_path, reading):
    path = table(
        tmp_path / "t.csv", v=lambda i: i % 9, w=lambda i: i / 4, goal=lambda i: "oops" if i == 7 else i / 3
    )
    data = reading(path, target="goal")
    assert (data.task, data.n) == ("regression", 59)
    assert notes_of(data)["text-among-numbers"]["names"] == ["goal (oops)"]
    assert notes_of(data)["rows-without-target"]["names"] == ["8"]


def test_infinite_values_count_as_missing_and_are_counted(tmp_path, reading):
    data = reading(
        table(tmp_path / "t.csv", v=lambda i: ["inf", "-Infinity"][i % 2] if i < 4 else i, w=lambda i: i / 4)
    )
    assert kinds_of(data)["v"] == "number"
    assert np.isnan(column_of(data, "v")[:4]).all()
    assert notes_of(data)["infinite-values"] == {"count": 1, "names": ["v"], "values": 4}


# Columns that are left out


def test_columns_that_say_nothing_are_left_out_with_the_reason(tmp_path, reading):
    data = reading(
        table(
            tmp_path / "t.csv", n=200, customer=lambda i: f"C{i:05d}", row=lambda i: i, same=lambda i: "x",
            empty=lambda i: "", rare=lambda i: 5 if i == 3 else "", v=lambda i: i % 5,
            phone=lambda i: 7000 - 3 * i,
        )
    )  # fmt: skip
    assert list(kinds_of(data)) == ["v"]
    said = notes_of(data)
    assert said["identifiers"]["names"] == ["customer", "row", "phone"]
    assert said["constant-columns"]["names"] == ["same"]
    assert said["empty-columns"]["names"] == ["empty"]
    assert said["nearly-empty-columns"]["names"] == ["rare"]


def test_amounts_that_happen_to_differ_in_every_row_are_kept(tmp_path, reading):
    data = reading(table(tmp_path / "t.csv", price=lambda i: 100 + i * i, weight=lambda i: i * 1.37))
    assert list(kinds_of(data)) == ["price", "weight"]


def test_when_only_identifiers_are_left_the_table_is_refused(tmp_path, refused):
    path = table(tmp_path / "t.csv", id=lambda i: i, same=lambda i: 1)
    assert refused(path, "no-columns-left")["dropped"] == ["id", "same"]


# The target


@pytest.mark.parametrize(
    ("header", "proposed", "reason"),
    [
        ("a,class,b", "class", "name"),
        ("a,house_price,b", "house_price", "name"),
        ("a,b,c", "c", "last"),
        ("类别,甲,乙", "类别", "name"),
        ("a,是否流失,b", "是否流失", "name"),
    ],
)
def test_a_target_is_proposed_with_its_reason(header, proposed, reason, tmp_path, reading):
    text = header + "\n" + "".join(f"{i % 2},{i % 3},{i % 5}\n" for i in range(60))
    data = reading(write(tmp_path / "t.csv", text))
    assert data.target == proposed
    assert notes_of(data)[f"target-proposed-by-{reason}"]["target"] == proposed


def test_a_last_column_that_cannot_be_a_target_is_passed_over(tmp_path, reading):
    text = "kind,size,remark\n" + "".join(
        f"{'ab'[i % 2]},{i / 8},it was number {i} of all\n" for i in range(60)
    )
    data = reading(write(tmp_path / "t.csv", text))
    assert data.target == "kind"
    assert "target-proposed-by-kind" in notes_of(data)


def test_a_misspelt_target_is_answered_with_the_nearest_names(tmp_path, refused):
    path = table(tmp_path / "t.csv", income=lambda i: i, age=lambda i: i % 9)
    assert refused(path, "no-such-column-but", target="incom")["near"] == ["income"]
    assert refused(path, "no-such-column", target="zzzz")["columns"] == ["income", "age", "y"]


def test_the_target_may_be_written_in_another_case(tmp_path, reading):
    path = table(tmp_path / "t.csv", income=lambda i: i % 3, age=lambda i: i % 9)
    assert reading(path, target=" Income").target == "income"


@pytest.mark.parametrize(
    ("make", "task", "classes"),
    [
        (lambda i: "ab"[i % 2], "classification", ["a", "b"]),
        (lambda i: i % 3, "classification", ["0", "1", "2"]),
        (lambda i: (i % 11) - 1, "classification", [str(k - 1) for k in range(11)]),
        (lambda i: f"{i % 2}.0", "classification", ["0", "1"]),
        (lambda i: "true" if i % 3 else "false", "classification", ["false", "true"]),
        (lambda i: i % 40, "regression", []),
        (lambda i: i / 7, "regression", []),
    ],
)
def test_classification_or_regression_is_decided_and_said(make, task, classes, tmp_path, reading):
    data = reading(table(tmp_path / "t.csv", n=120, v=lambda i: i % 9, goal=make), target="goal")
    assert (data.task, data.classes) == (task, classes)
    assert any(f.id.startswith(task) for f in data.notes)
    values = [str(make(i)) for i in range(120)]
    if task == "regression":
        assert data.y.dtype == np.float64
        assert data.y.tolist() == [float(v) for v in values]
    else:
        assert data.y.dtype == np.int64
        assert [data.classes[code] for code in data.y] == [v.removesuffix(".0") for v in values]


def test_rows_without_target_or_without_anything_else_are_left_out_and_named(tmp_path, reading):
    text = "v,w,y\n" + "".join(f"{i % 5},{i / 8},{'ab'[i % 2]}\n" for i in range(50)) + "1,2,\n,,a\n3,4,?\n"
    data = reading(write(tmp_path / "t.csv", text))
    assert data.n == 50
    assert notes_of(data)["rows-without-target"] == {"count": 2, "names": ["51", "53"], "target": "y"}
    assert notes_of(data)["blank-rows"]["names"] == ["52"]
    assert data.row_names[-1] == 50


@pytest.mark.parametrize(
    ("goal", "key"),
    [
        (lambda i: "", "target-empty"),
        (lambda i: "same", "one-class"),
        (lambda i: 7, "one-class"),
        (lambda i: f"person {i} of them", "target-all-different"),
        (lambda i: f"x{i}", "target-all-different"),
    ],
)
def test_targets_that_cannot_be_learned_are_refused(goal, key, tmp_path, refused):
    path = table(tmp_path / "t.csv", v=lambda i: i % 9, w=lambda i: i / 4, goal=goal)
    assert refused(path, key, target="goal")


def test_a_column_called_label_that_never_changes_is_not_passed_over_for_another(tmp_path, refused):
    lines = ["v,w,label", *(f"{i % 9},{i / 4},spam" for i in range(60))]
    path = write(tmp_path / "t.csv", "\n".join(lines) + "\n")
    assert refused(path, "one-class")["label"] == "spam"


def test_too_many_classes_are_refused(tmp_path, refused):
    path = table(
        tmp_path / "t.csv", n=4000, v=lambda i: i % 9, w=lambda i: i / 4, goal=lambda i: f"c{i % 1500}"
    )
    assert refused(path, "too-many-classes", target="goal")["count"] == 1500


def test_a_column_of_train_and_test_is_the_split(tmp_path, reading):
    data = reading(
        table(
            tmp_path / "t.csv",
            v=lambda i: i % 9,
            w=lambda i: i / 4,
            fold=lambda i: ["train", "test"][i % 5 == 0],
        )
    )
    assert list(kinds_of(data)) == ["v", "w"]
    assert data.part.tolist() == [2 if i % 5 == 0 else 0 for i in range(60)]
    assert notes_of(data)["split-in-column"] == {"column": "fold", "train": 48, "val": 0, "test": 12}


# Forms


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_same_table_reads_the_same_in_every_form(encoding, delimiter, tmp_path, reading):
    lines = ["城市,面积,价格"] + [f"{['北京', '上海', '广州'][i % 3]},{i % 7},{i / 4}" for i in range(40)]
    text = "\r\n".join(lines).replace(",", delimiter)
    data = reading(write(tmp_path / "房价.csv", text, encoding))
    assert kinds_of(data) == {"城市": "category", "面积": "number"}
    assert data.schema[0].levels == ("上海", "北京", "广州")
    assert data.y.tolist() == [i / 4 for i in range(40)]


def test_gzip_is_known_by_its_bytes_and_a_broken_one_refused(tmp_path, reading, refused):
    plain = table(tmp_path / "t.csv", v=lambda i: i % 9, w=lambda i: i / 4).read_bytes()
    (tmp_path / "packed.csv").write_bytes(gzip.compress(plain))
    assert reading(tmp_path / "packed.csv").n == 60
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(plain)[:-12])
    refused(tmp_path / "cut.csv.gz", "broken-gzip")


def test_a_gzip_bomb_is_refused(tmp_path, refused, monkeypatch):
    monkeypatch.setattr("deepstart.need.readers._source.MOST_BYTES_A_FILE", 2**20)
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(b"0" * 2**22))
    assert refused(tmp_path / "bomb.csv.gz", "table-too-large")["mib"] == 1


def test_a_table_without_header_gets_names_for_its_columns(tmp_path, reading):
    text = "".join(f"{i % 7},{i / 4},{'ab'[i % 2]}\n" for i in range(40))
    data = reading(write(tmp_path / "t.csv", text))
    assert list(kinds_of(data)) == ["column_1", "column_2"]
    assert data.n == 40
    assert notes_of(data)["no-header"] == {"first": "column_1", "last": "column_3"}


@pytest.fixture
def frame():
    """Columns of every type that typed formats have."""
    n = 40
    return pl.DataFrame(
        {
            "whole": [i % 7 for i in range(n)],
            "part": [None if i == 3 else i / 4 for i in range(n)],
            "flag": [i % 3 == 0 for i in range(n)],
            "when": [datetime(2020, 1, i % 28 + 1) for i in range(n)],
            "city": ["Rome", "Oslo"] * (n // 2),
            "goal": ["p", "q", "q", "p"] * (n // 4),
        }
    )


def check_typed(data):
    assert kinds_of(data) == {
        "whole": "number", "part": "number", "flag": "boolean", "when": "date", "city": "category",
    }  # fmt: skip
    assert data.X[5].tolist() == [5, 1.25, 0, datetime(2020, 1, 6, tzinfo=UTC).timestamp(), 0]
    assert np.isnan(data.X[3, 1])
    assert data.classes == ["p", "q"]


def test_parquet_keeps_its_types(frame, tmp_path, reading):
    frame.with_columns(lists=[[1, 2]] * 40).write_parquet(tmp_path / "t.parquet")
    data = reading(tmp_path / "t.parquet", target="goal")
    check_typed(data)
    assert notes_of(data)["nested-columns"]["names"] == ["lists"]


def test_parquet_under_a_wrong_ending_is_known_by_its_bytes(frame, tmp_path, reading):
    frame.write_parquet(tmp_path / "t.csv")
    check_typed(reading(tmp_path / "t.csv", target="goal"))


@pytest.mark.parametrize("name", ["t.parquet", "t.xlsx", "t.arff", "t.json"])
def test_a_damaged_file_is_refused(name, frame, tmp_path, refused):
    frame.write_parquet(tmp_path / "whole")
    beginnings = {
        "t.parquet": (tmp_path / "whole").read_bytes()[:200],
        "t.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 not a workbook",
        "t.arff": b"@relation x\n@data\n1,2\n",
        "t.json": b'{"a": 1, "b"',
    }
    (tmp_path / name).write_bytes(beginnings[name])
    refused(tmp_path / name, "broken-table")


# Ragged and odd files


def test_short_rows_are_filled_and_long_ones_left_out_by_number(tmp_path, reading):
    rows = [f"{i % 7},{i / 4},{'ab'[i % 2]}" for i in range(60)]
    rows[10], rows[20], rows[30] = "1,2", "1,2,a,surplus", "1,2,"
    data = reading(write(tmp_path / "t.csv", "v,w,y\n" + "\n".join(rows)))
    assert notes_of(data)["short-rows"] == {"count": 1, "names": ["11"], "columns": 3}
    assert notes_of(data)["long-rows"] == {"count": 1, "names": ["21"], "columns": 3}
    # Rows keep the number that they have in the file, whatever is left out before them.
    assert notes_of(data)["rows-without-target"]["names"] == ["11", "31"]
    assert data.row_names.tolist() == [i for i in range(1, 61) if i not in (11, 21, 31)]


def test_a_table_that_is_mostly_ragged_is_refused(tmp_path, refused):
    rows = [f"{i % 7},{i / 4},{'ab'[i % 2]}" + ",x" * (i % 3) for i in range(60)]
    assert refused(write(tmp_path / "t.csv", "v,w,y\n" + "\n".join(rows)), "ragged")["count"] >= 20


def test_zero_bytes_are_removed_and_counted(tmp_path, reading):
    text = "v,w,y\n" + "".join(f"{i % 7},{i / 4},{'ab'[i % 2]}\n" for i in range(60))
    data = reading(write(tmp_path / "t.csv", text.replace("3,", "3\0,")))
    assert notes_of(data)["nul-bytes"]["count"] == text.count("3,")
    assert column_of(data, "v").tolist() == [i % 7 for i in range(60)]


def test_a_binary_file_is_no_table(tmp_path, refused):
    (tmp_path / "t.csv").write_bytes(bytes([1, 0, 0, 2, 0, 0, 0, 3, 0]) * 300)
    refused(tmp_path / "t.csv", "binary-file")


def test_a_million_columns_are_refused_at_once(tmp_path, refused):
    row = ",".join("1" * 1_000_000)
    assert refused(write(tmp_path / "t.csv", f"{row}\n{row}\n"), "too-many-columns")["count"] == 1_000_000


def test_thousands_of_columns_are_read(tmp_path, reading):
    rng = np.random.default_rng(0)
    X = rng.integers(0, 100, (40, 3_000))
    lines = [",".join(f"g{i}" for i in range(3_000)) + ",class"]
    lines += [",".join(map(str, row)) + f",{'ab'[i % 2]}" for i, row in enumerate(X)]
    data = reading(write(tmp_path / "genes.csv", "\n".join(lines)))
    assert (data.X == X).all()


def test_more_values_than_fit_are_refused(tmp_path, refused, monkeypatch):
    monkeypatch.setattr("deepstart.need.readers._table.MOST_CELLS", 100)
    path = table(tmp_path / "t.csv", v=lambda i: i % 9, w=lambda i: i / 4)
    assert refused(path, "too-many-values") == {"path": str(path), "rows": 61, "columns": 3, "most": 33}


@pytest.mark.parametrize(
    ("text", "key"),
    [("", "one-empty"), ("\n\n  \n", "one-empty"), ("a,b\n", "no-rows"), ("a\n1\n2\n", "one-column")],
)
def test_tables_with_next_to_nothing_are_refused(text, key, tmp_path, refused):
    refused(write(tmp_path / "t.csv", text), key)


# Lines above the table, and other ways in which programs write tables

BODY = [(f"{i % 7}", f"{i / 4}", "pq"[i % 2]) for i in range(40)]


def is_body(data):
    assert [c.name for c in data.schema] == ["a", "b"]
    assert data.X.tolist() == [[float(a), float(b)] for a, b, _ in BODY]
    assert data.classes == ["p", "q"]


@pytest.mark.parametrize(
    ("above", "delimiter", "said"),
    [
        ("sep=;\n", ";", None),
        ("# exported yesterday\n# version 2\n", ",", ["# exported yesterday", "# version 2"]),
        ("Report for March\n\n", ",", ["Report for March"]),
    ],
)
def test_what_stands_above_a_table_is_skipped_and_said(above, delimiter, said, tmp_path, reading):
    lines = [delimiter.join(r) for r in [("a", "b", "goal"), *BODY]]
    data = reading(write(tmp_path / "t.csv", above + "\n".join(lines)))
    is_body(data)
    assert notes_of(data).get("lines-above", {}).get("names") == said


def test_a_table_of_r_whose_header_lacks_the_row_names(tmp_path, reading):
    lines = ["a,b,goal"] + [f"r{i},{','.join(r)}" for i, r in enumerate(BODY)]
    is_body(reading(write(tmp_path / "t.csv", "\n".join(lines))))


def test_numbers_that_are_aligned_by_blanks(tmp_path, reading):
    text = "\n".join(f"  {a:>3}   {b:>8} {'pq'.index(c)}" for a, b, c in BODY)
    data = reading(write(tmp_path / "t.dat", text))
    assert data.X.tolist() == [[float(a), float(b)] for a, b, _ in BODY]


def test_a_quote_that_nothing_closes_swallows_no_rows(tmp_path, reading):
    rows = [f"the text of number {i},{'pq'[i % 2]}" for i in range(3000)]
    rows[2500] = '"an inch is 1" long,p'
    data = reading(write(tmp_path / "t.csv", "remark,goal\n" + "\n".join(rows)))
    assert data.n == 3000


def test_lines_inside_quotes_stay_one_field(tmp_path, reading):
    rows = [f'"first line {i}\nsecond, and last",{"pq"[i % 2]}' for i in range(40)]
    data = reading(write(tmp_path / "t.csv", "remark,goal\n" + "\n".join(rows)))
    assert data.X[3] == "first line 3\nsecond, and last"


def test_random_bytes_are_no_table(tmp_path, refused):
    (tmp_path / "t.csv").write_bytes(np.random.default_rng(0).bytes(4000))
    refused(tmp_path / "t.csv", "binary-file")


def test_a_running_number_that_is_named_for_time_is_kept(tmp_path):
    lines = [f"{i},{i * 7 % 13},{'yes' if i * 7 % 13 > 6 else 'no'}" for i in range(120)]
    (tmp_path / "t.csv").write_text("step,x,y\n" + "\n".join(lines))
    assert [c.name for c in read(tmp_path / "t.csv", target="y").schema] == ["x"]
    data = read(tmp_path / "t.csv", target="y", named=("step",))
    assert [c.name for c in data.schema] == ["step", "x"]
