"""Runs inside the child of `--deep`: imports one framework, computes on every device, tells each step.

    python -c SOURCE tensorflow

Every line that begins with MARK is JSON for the parent; all else is the framework's own noise. The
references are worked out in plain Python, so that they share no code with what they judge.
"""

import json
import os
import sys
import time

MARK = "DEEPSTART "
#: Settings without which a framework would take a card's whole memory from those who work on it.
MODEST = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
TELLING = ("libcuda", "libcudnn", "libcublas", "libnccl", "libcusparse", "libnvJitLink", "libamdhip")
SMALL = 48
#: Additions in a row for one wait, so that fetching the result does not count as work on the memory.
ADDITIONS = 8


def tell(**content):
    sys.stdout.write("\n" + MARK + json.dumps(content) + "\n")
    sys.stdout.flush()


def number(*place):
    """The same small numbers everywhere, without any generator of random ones."""
    return ((sum(p * q for p, q in zip(place, (7, 13, 5, 3))) + 3) % 17 - 8) / 8.0


def matrix(rows, columns, shift):
    return [[number(i, j, shift) for j in range(columns)] for i in range(rows)]


def product(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


def picture(size, channels):
    return [[[number(i, j, c) for c in range(channels)] for j in range(size)] for i in range(size)]


def kernel(size, channels, filters):
    return [
        [[[number(i, j, c, f) for f in range(filters)] for c in range(channels)] for j in range(size)]
        for i in range(size)
    ]


def convolution(image, weights):
    """Cross-correlation without padding, channels last, as all frameworks call convolution."""
    size, k = len(image), len(weights)
    channels, filters = len(weights[0][0]), len(weights[0][0][0])
    return [
        [
            [
                sum(
                    image[y + i][x + j][c] * weights[i][j][c][f]
                    for i in range(k)
                    for j in range(k)
                    for c in range(channels)
                )
                for f in range(filters)
            ]
            for x in range(size - k + 1)
        ]
        for y in range(size - k + 1)
    ]


def flat(values):
    return [x for v in values for x in flat(v)] if isinstance(values, list) else [values]


def difference(found, expected):
    """Largest difference, as a share of the largest expected value; 1 when the shapes differ."""
    a, b = flat(found), flat(expected)
    if len(a) != len(b) or any(x != x for x in a):
        return 1.0
    return max(abs(x - y) for x, y in zip(a, b)) / max(abs(y) for y in b)


def timed(work, operations, least=0.4):
    """Billions of operations a second: as many rounds as fill `least` seconds, after one to warm up."""
    work()
    rounds, started = 0, time.perf_counter()
    while time.perf_counter() - started < least or rounds < 2:
        work()
        rounds += 1
    return operations * rounds / (time.perf_counter() - started) / 1e9


def libraries():
    """Files of CUDA's libraries that this process has loaded."""
    try:
        with open("/proc/self/maps") as maps:
            paths = {line.split()[-1] for line in maps if "/" in line}
    except OSError:
        return []
    return sorted(p for p in paths if p.rpartition("/")[2].startswith(TELLING))[:60]


def added(vector):
    """The vector after some additions, each of which reads and writes it."""
    for _ in range(ADDITIONS):
        vector = vector + 1.0
    return vector


def sizes(kind):
    """Rows of a square matrix and length of a vector, largest first, for a card whose memory may be taken.

    On a card the work must outlast its start of some 10 microseconds; 2^26 numbers are 256 MiB.
    """
    return ((4096, 1 << 26), (2048, 1 << 24), (512, 1 << 20)) if kind == "gpu" else ((1024, 1 << 23),)


def speeds(kind, prepare):
    """GFLOP/s of a product of matrices, and GB/s of reading and writing a vector.

    Args:
        prepare: gives for a size two functions, each of which computes and waits for the result.
    """

    def of_size(rows, length):
        multiply, add = prepare(rows, length)
        return timed(multiply, 2.0 * rows**3), timed(add, 8.0 * length * ADDITIONS, 0.2)

    for size in sizes(kind)[:-1]:
        try:
            return of_size(*size)
        except Exception:  # no room for this size: each framework has an error of its own
            continue
    return of_size(*sizes(kind)[-1])


def tensorflow():
    import tensorflow as tf

    tell(step="devices", version=tf.__version__, libraries=libraries())
    for found in tf.config.list_physical_devices():
        if found.device_type not in ("CPU", "GPU"):
            continue
        name = found.name.replace("/physical_device:", "")
        tell(step="computing on " + name)

        def prepare(rows, length):
            square, long = tf.ones((rows, rows)), tf.ones((length,))
            return (
                lambda: float(tf.linalg.matmul(square, square)[0, 0]),
                lambda: float(added(long)[0]),
            )

        with tf.device(name):
            measure(
                name,
                found.device_type.lower(),
                lambda a, b: tf.linalg.matmul(tf.constant(a), tf.constant(b)).numpy().tolist(),
                lambda x, k: tf.nn.conv2d(tf.constant([x]), tf.constant(k), 1, "VALID").numpy()[0].tolist(),
                prepare,
            )


def torch():
    import torch as th

    tell(step="devices", version=th.__version__, libraries=libraries())
    names = ["cpu"] + ["cuda:%d" % i for i in range(th.cuda.device_count())]
    if getattr(th.backends, "mps", None) and th.backends.mps.is_available():
        names.append("mps")
    for name in names:
        tell(step="computing on " + name)
        kind = "cpu" if name == "cpu" else "gpu"

        def on(values, name=name):
            return th.tensor(values, device=name)

        def convolve(x, k, on=on):
            out = th.nn.functional.conv2d(on([x]).permute(0, 3, 1, 2), on(k).permute(3, 2, 0, 1))
            return out.permute(0, 2, 3, 1)[0].tolist()

        def prepare(rows, length, name=name):
            square, long = th.ones(rows, rows, device=name), th.ones(length, device=name)
            return lambda: float((square @ square)[0, 0]), lambda: float(added(long)[0])

        measure(name, kind, lambda a, b, on=on: (on(a) @ on(b)).tolist(), convolve, prepare)


def jax():
    import jax as jx
    import jax.numpy as jnp

    tell(step="devices", version=jx.__version__, libraries=libraries())
    chosen = jx.devices()
    if all(found.platform != "cpu" for found in chosen):
        chosen = [*jx.devices("cpu")[:1], *chosen]

    def prepare(rows, length):
        square, long = jnp.full((rows, rows), 0.5), jnp.full((length,), 0.5)
        return lambda: float((square @ square)[0, 0]), lambda: float(added(long)[0])

    for found in chosen:
        name, kind = str(found), "cpu" if found.platform == "cpu" else "gpu"
        tell(step="computing on " + name)
        with jx.default_device(found):
            measure(
                name,
                kind,
                lambda a, b: jnp.matmul(jnp.array(a), jnp.array(b), precision="highest").tolist(),
                lambda x, k: jx.lax.conv_general_dilated(
                    jnp.array([x]), jnp.array(k), (1, 1), "VALID",
                    dimension_numbers=("NHWC", "HWIO", "NHWC"), precision="highest",
                )[0].tolist(),
                prepare,
            )  # fmt: skip


def busy():
    """Whether others keep the processors busy, so that a low speed says nothing about them."""
    try:
        return os.getloadavg()[0] > (os.cpu_count() or 1)
    except (AttributeError, OSError):  # Windows keeps no such figure
        return False


def measure(name, kind, multiply, convolve, prepare):
    """Compute both operations on one device, compare with plain Python, and tell the figures."""
    a, b = matrix(SMALL, SMALL, 1), matrix(SMALL, SMALL, 2)
    x, k = picture(10, 3), kernel(3, 3, 4)
    worst = max(difference(multiply(a, b), product(a, b)), difference(convolve(x, k), convolution(x, k)))
    gflops, gb_per_s = speeds(kind, prepare)
    tell(device=name, kind=kind, difference=worst, gflops=gflops, gb_per_s=gb_per_s, busy=busy())


def run(framework):
    tell(step="import")
    for variable, value in MODEST.items():
        os.environ.setdefault(variable, value)
    {"tensorflow": tensorflow, "torch": torch, "jax": jax}[framework]()
    tell(step="done", libraries=libraries())
    os._exit(0)  # a framework may take long, or crash, while it is taken apart


if __name__ == "__main__":
    run(sys.argv[1])
