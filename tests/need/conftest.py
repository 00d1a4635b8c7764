"""A small race that several files of tests look at."""

import numpy as np
import pytest

from deepstart.need.contenders import all_contenders
from deepstart.need.data import Column, Data, Schema
from deepstart.need.race import Race
from deepstart.need.trials import TrialStore

#: Contenders that fit these small tables in well under a second; the others have tests of their own.
SLOW = (
    "table-catboost",
    "table-lightgbm",
    "table-extra-trees",
    "table-linear",
    "table-realmlp",
    "table-tabm",
)
LEFT_OUT = tuple(c.name for c in all_contenders() if c.name in SLOW)


def table(n=600, noise=0.3, seed=0, informative=True):
    """Two classes that a line separates up to noise; or labels that no column knows."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    y = (X[:, 0] + noise * rng.normal(size=n) > 0) if informative else rng.integers(0, 2, n)
    schema = Schema(Column(f"c{i}", "number") for i in range(4))
    return Data("made", "table", "classification", X, y.astype(int), ["no", "yes"], schema, target="y")


@pytest.fixture(scope="session")
def raced(tmp_path_factory):
    """One race that several tests look at."""
    folder = tmp_path_factory.mktemp("race")
    events = []
    race = Race(
        table(),
        worth=0.1,
        budget=90,
        store=TrialStore(folder),
        exclude=LEFT_OUT,
        tell=events.append,
        most_splits=3,
    )
    return race.run(), folder, events
