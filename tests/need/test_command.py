"""The door of `need`: what could not be written in the end is refused in the beginning."""

from pathlib import Path

import pytest

from deepstart.cli.need import need
from deepstart.findings import UserError


def refused(source, **options):
    """The message with which the verb ends."""
    with pytest.raises(UserError) as caught:
        need(str(source), **options)
    return str(caught.value)


@pytest.mark.parametrize(("option", "kind"), [("report", Path), ("json", str)])
@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("missing/page", "no such file or folder"),
        ("folder", "it is a folder"),
        ("file/page", "is a file, not a folder"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_the_data_are_read(
    tmp_path, option, kind, place, why
):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    target = tmp_path / place
    message = refused(tmp_path / "no-data.csv", **{option: kind(target)})
    assert str(target) in message
    assert why in message
    assert "no-data.csv" not in message


def test_a_file_that_can_be_written_is_no_reason_to_refuse(tmp_path):
    assert "no-data.csv" in refused(tmp_path / "no-data.csv", report=tmp_path / "page.html")
