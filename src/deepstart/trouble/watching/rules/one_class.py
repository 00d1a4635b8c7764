"""After some training the model still gives everything to one class."""

import sys

from . import DoesNotApply, Rule, one_softmax, output_units, rule

ROWS = 256


@rule
class OneClass(Rule):
    id = "one-class"

    def before(self):
        x, y = self.data.sample(ROWS)
        if x is None or y is None or self.data.mapped or self._keeps_state() or one_softmax(self.model):
            raise DoesNotApply
        self.x, self.classes = x, as_classes(y, output_units(self.model))

    def _keeps_state(self):
        """A stateful layer would remember what it is shown here."""
        return any(getattr(layer, "stateful", False) for layer in self.model.layers)

    def after_epoch(self, epoch, steps, logs):
        due = (epoch & (epoch - 1) == 0 and epoch > 1) or epoch == self.session.epochs
        if self.spoken or not due:
            return
        numpy = sys.modules["numpy"]
        scores = numpy.asarray(self.model(self.x, training=False))
        if not numpy.isfinite(scores).all():
            return
        given = (scores[..., 0] > 0.5).astype(int) if scores.shape[-1] == 1 else scores.argmax(axis=-1)
        labels, counts = numpy.unique(self.classes, return_counts=True)
        if len(numpy.unique(given)) == 1 and len(labels) > 1 and given.shape == self.classes.shape:
            share = round(100 * counts.max() / counts.sum())
            self.say(
                epoch=epoch, winner=int(given.flat[0]), n=len(given), classes=len(labels), share=int(share)
            )


def as_classes(y, units):
    """Labels as class numbers: one-hot rows become the place of their one.

    Raises:
        DoesNotApply: these are no classes.
    """
    numpy = sys.modules["numpy"]
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim == 2 and y.shape[1] == units and numpy.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all():
        return y.argmax(axis=1)
    if y.ndim != 1 or (y != numpy.floor(y)).any() or not 0 <= y.min() <= y.max() < max(2, units or 0):
        raise DoesNotApply
    return y.astype(int)
