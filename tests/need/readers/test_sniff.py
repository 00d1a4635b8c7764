"""Encoding, delimiter and header are found in the files that people have."""

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deepstart.need.readers._sniff import column_names, decode_text, find_dialect, has_header
from deepstart.need.readers.delimited import rows_of

CHINESE = "评论,标签\n房间很大，服务周到,好\n早餐太差，隔音不好,差\n"
WESTERN = "nom,prix\ncafé crème,3\nthé glacé à l'été,4\nnaïve Ærø Øl,5\n"


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8"),
        (CHINESE, "gbk", "gb18030"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "utf-16", "utf-16-le"),
        (WESTERN, "utf-16-le", "utf-16-le"),
        (WESTERN, "utf-16-be", "utf-16-be"),
        (CHINESE, "utf-16-le", "utf-16-le"),
        (CHINESE, "utf-16-be", "utf-16-be"),
        (WESTERN, "utf-8", "utf-8"),
        ("plain,ascii\n1,2\n", "ascii", "utf-8"),
    ],
)
def test_the_encoding_is_found(text, encoding, found):
    assert decode_text(text.encode(encoding)) == (text, found)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_western_text_without_utf_8_keeps_its_letters(encoding):
    assert decode_text(WESTERN.encode(encoding))[0] == WESTERN


@settings(max_examples=60, deadline=None)
@example("一一一丁")  # its first three fit UTF-8 too
@given(
    st.text(alphabet=st.characters(codec="gb2312", min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=4)
)
def test_any_run_of_chinese_characters_survives_gbk(text):
    from_gbk = decode_text(text.encode("gbk"))[0]
    assert from_gbk in (text, text.encode("gbk").decode("utf-8", "replace"))  # a few fit UTF-8 by chance


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_become_some_text(data):
    text, encoding = decode_text(data)
    assert isinstance(text, str)
    assert encoding


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n3,4\n", ","),
        ("a\tb\n1\t2\n", "\t"),
        ("a;b\n1,5;2\n2,5;3\n", ";"),
        ("name;text\nx;one, two, three\ny;four\n", ";"),
        ("a|b\n1|2\n", "|"),
        ('a,b\n"x;y;z",1\n"u;v;w",2\n', ","),
        ("text,label\nwell, this is it,1\n", ","),
    ],
)
def test_the_delimiter_is_found(text, delimiter):
    assert find_dialect(text).delimiter == delimiter


def test_tab_separated_messages_with_stray_quotes_lose_no_rows():
    rows = [f'{"ham" if i % 3 else "spam"}\tmessage {i} says "hello' for i in range(60)]
    frame = rows_of(("label\ttext\n" + "\n".join(rows) + "\n").encode(), "x").frame
    assert frame.height == 60


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([["a", "b"], ["1", "x"], ["2", "y"]], True),
        ([["1", "x"], ["2", "y"]], False),
        ([["text", "label"], ["good film", "pos"], ["bad film", "neg"]], True),
        ([["good film", "pos"], ["bad film", "neg"], ["fine", "pos"]], False),
        ([["", "age"], ["0", "31"], ["1", "25"]], True),
        ([["5.1", "3.5", "setosa"], ["4.9", "3.0", "setosa"]], False),
        ([["日期", "价格"], ["2020-01-01", "3"], ["2020-01-02", "4"]], True),
        ([["2020-01-01", "3"], ["2020-01-02", "4"]], False),
        ([["?", "3"], ["1", "4"], ["2", "5"]], False),
    ],
)
def test_a_header_is_told_from_values(rows, named):
    assert has_header(rows) is named


def test_names_are_given_once_each_and_made_where_they_lack():
    assert column_names(["a", "a", "", "a"], True) == ["a", "a_2", "column_3", "a_3"]


names = st.lists(st.text("abcdefgh", min_size=2, max_size=6), min_size=2, max_size=5, unique=True)
words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\x85"),
    max_size=12,
)


@st.composite
def tables(draw):
    """A header and rows whose first column is numbers, as any careful program would write them."""
    header = draw(names)
    row = st.tuples(st.integers(-999, 999).map(str), *[words for _ in header[1:]])
    return header, [list(r) for r in draw(st.lists(row, min_size=3, max_size=25))]


@settings(max_examples=80, deadline=None)
@given(tables(), st.sampled_from(",;\t|"))
def test_a_table_that_was_written_with_care_is_read_as_it_was(table, delimiter):
    header, rows = table
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([int(r[0]), *r[1:]] for r in rows)
    frame = rows_of(out.getvalue().encode(), "x").frame
    assert frame.columns == header
    assert [["" if v is None else v for v in r] for r in frame.iter_rows()] == rows
