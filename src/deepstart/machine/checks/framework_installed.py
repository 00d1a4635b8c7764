"""Check `framework-installed`."""

from deepstart.machine.checks import attention, check, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import (
    builds,
)  # fmt: skip

#: What must be in order before an import of a framework can work.
BEFORE = (
    "cpu-has-avx", "c-library-fits", "python-supported", "pip-belongs-here", "packages-agree",
    "numpy-fits-extensions", "one-tensorflow", "protobuf-fits-tensorflow", "keras-fits-tensorflow",
    "no-known-clash", "tensorflow-gpu-not-retired",
)  # fmt: skip


@check("framework-installed", layer="framework", needs=("packages.installed",), after=BEFORE)
def framework_installed(facts: Facts):
    """A framework is here; none is no fault of the machine, only a next step."""
    found = builds(facts)
    if not found:
        return attention("no-framework-installed", seen("python", facts.get("python.executable", "")))
    return fine(*(seen(b.framework, b.version, "importlib.metadata") for b in found))
