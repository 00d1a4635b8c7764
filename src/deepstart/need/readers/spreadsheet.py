"""Tables in spreadsheets: XLSX, and what else calamine reads (XLS, XLSB, ODS)."""

import io
import zipfile

import polars as pl

from deepstart.findings import UserError
from deepstart.need.data import Data
from deepstart.need.readers._notes import note
from deepstart.need.readers._sniff import SAMPLE_RECORDS, column_names, has_header
from deepstart.need.readers._source import MOST_BYTES_A_FILE, Source, Wish, read_bytes
from deepstart.need.readers._table import Rows, data_from_rows, refuse_large


def looks_like(source: Source) -> bool:
    """A zip with a workbook in it, or an old binary workbook."""
    return source.form == "spreadsheet"


def read(source: Source, wish: Wish) -> Data:
    """A table or texts from the first sheet that holds any."""
    assert source.path is not None
    return data_from_rows(source.name, rows_of(read_bytes(source.path), source.name), wish)


def rows_of(data: bytes, where: str) -> Rows:
    """All cells of the first filled sheet as strings, its first filled row as header if it is one."""
    import fastexcel

    _refuse_bomb(data, where)
    try:
        book = fastexcel.read_excel(data)
        sheets = book.sheet_names
        for name in sheets:
            cells = book.load_sheet(name, header_row=None, dtypes="string").to_polars()
            cells = cells.filter(~pl.all_horizontal(pl.all().is_null())) if cells.width else cells
            if cells.height > 1:
                break
        else:
            raise UserError("readers.no-rows", path=where)
    except fastexcel.FastExcelError:
        raise UserError("readers.broken-table", path=where, form="XLSX") from None
    refuse_large(where, cells.height, cells.width)
    others = [s for s in sheets if s != name]
    return Rows(_with_header(cells), note("other-sheets", others, sheet=name))


def _refuse_bomb(data: bytes, where: str) -> None:
    """A workbook is a zip: what it claims to unpack to is added up first."""
    if not data.startswith(b"PK"):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        total = sum(entry.file_size for entry in archive.infolist())
    if total > 4 * MOST_BYTES_A_FILE:
        raise UserError("readers.zip-bomb", path=where, gib=round(total / 2**30, 1))


def _with_header(cells: pl.DataFrame) -> pl.DataFrame:
    """Named columns without those that are empty from top to bottom."""
    head = [["" if v is None else v for v in row] for row in cells.head(SAMPLE_RECORDS).iter_rows()]
    named = has_header(head)
    frame = cells.rename(dict(zip(cells.columns, column_names(head[0], named), strict=True)))
    frame = frame.slice(int(named))
    empty = [
        c for i, c in enumerate(frame.columns) if not head[0][i] and frame[c].null_count() == frame.height
    ]
    return frame.drop(empty)
