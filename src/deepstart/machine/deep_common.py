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
TELLING = ("libcuda", "libcudnn", "libcublas", "libnccl", "libcusparse", "libnvJitLink", "libamdhip")
SMALL = 48


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


def tensorflow():
    import tensorflow as tf

    tell(step="devices", version=tf.__version__)
    for found in tf.config.list_physical_devices():
        if found.device_type not in ("CPU", "GPU"):
            continue
        name = found.name.replace("/physical_device:", "")
        tell(step="computing on " + name)
        size = 4096 if found.device_type == "GPU" else 1024
        with tf.device(name):
            measure(
                name,
                found.device_type.lower(),
                lambda a, b: tf.linalg.matmul(tf.constant(a), tf.constant(b)).numpy().tolist(),
                lambda x, k: tf.nn.conv2d(tf.constant([x]), tf.constant(k), 1, "VALID").numpy()[0].tolist(),
                tensorflow_speed(tf, size),
            )


def tensorflow_speed(tf, size):
    square, long = tf.random.uniform((size, size)), tf.random.uniform((1 << 23,))
    return (
        timed(lambda: float(tf.linalg.matmul(square, square)[0, 0]), 2.0 * size**3),
        timed(lambda: float((long + 1.0)[0]), 8.0 * (1 << 23), 0.2),
    )


def torch():
    import torch as th

    tell(step="devices", version=th.__version__)
    names = ["cpu"] + ["cuda:%d" % i for i in range(th.cuda.device_count())]
    if getattr(th.backends, "mps", None) and th.backends.mps.is_available():
        names.append("mps")
    for name in names:
        tell(step="computing on " + name)
        kind = "cpu" if name == "cpu" else "gpu"
        size = 1024 if kind == "cpu" else 4096

        def on(values, name=name):
            return th.tensor(values, device=name)

        def convolve(x, k, on=on):
            out = th.nn.functional.conv2d(on([x]).permute(0, 3, 1, 2), on(k).permute(3, 2, 0, 1))
            return out.permute(0, 2, 3, 1)[0].tolist()

        square, long = th.rand(size, size, device=name), th.rand(1 << 23, device=name)
        speed = (
            timed(lambda square=square: float((square @ square)[0, 0]), 2.0 * size**3),
            timed(lambda long=long: float((long + 1.0)[0]), 8.0 * (1 << 23), 0.2),
        )
        measure(name, kind, lambda a, b, on=on: (on(a) @ on(b)).tolist(), convolve, speed)


def jax():
    import jax as jx
    import jax.numpy as jnp

    tell(step="devices", version=jx.__version__)
    for found in jx.devices():
        name, kind = str(found), "cpu" if found.platform == "cpu" else "gpu"
        tell(step="computing on " + name)
        size = 1024 if kind == "cpu" else 4096
        with jx.default_device(found):
            square, long = jnp.full((size, size), 0.5), jnp.full((1 << 23,), 0.5)
            speed = (
                timed(lambda square=square: float((square @ square)[0, 0]), 2.0 * size**3),
                timed(lambda long=long: float((long + 1.0)[0]), 8.0 * (1 << 23), 0.2),
            )
            measure(
                name,
                kind,
                lambda a, b: jnp.matmul(jnp.array(a), jnp.array(b), precision="highest").tolist(),
                lambda x, k: jx.lax.conv_general_dilated(
                    jnp.array([x]), jnp.array(k), (1, 1), "VALID",
                    dimension_numbers=("NHWC", "HWIO", "NHWC"), precision="highest",
                )[0].tolist(),
                speed,
            )  # fmt: skip


def busy():
    """Whether others keep the processors busy, so that a low speed says nothing about them."""
    try:
        return os.getloadavg()[0] > (os.cpu_count() or 1)
    except (AttributeError, OSError):  # Windows keeps no such figure
        return False


def measure(name, kind, multiply, convolve, speed):
    """Compute both operations on one device, compare with plain Python, and tell the figures."""
    a, b = matrix(SMALL, SMALL, 1), matrix(SMALL, SMALL, 2)
    x, k = picture(10, 3), kernel(3, 3, 4)
    worst = max(difference(multiply(a, b), product(a, b)), difference(convolve(x, k), convolution(x, k)))
    tell(device=name, kind=kind, difference=worst, gflops=speed[0], gb_per_s=speed[1], busy=busy())


def run(framework):
    tell(step="import")
    {"tensorflow": tensorflow, "torch": torch, "jax": jax}[framework]()
    tell(step="done", libraries=libraries())
    os._exit(0)  # a framework may take long, or crash, while it is taken apart


if __name__ == "__main__":
    run(sys.argv[1])
