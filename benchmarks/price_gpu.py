"""Does a GPU bring what the report promises? Training steps of need's networks there, against the promise.

    python benchmarks/price_gpu.py measure FILE.json      on a machine with a GPU; JAX or PyTorch under Keras
    python benchmarks/price_gpu.py compare FILE.json ...  on a machine without one, with TensorFlow

`measure` builds each network with the code that `need` uses, on the backend that KERAS_BACKEND names, and
times training steps on random rows: with JAX all steps in one compiled loop, with PyTorch one after another.
`compare` trains the same networks here for a while, asks `gpus.gain_of` what a step would take on that GPU,
and prints both. Changed pictures and moving learning rates are left out of `measure`.
"""

import argparse
import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

#: Training rows, and the seconds for which `compare` trains.
ROWS, SECONDS = 4096, 12.0


def pictures(side: int, channels: int) -> Callable:
    """Random pictures of ten classes."""
    return lambda rng: (
        rng.integers(0, 256, (ROWS, side, side, channels), "uint8"),
        rng.integers(0, 10, ROWS),
    )


def table(columns: int) -> Callable:
    """Random numbers; their sign decides."""

    def make(rng):
        X = rng.normal(size=(ROWS, columns))
        return X, (X[:, 0] > 0).astype(int)

    return make


def texts(words: int) -> Callable:
    """Random words out of 5,000."""

    def make(rng):
        X = [" ".join(f"w{w}" for w in rng.integers(0, 5000, words)) for _ in range(ROWS)]
        return np.array(X, object), rng.integers(0, 2, ROWS)

    return make


def cases() -> dict[str, tuple[Any, Callable]]:
    """Estimator and data, by what the table calls them."""
    from deepstart.need.contenders.image_lenet import LeNet
    from deepstart.need.contenders.image_resnet import SmallResidualNetwork
    from deepstart.need.contenders.table_mlp import PlainNetworkClassifier
    from deepstart.need.contenders.table_realmlp import RealMLPClassifier
    from deepstart.need.contenders.table_tabm import TabMClassifier
    from deepstart.need.contenders.text_networks import AttentiveGRU, TextCNN

    still = {"augment_by": 0.0, "cutout": 0.0, "grow": 0.0, "threads": os.cpu_count()}
    return {
        "LeNet, 28 pixels": (LeNet(side=28, **still), pictures(28, 1)),
        "residual, 32 pixels, width 32": (SmallResidualNetwork(width=32, side=32, **still), pictures(32, 3)),
        "residual, 64 pixels, width 32": (SmallResidualNetwork(width=32, side=64, **still), pictures(64, 3)),
        "residual, 64 pixels, width 64": (SmallResidualNetwork(width=64, side=64, **still), pictures(64, 3)),
        "MLP, 20 columns": (PlainNetworkClassifier(), table(20)),
        "RealMLP, 20 columns": (RealMLPClassifier(), table(20)),
        "TabM, 20 columns": (TabMClassifier(), table(20)),
        "text convolution, 40 words": (TextCNN(), texts(40)),
        "text GRU, 40 words": (AttentiveGRU(), texts(40)),
    }


# -- on the GPU


def measure(path: Path, many: int) -> None:
    """Seconds of a training step of each network, on the device that the backend chooses."""
    import keras

    found: dict[str, Any] = {"backend": keras.backend.backend(), "keras": keras.__version__, **device()}
    for name, (estimator, make) in on_any_backend(keras, cases()).items():
        inputs, targets, network = built(estimator, make)
        steps = {"jax": jax_steps, "torch": torch_steps}[keras.backend.backend()]
        batch = min(estimator.batch_size, ROWS)
        optimizer = estimator.optimizer(network)
        first, each = steps(network, optimizer, inputs, targets, batch, many)
        found[name] = {"batch": batch, "first_seconds": first, "seconds_per_step": each}
        print(f"{name}: first {first:.1f} s, step {1e3 * each:.2f} ms", flush=True)
    path.write_text(json.dumps(found, indent=1))


def on_any_backend(keras, networks):
    """The same networks; their code may build on this backend, though `need` trains on TensorFlow."""
    import sys

    from deepstart.need.contenders import _image_networks

    _image_networks.has_bfloat16 = lambda: os.environ.get("CUDA_VISIBLE_DEVICES") != ""
    for name, module in list(sys.modules.items()):
        if name.startswith("deepstart.need.contenders") and hasattr(module, "import_keras"):
            vars(module)["import_keras"] = lambda threads=None: keras
    return networks


def built(estimator, make):
    """Inputs, targets and the untrained network of an estimator."""
    X, targets = make(np.random.default_rng(0))
    estimator.classes_ = np.unique(targets)
    estimator.prepare(X, targets)
    inputs = estimator.inputs(X)
    network = estimator.build([inputs.shape[1:]], len(estimator.classes_))
    inputs = inputs.astype("float32") / 255 if inputs.dtype == np.uint8 else inputs
    return inputs, targets.astype("int32"), network


def device() -> dict[str, str]:
    """The device that steps are timed on."""
    if os.environ.get("KERAS_BACKEND") == "jax":
        import jax

        return {"device": jax.devices()[0].device_kind, "version": jax.__version__}
    import torch

    kind = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "cpu"
    return {"device": kind, "version": torch.__version__}


def jax_steps(network, optimizer, inputs, targets, batch, many):
    """Seconds until the first loop of steps is done, and of a step later, as the best of three loops."""
    import jax
    import jax.numpy as jnp

    optimizer.build(network.trainable_variables)
    data = jnp.asarray(inputs), jnp.asarray(targets)

    def loss(trained, rest, x, y):  # the mean over all heads of each head's own
        outputs, rest = network.stateless_call(trained, rest, x, training=True)
        picked = jnp.take_along_axis(jax.nn.log_softmax(outputs.reshape(len(y), -1, outputs.shape[-1])),
                                     y[:, None, None], axis=-1)  # fmt: skip
        return -picked.mean(), rest

    def step(state, rows):
        trained, rest, moments = state
        (value, rest), slopes = jax.value_and_grad(loss, has_aux=True)(
            trained, rest, data[0][rows], data[1][rows]
        )
        trained, moments = optimizer.stateless_apply(moments, slopes, trained)
        return (trained, rest, moments), value

    loop = jax.jit(lambda state, rows: jax.lax.scan(step, state, rows))
    rows = jnp.asarray(np.random.default_rng(1).integers(0, ROWS, (many, batch)))
    variables = network.trainable_variables, network.non_trainable_variables, optimizer.variables
    state = tuple([v.value for v in group] for group in variables)
    return _first_and_best(lambda: jax.block_until_ready(loop(state, rows)), many)


def torch_steps(network, optimizer, inputs, targets, batch, many):
    """The same with one step after another, as PyTorch computes unless it is told to compile."""
    import torch

    where = "cuda" if torch.cuda.is_available() else "cpu"
    x, y = torch.tensor(inputs, device=where), torch.tensor(targets, device=where, dtype=torch.long)
    optimizer.build(network.trainable_variables)
    rows = torch.randint(0, ROWS, (many, batch), device=where)

    def loop():
        for at in rows:
            outputs = network(x[at], training=True)
            wide = outputs.float().reshape(len(at), -1, outputs.shape[-1])
            each = y[at][:, None].expand(wide.shape[:2])
            loss = torch.nn.functional.cross_entropy(wide.transpose(1, 2), each)
            network.zero_grad()
            loss.backward()
            with torch.no_grad():
                trained = network.trainable_variables
                optimizer.apply([v.value.grad for v in trained], trained)
        if where == "cuda":
            torch.cuda.synchronize()

    return _first_and_best(loop, many)


def _first_and_best(loop: Callable[[], object], many: int) -> tuple[float, float]:
    taken = []
    for _ in range(4):
        started = time.perf_counter()
        loop()
        taken.append(time.perf_counter() - started)
    return taken[0], min(taken[1:]) / many


# -- against the promise


def entry(device: str, table: list[dict[str, Any]]) -> dict[str, Any]:
    """The table's entry of a device: the one of whose name the most is in the device's.

    A name counts without what drivers do not say: the memory (`A100 40 GB`), the form (`H100 SXM`), where it
    is rented (`T4 (Google Colab)`). Whole words only: `NVIDIA A100-SXM4-80GB` is no A10.

    Raises:
        SystemExit: the table has no such GPU.
    """
    here = f" {' '.join(re.findall(r'[a-z0-9]+', device.lower()))} "
    found = [g for g in table if f" {_short(g['name'])} " in here]
    if not found:
        raise SystemExit(f"{device!r} is not in the table: {', '.join(g['name'] for g in table)}")
    return max(found, key=lambda g: len(_short(g["name"])))


def _short(name: str) -> str:
    return re.sub(r"\(.*\)|\b\d+ GB\b|\b(?:SXM|PCIe)\d?\b", "", name).strip().lower()


def compare(paths: list[Path]) -> None:
    """A line for each network: a step here, what is promised for that GPU, and what it took there."""
    from deepstart.need.meter import network_work
    from deepstart.need.price.gpus import _step_seconds, gpu_table

    measured = [json.loads(path.read_text()) for path in paths]
    gpu = entry(measured[0]["device"], gpu_table())
    there = [f"{m['backend']} there" for m in measured]
    promised = f"promised for {gpu['name']}"
    print(_row("network", "batch", "operations", "step here", promised, *there))
    print(_row(*["---"] * (5 + len(there))))
    for name, (estimator, make) in cases().items():
        X, y = make(np.random.default_rng(0))
        estimator.set_params(max_seconds=SECONDS, threads=os.cpu_count())
        work = network_work(estimator.fit(X, y), count=True)
        best, worst = (1e3 * seconds for seconds in _step_seconds(gpu, work))
        took = [f"{1e3 * m[name]['seconds_per_step']:.2f} ms" for m in measured]
        here = f"{1e3 * work['seconds_per_step']:.1f} ms"
        said = f"{best:.2f} to {worst:.2f} ms"
        print(_row(name, work["batch"], work["kernels"], here, said, *took), flush=True)


def _row(*cells: object) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("measure", "compare"))
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--steps", type=int, default=200, help="steps that are timed together")
    options = parser.parse_args()
    measure(options.files[0], options.steps) if options.what == "measure" else compare(options.files)


if __name__ == "__main__":
    main()
