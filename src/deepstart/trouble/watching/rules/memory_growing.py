"""The program's memory grows with every epoch."""

import os

from . import Rule, rule

EPOCHS = 4  # in a row, after two in which things settle
MIB = 8  # growth each epoch


@rule
class MemoryGrowing(Rule):
    id = "memory-growing"

    def __init__(self, session):
        super().__init__(session)
        self.used = []

    def after_epoch(self, epoch, steps, logs):
        self.used.append(resident_mib())
        last = self.used[2:][-EPOCHS - 1 :]
        growth = [b - a for a, b in zip(last, last[1:])]
        if len(growth) < EPOCHS or min(growth) < MIB:
            return
        rate, free = sum(growth) / len(growth), available_mib()
        self.say(
            rate=round(rate),
            first=round(self.used[0]),
            last=round(last[-1]),
            free=round(free),
            epochs=int(free / rate),
        )


def resident_mib():
    """Memory that this process holds, in MiB."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def available_mib():
    """Memory that the system could still give, in MiB."""
    with open("/proc/meminfo") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("MemAvailable")) / 1024
