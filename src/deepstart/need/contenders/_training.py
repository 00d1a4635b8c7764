"""How a network is trained within a time: the plan of steps, and a compiled network that fits share.

A fit may not know its speed beforehand, yet its learning rate should have come down when the time
is up. So the schedule is a function of *progress*, from 0 at the first step to 1 at the last, and
the plan says how far each step has come.
"""

import threading
from collections import OrderedDict
from time import perf_counter
from typing import Any

import numpy as np

from deepstart.need.contenders._ties import Ties

#: Compiled networks that wait for their next fit; each may hold some dozen megabytes.
KEPT = 6


class Plan:
    """Progress of each training step, re-planned when the time will not carry all of them.

    Args:
        steps: steps of the whole training.
        ends: `perf_counter()` at which training should have ended; None: whenever it is done.

    Example:
        >>> plan = Plan(10, None)
        >>> [round(float(p), 2) for p in plan.next(4)]
        [0.0, 0.1, 0.2, 0.3]
        >>> plan.hurry(2)
        >>> [round(float(p), 2) for p in plan.next(9)]
        [0.4, 0.7]
        >>> plan.done
        True
    """

    def __init__(self, steps: int, ends: float | None):
        self.steps = self._most = max(1, steps)
        self.ends = ends
        self.step = 0
        self._from_step, self._from_progress = 0, 0.0

    def progress(self, step: Any) -> Any:
        """How far `step` is, from 0 to 1."""
        share = (step - self._from_step) / max(1, self.steps - self._from_step)
        return self._from_progress + share * (1 - self._from_progress)

    def next(self, count: int) -> np.ndarray:
        """Progress of the next `count` steps or of those that are left, float32, shape (steps,)."""
        steps = np.arange(self.step, min(self.step + count, self.steps))
        self.step += len(steps)
        return self.progress(steps).astype("float32")

    def hurry(self, left: int) -> None:
        """Play the rest of the schedule in this many steps, or in those left if they are fewer."""
        if self.step + left < self.steps:
            self._move_end(self.step + left)

    def fit_time(self, seconds_per_step: float, reserve: float) -> None:
        """Plan for the steps that the time left will carry, after `reserve` seconds are set aside."""
        if self.ends is None:
            return
        possible = self.step + max(0, int((self.ends - perf_counter() - reserve) / seconds_per_step))
        most = self._most
        if possible < 0.97 * self.steps:
            self._move_end(possible)
        elif self.steps < most and possible > 1.03 * self.steps:
            self._move_end(min(possible, most))

    def start_over(self, seconds: float) -> None:
        """Do not count this many seconds."""
        if self.ends is not None:
            self.ends += seconds

    def _move_end(self, steps: int) -> None:
        self._from_progress, self._from_step = float(self.progress(self.step)), self.step
        self.steps = steps

    @property
    def done(self) -> bool:
        return self.step >= self.steps

    @property
    def late(self) -> bool:
        """The time is up."""
        return self.ends is not None and perf_counter() >= self.ends


class Workspace:
    """A compiled network with its optimiser, lent to one fit or prediction at a time.

    Tracing the graph of a residual network takes seconds, more than training it on a few hundred
    rows, so a network of the same shape and options is used again with new weights.

    Args:
        estimator: the KerasEstimator whose hooks make up the training step.
        specs: shape of a row and dtype of each input.
        n_outputs: classes, or 1 for regression.
    """

    def __init__(self, estimator, specs, n_outputs: int):
        import tensorflow as tf

        self.estimator, self.specs = estimator, specs
        self.network = estimator.build([shape for shape, _ in specs], n_outputs)
        self.optimizer: Any = None
        self.seed = tf.Variable(0, dtype="int32")
        self.owner: object = None
        rows = tuple(tf.TensorSpec([None, *shape], dtype) for shape, dtype in specs)
        target = tf.TensorSpec([None], "int32" if estimator.classifies else "float32")
        weight = tf.TensorSpec([None], "float32")
        self.train = tf.function(
            self._train,
            autograph=False,
            input_signature=[
                rows, target, weight, tf.TensorSpec([None, None], "int32"), tf.TensorSpec([None], "float32"),
            ],
        )  # fmt: skip
        self.infer = tf.function(self._infer, autograph=False, input_signature=[rows])

    def start(self, fresh, seed: int) -> None:
        """Take over the weights of a freshly built network and forget what the last fit left."""
        self.seed.assign(seed)
        for mine, its in zip(self.network.variables, fresh.variables, strict=True):
            mine.assign(its)
        if self.optimizer is None:
            self.optimizer = self.estimator.optimizer(self.network)
            self.optimizer.build(self.network.trainable_variables)
            self._blank = [v.numpy() for v in self.optimizer.variables]
        else:
            for variable, value in zip(self.optimizer.variables, self._blank, strict=True):
                variable.assign(value)

    def _train(self, inputs, targets, weights, rows, progress):
        """Several training steps in one call; returns the summed loss.

        Args:
            inputs: tuple of arrays with all training rows; targets, weights: shape (n,).
            rows: rows of each step's batch, shape (steps, batch).
            progress: shape (steps,).
        """
        import tensorflow as tf

        def step(i, total):
            at = rows[i]
            batch = tuple(tf.gather(x, at) for x in inputs)
            loss = self._step(batch, tf.gather(targets, at), tf.gather(weights, at), progress[i])
            return i + 1, total + loss

        return tf.while_loop(
            lambda i, _: i < tf.shape(rows)[0],
            step,
            (tf.constant(0), tf.constant(0.0)),
            parallel_iterations=1,
        )[1]

    def _step(self, inputs, targets, weights, progress):
        import tensorflow as tf

        self.estimator.on_step(self.optimizer, self.network, progress)
        seed = tf.stack([self.seed, tf.cast(self.optimizer.iterations, "int32")])
        inputs = self.estimator.augment(inputs, seed, progress)
        with tf.GradientTape() as tape:
            outputs = self.network(_one_or_list(inputs), training=True)
            losses = self.estimator.loss(targets, outputs)
            loss = tf.reduce_mean(losses * weights) + sum(self.network.losses)
        variables = self.network.trainable_variables
        self.optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)
        return loss

    def _infer(self, inputs):
        return self.estimator.infer(self.network, inputs)


def _one_or_list(inputs):
    return inputs[0] if len(inputs) == 1 else list(inputs)


_waiting: OrderedDict[Any, list[Workspace]] = OrderedDict()
_lock = threading.Lock()


class borrowed:
    """`with borrowed(key, make) as workspace`: one that waits under this key, else a new one."""

    def __init__(self, key, make):
        self.key, self.make = key, make

    def __enter__(self) -> Workspace:
        with _lock:
            waiting = _waiting.get(self.key)
            found = waiting.pop() if waiting else None
        self.workspace: Workspace = found or self.make()
        return self.workspace

    def __exit__(self, kind, *_):
        if kind is not None:
            return  # a broken one is not used again
        with _lock:
            _waiting.setdefault(self.key, []).append(self.workspace)
            _waiting.move_to_end(self.key)
            while sum(map(len, _waiting.values())) > KEPT:
                _drop_oldest()


def _drop_oldest() -> None:
    key = next(iter(_waiting))
    if _waiting[key]:
        _waiting[key].pop(0)
    if not _waiting[key]:
        del _waiting[key]


def forget_networks() -> None:
    """Free the memory of all compiled networks that wait for a next fit."""
    with _lock:
        _waiting.clear()


def rows_aside(
    y, share: float, most: int, classifies: bool, rng, ties: Ties
) -> tuple[np.ndarray, np.ndarray]:
    """Which rows a network trains on and by which it chooses its best epoch; two boolean arrays, shape (n,).

    Whole groups are kept aside, or the latest rows, where the ties say so and it can be done; else see
    `validation_rows`.
    """
    part = min(share, most / max(1, len(y)))
    apart = ties.hold_out(y, classifies, int(rng.integers(2**31)), part) if ties and part > 0 else None
    if apart is None:
        aside = validation_rows(y, share, most, classifies, rng)
        return ~aside, aside
    learn, aside = np.zeros((2, len(y)), bool)
    learn[apart[0]], aside[apart[1]] = True, True
    return learn, aside


def validation_rows(y, share: float, most: int, classifies: bool, rng) -> np.ndarray:
    """Which rows a fit keeps aside to choose its best epoch; boolean, shape (n,).

    Each class gives its share, and at least one row when it has four or more.

    Args:
        y: codes of classes or numbers, shape (n,).
        share: part of the rows, 0 to 1.
        most: rows to keep aside at most.
        classifies: y are classes.
        rng: numpy Generator.
    """
    share = min(share, most / max(1, len(y)))
    kept = np.zeros(len(y), bool)
    if share <= 0:
        return kept
    groups = [np.flatnonzero(y == c) for c in np.unique(y)] if classifies else [np.arange(len(y))]
    for rows in groups:
        count = max(round(len(rows) * share), int(len(rows) >= 4))
        kept[rng.permutation(rows)[: min(count, len(rows) - 1)]] = True
    return kept
