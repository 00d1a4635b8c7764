"""Labels that the last layer has no output for."""

from . import Rule, loss_name, output_units, rule


@rule
class LabelsOutside(Rule):
    id = "labels-outside"

    def before(self):
        y, loss = self.data.y, loss_name(self.model)
        units = output_units(self.model)
        if y is None or units is None or not len(y):
            return
        if "sparsecategorical" in loss:
            classes = units
        elif "binary" in loss and units == 1:
            classes = 2
        else:
            return
        low, high = y.min(), y.max()
        if getattr(self.model.loss, "ignore_class", None) is not None:
            return
        if low < 0 or high >= classes:
            self.say(low=int(low), high=int(high), outputs=units, top=classes - 1, needed=int(high) + 1)
