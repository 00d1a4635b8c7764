"""The last layer has one unit and softmax: its output is always 1."""

from . import Rule, one_softmax, rule


@rule
class SoftmaxOneUnit(Rule):
    id = "softmax-one-unit"

    def before(self):
        if one_softmax(self.model):
            self.say()
