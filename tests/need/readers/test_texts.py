"""Texts from folders and tables, in whatever script."""

import numpy as np
import pytest

from deepstart.need.audit import Wish, audit
from deepstart.need.readers import read
from deepstart.need.readers._scripts import script_shares

from .conftest import notes_of, zip_of


def reviews(root, encoding="utf-8", each=4):
    for label, word in (("好", "喜欢这家酒店"), ("差", "不喜欢这家店")):
        (root / label).mkdir(parents=True)
        for i in range(each):
            (root / label / f"{i}.txt").write_bytes(f"第{i}次入住，{word}。\n".encode(encoding))
    return root


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_folder_of_texts_reads_in_every_encoding(encoding, tmp_path, reading):
    data = reading(reviews(tmp_path / "r", encoding))
    assert (data.modality, data.classes, data.n) == ("text", ["好", "差"], 8)
    assert data.X[0] == "第0次入住，喜欢这家酒店。"
    assert data.X.dtype == object
    assert data.languages == {"han": 1.0}
    assert data.row_names[0] == "好/0.txt"


def test_a_zip_of_texts_reads_as_its_folder(tmp_path, reading):
    folder = reviews(tmp_path / "r")
    assert (reading(zip_of(folder, tmp_path / "r.zip")).X == reading(folder).X).all()


def test_train_and_test_folders_with_unlabelled_texts_beside_them(tmp_path, reading):
    for part in ("train", "test"):
        reviews(tmp_path / "r" / part)
    (tmp_path / "r" / "train" / "unsup").mkdir()
    (tmp_path / "r" / "train" / "unsup" / "0.txt").write_text("who knows")
    data = reading(tmp_path / "r")
    assert data.part.tolist() == [2] * 8 + [0] * 8
    assert notes_of(data)["unlabelled-files"]["names"] == ["train/unsup/0.txt"]


def test_messages_without_any_ending_are_texts(tmp_path, reading):
    for label in ("alt.atheism", "sci.space"):
        (tmp_path / "news" / label).mkdir(parents=True)
        for i in range(3):
            (tmp_path / "news" / label / str(49960 + i)).write_text(
                f"From: someone\n\nmessage {i} on {label}"
            )
    data = reading(tmp_path / "news")
    assert (data.modality, data.n) == ("text", 6)


def test_empty_and_binary_texts_are_named_and_long_ones_cut(tmp_path, reading, monkeypatch):
    monkeypatch.setattr("deepstart.need.readers.texts.MOST_SIGNS", 50)
    folder = reviews(tmp_path / "r")
    (folder / "好" / "empty.txt").write_text("  \n")
    (folder / "好" / "binary.txt").write_bytes(bytes(range(256)) * 4 + bytes(200))
    (folder / "差" / "long.txt").write_text("长" * 80)
    data = reading(folder)
    said = notes_of(data)
    assert said["empty-texts"] == {"count": 1, "names": ["好/empty.txt"]}
    assert said["not-texts"] == {"count": 1, "names": ["好/binary.txt"]}
    assert said["cut-texts"] == {"count": 1, "names": ["差/long.txt"], "signs": 50}
    assert max(map(len, data.X)) == 50


def test_when_no_text_can_be_read_the_set_is_refused(tmp_path, refused):
    folder = reviews(tmp_path / "r")
    for path in folder.rglob("*.txt"):
        path.write_text("")
    assert refused(folder, "no-readable-texts")["count"] == 8


def test_a_table_with_one_text_column_and_a_label_is_texts(tmp_path, reading):
    lines = ["id,label,message"] + [f'{i},{i % 2},"message {i}, a rather long one"' for i in range(50)]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    data = reading(tmp_path / "t.csv")
    assert (data.modality, data.target, data.classes) == ("text", "label", ["0", "1"])
    assert data.X[3] == "message 3, a rather long one"
    assert notes_of(data)["text-column"] == {"column": "message", "length": 29}
    assert notes_of(data)["identifiers"]["names"] == ["id"]


def test_short_names_with_a_label_are_texts_though_each_differs(tmp_path, reading):
    (tmp_path / "t.csv").write_text(
        "surname,country\n" + "".join(f"{chr(97 + i % 26)}xq{i},{'IF'[i % 2]}\n" for i in range(80))
    )
    assert reading(tmp_path / "t.csv").modality == "text"


def test_a_text_column_among_informative_ones_stays_a_column(tmp_path, reading):
    lines = ["remark,size,label"] + [f"it was number {i} of many,{i / 4},{'ab'[i % 2]}" for i in range(50)]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    data = reading(tmp_path / "t.csv")
    assert data.modality == "table"
    assert data.schema[0].kind == "text"
    assert data.schema[0].levels[int(data.X[7, 0])] == "it was number 7 of many"


def test_a_western_table_of_messages_with_nearly_empty_columns_beside(tmp_path, reading):
    rows = [
        f'{"ham" if i % 4 else "spam"},"it costs £{i} to call, naïve one",{"x" if i == 9 else ""},'
        for i in range(80)
    ]
    (tmp_path / "spam.csv").write_bytes(("v1,v2,,\n" + "\n".join(rows)).encode("latin-1"))
    data = reading(tmp_path / "spam.csv")
    assert (data.modality, data.target) == ("text", "v1")
    assert data.X[1] == "it costs £1 to call, naïve one"


def test_rows_without_text_are_left_out(tmp_path, reading):
    lines = (
        ["text,label"] + [f"some words about number {i},{'ab'[i % 2]}" for i in range(50)] + [",a", "NA,b"]
    )
    (tmp_path / "t.csv").write_text("\n".join(lines))
    data = reading(tmp_path / "t.csv")
    assert data.n == 50
    assert notes_of(data)["blank-rows"]["names"] == ["51", "52"]


def test_texts_may_be_given_a_number(tmp_path, reading):
    lines = ["text,score"] + [f"some words about number {i},{i / 8}" for i in range(50)]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    data = reading(tmp_path / "t.csv")
    assert (data.modality, data.task) == ("text", "regression")
    assert data.y.tolist() == [i / 8 for i in range(50)]


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("今天天气很好", "han"),
        ("我的 iPhone 很好用", "han"),
        ("今日は天気がいいですね", "kana"),
        ("오늘 날씨가 좋네요", "hangul"),
        ("วันนี้อากาศดี", "thai"),
        ("the weather is fine", "latin"),
        ("сегодня хорошая погода", "cyrillic"),
        ("الطقس جميل اليوم", "arabic"),
        ("आज मौसम अच्छा है", "devanagari"),
    ],
)
def test_the_script_of_a_text_is_seen(text, script):
    assert script_shares([text, "42"]) == {script: 1.0}


def test_shares_of_mixed_scripts_add_up_and_texts_without_letters_do_not_count():
    shares = script_shares(np.array(["好的", "很好", "good", "12:30"], dtype=object))
    assert shares == {"han": 0.667, "latin": 0.333}


def test_a_column_named_for_groups_leaves_texts_texts(tmp_path):
    lines = [f'"a film, number {i}, which went on",{"bad" if i % 2 else "good"},u{i % 7}' for i in range(60)]
    (tmp_path / "r.csv").write_text("text,label,user\n" + "\n".join(lines))
    assert read(tmp_path / "r.csv", target="label").modality == "table"
    data = read(tmp_path / "r.csv", target="label", named=("user",))
    _, data = audit(data, Wish(group="user"))
    assert data.modality == "text"
    assert len(np.unique(data.groups)) == 7
