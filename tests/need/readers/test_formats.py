"""Spreadsheets, ARFF, JSON, and tables inside folders and zips."""

import json
import zipfile
from xml.sax.saxutils import escape

import numpy as np
import pytest
from scipy.io import arff as scipy_arff

from .conftest import notes_of

ROWS = [[i % 7, i / 4, ["Rome", "Oslo", "Bonn"][i % 3], "pq"[i % 2]] for i in range(40)]
HEADER = ["whole", "part", "city", "goal"]


def check(data):
    assert {c.name: c.kind for c in data.schema} == {"whole": "number", "part": "number", "city": "category"}
    assert [[*map(float, r[:2]), data.schema[2].levels[int(r[2])]] for r in data.X] == [r[:3] for r in ROWS]
    assert [data.classes[c] for c in data.y] == [r[3] for r in ROWS]


def workbook(path, sheets):
    """A workbook as spreadsheet programs write it, with its strings inline."""

    def cell(value, at):
        if isinstance(value, str):
            return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        return f'<c r="{at}"><v>{value}</v></c>'

    def sheet(rows):
        lines = "".join(
            f'<row r="{r}">'
            + "".join(cell(v, f"{chr(65 + c)}{r}") for c, v in enumerate(row) if v != "")
            + "</row>"
            for r, row in enumerate(rows, 1)
        )
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        return f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData></worksheet>'

    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    names = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="r{i}"/>' for i, n in enumerate(sheets, 1))
    links = "".join(
        f'<Relationship Id="r{i}" Type="{rel}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("[Content_Types].xml", f'<Types xmlns="{package}/content-types"/>')
        z.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="w" '
            f'Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        z.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>{names}</sheets></workbook>'
        )
        z.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships">{links}</Relationships>',
        )
        for i, rows in enumerate(sheets.values(), 1):
            z.writestr(f"xl/worksheets/sheet{i}.xml", sheet(rows))
    return path


def test_a_spreadsheet_reads_its_first_filled_sheet(tmp_path, reading):
    path = workbook(tmp_path / "t.xlsx", {"Notes": [], "Data": [HEADER, *ROWS], "Old": [["x"]]})
    data = reading(path)
    check(data)
    assert notes_of(data)["other-sheets"] == {"count": 2, "names": ["Notes", "Old"], "sheet": "Data"}


def test_blank_rows_above_and_blank_columns_beside_the_table_do_no_harm(tmp_path, reading):
    rows = [["", ""], ["", *HEADER], *[["", *r] for r in ROWS]]
    check(reading(workbook(tmp_path / "t.xlsx", {"Data": rows})))


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(tmp_path, refused, monkeypatch):
    monkeypatch.setattr("deepstart.need.readers.spreadsheet.MOST_BYTES_A_FILE", 100)
    refused(workbook(tmp_path / "t.xlsx", {"Data": [HEADER, *ROWS]}), "zip-bomb")


def test_a_workbook_without_rows_is_refused(tmp_path, refused):
    refused(workbook(tmp_path / "t.xlsx", {"Data": []}), "no-rows")


ARFF = """% comment
@RELATION 'cities'
@attribute whole INTEGER
@ATTRIBUTE part real
@attribute city {Rome, Oslo, 'Bonn'}
@attribute goal {p, q}
@data
"""


def test_arff_reads_its_declared_types(tmp_path, reading):
    lines = [",".join(str(v) for v in r) for r in ROWS]
    (tmp_path / "t.arff").write_text(ARFF + "\n% in between\n".join(lines))
    check(reading(tmp_path / "t.arff"))


def test_arff_numbers_agree_with_scipy(tmp_path, reading):
    path = tmp_path / "t.arff"
    path.write_text(ARFF + "\n".join(",".join("?" if v == 3 else str(v) for v in r) for r in ROWS))
    theirs, _ = scipy_arff.loadarff(path)
    data = reading(path)
    for i, name in enumerate(("whole", "part")):
        assert np.array_equal(data.X[:, i], theirs[name], equal_nan=True)


def test_arff_with_strings_quotes_and_escapes_which_scipy_cannot_read(tmp_path, reading):
    head = "@relation r\n@attribute 'the text' string\n@attribute class {'a b', c}\n@data\n"
    rows = [f"'it\\'s number {i}, she said', {['c', chr(39) + 'a b' + chr(39)][i % 2]}" for i in range(30)]
    (tmp_path / "t.arff").write_text(head + "\n".join(rows))
    data = reading(tmp_path / "t.arff")
    assert data.modality == "text"
    assert data.X[4] == "it's number 4, she said"
    assert data.classes == ["a b", "c"]


def test_sparse_arff_rows_are_filled_with_zeros(tmp_path, reading):
    head = "@relation r\n@attribute a numeric\n@attribute b numeric\n@attribute c {x,y}\n@data\n"
    rows = [f"{{0 {i + 1}, 2 {'xy'[i % 2]}}}" if i % 3 else f"{{1 {i}, 2 y}}" for i in range(30)]
    (tmp_path / "t.arff").write_text(head + "\n".join(rows))
    data = reading(tmp_path / "t.arff")
    assert data.X.tolist() == [[i + 1, 0] if i % 3 else [0, i] for i in range(30)]


def test_nominal_numbers_in_arff_are_categories(tmp_path, reading):
    head = "@relation r\n@attribute rank {1,2,3}\n@attribute v numeric\n@attribute class {0,1}\n@data\n"
    (tmp_path / "t.arff").write_text(head + "\n".join(f"{i % 3 + 1},{i / 4},{i % 2}" for i in range(30)))
    data = reading(tmp_path / "t.arff")
    assert data.schema[0].kind == "category"
    assert data.schema[0].levels == ("1", "2", "3")


def records():
    return [dict(zip(HEADER, r, strict=True)) for r in ROWS]


def test_json_lines_and_a_json_list_read_as_the_same_table(tmp_path, reading):
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, records())))
    (tmp_path / "t.json").write_text(json.dumps(records()))
    (tmp_path / "inside.json").write_text(json.dumps({"version": 1, "rows": records()}))
    for name in ("t.jsonl", "t.json", "inside.json"):
        check(reading(tmp_path / name))


def test_broken_json_lines_are_left_out_by_number(tmp_path, reading):
    lines = [*map(json.dumps, records()), '{"whole": 1, "pa', "[1, 2]"]
    (tmp_path / "t.jsonl").write_text("\n".join(lines))
    data = reading(tmp_path / "t.jsonl")
    check(data)
    assert notes_of(data)["broken-lines"] == {"count": 2, "names": ["41", "42"]}


def test_objects_inside_objects_become_columns(tmp_path, reading):
    rows = [{"at": {"x": i / 4, "y": i % 5}, "tags": ["a"], "label": "pq"[i % 2]} for i in range(30)]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert [c.name for c in reading(tmp_path / "t.jsonl").schema] == ["at.x", "at.y"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_or_zip_with_one_table_is_that_table(packed, tmp_path, reading):
    folder = tmp_path / "download"
    folder.mkdir()
    (folder / "table.csv").write_text("\n".join(",".join(map(str, r)) for r in [HEADER, *ROWS]))
    (folder / "README.md").write_text("about")
    source = folder
    if packed:
        source = tmp_path / "download.zip"
        with zipfile.ZipFile(source, "w") as archive:
            for path in folder.iterdir():
                archive.write(path, path.name)
    data = reading(source)
    check(data)
    assert notes_of(data)["other-files"]["names"] == ["README.md"]


def test_several_tables_are_not_guessed_among(tmp_path, refused):
    for name in ("train.csv", "test.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    assert refused(tmp_path, "several-tables")["names"] == ["test.csv", "train.csv"]
