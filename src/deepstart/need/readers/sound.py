"""Sound: recognised, so that people are told what deepstart can and cannot do with it today."""

from deepstart.findings import UserError
from deepstart.need.data import Data
from deepstart.need.readers._source import Source, Wish


def looks_like(source: Source) -> bool:
    """A recording, or a folder or zip that holds more recordings than anything else."""
    return source.form == "sound" or (source.form in ("folder", "zip") and source.mostly == "sound")


def read(source: Source, wish: Wish) -> Data:
    """Raises a UserError: sound is not raced yet."""
    count = max(sum(f.kind == "sound" for f in source.files), 1)
    raise UserError("readers.sound", path=source.name, count=count)
