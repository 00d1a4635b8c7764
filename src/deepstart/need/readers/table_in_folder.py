"""A folder or zip with one table in it. With several, the person says which: names decide nothing."""

from deepstart.findings import UserError
from deepstart.need.data import Data
from deepstart.need.readers import arff, delimited, parquet, records, spreadsheet
from deepstart.need.readers._notes import note
from deepstart.need.readers._source import Source, Wish, form_of_head, unpacked
from deepstart.need.readers._table import data_from_rows
from deepstart.words import first_of

FORMS = {
    "arff": arff.rows_of,
    "delimited": delimited.rows_of,
    "parquet": parquet.rows_of,
    "records": records.rows_of,
    "spreadsheet": spreadsheet.rows_of,
}


def looks_like(source: Source) -> bool:
    """A folder or zip that holds more tables than anything else."""
    return source.form in ("folder", "zip") and source.mostly == "table"


def read(source: Source, wish: Wish) -> Data:
    """The only table in a folder or zip."""
    tables = [f for f in source.files if f.kind == "table"]
    others = [f.name for f in source.files if f.kind != "table"]
    if len(tables) > 1:
        names = first_of([f.name for f in tables])
        raise UserError("readers.several-tables", path=source.name, count=len(tables), names=names)
    try:
        data = unpacked(tables[0].read(), source.name)
    except OSError:
        raise UserError("readers.no-permission", path=tables[0].name) from None
    form = "spreadsheet" if data.startswith(b"PK") else form_of_head(data[:512], tables[0].name)
    if form not in FORMS:
        raise UserError("readers.unknown-kind", path=tables[0].name)
    rows = FORMS[form](data, source.name)
    return data_from_rows(source.name, rows, wish, [*source.notes, *note("other-files", others)])
