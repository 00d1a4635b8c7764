"""The loss is NaN or infinite."""

import math

from . import Rule, rule


@rule
class LossNaN(Rule):
    id = "loss-nan"

    def after_step(self, epoch, step, logs):
        loss = float(logs.get("loss", 0.0))
        if not math.isfinite(loss):
            self.say(
                value="NaN" if math.isnan(loss) else "inf",
                epoch=epoch,
                step=step,
                rate=self.session.learning_rate(),
            )

    def after_epoch(self, epoch, steps, logs):
        self.after_step(epoch, steps, logs)
