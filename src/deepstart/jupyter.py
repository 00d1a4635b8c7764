"""`%load_ext deepstart` in a notebook: failures are explained below the cell that failed."""

import os
import sys
from typing import Any


def load(shell: Any) -> None:
    """Explain what fails from now on; the usual traceback stays as it is, above."""
    shell.events.register("post_run_cell", after_cell)


def unload(shell: Any) -> None:
    """Explain nothing any more."""
    shell.events.unregister("post_run_cell", after_cell)


def after_cell(result: Any) -> None:
    """Called by IPython after each cell."""
    error = result.error_in_exec or result.error_before_exec
    if error is None:
        return
    from deepstart.show.terminal import make_console
    from deepstart.trouble.run_explain import explain_exception

    explain_exception(type(error), error, error.__traceback__, make_console(), [notebook() or "ipython"])


def notebook() -> str:
    """The notebook's file, where whoever opened it has told the kernel; else nothing."""
    by_vscode = getattr(sys.modules.get("__main__"), "__vsc_ipynb_file__", "")
    by_jupyter = os.environ.get("JPY_SESSION_NAME", "")
    return next((name for name in (by_vscode, by_jupyter) if str(name).endswith(".ipynb")), "")
