"""The base of every network: a scikit-learn estimator that `clone`, pickle and a time limit cannot hurt.

A subclass says what differs, by hooks that have a default:

    class SmallNetwork(KerasClassifier):
        def __init__(self, *, units=64, **common):
            super().__init__(**common)
            self.units = units

        def build(self, shapes, n_outputs):
            keras = import_keras()
            return keras.Sequential([
                keras.Input(shapes[0]), keras.layers.Dense(self.units, "relu"), keras.layers.Dense(n_outputs),
            ])

`KerasClassifier.build` gives logits, `KerasRegressor.build` the standardised target. Hooks that run
inside the graph (`augment`, `loss`, `infer`, `on_step`, `build`) may use constructor parameters and
what `facts` returns, nothing else: their graph is used again by the next fit with the same ones.
"""

import os
import sys
from contextlib import contextmanager
from inspect import Parameter, signature
from time import perf_counter
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from deepstart.findings import UserError
from deepstart.need.contenders._ties import NO_TIES
from deepstart.need.contenders._training import Plan, Workspace, borrowed, rows_aside
from deepstart.need.metrics import UNEVEN

#: A fit that took this part of the planned steps, its schedule complete, was not cut short: what the rest
#: would change is less than what another seed changes.
NEARLY_ALL = 0.7
#: Parameters that leave the graph as it is, so that fits which differ in them share one.
_OUTSIDE_THE_GRAPH = frozenset([
    "seed", "max_seconds", "epochs", "batch_size", "patience", "validation", "threads", "balanced",
    "schema", "numbers", "most_steps", "steps",
])  # fmt: skip


def import_keras(threads: int | None = None):
    """Keras on TensorFlow, silently; the first call takes seconds.

    Raises:
        UserError: Keras runs on another backend.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with _quiet_start():
        import tensorflow as tf

        if threads:
            _use_threads(tf, threads)
        import keras
    if keras.backend.backend() != "tensorflow":
        raise UserError("contenders.keras-backend", backend=keras.backend.backend())
    return keras


@contextmanager
def _quiet_start():
    """TensorFlow's libraries write to the screen while they load, whatever the log level."""
    if "tensorflow" in sys.modules:
        yield
        return
    sys.stderr.flush()
    screen, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(screen, 2)
        os.close(screen)
        os.close(nowhere)


def _use_threads(tf, threads: int) -> None:
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(min(threads, 2))
    except RuntimeError:
        pass  # TensorFlow has started already: it keeps the number it started with


def common(setting) -> dict[str, Any]:
    """The parameters that every network takes over from a Setting."""
    return {
        "seed": setting.seed, "max_seconds": setting.max_seconds, "threads": setting.threads,
        "balanced": setting.balanced,
    }  # fmt: skip


class KerasEstimator(BaseEstimator):
    """A network that trains itself within a time and keeps its best epoch.

    Args:
        epochs: passes over the training rows, when time allows.
        batch_size: rows of one step, at most.
        learning_rate: the highest of the schedule.
        weight_decay: of the default optimiser, AdamW.
        patience: share of the epochs after which, without a better one, the schedule comes to its
            end quickly; None: never.
        validation: share of the rows kept aside to choose the best epoch; 2,000 rows at most.
        balanced: every class counts alike, however many rows it has.
        max_seconds: the fit ends about then, with its schedule complete, what the first fit of a process
            needs to build the network and trace its graph not counted; None: no limit.
        threads: processor threads; heard only by the first fit of a process.
        seed: of every random choice.

    Attributes:
        weights_: list of arrays, in the order of the network's variables.
        n_parameters_: numbers in the network.
        epochs_: epochs trained; best_epoch_: the one that was kept.
        ended_by_: `plan`, `patience`, or `time` where the limit took much of the plan.
        history_: one dictionary an evaluation: epoch, criterion, loss.
        pace_: steps taken, rows of a batch, seconds of a step at the end.
    """

    classifies = False
    _most_validation_rows = 2000
    #: Epochs are judged at least this many steps apart, so that judging costs little.
    _steps_between_evaluations = 20

    def __init__(
        self, *, epochs=30, batch_size=128, learning_rate=1e-3, weight_decay=1e-4, patience=0.4,
        validation=0.12, balanced=False, max_seconds=None, threads=2, seed=0,
    ):  # fmt: skip
        self.epochs, self.batch_size, self.learning_rate = epochs, batch_size, learning_rate
        self.weight_decay, self.patience, self.validation = weight_decay, patience, validation
        self.balanced, self.max_seconds, self.threads, self.seed = balanced, max_seconds, threads, seed

    @classmethod
    def _get_param_names(cls):
        """Parameters of all constructors up the line, so that a subclass need not repeat them."""
        return sorted({
            p.name for kind in cls.__mro__ if "__init__" in vars(kind)
            for p in signature(vars(kind)["__init__"]).parameters.values() if p.kind == Parameter.KEYWORD_ONLY
        })  # fmt: skip

    # Hooks ---------------------------------------------------------------------------------------

    def build(self, shapes, n_outputs: int):
        """The untrained Keras network.

        Args:
            shapes: shape of one row of each input.
            n_outputs: classes, or 1 for regression.
        """
        raise NotImplementedError

    def prepare(self, X, y) -> None:
        """Learn from the training part what `inputs` needs (scaling, vocabulary); y as coded."""

    def inputs(self, X):
        """The network's inputs: one array or a tuple of arrays with the same rows as X."""
        return np.asarray(X, "float32")

    def facts(self) -> tuple:
        """What `build` and the other hooks in the graph use beyond the parameters; hashable."""
        return ()

    def planned_epochs(self, n: int) -> int:
        """Epochs for n training rows when time is no limit."""
        return self.epochs

    def initialise(self, network, inputs) -> None:
        """Set weights from the training inputs, before the first step."""

    def optimizer(self, network):
        """The Keras optimiser; `on_step` moves its learning rate."""
        keras = import_keras()
        made = keras.optimizers.AdamW(self.learning_rate, weight_decay=self.weight_decay, beta_2=0.99)
        made.exclude_from_weight_decay(var_names=["bias", "gamma", "beta", "embeddings"])
        return made

    def schedule(self, progress):
        """The learning rate's share of its highest: up over the first tenth, down as a cosine."""
        ops = import_keras().ops
        rise = ops.minimum(1.0, (progress + 0.005) / 0.1)
        fall = 0.5 * (1 + ops.cos(np.pi * ops.clip((progress - 0.1) / 0.9, 0.0, 1.0)))
        return rise * (0.001 + 0.999 * fall)

    def on_step(self, optimizer, network, progress) -> None:
        """In the graph, before each step: move what the schedule moves."""
        optimizer.learning_rate.assign(self.learning_rate * self.schedule(progress))

    def augment(self, inputs, seed, progress):
        """In the graph, in training only: changed copies of a batch's inputs (a tuple).

        Args:
            seed: two integers, new at each step, for the stateless functions of `tf.random`.
            progress: how far the training is, 0 to 1.
        """
        return inputs

    def loss(self, targets, outputs):
        """In the graph: loss of each row, shape (batch,)."""
        raise NotImplementedError

    def infer(self, network, inputs):
        """In the graph: predictions for a batch of inputs (a tuple)."""
        return self.finish(network(inputs[0] if len(inputs) == 1 else list(inputs), training=False))

    def finish(self, outputs):
        """In the graph: from what the network gives to predictions."""
        return outputs

    def criterion(self, targets, predictions) -> float:
        """How bad these predictions are on the validation rows; the best epoch has the least."""
        raise NotImplementedError

    def epochs_for(self, steps_per_epoch: int) -> int:
        """Epochs to plan for, when time allows."""
        return self.epochs

    # Fitting -------------------------------------------------------------------------------------

    def _fit(self, X, targets, n_outputs: int, ties):
        keras = import_keras(self.threads)
        started = perf_counter()
        rng = np.random.default_rng(self.seed)
        most = self._most_validation_rows
        learn, aside = rows_aside(targets, self.validation, most, self.classifies, rng, ties)
        self.prepare(X[learn], targets[learn])
        train, judge = _tuple(self.inputs(X[learn])), _tuple(self.inputs(X[aside])) if aside.any() else None
        self._specs, self._n_outputs = tuple((x.shape[1:], x.dtype.name) for x in train), n_outputs
        building = perf_counter()
        with self._workspace() as workspace:
            keras.utils.set_random_seed(self.seed)  # after the workspace may have drawn numbers itself
            fresh = self.build([shape for shape, _ in self._specs], n_outputs)
            started += perf_counter() - building  # a network is built once a process, not once a fit
            self.initialise(fresh, train)
            workspace.start(fresh, self.seed)
            weights = self._row_weights(targets[learn])
            ends = None if self.max_seconds is None else started + self.max_seconds
            rows = (train, targets[learn], weights)
            _Training(self, workspace, rows, (judge, targets[aside]), ends, rng).run()
            workspace.owner = self.weights_
        self.n_parameters_ = int(sum(w.size for w in self.weights_))
        return self

    def _row_weights(self, targets):
        return np.ones(len(targets), "float32")

    def _workspace(self):
        """The compiled network of this estimator's kind; its graph is shared with others of the kind."""
        options = tuple(
            (name, repr(value))
            for name, value in sorted(self.get_params(deep=False).items())
            if name not in _OUTSIDE_THE_GRAPH
        )
        key = (type(self), options, self._specs, self._n_outputs, self.facts())
        return borrowed(key, lambda: Workspace(self._bare(), self._specs, self._n_outputs))

    def _bare(self):
        """A copy without the weights, for the graph to hold on to."""
        import copy

        bare = copy.copy(self)
        bare.__dict__.pop("weights_", None)
        return bare

    def _predict(self, X, batch: int = 512):
        with self._workspace() as workspace:
            if workspace.owner is not self.weights_:
                _load(workspace.network, self.weights_)
                workspace.owner = self.weights_
            return _in_batches(workspace, lambda rows: _tuple(self.inputs(X[rows])), len(X), batch)

    def network(self):
        """A Keras model with the weights that were found, to save, look at or train further."""
        import_keras()
        made = self.build([shape for shape, _ in self._specs], self._n_outputs)
        _load(made, self.weights_)
        return made


class KerasClassifier(ClassifierMixin, KerasEstimator):
    """A network that gives one logit a class.

    Args:
        label_smoothing: share of the target that is spread over all classes.
    """

    classifies = True

    def __init__(self, *, label_smoothing=0.0, **common):
        super().__init__(**common)
        self.label_smoothing = label_smoothing

    def fit(self, X, y, ties=NO_TIES):
        X = np.asarray(X)
        self.classes_, targets = np.unique(y, return_inverse=True)
        return self._fit(X, targets.astype("int32"), len(self.classes_), ties)

    def predict_proba(self, X):
        """Probability of each class, float64, shape (n, classes), in the order of `classes_`."""
        p = self._predict(np.asarray(X)).astype(float)
        return p / p.sum(axis=1, keepdims=True)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def loss(self, targets, outputs):
        import tensorflow as tf

        classes = outputs.shape[-1]
        wanted = tf.one_hot(targets, classes) * (1 - self.label_smoothing) + self.label_smoothing / classes
        return tf.nn.softmax_cross_entropy_with_logits(wanted, outputs)

    def finish(self, outputs):
        return import_keras().ops.softmax(outputs)

    def criterion(self, targets, predictions):
        """Share of wrong rows; equal shares are told apart by the log-loss. Of two uneven classes, where
        AUROC decides, the log-loss alone."""
        wrong = predictions.argmax(axis=1) != targets
        loss = -np.log(np.clip(predictions[np.arange(len(targets)), targets], 1e-7, 1))
        if self.balanced:
            weights = self._row_weights(targets)
            wrong, loss = wrong * weights, loss * weights
        counts = np.bincount(targets, minlength=len(self.classes_))
        if len(counts) == 2 and counts.max() >= UNEVEN * counts.min():
            return float(loss.mean())
        return float(wrong.mean() + 0.02 * loss.mean())

    def _row_weights(self, targets):
        if not self.balanced:
            return super()._row_weights(targets)
        counts = np.bincount(targets, minlength=len(self.classes_))
        present = max(1, (counts > 0).sum())
        return (len(targets) / present / np.maximum(counts, 1))[targets].astype("float32")


class KerasRegressor(RegressorMixin, KerasEstimator):
    """A network that gives the target, standardised inside."""

    def fit(self, X, y, ties=NO_TIES):
        y = np.asarray(y, float)
        self.mean_, self.spread_ = float(y.mean()), float(y.std()) or 1.0
        return self._fit(np.asarray(X), ((y - self.mean_) / self.spread_).astype("float32"), 1, ties)

    def predict(self, X):
        """The predicted target, float64, shape (n,)."""
        return self._predict(np.asarray(X)).astype(float) * self.spread_ + self.mean_

    def loss(self, targets, outputs):
        return (targets - outputs[..., 0]) ** 2

    def finish(self, outputs):
        return outputs[..., 0]

    def criterion(self, targets, predictions):
        return float(np.mean((targets - predictions) ** 2))


class _Training:
    """One fit's loop: steps in chunks, an evaluation an epoch, the best weights kept."""

    def __init__(self, estimator, workspace, rows, judge, ends, rng):
        import tensorflow as tf

        self.estimator, self.workspace, self.rng = estimator, workspace, rng
        inputs, targets, weights = rows
        self.judge, self.judge_targets = judge
        self.n = len(targets)
        per_epoch = -(-self.n // estimator.batch_size)
        self.batch = self.n // per_epoch
        self.epochs_apart = -(-estimator._steps_between_evaluations // per_epoch)
        self.per_epoch = per_epoch
        self.plan = Plan(per_epoch * estimator.epochs_for(per_epoch), ends)
        self.seconds_per_step, self.evaluation_seconds = 0.0, 0.0
        self.data = (
            tuple(tf.constant(x) for x in inputs), tf.constant(targets), tf.constant(weights)
        )  # fmt: skip
        self.best, self.best_epoch, self.best_weights = np.inf, 0, None
        self.ended_by, self.history, self.loss = "plan", [], []

    def run(self) -> None:
        epoch = 0
        while not self.plan.done and not (self.plan.late and self.plan.step):
            self._epoch()
            epoch += 1
            if epoch % self.epochs_apart == 0 or self.plan.done:
                self._evaluate(epoch)
                self._lose_patience(epoch)
        made = self.estimator
        made.weights_ = self.best_weights or _weights(self.workspace.network)
        made.epochs_ = round(self.plan.step / self.per_epoch, 2)
        made.best_epoch_, made.history_ = self.best_epoch, self.history
        made.ended_by_ = self._reason()
        made.pace_ = {
            "steps": self.plan.step, "batch": self.batch, "seconds_per_step": self.seconds_per_step
        }  # fmt: skip
        _load(self.workspace.network, made.weights_)

    def _reason(self) -> str:
        planned = self.per_epoch * self.estimator.epochs_for(self.per_epoch)
        cut_short = self.plan.step < NEARLY_ALL * planned
        return "time" if cut_short and self.ended_by == "plan" else self.ended_by

    def _epoch(self) -> None:
        order = self.rng.permutation(self.n)[: self.per_epoch * self.batch]
        rows = order.reshape(self.per_epoch, self.batch).astype("int32")
        while len(rows) and not self.plan.done and not (self.plan.late and self.plan.step):
            progress = self.plan.next(min(len(rows), self._chunk()))
            self._steps(rows[: len(progress)], progress)
            rows = rows[len(progress) :]

    def _chunk(self) -> int:
        """Steps to take before looking at the clock: about a quarter of a second's worth."""
        if self.plan.ends is None:
            return self.per_epoch
        if self.plan.step < 2:
            return 1  # the first one traces the graph and says nothing of the speed
        return max(1, int(0.25 / max(self.seconds_per_step, 1e-6)))

    def _steps(self, rows, progress) -> None:
        first = self.plan.step == len(progress)
        started = perf_counter()
        self.loss.append(float(self.workspace.train(*self.data, rows, progress)) / len(rows))
        took = (perf_counter() - started) / len(rows)
        if first:
            self.plan.start_over(perf_counter() - started)  # the graph is traced once a process
        else:
            known = self.seconds_per_step
            self.seconds_per_step = took if not known else 0.7 * known + 0.3 * took
            evaluation = self.evaluation_seconds or 0.05 * took * self.per_epoch
            per_epoch = self.per_epoch * self.epochs_apart
            self.plan.fit_time(self.seconds_per_step + evaluation / per_epoch, evaluation)

    def _evaluate(self, epoch: int) -> None:
        if self.judge is None:
            self.best_epoch = epoch
            return
        started = perf_counter()
        predictions = _in_batches(
            self.workspace, lambda rows: tuple(x[rows] for x in self.judge), len(self.judge_targets), 512
        )
        criterion = self.estimator.criterion(self.judge_targets, predictions)
        self.evaluation_seconds = perf_counter() - started
        self.history.append({"epoch": epoch, "criterion": criterion, "loss": float(np.mean(self.loss))})
        self.loss = []
        if criterion <= self.best:
            self.best, self.best_epoch = criterion, epoch
            self.best_weights = _weights(self.workspace.network)

    def _lose_patience(self, epoch: int) -> None:
        patience, total = self.estimator.patience, self.plan.steps / self.per_epoch
        if patience is None or self.judge is None or self.ended_by == "patience":
            return
        if epoch - self.best_epoch > max(3 * self.epochs_apart, patience * total):
            self.ended_by = "patience"
            self.plan.hurry(max(2, round(0.1 * total)) * self.per_epoch)


def _tuple(inputs) -> tuple:
    return inputs if isinstance(inputs, tuple) else (inputs,)


def _weights(network) -> list[np.ndarray]:
    return [np.array(w) for w in network.get_weights()]


def _load(network, weights) -> None:
    network.set_weights(weights)


def _in_batches(workspace, inputs_of, n: int, batch: int) -> np.ndarray:
    if n == 0:
        shape = (0, workspace.estimator._n_outputs) if workspace.estimator.classifies else (0,)
        return np.zeros(shape, "float32")
    parts = [workspace.infer(inputs_of(slice(at, at + batch))).numpy() for at in range(0, n, batch)]
    return np.concatenate(parts)
