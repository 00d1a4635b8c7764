"""What a fit consumes while it runs: processor seconds, energy where a counter can be read, and arithmetic.

The energy counter is RAPL, which counts what the processor packages (and the memory, where the machine
says so) drew, whoever caused it; so the share of the machine's busy processor time that was this
process's is noted beside it. Since 2020 Linux lets only root read it, and virtual machines have none.

Source:
    Linux kernel documentation, Power Capping Framework (powercap): energy_uj, max_energy_range_uj.
"""

import contextlib
import os
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

POWERCAP = Path("/sys/class/powercap")
#: Seconds between two readings: shorter than any counter takes to wrap around (minutes at full power).
EVERY = 15.0


class Rapl:
    """The energy counters of this machine; `joules` is None where there are none or they may not be read."""

    def __init__(self, root: Path = POWERCAP):
        self._domains = [(folder, _number(folder / "max_energy_range_uj")) for folder in _domains(root)]
        self._last = [_number(folder / "energy_uj") for folder, _ in self._domains]
        self._micro = 0
        self.readable = bool(self._domains) and None not in self._last

    def read(self) -> float | None:
        """Joules since this object was made; call it at least once per wrap-around."""
        if not self.readable:
            return None
        for i, (folder, limit) in enumerate(self._domains):
            now, before = _number(folder / "energy_uj"), self._last[i]
            if now is None or before is None:
                self.readable = False
                return None
            self._micro += now - before if now >= before else now - before + (limit or 0)
            self._last[i] = now
        return self._micro / 1e6


def _domains(root: Path) -> Iterator[Path]:
    """Folders of the packages and of their memory; cores and graphics are parts of a package."""
    for folder in sorted(root.glob("intel-rapl:*")):
        with contextlib.suppress(OSError):
            name = (folder / "name").read_text().strip()
            if re.fullmatch(r"package-\d+(-die-\d+)?|dram", name):
                yield folder


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


@dataclass(frozen=True)
class Consumed:
    """What a block of work consumed.

    Args:
        seconds: on the wall clock.
        cpu_seconds: of all its threads and finished children.
        joules: of the whole processor meanwhile; None where no counter can be read.
        share: part of the machine's busy processor time that was this process's, 0 to 1.
    """

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    joules: float | None = None
    share: float = 1.0


class Meter:
    """`with Meter() as meter: ...`, then `meter.consumed`."""

    def __init__(self, root: Path = POWERCAP):
        self.root, self.consumed = root, Consumed()

    def __enter__(self) -> "Meter":
        self._rapl, self._done = Rapl(self.root), threading.Event()
        self._started, self._cpu, self._busy = time.perf_counter(), _own_seconds(), _busy_seconds()
        self._watch = None
        if self._rapl.readable:
            self._watch = threading.Thread(target=self._look, daemon=True)
            self._watch.start()
        return self

    def _look(self) -> None:
        while not self._done.wait(EVERY):
            self._rapl.read()

    def __exit__(self, *_: Any) -> None:
        self._done.set()
        if self._watch:
            self._watch.join()
        cpu, busy = _own_seconds() - self._cpu, _busy_seconds() - self._busy
        share = min(cpu / busy, 1.0) if busy > 0 else 1.0
        self.consumed = Consumed(time.perf_counter() - self._started, cpu, self._rapl.read(), share)


def _own_seconds() -> float:
    times = os.times()  # counts in hundredths; a quick fit takes less
    return time.process_time() + times.children_user + times.children_system


def _busy_seconds() -> float:
    """Busy seconds of all processors of the machine since it started."""
    import psutil

    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)  # counted in user too
    return sum(times) - idle - guests


# -- the arithmetic of a network

#: Operations that start no work on a device: constants, views, and what only moves names.
_FREE = frozenset([
    "Const", "Placeholder", "Identity", "IdentityN", "NoOp", "ReadVariableOp", "Reshape", "Shape", "ShapeN",
    "ExpandDims", "Squeeze", "StopGradient", "Pack", "StridedSlice", "Prod", "Rank", "Size", "Range",
    "VarHandleOp", "ControlTrigger", "PlaceholderWithDefault", "PreventGradient", "BroadcastGradientArgs",
])  # fmt: skip
#: Turns of a recurrent layer that cuDNN does in the time of one start: a bidirectional GRU of 48 units took
#: 1.4 ms for 40 turns of 124 rows, forward and backward, on an H100, and no more for 128.
CUDNN_TURNS = 2
#: A matrix product of this side tells how fast this machine multiplies at best.
SIDE = 768


def network_work(estimator: Any, *, count: bool) -> dict[str, Any]:
    """How a network's training went and what a step of it is; empty for what is no network.

    Args:
        estimator: fitted.
        count: also count its arithmetic, which takes about a second.

    Returns:
        epochs, parameters, steps, batch, seconds_per_step; when counted also flops_per_row (of
        a prediction), kernels (operations that one training step starts), peak (this machine's
        multiplications and additions a second), gpu (it ran on one).
    """
    if not hasattr(estimator, "weights_") or not hasattr(estimator, "pace_"):
        return {}
    work = {
        "epochs": float(estimator.epochs_),
        "parameters": int(estimator.n_parameters_),
        **estimator.pace_,
    }
    if count:
        with contextlib.suppress(Exception):  # a figure that cannot be had must not fail a trial
            work |= _counted(estimator)
    return work


def _counted(estimator: Any) -> dict[str, Any]:
    import tensorflow as tf

    with estimator._workspace() as workspace:
        forward = _forward_graph(tf, workspace)
        step = workspace.train.get_concrete_function().graph
    loops = [op for op in step.get_operations() if op.type in ("While", "StatelessWhile")]
    body = step._get_function(loops[-1].get_attr("body").name).graph if loops else step
    return {
        "flops_per_row": count_flops(forward),
        "kernels": count_kernels(body),
        "peak": multiplication_speed(tf),
        "gpu": bool(tf.config.list_physical_devices("GPU")),
    }


def _forward_graph(tf: Any, workspace: Any) -> Any:
    network = workspace.network
    specs = [
        tf.TensorSpec([1, *shape], wanted.dtype)
        for (shape, _), wanted in zip(workspace.specs, network.inputs, strict=True)
    ]
    call = tf.function(lambda *rows: network(rows[0] if len(rows) == 1 else list(rows), training=False))
    return call.get_concrete_function(*specs).graph


def count_flops(graph: Any) -> float:
    """Multiplications and additions of the matrix products and convolutions in a TensorFlow graph."""
    own = sum(_flops(op) for op in graph.get_operations())
    return own + sum(trips * count_flops(inner) for inner, trips, _ in _inner_graphs(graph))


def count_kernels(graph: Any) -> int:
    """Operations that a step with this TensorFlow graph starts on a GPU.

    A loop is a recurrent layer: on a processor TensorFlow starts each operation of each turn, on a GPU
    Keras hands the whole layer to cuDNN.
    """
    own = sum(op.type not in _FREE for op in graph.get_operations())
    return own + sum(
        -(-trips // CUDNN_TURNS) if loop else trips * count_kernels(inner)
        for inner, trips, loop in _inner_graphs(graph)
    )


def _inner_graphs(graph: Any) -> Iterator[tuple[Any, int, bool]]:
    """Graphs that are called from this one, how often, and whether in a loop: bodies of loops, functions."""
    import tensorflow as tf

    for op in graph.get_operations():
        if op.type in ("While", "StatelessWhile"):
            yield graph._get_function(op.get_attr("body").name).graph, _trips(tf, op), True
        elif op.type in ("PartitionedCall", "StatefulPartitionedCall"):
            yield graph._get_function(op.get_attr("f").name).graph, 1, False


def _trips(tf: Any, loop: Any) -> int:
    """Iterations of a loop: its most, else the length of the sequence that it reads, else 1."""
    most = tf.get_static_value(loop.inputs[1])
    if most is not None and most > 0:
        return int(most)
    read = [t.op.inputs[0].shape for t in loop.inputs if t.op.type == "TensorListFromTensor"]
    return max((shape[0] or 1 for shape in read if shape.rank), default=1)


def _sizes(tensor: Any) -> list[int]:
    return [size or 1 for size in (tensor.shape.as_list() if tensor.shape.rank is not None else [])]


def _flops(op: Any) -> float:
    if op.type == "MatMul":
        inner = _sizes(op.inputs[0])[0 if op.get_attr("transpose_a") else 1]
        return 2.0 * prod(_sizes(op.outputs[0])) * inner
    if op.type in ("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"):
        inner = _sizes(op.inputs[0])[-2 if op.get_attr("adj_x") else -1]
        return 2.0 * prod(_sizes(op.outputs[0])) * inner
    if op.type == "Conv2D":
        return 2.0 * prod(_sizes(op.outputs[0])) * prod(_sizes(op.inputs[1])[:3])
    if op.type == "DepthwiseConv2dNative":
        return 2.0 * prod(_sizes(op.outputs[0])) * prod(_sizes(op.inputs[1])[:2])
    if op.type == "Einsum":
        return _einsum_flops(op)
    return 0.0


def _einsum_flops(op: Any) -> float:
    left = op.get_attr("equation").decode().split("->")[0].split(",")
    sizes: dict[str, int] = {}
    for labels, tensor in zip(left, op.inputs, strict=True):
        letters = labels.replace("...", "")
        sizes.update(zip(reversed(letters), reversed(_sizes(tensor)), strict=False))
    return (2.0 if len(left) > 1 else 0.0) * prod(sizes.values())


def multiplication_speed(tf: Any) -> float:
    """Multiplications and additions a second of a large matrix product, the best of five."""
    matrix = tf.random.stateless_uniform([SIDE, SIDE], [1, 2])
    taken = []
    for _ in range(6):
        started = time.perf_counter()
        tf.matmul(matrix, matrix).numpy()
        taken.append(time.perf_counter() - started)
    return 2.0 * SIDE**3 / min(taken[1:])
