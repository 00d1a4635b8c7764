"""Python makes batches more slowly than the model takes them."""

import time

from . import Rule, rule

SHARE = 0.5  # of a step spent on waiting
STEPS = 5
MILLISECONDS = 2


@rule
class InputStarving(Rule):
    id = "input-starving"

    def before_epoch(self, epoch):
        self.begun, self.first = time.perf_counter(), self.data.produced

    def after_epoch(self, epoch, steps, logs):
        if self.first is None or (epoch == 1 and self.session.epochs > 1):  # the first one also compiles
            return
        seconds, count = (now - then for now, then in zip(self.data.produced, self.first))
        whole = time.perf_counter() - self.begun
        produce, step = 1000 * seconds / max(1, count), 1000 * whole / max(1, steps)
        if steps >= STEPS and produce >= MILLISECONDS and produce > SHARE * step:
            share = min(100, round(100 * produce / step))
            self.say(share=share, produce="%.3g" % produce, step="%.3g" % step)
