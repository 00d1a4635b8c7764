"""The ordinary network on a table: three hidden layers, with the care that a tutorial leaves out."""

from deepstart.need.contenders import contender
from deepstart.need.contenders._keras import import_keras
from deepstart.need.contenders._table_networks import TableClassifier, TableNetwork, TableRegressor


class PlainNetwork(TableNetwork):
    """Quantile-scaled numbers, one-hot and embedded categories, ReLU layers with dropout.

    Args:
        units: of each hidden layer.
        layers: hidden layers.
        dropout: share of units left out of a step.
    """

    def __init__(self, *, units=256, layers=3, dropout=0.1, epochs=60, batch_size=256, **common):
        super().__init__(epochs=epochs, batch_size=batch_size, **common)
        self.units, self.layers, self.dropout = units, layers, dropout

    def build(self, shapes, n_outputs):
        keras = import_keras()
        table = keras.Input(shapes[0])
        numbers, one_hot, codes = self.take_apart(table)
        x = keras.ops.concatenate([numbers, one_hot, *self.embed_codes(codes)], axis=1)
        for _ in range(self.layers):
            x = keras.layers.Dense(self.units, "relu", kernel_initializer="he_normal")(x)
            x = keras.layers.Dropout(self.dropout)(x)
        return keras.Model(table, keras.layers.Dense(n_outputs)(x))


class PlainNetworkClassifier(PlainNetwork, TableClassifier):
    """The plain network for classes."""


class PlainNetworkRegressor(PlainNetwork, TableRegressor):
    """The plain network for numbers."""


@contender(
    "table-mlp", family="deep", modality="table", strength="ordinary",
    source="Gorishniy et al.: Revisiting deep learning models for tabular data. NeurIPS 2021.",
)  # fmt: skip
def mlp(setting):
    """What most people would train first; alone it would be no fair rival for boosted trees."""
    kind = PlainNetworkRegressor if setting.task == "regression" else PlainNetworkClassifier
    return kind.for_setting(setting)
