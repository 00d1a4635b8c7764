"""LeNet-5: the network that read the cheques of the 1990s."""

from deepstart.need.contenders import contender
from deepstart.need.contenders._image_networks import PictureNetwork, picture_options


class LeNet(PictureNetwork):
    """Two convolutions and three dense layers with tanh, as in 1998; no changed copies of pictures."""

    def __init__(
        self, *, augment_by=0.0, cutout=0.0, grow=0.0, fast_numbers=False, learning_rate=2e-3,
        epochs=30, label_smoothing=0.0, **common,
    ):  # fmt: skip
        super().__init__(
            augment_by=augment_by, cutout=cutout, grow=grow, fast_numbers=fast_numbers,
            learning_rate=learning_rate, epochs=epochs, label_smoothing=label_smoothing, **common,
        )  # fmt: skip

    def build_layers(self, keras, shape, n_outputs):
        layers = keras.layers
        return keras.Sequential([
            keras.Input(shape),
            layers.Rescaling(2.0, -1.0),
            layers.Conv2D(6, 5, padding="same", activation="tanh"),
            layers.AveragePooling2D(2, padding="same"),
            layers.Conv2D(16, 5, padding="same", activation="tanh"),
            layers.AveragePooling2D(2, padding="same"),
            layers.Flatten(),
            layers.Dense(120, activation="tanh"),
            layers.Dense(84, activation="tanh"),
            layers.Dense(n_outputs),
        ])  # fmt: skip


@contender(
    "image-lenet", family="deep", modality="image", strength="weak",
    source="LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition. "
    "Proceedings of the IEEE 86 (1998).",
    tasks=("classification",),
)  # fmt: skip
def lenet(setting):
    """The least network that sees shapes instead of single pixels."""
    return LeNet(**picture_options(setting, 32))
