"""How many rows each class has: too few cannot be learned, and uneven ones mislead the accuracy."""

import numpy as np

from deepstart.need.audit import check, finding
from deepstart.need.metrics import choose_metric
from deepstart.words import first_of

#: Rows of a class below which five splits cannot each test two.
TINY = 10
#: Times that the largest class outnumbers the smallest from which on accuracy misleads.
UNEVEN = 10


@check()
def classes(data, wish):
    """Has every class enough rows?"""
    if data.task != "classification":
        return
    counts = data.class_counts
    tiny = np.flatnonzero(counts < TINY)
    if len(tiny):
        names = [f"{data.classes[k]} ({counts[k]})" for k in tiny]
        yield finding("tiny-classes", "warn", count=len(tiny), fewest=TINY, names=first_of(names))
    largest, smallest = counts.argmax(), counts.argmin()
    if counts[largest] >= UNEVEN * max(counts[smallest], 1):
        alike = choose_metric(data).name != "accuracy"
        yield finding(
            "uneven-classes" if alike else "uneven-classes-by-row",
            "pass",
            largest=data.classes[largest],
            most=int(counts[largest]),
            smallest=data.classes[smallest],
            fewest=int(counts[smallest]),
            share=f"{100 * counts[largest] / data.n:.0f}",
        )
