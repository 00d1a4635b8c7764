"""The loss has not moved since training began."""

import math

from . import Rule, rule

EPOCHS = 3
CHANGE = 1e-3  # of the first loss; less than this is nothing
LEARNED = 1e-2  # a loss as small as this may well stay where it is


@rule
class LossFlat(Rule):
    id = "loss-flat"

    def __init__(self, session):
        super().__init__(session)
        self.losses = []

    def after_epoch(self, epoch, steps, logs):
        self.losses.append(float(logs["loss"]))
        first = self.losses[0]
        if len(self.losses) < EPOCHS or not all(map(math.isfinite, self.losses)) or abs(first) < LEARNED:
            return
        if max(self.losses) - min(self.losses) < CHANGE * abs(first):
            self.say(
                epochs=len(self.losses),
                first="%.4g" % first,
                last="%.4g" % self.losses[-1],
                rate=self.session.learning_rate(),
            )
