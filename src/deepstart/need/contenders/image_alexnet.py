"""AlexNet scaled to the picture: five convolutions, then dense layers with dropout."""

from deepstart.need.contenders import contender
from deepstart.need.contenders._image_networks import PictureNetwork, picture_options

#: Channels as shares of the first convolution's, and whether the picture is halved afterwards.
CONVOLUTIONS = ((1, True), (8 / 3, True), (4, False), (4, False), (8 / 3, True))
#: Three halvings need pictures of at least this side, in pixels.
LEAST_SIDE = 16


class AlexNet(PictureNetwork):
    """Five convolutions and three dense layers, a quarter as wide as the one of 2012.

    Batch normalisation stands where it had local response normalisation, which is out of use.

    Args:
        width: channels of the first convolution; the others are in the proportions of 2012.
    """

    def __init__(self, *, width=24, grow=0.0, learning_rate=1e-3, **common):
        super().__init__(grow=grow, learning_rate=learning_rate, **common)
        self.width = width

    def build_layers(self, keras, shape, n_outputs):
        layers = keras.layers
        large = max(shape[:2]) >= 48
        pictures = x = keras.Input(shape)
        for number, (share, halve) in enumerate(CONVOLUTIONS):
            side, strides = (5 if number < 2 else 3), (2 if number == 0 and large else 1)
            channels = round(self.width * share)
            x = layers.Conv2D(channels, side, strides=strides, padding="same", use_bias=False)(x)
            x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
            if halve and min(x.shape[1:3]) > 4:
                x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        x = layers.Flatten()(x)
        for _ in range(2):
            x = layers.Dropout(0.5)(layers.Dense(10 * self.width, activation="relu")(x))
        return keras.Model(pictures, layers.Dense(n_outputs, dtype="float32")(x))


@contender(
    "image-alexnet", family="deep", modality="image", strength="ordinary",
    source="Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural Networks. "
    "NIPS 2012.",
    tasks=("classification",),
    refuses=lambda setting: "pictures-too-small" if max(setting.image_shape) < LEAST_SIDE else None,
)  # fmt: skip
def alexnet(setting):
    """The network that began the wave of 2012, made as small as the pictures are."""
    return AlexNet(**picture_options(setting, 64))
