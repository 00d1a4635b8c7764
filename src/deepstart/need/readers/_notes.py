"""Notes that readers leave in `Data.notes`: what was decided, what was left out."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from deepstart.findings import Finding

#: How many names a sentence lists before it says "...".
NAMES_SHOWN = 5


def listing(names: Sequence[Any] | np.ndarray) -> str:
    """The first names, with dots when there are more."""
    shown = ", ".join(str(name) for name in names[:NAMES_SHOWN])
    return shown + (", …" if len(names) > NAMES_SHOWN else "")


def note(id: str, names: Sequence[Any] | np.ndarray, status: str = "warn", **values: Any) -> list[Finding]:
    """One finding that counts and names what it is about, or none when there is nothing to name."""
    if not len(names):
        return []
    return [Finding(id, status, "readers", {"count": len(names), "names": listing(names), **values})]


def decided(id: str, **values: Any) -> Finding:
    """A finding that says what was decided, and why."""
    return Finding(id, "pass", "readers", values)
