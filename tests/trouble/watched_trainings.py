"""Tiny real trainings, each with one fault, watched; prints what was noted in each as JSON.

One process for all: TensorFlow takes seconds to import. Run by test_watch.py.
"""

import contextlib
import json
import sys
import time
from pathlib import Path

notes = Path(sys.argv[1])
notes.touch()
# The name under which the watcher is loaded in a program that deepstart runs.
from deepstart.trouble.run_bootstrap import start_watching

start_watching(str(notes))

import keras
import numpy as np

CASES = {}
random = np.random.default_rng(0)


def case(function):
    CASES[function.__name__] = function
    return function


def network(
    outputs=3, inputs=8, activation="softmax", loss="sparse_categorical_crossentropy", optimizer="adam"
):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((inputs,)),
            keras.layers.Dense(4, activation="relu"),
            keras.layers.Dense(outputs, activation=activation),
        ]
    )
    model.compile(optimizer, loss)
    return model


def rows(n=64, columns=8, classes=3):
    y = random.integers(0, classes, n)
    return random.normal(size=(n, columns)).astype("float32") + y[:, None], y


@case
def healthy():
    x, y = rows()
    validation = rows(32)
    network(optimizer=keras.optimizers.Adam(0.05)).fit(x, y, epochs=6, validation_data=validation, verbose=0)


@case
def loss_nan():
    x, y = rows()
    rate = keras.optimizers.SGD(1e6)
    network(outputs=1, activation=None, loss="mse", optimizer=rate).fit(
        x, y, epochs=3, batch_size=4, verbose=0
    )


@case
def loss_flat():
    x, y = rows()
    network(optimizer=keras.optimizers.SGD(0.0)).fit(x, y, epochs=4, verbose=0)


@case
def labels_outside():
    x, y = rows()
    with contextlib.suppress(Exception):  # the processor refuses such labels, a GPU does not
        network(outputs=2).fit(x, y, epochs=1, verbose=0)


@case
def one_class():
    x, y = rows()
    y = (np.arange(64) % 8 == 0).astype(int)
    model = network(outputs=2, optimizer=keras.optimizers.SGD(1e-6))
    model.layers[-1].bias.assign([9.0, -9.0])
    model.fit(x, y, epochs=2, verbose=0)


@case
def softmax_one_unit():
    x, y = rows(classes=2)
    network(outputs=1, loss="binary_crossentropy").fit(x, y, epochs=2, verbose=0)


@case
def input_not_scaled():
    _, y = rows()
    network().fit(random.integers(0, 256, (64, 8)).astype("uint8"), y, epochs=1, verbose=0)


@case
def input_scaled_by_the_model():
    _, y = rows()
    model = keras.Sequential(
        [keras.Input((8,)), keras.layers.Rescaling(1 / 255), keras.layers.Dense(3, "softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(random.integers(0, 256, (64, 8)).astype("uint8"), y, epochs=1, verbose=0)


@case
def leak_duplicates():
    x, y = rows()
    network().fit(x, y, epochs=1, validation_data=(np.concatenate([x[:10], rows(22)[0]]), y[:32]), verbose=0)


@case
def leak_duplicates_of_a_split():
    x, y = rows(32)
    network().fit(np.concatenate([x, x]), np.concatenate([y, y]), epochs=1, validation_split=0.25, verbose=0)


@case
def leak_duplicates_of_datasets():
    import tensorflow as tf

    x, y = rows()
    training, validation = (
        tf.data.Dataset.from_tensor_slices(part).batch(8) for part in ((x, y), (x[:16], y[:16]))
    )
    network().fit(training, epochs=1, validation_data=validation, verbose=0)


@case
def input_starving():
    x, y = rows(8)

    def batches():
        while True:
            time.sleep(0.4)  # far above a step, on a busy machine too
            yield x, y

    network().fit(batches(), steps_per_epoch=6, epochs=2, verbose=0)


@case
def input_starving_dataset():
    x, y = rows(8)

    class Slow(keras.utils.PyDataset):
        def __len__(self):
            return 6

        def __getitem__(self, index):
            time.sleep(0.4)  # far above a step, on a busy machine too
            return x, y

    network().fit(Slow(), epochs=2, verbose=0)
    assert Slow.__getitem__.__name__ == "__getitem__"


@case
def memory_growing():
    x, y = rows()
    kept = []

    class Collect(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            kept.append(np.ones(4_000_000))  # 30 MiB

    network(optimizer=keras.optimizers.Adam(0.05)).fit(x, y, epochs=8, callbacks=[Collect()], verbose=0)


def same_results():
    """Weights after training with and without the watcher, in one sum each."""
    fit = keras.Model.fit
    sums = []
    for train in (fit, fit.__wrapped__):
        keras.utils.set_random_seed(1)
        x = np.random.normal(size=(64, 8)).astype("float32")
        y = (x[:, 0] > 0).astype(int)
        model = keras.Sequential(
            [keras.Input((8,)), keras.layers.Dense(8, "relu"), keras.layers.Dropout(0.5)]
        )
        model.add(keras.layers.Dense(2, "softmax"))
        model.compile("adam", "sparse_categorical_crossentropy")
        history = train(model, x, y, epochs=3, validation_split=0.25, verbose=0)
        sums.append([float(np.abs(w).sum()) for w in model.get_weights()] + history.history["loss"])
    return sums


def main():
    seen = {}
    for name, run in CASES.items():
        notes.write_text("")
        run()
        seen[name] = [json.loads(line) for line in notes.read_text().splitlines()]
    print(json.dumps({"seen": seen, "results": same_results()}))


main()
