"""Notes that readers leave in `Data.notes`: what was decided, what was left out."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from deepstart.findings import Finding
from deepstart.words import first_of


def note(id: str, names: Sequence[Any] | np.ndarray, status: str = "warn", **values: Any) -> list[Finding]:
    """One finding that counts and names what it is about, or none when there is nothing to name."""
    if not len(names):
        return []
    return [Finding(id, status, "readers", {"count": len(names), "names": first_of(names), **values})]


def decided(id: str, **values: Any) -> Finding:
    """A finding that says what was decided, and why."""
    return Finding(id, "pass", "readers", values)
