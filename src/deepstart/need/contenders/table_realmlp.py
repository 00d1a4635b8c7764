"""RealMLP: a plain network with the tricks that, together, make it a rival of boosted trees.

Source of design and of every number: Holzmüller, Grinsztajn, Steinwart: Better by default: strong
pre-tuned MLPs and boosted trees on tabular data. NeurIPS 2024, section 3 and appendix A.

A learning rate of its own for some weights is had by storing them divided by that factor: under Adam,
whose steps do not depend on the scale of a gradient, the two are the same.
"""

from functools import cache

import numpy as np

from deepstart.need.contenders import contender
from deepstart.need.contenders._keras import import_keras
from deepstart.need.contenders._table_networks import TableClassifier, TableNetwork, TableRegressor

#: Learning speeds relative to that of the weights.
SCALE_SPEED, BIAS_SPEED, ACTIVATION_SPEED, EMBEDDING_SPEED = 6.0, 0.1, 0.1, 0.1
#: Numbers of wider tables enter as they are: their embeddings would cost more than all the rest.
MOST_EMBEDDED = 300


@cache
def layers():
    """The layers that Keras does not have; built here, since Keras is imported late."""
    keras = import_keras()
    ops = keras.ops

    class Scale(keras.layers.Layer):  # type: ignore[name-defined]
        """Each feature times a learnt factor: a soft choice of features."""

        def build(self, shape):
            start = keras.initializers.Constant(1 / SCALE_SPEED)
            self.factor = self.add_weight(name="factor", shape=shape[-1:], initializer=start)

        def call(self, x):
            return x * (SCALE_SPEED * self.factor)

    class Embed(keras.layers.Layer):  # type: ignore[name-defined]
        """PBLD: each number x with a linear map of cos(2 pi w x + b) beside it, shape (batch, 4 p)."""

        def __init__(self, waves=16, width=3, **more):
            super().__init__(**more)
            self.waves, self.width = waves, width

        def build(self, shape):
            p, speed = shape[-1], EMBEDDING_SPEED
            normal, uniform = keras.initializers.RandomNormal, keras.initializers.RandomUniform
            ways = normal(stddev=0.1 / speed), uniform(-np.pi / speed, np.pi / speed)
            limit = 1 / speed / self.waves**0.5
            self.frequency = self.add_weight(name="frequency", shape=(p, self.waves), initializer=ways[0])
            self.phase = self.add_weight(name="phase", shape=(p, self.waves), initializer=ways[1])
            self.mix = self.add_weight(
                name="mix", shape=(p, self.waves, self.width), initializer=uniform(-limit, limit)
            )
            self.shift = self.add_weight(
                name="shift", shape=(p, self.width), initializer=uniform(-limit, limit)
            )

        def call(self, x):
            angle = EMBEDDING_SPEED * (2 * np.pi * x[..., None] * self.frequency + self.phase)
            found = ops.einsum("bpw,pwd->bpd", ops.cos(angle), EMBEDDING_SPEED * self.mix)
            found = found + EMBEDDING_SPEED * self.shift
            both = ops.concatenate([x[..., None], found], axis=-1)
            return ops.reshape(both, (-1, both.shape[1] * both.shape[2]))

    class Linear(keras.layers.Layer):  # type: ignore[name-defined]
        """Neural tangent parametrisation: weights of variance 1, divided by the root of their number."""

        def __init__(self, units, **more):
            super().__init__(**more)
            self.units = units

        def build(self, shape):
            normal = keras.initializers.RandomNormal(stddev=1.0)
            self.kernel = self.add_weight(name="kernel", shape=(shape[-1], self.units), initializer=normal)
            self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")

        def call(self, x):
            return ops.matmul(x, self.kernel) * x.shape[-1] ** -0.5 + BIAS_SPEED * self.bias

        def start_from(self, x, rng):
            """Outputs of variance 1 on these rows, with kinks where the rows are."""
            out = ops.convert_to_numpy(self(x))
            spread = np.maximum(out.std(axis=0), 1e-3)
            self.kernel.assign(ops.convert_to_numpy(self.kernel) / spread)
            # Each unit is zero at a random mixture of rows (Steinwart 2019), not all at the origin.
            shares = rng.dirichlet(np.ones(5), self.units)
            rows = rng.integers(len(out), size=(self.units, 5))
            middle = (shares * (out / spread).T[np.arange(self.units)[:, None], rows]).sum(axis=1)
            self.bias.assign(-middle / BIAS_SPEED)

    class Activation(keras.layers.Layer):  # type: ignore[name-defined]
        """SELU or Mish, blended with the identity by a learnt share for each unit."""

        def __init__(self, kind, **more):
            super().__init__(**more)
            self.kind = kind

        def build(self, shape):
            start = keras.initializers.Constant(1 / ACTIVATION_SPEED)
            self.share = self.add_weight(name="share", shape=shape[-1:], initializer=start)

        def call(self, x):
            bent = keras.activations.get(self.kind)(x)
            return x + ACTIVATION_SPEED * self.share * (bent - x)

    class Dropout(keras.layers.Layer):  # type: ignore[name-defined]
        """Dropout whose rate follows the schedule."""

        def build(self, shape):
            self.rate = self.add_weight(name="rate", shape=(), initializer="zeros", trainable=False)
            self.random = keras.random.SeedGenerator()

        def call(self, x, training=False):
            if not training:
                return x
            kept = keras.random.uniform(ops.shape(x), seed=self.random) >= self.rate
            return x * ops.cast(kept, x.dtype) / (1 - self.rate)

    return {kind.__name__: kind for kind in (Scale, Embed, Linear, Activation, Dropout)}


def coslog4(progress):
    """The learning rate's share of its highest: four cosine cycles, each twice as long as the last."""
    ops = import_keras().ops
    return 0.5 * (1 - ops.cos(2 * np.pi * ops.log2(1 + 15 * progress)))


def flat_cos(progress):
    """1 in the first half, then down to 0 as a cosine."""
    ops = import_keras().ops
    return 0.5 * (1 + ops.cos(np.pi * (ops.maximum(1.0, 2 * progress) - 1)))


class RealMLP(TableNetwork):
    """The network as published, with fewer epochs where rows are many.

    Args:
        units, n_layers: of the hidden layers.
        dropout: its highest rate.
        activation: `selu` or `mish`.
    """

    def __init__(
        self, *, units=256, n_layers=3, dropout=0.15, activation="selu", numbers="robust", epochs=256,
        batch_size=256, learning_rate=0.04, weight_decay=0.02, patience=None, **common,
    ):  # fmt: skip
        super().__init__(
            numbers=numbers, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate,
            weight_decay=weight_decay, patience=patience, **common,
        )  # fmt: skip
        self.units, self.n_layers, self.dropout, self.activation = units, n_layers, dropout, activation

    def build(self, shapes, n_outputs):
        keras, layer = import_keras(), layers()
        table = keras.Input(shapes[0])
        numbers, one_hot, codes = self.take_apart(table)
        if self.facts()[0] <= MOST_EMBEDDED:
            numbers = layer["Embed"]()(numbers)
        x = keras.ops.concatenate([numbers, one_hot, *self.embed_codes(codes)], axis=1)
        x = layer["Scale"]()(x)
        for _ in range(self.n_layers):
            x = layer["Activation"](self.activation)(layer["Linear"](self.units)(x))
            x = layer["Dropout"]()(x)
        return keras.Model(table, layer["Linear"](n_outputs)(x))

    def initialise(self, network, inputs):
        keras, rng = import_keras(), np.random.default_rng(self.seed)
        rows = inputs[0][rng.permutation(len(inputs[0]))[:1000]]
        linear = [layer for layer in network.layers if isinstance(layer, layers()["Linear"])]
        for layer in linear:
            layer.start_from(keras.Model(network.input, layer.input)(rows), rng)

    def optimizer(self, network):
        return import_keras().optimizers.Adam(self.learning_rate, beta_2=0.95)

    def on_step(self, optimizer, network, progress):
        rate, flat = self.learning_rate * coslog4(progress), flat_cos(progress)
        optimizer.learning_rate.assign(rate)
        for variable in network.variables:
            if variable.name == "rate":
                variable.assign(self.dropout * flat)
            elif variable.name in ("kernel", "mix", "embeddings"):
                variable.assign(variable * (1 - rate * self.weight_decay * flat))


class RealMLPClassifier(RealMLP, TableClassifier):
    """RealMLP for classes."""

    def __init__(self, *, label_smoothing=0.1, **common):
        super().__init__(label_smoothing=label_smoothing, **common)


class RealMLPRegressor(RealMLP, TableRegressor):
    """RealMLP for numbers."""

    def __init__(self, *, learning_rate=0.2, activation="mish", **common):
        super().__init__(learning_rate=learning_rate, activation=activation, **common)


@contender(
    "table-realmlp", family="deep", modality="table", strength="strong",
    source="Holzmüller, Grinsztajn, Steinwart: Better by default. NeurIPS 2024.",
)  # fmt: skip
def realmlp(setting):
    """The strongest plain network published for tables, rewritten for Keras."""
    kind = RealMLPRegressor if setting.task == "regression" else RealMLPClassifier
    return kind.for_setting(setting)
