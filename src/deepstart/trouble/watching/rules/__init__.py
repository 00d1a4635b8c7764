"""The rules, one file each: what they look for in a training, and when.

A file defines one class with `@rule`. It looks and says; it changes nothing. Its sentences are
`run.watch.ID` in the words.
"""

import importlib
import pkgutil

_known: dict = {}


def rule(kind):
    """Make a class known as a rule."""
    _known[kind.id] = kind
    return kind


def all_rules():
    """All rules, by id."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module("%s.%s" % (__name__, module.name))
    return [_known[name] for name in sorted(_known)]


class DoesNotApply(Exception):
    """Raised in a hook: this rule has nothing to look at in this training."""


class Rule:
    """Hooks that do nothing by default. Epochs and steps count from 1.

    `say(**values)` speaks once in a training. A hook that raises takes its rule out of this training.
    """

    id = ""

    def __init__(self, session):
        self.session, self.model, self.data = session, session.model, session.data
        self.spoken = False

    def say(self, **values):
        if not self.spoken:
            self.spoken = True
            self.session.note(self.id, values)

    def before(self):
        """Training begins."""

    def before_epoch(self, epoch):
        """An epoch begins."""

    def after_step(self, epoch, step, logs):
        """A step ended; not called after every single one."""

    def after_epoch(self, epoch, steps, logs):
        """An epoch ended, after so many steps."""


def output_units(model):
    """Outputs of the last layer; None if they cannot be told."""
    shape = getattr(model, "output_shape", None)
    if isinstance(shape, tuple) and shape and isinstance(shape[-1], int):
        return shape[-1]
    return getattr(model.layers[-1], "units", None)


def loss_name(model):
    """Name of the loss in lower case without underscores; empty for several or none."""
    loss = getattr(model, "loss", None)
    name = loss if isinstance(loss, str) else getattr(loss, "name", None) or getattr(loss, "__name__", "")
    return name.lower().replace("_", "") if isinstance(name, str) else ""


def one_softmax(model):
    """Whether the last layer is a softmax over a single unit, which always gives 1."""
    last = model.layers[-1]
    activation = getattr(getattr(last, "activation", None), "__name__", type(last).__name__.lower())
    return activation == "softmax" and output_units(model) == 1
