"""`python -m deepstart` does what `deepstart` does."""

# ruff: noqa: PTH100, PTH109, PTH120 - pathlib imports modules that a file of the user's may hide

import os
import sys

HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def forget_the_current_folder() -> None:
    """Python puts it first for -m, so that a random.py of the user's would be taken for Python's own.

    What runpy itself imports comes before this: beside a warnings.py, types.py, functools.py, collections.py
    or contextlib.py `python -m` breaks whatever it runs; `deepstart` does not, it starts elsewhere.
    """
    try:
        here = os.getcwd()
    except OSError:  # it was deleted
        return
    if sys.path and sys.path[0] in ("", here) and here != HOME:
        del sys.path[0]


if __name__ == "__main__":
    forget_the_current_folder()
    from deepstart.cli import main

    main()
