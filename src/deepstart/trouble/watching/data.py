"""The data of one training, as far as it can be seen without taking anything from it."""

import sys
import threading
import time

ROWS = 2000  # rows looked at where a sample is enough


class Data:
    """What was given to `fit`.

    Attributes:
        x, y: arrays of all rows, or None where they cannot be seen (several inputs, streams).
        validation: the pair of arrays for validation, or (None, None).
        mapped: whether a pipeline changes the rows before the model gets them.
        produced: seconds that Python spent on making batches, and how many; None where it makes none.
        replacements: arguments of `fit` to be used instead of the given ones.
    """

    def __init__(self, given):
        self.replacements, self.mapped, self.clock = {}, False, None
        x, y = given.get("x"), given.get("y")
        if hasattr(x, "element_spec"):
            x, y, self.mapped = behind_dataset(x)
        self.x, self.y = as_array(x), as_array(y)
        self.validation = validation_of(given, self.x, self.y)
        self._watch_source(given)

    def _watch_source(self, given):
        source = given.get("x")
        if hasattr(source, "__next__"):
            self.clock = Clock()
            self.replacements["x"] = timed(source, self.clock)
        elif hasattr(type(source), "__getitem__") and hasattr(source, "on_epoch_end"):  # PyDataset, Sequence
            self.clock = Clock(getattr(source, "workers", given.get("workers", 1)))
            self.clock.wrap(type(source))

    @property
    def produced(self):
        return self.clock and (self.clock.seconds / self.clock.workers, self.clock.count)

    def close(self):
        if self.clock:
            self.clock.unwrap()

    def sample(self, n=ROWS):
        """Up to `n` rows of x and y, evenly spread; None for what cannot be seen."""
        step = max(1, len(self.x) // n) if self.x is not None else 1
        return [None if a is None else a[::step][:n] for a in (self.x, self.y)]


class Clock:
    """Sums up the time that Python spends on making batches."""

    def __init__(self, workers=1):
        self.workers = max(1, int(workers or 1))
        self.seconds, self.count, self.undo = 0.0, 0, None
        self.lock = threading.Lock()

    def add(self, seconds):
        with self.lock:
            self.seconds += seconds
            self.count += 1

    def wrap(self, kind):
        """Time `kind[...]` until `unwrap`."""
        own, original = "__getitem__" in vars(kind), kind.__getitem__

        def timed_item(dataset, index):
            begun = time.perf_counter()
            try:
                return original(dataset, index)
            finally:
                self.add(time.perf_counter() - begun)

        kind.__getitem__ = timed_item
        self.undo = (
            (lambda: setattr(kind, "__getitem__", original))
            if own
            else (lambda: delattr(kind, "__getitem__"))
        )

    def unwrap(self):
        if self.undo:
            self.undo()


def timed(source, clock):
    """The same items from the same iterator, with the time that each took."""
    while True:
        begun = time.perf_counter()
        try:
            item = next(source)
        except StopIteration:
            return
        clock.add(time.perf_counter() - begun)
        yield item


def as_array(values):
    """`values` as one numpy array without reading a stream; None if they are not one array in memory."""
    numpy = sys.modules.get("numpy")
    typed = hasattr(values, "dtype") or hasattr(values, "dtypes")
    if numpy is None or not hasattr(values, "shape") or not typed:
        return None
    array = numpy.asarray(values)
    return array if array.ndim and array.dtype.kind in "biuf" else None


def behind_dataset(dataset):
    """The arrays that a tf.data pipeline was made from, and whether it changes them on the way."""
    mapped = False
    while True:
        kind = type(dataset).__name__
        if kind == "_TensorSliceDataset":
            tensors = list(getattr(dataset, "_tensors", ()))
            return (*(*tensors, None, None)[:2], mapped)
        mapped = mapped or "Map" in kind
        dataset = getattr(dataset, "_input_dataset", None)
        if dataset is None:
            return None, None, mapped


def validation_of(given, x, y):
    """The rows for validation; with validation_split Keras takes the last ones."""
    data, split = given.get("validation_data"), given.get("validation_split") or 0
    if hasattr(data, "element_spec"):
        rows, labels, _ = behind_dataset(data)
        return as_array(rows), as_array(labels)
    if isinstance(data, (tuple, list)) and len(data) >= 2:
        return as_array(data[0]), as_array(data[1])
    if split and x is not None:
        first = int(len(x) * (1 - split))
        return x[first:], None if y is None else y[first:]
    return None, None
