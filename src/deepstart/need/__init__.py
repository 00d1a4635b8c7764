"""Question 1: do I need deep learning on my data?

from deepstart.need import need
result = need("flowers/", budget="10m")
print(result.headline(), result.reason())
"""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepstart.findings import Finding, UserError
from deepstart.places import data_folder
from deepstart.words import speaking_of

if TYPE_CHECKING:
    from deepstart.need.data import Data
    from deepstart.need.result import Result
    from deepstart.need.track import Event

#: Below this TensorFlow's start alone would use the budget up.
LEAST_BUDGET = 20.0
#: Five folds, of which each needs rows to choose by, cannot be cut from fewer.
FEWEST_ROWS = 10


def seconds_of(duration: str | float) -> float:
    """A duration such as `90s`, `10m` or `1h` in seconds; a bare number is seconds.

    Raises:
        UserError: it is none, or shorter than LEAST_BUDGET.

    Example:
        >>> seconds_of("10m"), seconds_of("1.5h"), seconds_of(90)
        (600.0, 5400.0, 90.0)
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(s|m|min|h|)\s*", str(duration))
    if not match:
        raise UserError("need.bad-budget", budget=duration)
    seconds = float(match[1]) * {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600}[match[2]]
    if seconds < LEAST_BUDGET:
        raise UserError("need.budget-too-small", seconds=f"{seconds:g}", least=f"{LEAST_BUDGET:g}")
    return seconds


def need(
    source: "str | Path | Data",
    *,
    target: str | None = None,
    group: str | None = None,
    time_column: str | None = None,
    worth: float = 1.0,
    budget: str | float = "10m",
    seed: int = 0,
    interest: str | None = None,
    exclude: tuple[str, ...] = (),
    weights: str | None = None,
    resume: bool = True,
    save: bool = True,
    tell: "Callable[[Event], None]" = lambda event: None,
    notice: "Callable[[Finding], None]" = lambda finding: None,
) -> "Result":
    """Race classical methods against networks on these data and say whether deep learning is needed.

    Args:
        source: path of the data, name of a built-in set, or a `Data` already read.
        target: column to predict, for tables.
        group: column, or pattern in file names, whose rows belong together (patient, speaker).
        time_column: column that gives the order in time.
        worth: least gain that would be worth a network, in points (hundredths of the score).
        budget: time for everything, such as `90s`, `10m`, `1h`.
        seed: of every random choice.
        interest: `yes`, `no` or None; one of the four questions.
        exclude: names of contenders to leave out.
        weights: folder with pre-trained weights, or the name of a KerasHub preset, which may be downloaded.
        resume: go on with saved trials of the same data and options.
        save: keep the trials on disk.
        tell: called with an Event for everything that happens in the race.
        notice: called before the race with each Finding about the data that a person should know by then.

    Returns:
        The Result; its `verdict.kind` is `deep_worth_it`, `classical_enough`, `more_data` or `unclear`.

    Raises:
        UserError: the data or an option cannot be used; the message says why and what to do.
    """
    started = time.monotonic()
    seconds = seconds_of(budget)
    _check(worth, interest)
    _need_the_laboratory()
    from deepstart.need.audit import Wish, audit
    from deepstart.need.data import Data
    from deepstart.need.pretrained import RaceWithPretrained
    from deepstart.need.readers import read
    from deepstart.need.result import make_result
    from deepstart.need.verdict import few_rows

    _check_names(exclude)
    _check_weights(weights)
    named = tuple(name for name in (group, time_column) if name)
    data = source if isinstance(source, Data) else read(source, target=target, seed=seed, named=named)
    with speaking_of(data.modality):
        if data.n < FEWEST_ROWS:
            raise UserError("readers.too-few-rows", path=data.name, count=data.n, least=FEWEST_ROWS)
        noticed, data = audit(data, Wish(group, time_column, seed))
    data = without_giveaways(data, noticed)
    data.notes = [*noticed, *data.notes]
    store = _open_store(data, {"seed": seed, "budget": seconds, "weights": weights}, resume, save)
    race = RaceWithPretrained(
        data,
        worth=worth / 100,
        budget=seconds - (time.monotonic() - started),
        seed=seed,
        store=store,
        exclude=exclude,
        weights=weights,
        tell=tell,
    )
    with speaking_of(data.modality):
        for finding in (*data.notes, *few_rows(data)):
            notice(finding)
        evidence = race.run()
        return make_result(evidence, worth / 100, interest, race.spent)


def without_giveaways(data: "Data", noticed: list[Finding]) -> "Data":
    """The table without the columns that say the answer, unless nothing else would be left."""
    from dataclasses import replace

    from deepstart.need.audit.giveaway import NAMES
    from deepstart.need.data import Schema

    given = {f.values["column"] for f in noticed if f.id in NAMES}
    kept = [i for i, column in enumerate(data.schema) if column.name not in given]
    if not given or not kept:
        return data
    return replace(data, X=data.X[:, kept], schema=Schema(data.schema[i] for i in kept))


def _check(worth: float, interest: str | None) -> None:
    if not 0 < worth < 100:
        raise UserError("need.bad-worth", worth=worth)
    if interest not in (None, "yes", "no"):
        raise UserError("need.bad-interest", interest=interest)


def _check_names(names: tuple[str, ...]) -> None:
    from difflib import get_close_matches

    from deepstart.need.contenders import all_contenders

    known = [c.name for c in all_contenders()]
    for name in names:
        if name not in known:
            near = [n for n in known if name.lower() in n] or get_close_matches(name, known, 3, 0.6)
            raise UserError("need.unknown-contender", name=name, nearest=near or known)


def _check_weights(weights: str | None) -> None:
    """A path that is none is told before the race; a bare name may be a preset."""
    told = weights or ""
    is_path = bool(re.search(r"[/\\]|^[.~]", told)) and "://" not in told
    if is_path and not Path(told).expanduser().exists():
        raise UserError("need.no-such-weights", path=weights)


def _need_the_laboratory() -> None:
    """One clear message when the extra is not installed."""
    from importlib.util import find_spec

    for module, package in (
        ("numpy", "numpy"),
        ("sklearn", "scikit-learn"),
        ("polars", "polars"),
        ("lightgbm", "lightgbm"),
        ("skimage", "scikit-image"),
        ("PIL", "pillow"),
        ("psutil", "psutil"),
    ):
        if find_spec(module) is None:
            raise UserError("need.laboratory-missing", package=package)


def _open_store(data: "Data", options: dict[str, Any], resume: bool, save: bool):
    import shutil

    from deepstart import __version__
    from deepstart.need.trials import TrialStore, fingerprint, folder_state

    if not save:
        return TrialStore(None)
    # Other weights under the same name are other contenders.
    known = {**options, "files": folder_state(options.get("weights")), "version": __version__}
    folder = data_folder() / "need" / fingerprint(data, known)
    if not resume:
        shutil.rmtree(folder, ignore_errors=True)
    try:
        return TrialStore(folder)
    except OSError:  # nowhere to write: race all the same, and say so at the end
        store = TrialStore(None)
        store.lost = 1
        return store
