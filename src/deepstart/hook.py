"""Explains uncaught exceptions: `import deepstart.hook`, or `python -m deepstart.hook script.py`.

The usual traceback comes first and unchanged; the explanation follows on standard error.
"""

import os
import sys
import threading
from typing import Any

from deepstart.trouble.run_explain import explain_exception

__all__ = ["install"]


def install() -> None:
    """Explain every exception that nobody catches, in any thread, after its usual traceback."""
    if getattr(sys.excepthook, "deepstart", False) or "_deepstart_watching" in sys.modules:
        return  # it is done, or `deepstart run` will do it
    usual, usual_thread = sys.excepthook, threading.excepthook

    def hook(kind: Any, error: Any, trace: Any) -> None:
        usual(kind, error, trace)
        explain_exception(kind, error, trace)

    def thread_hook(arguments: Any) -> None:
        usual_thread(arguments)
        explain_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    hook.deepstart = True  # type: ignore[attr-defined]
    sys.excepthook, threading.excepthook = hook, thread_hook


def main() -> None:
    """Run the script that the arguments name, as `python SCRIPT` would, and explain how it failed."""
    from deepstart.findings import UserError
    from deepstart.show.terminal import print_error
    from deepstart.trouble import run_bootstrap

    if len(sys.argv) < 2 or not os.path.isfile(sys.argv[1]):  # noqa: PTH113
        path = sys.argv[1] if len(sys.argv) > 1 else ""
        print_error(UserError("run.no-such-script", path=path, folder=os.getcwd()))  # noqa: PTH109
        sys.exit(2)
    install()
    run_bootstrap.main()


if __name__ == "__main__":
    main()
else:
    install()
