"""What the numbers of a training log come to, where no line is an error.

A loss that stands still at chance, one that grows, is zero or below it, a network that learns its rows by
heart. Keras prints `loss: 0.69 - accuracy: 0.50 - val_loss: ...`, home-made loops `epoch 3, train loss 0.69,
acc 50.1 %`, the Trainer of transformers `{'loss': 0.69, 'epoch': 0.5}`. What they come to is written in
double brackets behind the last line, for patterns of the catalogue (see `readings`). Standard library
only, Python 3.8 syntax.
"""

import math
import re
from typing import Dict, List, NamedTuple, Optional, Tuple

#: One number with its name: `val_sparse_categorical_accuracy: 0.1`, `Training Accuracy= 0.5`, `'loss': 2.3`.
VALUE = re.compile(
    r"(?P<name>(?:\b(?:train|training|val|valid|validation|eval|test|dev)[ _-])?"
    r"\w{0,40}(?:loss|acc(?:uracy)?))\b['\"]?\s?[:=]?\s?"
    r"(?P<value>[-+]?\d{1,12}(?:\.\d{1,20})?(?:e[-+]?\d{1,3})?)(?![\d.]*\d)(?P<percent>\s?%)?"
)
KEPT_ASIDE = ("val", "eval", "test", "dev")
LOOKED_AT = 400  # lines with a loss that are read, the last of the text
#: Numbers of classes whose guessing shows in the loss: cross entropy is then the logarithm of it.
CLASSES = (2, 3, 4, 5, 6, 8, 10, 20, 100, 1000)
LEAST = 3  # lines that make a course


class Epoch(NamedTuple):
    """What one line says; None for what it leaves out. Accuracies between 0 and 1.

    Args:
        place: index of the line.
    """

    place: int
    loss: Optional[float]
    accuracy: Optional[float]
    val_loss: Optional[float]
    val_accuracy: Optional[float]


def reading_of(lines: List[str]) -> Optional[Tuple[int, str]]:
    """Index of the last line of a training log and what the log comes to; None where nothing stands out."""
    epochs = course(lines)
    if len(epochs) < LEAST:
        return None
    for says, reading in READINGS:
        if says(epochs):
            return epochs[-1].place, reading
    return None


def course(lines: List[str]) -> List[Epoch]:
    """The lines that tell a loss, in order; of a log with validation only those that tell it."""
    places = [place for place, line in enumerate(lines) if "loss" in line.lower()][-LOOKED_AT:]
    epochs = [epoch for epoch in (_epoch(place, lines[place]) for place in places) if epoch]
    judged = [epoch for epoch in epochs if epoch.val_loss is not None]
    return judged if len(judged) >= LEAST else [epoch for epoch in epochs if epoch.loss is not None]


def _epoch(place: int, line: str) -> Optional[Epoch]:
    found: Dict[str, float] = {}
    for match in VALUE.finditer(line[-600:].lower()):
        name, value = match["name"], float(match["value"])
        kind = "loss" if name.endswith("loss") else "accuracy"
        if match["percent"] and kind == "loss":  # lost packets, say
            return None
        if kind == "accuracy":
            value = value / 100 if match["percent"] or value > 1 else value
        found.setdefault("val_" * name.startswith(KEPT_ASIDE) + kind, value)
    if not found:
        return None
    return Epoch(place, *(found.get(k) for k in ("loss", "accuracy", "val_loss", "val_accuracy")))


def below_zero(epochs: List[Epoch]) -> bool:
    """A classifier's loss that is negative, and falls on.

    >>> below_zero(course(["loss: -%d.5 - accuracy: 0.1" % n for n in (1, 20, 300)]))
    True
    """
    last = epochs[-1]
    return last.loss is not None and last.accuracy is not None and last.loss < min(-0.1, epochs[0].loss or 0)


def stands_still(epochs: List[Epoch]) -> bool:
    """The loss of guessing, from the first line to the last.

    >>> stands_still(course(["loss: 0.693%d - acc: 0.50" % n for n in (3, 2, 1, 2)]))
    True
    >>> stands_still(course(["loss: 0.35%d - acc: 0.88" % n for n in (3, 2, 1, 2)]))
    False
    """
    losses = [epoch.loss for epoch in epochs if epoch.loss is not None]
    if len(losses) < LEAST or max(losses) - min(losses) > 0.01 * abs(max(losses)):
        return False
    guessed = min(abs(losses[-1] - math.log(k)) / math.log(k) for k in CLASSES) < 0.006
    accuracy = epochs[-1].accuracy
    return guessed and (accuracy is None or accuracy < 0.62)


def learns_by_heart(epochs: List[Epoch]) -> bool:
    """Better and better on the rows it learns from, and far behind, or worse again, on those kept aside.

    >>> log = ["loss: %g - accuracy: %g - val_loss: %g - val_accuracy: 0.6"]
    >>> learns_by_heart(course([log[0] % n for n in ((0.7, 0.6, 0.7), (0.2, 0.9, 0.9), (0.05, 0.99, 1.6))]))
    True
    """
    first, last = epochs[0], epochs[-1]
    if last.val_loss is None or last.loss is None or first.loss is None or last.loss > first.loss:
        return False
    known = last.accuracy is not None and last.val_accuracy is not None
    gap = (last.accuracy or 0) - (last.val_accuracy or 0) if known else 0.0
    best = min(epoch.val_loss for epoch in epochs if epoch.val_loss is not None)
    worse_again = last.val_loss > 1.2 * best and last.loss < 0.5 * last.val_loss
    far_behind = gap > 0.2 and (last.accuracy or 0) > 0.9 and last.val_loss > 3 * last.loss
    return far_behind or (worse_again and (gap > 0.08 or not known))


def grows(epochs: List[Epoch]) -> bool:
    """A loss twenty times what it was, most steps upward.

    >>> grows(course(["loss: %g" % n for n in (2, 40, 900, 3e4)]))
    True
    """
    losses = [epoch.loss for epoch in epochs if epoch.loss is not None]
    if len(losses) < LEAST or losses[0] <= 0:
        return False
    upward = sum(later > earlier for earlier, later in zip(losses, losses[1:]))  # noqa: B905
    return losses[-1] > 20 * losses[0] and upward >= 0.7 * (len(losses) - 1)


def is_zero(epochs: List[Epoch]) -> bool:
    """A loss of nothing although many rows are wrong.

    >>> is_zero(course(["loss: 0.0000e+00 - accuracy: 0.512"] * 3))
    True
    """
    return all(e.loss == 0 and e.accuracy is not None and e.accuracy < 0.95 for e in epochs)


READINGS = (
    (below_zero, "the loss is below zero"),
    (is_zero, "the loss is zero from the start"),
    (grows, "the loss grows"),
    (stands_still, "the loss stands still at chance"),
    (learns_by_heart, "learned by heart"),
)
