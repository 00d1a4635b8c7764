"""What the numbers of a training log come to, where no line is an error.

A loss that stands still, one that grows, is zero or below it, an accuracy of nothing beside a small loss, a
network that learns its rows by heart. Keras prints `loss: 0.69 - accuracy: 0.50 - val_loss: ...`, home-made
loops `epoch 3, train loss 0.69, acc 50.1 %`, the Trainer of transformers `{'loss': 0.69, 'epoch': 0.5}`. What
they come to is written in double brackets behind the last line, for patterns of the catalogue (see
`readings`). A false alarm is worse than silence: other losses (`kl_loss`, `D loss`, `box_loss`) are not read,
nor logs that an error ends.
Standard library only, Python 3.8 syntax.
"""

import math
import re
from typing import Dict, List, NamedTuple, Optional, Tuple

#: One number with its name: `val_sparse_categorical_accuracy: 0.1`, `Training Accuracy= 0.5`, `'loss': 2.3`.
VALUE = re.compile(
    r"(?P<name>(?:\b[a-z]{1,12}\.?[ _-])?\w{0,40}(?:loss|acc(?:uracy)?))\b['\"]?\s?[:=]?\s?"
    r"(?P<value>[-+]?\d{1,12}(?:\.\d{1,20})?(?:e[-+]?\d{1,3})?)(?![\d./]*\d)(?P<percent>\s?%)?"
)
#: Words that may stand before `loss` and `accuracy`; those of rows kept aside first.
KEPT_ASIDE = {"val", "valid", "validation", "eval", "test", "dev"}
OF_ALL = {
    "train", "training", "total", "average", "avg", "mean", "epoch", "step", "batch", "minibatch", "current",
    "sparse", "categorical", "binary",
}  # fmt: skip
#: What stands in a text that an error ended: then the error is to be explained, not the log.
ENDED = re.compile(r"traceback \(most recent|[a-z]\w{2,60}(?:error|exception)\b:|\bkilled\b|core dumped")
LOOKED_AT = 400  # lines with a loss that are read, the last of the text
LONGEST = 2000  # characters of a line that are read
#: Numbers of classes whose guessing shows in the loss: cross entropy is then the logarithm of it.
CLASSES = (2, 3, 4, 5, 6, 8, 10, 20, 100, 1000)
LEAST, LEAST_WITHOUT_ACCURACY = 3, 5  # lines that make a course


class Epoch(NamedTuple):
    """What one line says, and a next one of rows kept aside; None for what is left out.

    Args:
        place: index of the line.
        accuracy, val_accuracy: between 0 and 1.
    """

    place: int
    loss: Optional[float] = None
    accuracy: Optional[float] = None
    val_loss: Optional[float] = None
    val_accuracy: Optional[float] = None


def reading_of(lines: List[str]) -> Optional[Tuple[int, str]]:
    """Index of the last line of a training log and what the log comes to; None where nothing stands out."""
    epochs = course(lines)
    if len(epochs) < LEAST or any(ENDED.search(line.lower()) for line in lines[epochs[0].place :]):
        return None
    for says, reading in READINGS:
        if says(epochs):
            return epochs[-1].place, reading
    return None


def course(lines: List[str]) -> List[Epoch]:
    """The lines that tell a loss, in order; of a log with validation only those that tell it."""
    places = [place for place, line in enumerate(lines) if "loss" in line.lower()][-LOOKED_AT:]
    epochs: List[Epoch] = []
    for place in places:
        epoch = Epoch(place, **_values(lines[place][:LONGEST].lower()))
        before = epochs[-1] if epochs else epoch
        if epoch.loss is None and epoch.val_loss is not None and before.val_loss is None:
            epochs[-1:] = [
                before._replace(place=place, val_loss=epoch.val_loss, val_accuracy=epoch.val_accuracy)
            ]
        elif epoch.loss is not None:
            epochs.append(epoch)
    judged = [epoch for epoch in epochs if epoch.val_loss is not None]
    return judged if len(judged) >= LEAST else epochs


def _values(line: str) -> Dict[str, float]:
    """Losses and accuracies of a line, by field; behind one of rows kept aside a bare name is of them too."""
    found: Dict[str, float] = {}
    aside = False
    for match in VALUE.finditer(line):
        *before, what = re.split(r"[ ._-]+", match["name"])
        kind, value = "loss" if what == "loss" else "accuracy", float(match["value"])
        if what not in ("loss", "acc", "accuracy") or set(before) - KEPT_ASIDE - OF_ALL:
            continue
        if match["percent"] and kind == "loss":  # of packets, say
            continue
        named = bool(KEPT_ASIDE.intersection(before))
        aside = named or (aside and not before)
        if kind == "accuracy" and (match["percent"] or value > 1):
            value /= 100
        found.setdefault(("val_" if aside else "") + kind, value)
    return found


def below_zero(epochs: List[Epoch]) -> bool:
    """A classifier's loss that is far below zero, and falls on.

    >>> below_zero(course(["loss: -%d.5 - accuracy: 0.1" % n for n in (1, 20, 300)]))
    True
    """
    first, last = epochs[0], epochs[-1]
    if last.loss is None or first.loss is None or last.accuracy is None:
        return False
    return last.loss < min(-1.5, first.loss) and last.accuracy < 0.9


def stands_still(epochs: List[Epoch]) -> bool:
    """The loss and the accuracy of guessing, from the first line to the last.

    >>> stands_still(course(["loss: 0.693%d - acc: 0.50" % n for n in (3, 2, 1, 2)]))
    True
    >>> stands_still(course(["loss: 0.35%d - acc: 0.88" % n for n in (3, 2, 1, 2)]))
    False
    """
    losses = [epoch.loss for epoch in epochs if epoch.loss is not None]
    accuracy = epochs[-1].accuracy
    classes = min(CLASSES, key=lambda k: abs(losses[-1] - math.log(k)))
    off = max(abs(loss / math.log(classes) - 1) for loss in losses)
    if accuracy is None:  # other losses pass such values too
        falls = losses == sorted(losses, reverse=True) and len(set(losses)) > 2
        return len(losses) >= LEAST_WITHOUT_ACCURACY and classes in (2, 10) and off < 0.0015 and not falls
    return off < 0.01 and accuracy < 1 / classes + 0.08


def learns_by_heart(epochs: List[Epoch]) -> bool:
    """Better and better on the rows it learns from, and worse again, or far behind, on those kept aside.

    >>> line = "loss: %g - accuracy: %g - val_loss: %g - val_accuracy: 0.6"
    >>> learns_by_heart(course([line % n for n in ((0.7, 0.6, 0.7), (0.2, 0.9, 0.9), (0.05, 0.99, 1.6))]))
    True
    """
    first, last = epochs[0], epochs[-1]
    if last.val_loss is None or last.loss is None or first.loss is None or last.loss > first.loss:
        return False
    known = last.accuracy is not None and last.val_accuracy is not None
    gap = (last.accuracy or 0) - (last.val_accuracy or 0) if known else 0.0
    best = min(epoch.val_loss for epoch in epochs if epoch.val_loss is not None)
    worse_again = last.val_loss > 1.2 * best and last.loss < 0.5 * last.val_loss
    far_behind = gap > 0.2 and last.val_loss > max(1.05 * best, 3 * last.loss)
    return far_behind or (worse_again and (gap > 0.08 or not known))


def grows(epochs: List[Epoch]) -> bool:
    """A loss a hundred times what it was, most steps upward.

    >>> grows(course(["loss: %g" % n for n in (2, 40, 900, 3e4)]))
    True
    """
    losses = [epoch.loss for epoch in epochs if epoch.loss is not None]
    upward = sum(later > earlier for earlier, later in zip(losses, losses[1:]))  # noqa: B905
    return losses[-1] > 100 * losses[0] > 0 and upward >= 0.7 * (len(losses) - 1) and losses[-1] > 100


def is_zero(epochs: List[Epoch]) -> bool:
    """A loss of nothing although many rows are wrong, and stay so.

    >>> is_zero(course(["loss: 0.0000e+00 - accuracy: 0.512"] * 3))
    True
    """
    accuracies = [epoch.accuracy or 0 for epoch in epochs]
    steady = max(accuracies) - min(accuracies) < 0.01
    return steady and 0.02 < accuracies[-1] < 0.95 and all(epoch.loss == 0 for epoch in epochs)


def accuracy_does_not_belong(epochs: List[Epoch]) -> bool:
    """A loss so small that most rows are right, and yet an accuracy of nothing: it counts something else.

    >>> accuracy_does_not_belong(course(["loss: %g - acc: 0.0" % n for n in (1.2, 0.1, 0.03)]))
    True
    >>> accuracy_does_not_belong(course(["loss: %g - acc: 0.0" % n for n in (9.1, 8.2, 6.9)]))
    False
    """
    first, last = epochs[0], epochs[-1]
    if last.loss is None or first.loss is None or any(epoch.accuracy is None for epoch in epochs):
        return False
    nothing = max(epoch.accuracy or 0 for epoch in epochs) < 0.008
    return nothing and 0 < last.loss < 0.5 and last.loss < 0.8 * first.loss


def does_not_move(epochs: List[Epoch]) -> bool:
    """The very same large loss in the last lines, at an accuracy that is no better than a coin.

    >>> does_not_move(course(["loss: 2.2167 - acc: 0.24"] + ["loss: 14.5063 - acc: 0.1"] * 3))
    True
    """
    tail = epochs[-LEAST:]
    losses = [epoch.loss for epoch in tail if epoch.loss is not None]
    accuracies = [epoch.accuracy for epoch in tail if epoch.accuracy is not None]
    if len(losses) < LEAST or len(accuracies) < LEAST or losses[-1] < 1.5:
        return False
    same = max(losses) - min(losses) < 2e-4 * losses[-1] and max(accuracies) - min(accuracies) < 2e-4
    return same and accuracies[-1] < 0.52


READINGS = (
    (below_zero, "the loss is below zero"),
    (is_zero, "the loss is zero from the start"),
    (grows, "the loss grows"),
    (stands_still, "the loss stands still at chance"),
    (accuracy_does_not_belong, "the accuracy stays at zero"),
    (learns_by_heart, "learned by heart"),
    (does_not_move, "the loss does not move"),
)
