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
