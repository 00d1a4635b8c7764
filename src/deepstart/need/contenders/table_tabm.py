"""TabM: many networks in one, which share nearly all weights and answer by their mean.

Source of the design: Gorishniy, Kotelnikov, Babenko: TabM: advancing tabular deep learning with
parameter-efficient ensembling. ICLR 2025: the variant TabM-mini with piecewise-linear embeddings.
"""

from functools import cache

import numpy as np

from deepstart.need.contenders import contender
from deepstart.need.contenders._keras import import_keras
from deepstart.need.contenders._table_networks import TableClassifier, TableNetwork, TableRegressor

#: An edge that no number reaches: its bin stays 0.
NOWHERE = 1e9
#: Numbers of wider tables enter as they are: their embeddings would cost more than all the rest.
MOST_EMBEDDED = 100


def bin_edges(column: np.ndarray, bins: int) -> tuple[np.ndarray, np.ndarray]:
    """Lower edge and width of each bin between the quantiles of a column, both of shape (bins,).

    Example:
        >>> bin_edges(np.array([0.0, 1.0, 1.0, 1.0, 5.0]), 3)
        (array([0.e+00, 1.e+00, 1.e+09]), array([1., 4., 1.]))
    """
    edges = np.unique(np.quantile(column, np.linspace(0, 1, bins + 1)))
    lower, width = np.full(bins, NOWHERE), np.ones(bins)
    lower[: len(edges) - 1], width[: len(edges) - 1] = edges[:-1], np.diff(edges)
    return lower, width


@cache
def layers():
    """The layers that Keras does not have; built here, since Keras is imported late."""
    keras = import_keras()
    ops = keras.ops

    class Embed(keras.layers.Layer):  # type: ignore[name-defined]
        """A line for each number, bent at its quantiles as training wants, (batch, p, width)."""

        def __init__(self, bins=16, width=8, **more):
            super().__init__(**more)
            self.bins, self.width = bins, width

        def build(self, shape):
            p = shape[-1]
            spread = keras.initializers.RandomUniform(-(self.width**-0.5), self.width**-0.5)
            self.slope = self.add_weight(name="slope", shape=(p, self.width), initializer=spread)
            self.shift = self.add_weight(name="shift", shape=(p, self.width), initializer=spread)
            self.bends = self.add_weight(name="bends", shape=(p, self.bins, self.width), initializer="zeros")
            fixed = {"shape": (p, self.bins), "trainable": False}
            self.lower = self.add_weight(name="lower", initializer="zeros", **fixed)
            self.span = self.add_weight(name="span", initializer="ones", **fixed)

        def place_bins(self, numbers):
            found = [bin_edges(column, self.bins) for column in numbers.T]
            self.lower.assign(np.array([lower for lower, _ in found]))
            self.span.assign(np.array([span for _, span in found]))

        def call(self, x):
            filled = ops.clip((x[..., None] - self.lower) / self.span, 0.0, 1.0)
            bent = ops.einsum("bpn,pnw->bpw", filled, self.bends)
            return x[..., None] * self.slope + self.shift + bent

    class Members(keras.layers.Layer):  # type: ignore[name-defined]
        """Each member sees the features with signs of its own, shape (batch, members, features)."""

        def __init__(self, members, **more):
            super().__init__(**more)
            self.members = members

        def build(self, shape):
            self.signs = self.add_weight(
                name="signs", shape=(self.members, shape[-1]), initializer=random_signs
            )

        def call(self, x):
            return x[:, None, :] * self.signs

    class Heads(keras.layers.Layer):  # type: ignore[name-defined]
        """An output layer for each member, shape (batch, members, outputs)."""

        def __init__(self, outputs, **more):
            super().__init__(**more)
            self.outputs = outputs

        def build(self, shape):
            limit = shape[-1] ** -0.5
            spread = keras.initializers.RandomUniform(-limit, limit)
            self.kernel = self.add_weight(
                name="kernel", shape=(shape[1], shape[2], self.outputs), initializer=spread
            )
            self.bias = self.add_weight(name="bias", shape=(shape[1], self.outputs), initializer=spread)

        def call(self, x):
            return ops.einsum("bmf,mfo->bmo", x, self.kernel) + self.bias

    def random_signs(shape, dtype=None):
        return ops.sign(keras.random.uniform(shape, -1, 1, dtype=dtype or "float32"))

    return {"Embed": Embed, "Members": Members, "Heads": Heads}


class TabM(TableNetwork):
    """Members that share their layers and differ in the signs of what they see and in their heads.

    Args:
        members: networks in one.
        units, n_layers, dropout: of the shared hidden layers.
    """

    def __init__(
        self, *, members=16, units=192, n_layers=3, dropout=0.1, epochs=80, batch_size=256,
        learning_rate=2e-3, weight_decay=3e-4, most_steps=3500, **common,
    ):  # fmt: skip
        super().__init__(
            epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, weight_decay=weight_decay,
            most_steps=most_steps, **common,
        )  # fmt: skip
        self.members, self.units, self.n_layers, self.dropout = members, units, n_layers, dropout

    def build(self, shapes, n_outputs):
        keras, layer = import_keras(), layers()
        table = keras.Input(shapes[0])
        numbers, one_hot, codes = self.take_apart(table)
        if self.facts()[0] <= MOST_EMBEDDED:
            numbers = keras.layers.Flatten()(layer["Embed"]()(numbers))
        x = keras.ops.concatenate([numbers, one_hot, *self.embed_codes(codes)], axis=1)
        x = layer["Members"](self.members)(x)
        for _ in range(self.n_layers):
            x = keras.layers.Dense(self.units, "relu", kernel_initializer="he_uniform")(x)
            x = keras.layers.Dropout(self.dropout)(x)
        return keras.Model(table, layer["Heads"](n_outputs)(x))

    def initialise(self, network, inputs):
        for layer in network.layers:
            if isinstance(layer, layers()["Embed"]):
                layer.place_bins(inputs[0][:, : self.facts()[0]])


class TabMClassifier(TabM, TableClassifier):
    """TabM for classes: each member has its own loss, the probabilities are averaged."""

    def loss(self, targets, outputs):
        ops = import_keras().ops
        each = ops.repeat(targets[:, None], outputs.shape[1], axis=1)
        return ops.mean(super().loss(each, outputs), axis=1)

    def finish(self, outputs):
        return import_keras().ops.mean(super().finish(outputs), axis=1)


class TabMRegressor(TabM, TableRegressor):
    """TabM for numbers: each member has its own loss, the predictions are averaged."""

    def loss(self, targets, outputs):
        return import_keras().ops.mean(super().loss(targets[:, None], outputs), axis=1)

    def finish(self, outputs):
        return import_keras().ops.mean(super().finish(outputs), axis=1)


def members_for(n_rows: int) -> int:
    """Fewer members for many rows: a step costs as many times that of a single network."""
    return 32 if n_rows <= 2000 else 16 if n_rows <= 12_000 else 8


@contender(
    "table-tabm", family="deep", modality="table", strength="strong",
    source="Gorishniy, Kotelnikov, Babenko: TabM. ICLR 2025.",
)  # fmt: skip
def tabm(setting):
    """The strongest published ensemble of networks for tables that costs little more than one."""
    kind = TabMRegressor if setting.task == "regression" else TabMClassifier
    return kind.for_setting(setting, members=members_for(setting.n_rows))
