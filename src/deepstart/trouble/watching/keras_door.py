"""How the watcher gets into Keras: after its import, around `fit`, as one more callback."""

import functools
import importlib.util
import inspect
import os
import sys

from .data import Data
from .rules import DoesNotApply, all_rules


class AfterImport:
    """A finder that lets others find these packages and opens the door once they are loaded."""

    def __init__(self, names, note):
        self.names, self.note, self.busy = names, note, False

    def find_spec(self, name, path=None, target=None):
        if self.busy or name not in self.names:
            return None
        self.busy = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self.busy = False
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self.note)  # type: ignore[assignment]
        return spec


class _Loader:
    """Loads as the real loader does, then watches `fit`."""

    def __init__(self, loader, note):
        self.loader, self.note = loader, note

    def __getattr__(self, name):
        return getattr(self.loader, name)

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self.loader
        self.loader.exec_module(module)
        quietly(watch_fit, module, self.note)


def quietly(function, *arguments):
    """Call it; a fault of the watcher never reaches the program."""
    try:
        return function(*arguments)
    except Exception:
        if os.environ.get("DEEPSTART_DEBUG"):
            sys.excepthook(*sys.exc_info())
        return None


def watch_fit(keras, note):
    """Put the watcher around `fit` of all models of this Keras."""
    owner = next(c for c in keras.Model.__mro__ if "fit" in vars(c))
    fit = owner.fit

    @functools.wraps(fit)
    def watched_fit(self, *arguments, **options):
        changed = quietly(add_watcher, keras, fit, note, self, arguments, options)
        if changed is None:
            return fit(self, *arguments, **options)
        (arguments, options), session = changed
        try:
            return fit(*arguments, **options)
        finally:
            quietly(session.close)

    owner.fit = watched_fit


def add_watcher(keras, fit, note, model, arguments, options):
    """The arguments of `fit` with the watcher among the callbacks, and the session that it opens."""
    bound = inspect.signature(fit).bind(model, *arguments, **options)
    given = bound.arguments
    session = Session(model, given, note)
    given.update(session.data.replacements)
    watcher = make_callback(keras, session)
    callbacks = given.get("callbacks")
    if (
        callbacks is not None and hasattr(callbacks, "append") and hasattr(callbacks, "on_epoch_end")
    ):  # the user's own CallbackList
        callbacks.append(watcher)
    else:
        several = callbacks if isinstance(callbacks, (list, tuple)) else filter(None, [callbacks])
        given["callbacks"] = [*several, watcher]
    return (bound.args, bound.kwargs), session


class Session:
    """One call of `fit`: its model, its data, and the rules that look at it."""

    def __init__(self, model, given, note):
        self.model, self.note = model, note
        self.data = Data(given)
        self.epochs = given.get("epochs", 1)
        self.rules = [rule(self) for rule in all_rules()]

    def call(self, hook, *arguments):
        for rule in list(self.rules):
            try:
                getattr(rule, hook)(*arguments)
            except DoesNotApply:
                self.rules.remove(rule)
            except Exception:
                self.rules.remove(rule)
                if os.environ.get("DEEPSTART_DEBUG"):
                    sys.excepthook(*sys.exc_info())

    def learning_rate(self):
        """The optimizer's rate as text; `?` if it has none that can be read."""
        try:
            return "%.3g" % float(self.model.optimizer.learning_rate)
        except (AttributeError, TypeError, ValueError):
            return "?"

    def close(self):
        self.data.close()


def make_callback(keras, session):
    class Watcher(keras.callbacks.Callback):  # type: ignore[name-defined]
        """Passes on to the rules what happens in training."""

        epoch = 0
        step = 0

        def on_train_begin(self, logs=None):
            session.call("before")

        def on_epoch_begin(self, epoch, logs=None):
            self.epoch, self.step = epoch, 0
            session.call("before_epoch", epoch + 1)

        def on_train_batch_end(self, batch, logs=None):
            self.step += 1
            # Reading the loss waits for the device: always in the beginning, then now and then.
            if self.step <= 50 or self.step % 20 == 0:
                session.call("after_step", self.epoch + 1, batch + 1, logs or {})

        def on_epoch_end(self, epoch, logs=None):
            session.call("after_epoch", epoch + 1, self.step, logs or {})

    return Watcher()
