"""The contenders of the race, one file each; each registers itself where it is defined.

    @contender("table-extra-trees", family="classical", modality="table", strength="ordinary",
               source="Geurts, Ernst, Wehenkel: Extremely randomized trees. Machine Learning 63 (2006).")
    def extra_trees(setting):
        return make_pipeline(TableEncoder(setting.schema), ExtraTreesClassifier(random_state=setting.seed))

Its names in English and Chinese stand in the words under `contenders.NAME`. Listing the contenders
imports no framework: Keras is imported inside `fit`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from deepstart.need.data import Schema

FAMILIES = ("dummy", "classical", "deep")
STRENGTHS = ("weak", "ordinary", "strong")


@dataclass(frozen=True)
class Setting:
    """What a contender may know before it sees a row of its training part.

    Args:
        task: `classification` or `regression`.
        n_classes: number of classes; 0 for regression.
        n_rows: rows that the largest fit will have.
        schema: columns of a table.
        image_shape: height, width, channels of a picture, in pixels; () otherwise.
        languages: share of texts by script (`han`, `kana`, `hangul`, `thai`, `latin`, ...).
        balanced: classes are uneven, so weight them.
        seed: of every random choice.
        max_seconds: a fit should end by itself about then and keep its best so far; None: no limit.
        threads: processor threads to use.
        weights: folder of pre-trained weights, or None.
    """

    task: str
    n_classes: int = 0
    n_rows: int = 0
    schema: Schema = Schema()
    image_shape: tuple[int, ...] = ()
    languages: tuple[tuple[str, float], ...] = ()
    balanced: bool = False
    seed: int = 0
    max_seconds: float | None = None
    threads: int = 2
    weights: str | None = None


@dataclass(frozen=True)
class Contender:
    """One method that races.

    Args:
        name: kebab-case, the modality first; its names for people are `contenders.NAME` in the words.
        family: `dummy`, `classical` or `deep`.
        modality: the kind of data it is for; `any` for the dummies.
        strength: `weak`, `ordinary` or `strong`: its rung on the ladder that the report shows.
        make: builds the scikit-learn estimator from a Setting.
        source: the paper or page it comes from.
        tasks: the tasks it can do.
        pretrained: it brings knowledge from other data.
        refuses: gives the key of a reason (`contenders.why.KEY`) not to run in this Setting, or None.
    """

    name: str
    family: str
    modality: str
    strength: str
    make: Callable[[Setting], Any]
    source: str
    tasks: tuple[str, ...] = ("classification", "regression")
    pretrained: bool = False
    refuses: Callable[[Setting], str | None] = lambda setting: None


_registered: dict[str, Contender] = {}


def contender(
    name: str,
    *,
    family: str,
    modality: str,
    strength: str,
    source: str,
    tasks: tuple[str, ...] = ("classification", "regression"),
    pretrained: bool = False,
    refuses: Callable[[Setting], str | None] = lambda setting: None,
):
    """Register the decorated function, which builds an estimator from a Setting, as a contender."""
    if family not in FAMILIES or strength not in STRENGTHS:
        raise ValueError(f"contender {name!r}: family {family!r} or strength {strength!r} is unknown")

    def register(make):
        if name in _registered and _registered[name].make.__module__ != make.__module__:
            raise ValueError(f"two contenders are called {name!r}")
        _registered[name] = Contender(
            name, family, modality, strength, make, source, tasks, pretrained, refuses
        )
        return make

    return register


@cache
def _import_all() -> None:
    for module in walk_packages(__path__, __name__ + "."):
        import_module(module.name)


def all_contenders() -> list[Contender]:
    """Every contender, by name."""
    _import_all()
    return [_registered[name] for name in sorted(_registered)]


def contenders_for(modality: str, task: str) -> list[Contender]:
    """The contenders that race on this kind of data, dummies first, then classical, then deep."""
    fit = [c for c in all_contenders() if c.modality in (modality, "any") and task in c.tasks]
    return sorted(fit, key=lambda c: (FAMILIES.index(c.family), STRENGTHS.index(c.strength), c.name))
