"""Runs a script as `python SCRIPT` would, with somebody watching its training.

Started by `deepstart run` in the user's own interpreter, which need not have deepstart: standard
library only, Python 3.8. The script sees its own `sys.argv`, `sys.path`, `__main__` and, when it
fails, the traceback that Python alone would print.
"""

import os
import sys
import types

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    notes = os.environ.pop("DEEPSTART_WATCH", "")
    del sys.argv[0]
    script = sys.argv[0]
    if notes:
        start_watching(notes)
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = os.path.dirname(os.path.realpath(script))
    path = os.path.abspath(script) if sys.version_info >= (3, 9) else script
    try:
        exec(read(script, path), new_main(path).__dict__)
    except SystemExit:
        raise
    except BaseException as error:
        show(error)
        raise  # for the exit code: 1, or death by SIGINT for Ctrl-C


def read(script, path):
    """The script, compiled. Where it cannot be, Python takes over, which says more than `compile` does."""
    try:
        with open(script, "rb") as file:
            content = file.read()
        if b"coding" not in b"".join(content.splitlines(True)[:2]):
            content.decode("utf-8")  # in a comment `compile` would let any byte pass
        return compile(content, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        if os.name != "nt":  # there a new process would leave the old one's exit code
            os.execv(sys.executable, [sys.executable, *sys.argv])
        raise


def start_watching(notes):
    """Watch Keras; whatever goes wrong in here is not the script's business."""
    try:
        from importlib.util import module_from_spec, spec_from_file_location

        folder = os.path.join(HERE, "watching")
        spec = spec_from_file_location(
            "_deepstart_watching", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
        )
        assert spec is not None
        assert spec.loader is not None
        sys.modules[spec.name] = module = module_from_spec(spec)
        spec.loader.exec_module(module)
        module.start(notes)
    except Exception:
        if os.environ.get("DEEPSTART_DEBUG"):
            raise


def new_main(path):
    """A module `__main__` as Python makes it for a script."""
    from importlib.machinery import SourceFileLoader

    module = types.ModuleType("__main__")
    module.__dict__.update(
        __file__=path,
        __loader__=SourceFileLoader("__main__", path),
        __builtins__=sys.modules["builtins"],
        __cached__=None,
    )
    module.__dict__.setdefault("__annotations__", {})
    sys.modules["__main__"] = module
    return module


def show(error):
    """Report an uncaught exception as Python would, without our own frames."""
    strip(error, set())
    hook = sys.excepthook
    sys.excepthook = lambda *details: None
    hook(type(error), error, error.__traceback__)


def strip(error, seen):
    """Take the frames of this folder out of the traceback of `error` and of what led to it."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    error.__traceback__ = without_us(error.__traceback__)
    strip(error.__cause__, seen)
    strip(error.__context__, seen)
    for inner in getattr(error, "exceptions", ()):
        strip(inner, seen)


def without_us(traceback):
    frames = []
    while traceback is not None:
        frames.append(traceback)
        traceback = traceback.tb_next
    kept = None
    for frame in reversed(frames):
        if not os.path.abspath(frame.tb_frame.f_code.co_filename).startswith(HERE + os.sep):
            kept = types.TracebackType(kept, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return kept


if __name__ == "__main__":
    main()
