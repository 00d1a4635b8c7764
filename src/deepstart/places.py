"""Where deepstart keeps what it remembers. Python 3.8 syntax, like all that `explain` needs."""

import os
from pathlib import Path


def data_folder() -> Path:
    """The folder named by DEEPSTART_HOME, else the system's folder for a user's data."""
    chosen = os.environ.get("DEEPSTART_HOME")
    if chosen:
        return Path(chosen)
    from platformdirs import user_data_dir

    return Path(user_data_dir("deepstart", appauthor=False))


def usable_data_folder() -> Path:
    """The same, for what is of no use without it.

    Raises:
        UserError: DEEPSTART_HOME names a file.
    """
    folder = data_folder()
    if folder.exists() and not folder.is_dir():
        from deepstart.findings import UserError

        raise UserError("show.home-a-file", path=folder)
    return folder
