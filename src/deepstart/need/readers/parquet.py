"""Tables in Parquet, whose columns say their types themselves."""

import io

import polars as pl

from deepstart.findings import UserError
from deepstart.need.data import Data
from deepstart.need.readers._source import Source, Wish, read_bytes
from deepstart.need.readers._table import Rows, data_from_rows, refuse_large


def looks_like(source: Source) -> bool:
    """A file that begins as Parquet files do."""
    return source.form == "parquet"


def read(source: Source, wish: Wish) -> Data:
    """A table or texts from a Parquet file."""
    assert source.path is not None
    return data_from_rows(source.name, rows_of(read_bytes(source.path), source.name), wish)


def rows_of(data: bytes, where: str) -> Rows:
    """The typed columns; the size is looked up before anything is unpacked."""
    try:
        lazy = pl.scan_parquet(io.BytesIO(data))
        refuse_large(where, lazy.select(pl.len()).collect().item(), len(lazy.collect_schema()))
        return Rows(lazy.collect())
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        raise UserError("readers.broken-table", path=where, form="Parquet") from None
