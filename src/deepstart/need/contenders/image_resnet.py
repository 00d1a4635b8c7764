"""A small residual network, as wide as the time allows."""

import math

from deepstart.need.contenders import contender
from deepstart.need.contenders._image_networks import PictureNetwork, picture_options

#: Multiplications and additions that one processor thread gets through in a second of training.
FLOPS_PER_THREAD = 50e9
WIDTHS = (16, 24, 32, 48, 64)


@contender(
    "image-resnet",
    family="deep",
    modality="image",
    strength="strong",
    source="He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition. CVPR 2016; "
    "Page: How to Train Your ResNet (2018).",
    tasks=("classification",),
)
def small_residual_network(setting):
    side = 64 if max(setting.image_shape or (32,)) <= 96 else 80
    return SmallResidualNetwork(width=affordable_width(setting, side), **picture_options(setting, side))


class SmallResidualNetwork(PictureNetwork):
    """Halving stages of one convolution each, with residual blocks in the later ones.

    Args:
        width: channels of the first convolution; they double from stage to stage, to eight times that.
    """

    def __init__(self, *, width=32, **common):
        super().__init__(**common)
        self.width = width

    def build_layers(self, keras, shape, n_outputs):
        layers = keras.layers

        def convolution(x, channels, stride=1):
            x = layers.Conv2D(channels, 3, strides=stride, padding="same", use_bias=False)(x)
            return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))

        pictures = keras.Input((None, None, shape[2]))
        x = layers.BatchNormalization(center=False, scale=False, momentum=0.9)(pictures)
        plan = stages(max(shape[:2]))
        x = convolution(x, self.width, 2 if plan.halved_first else 1)
        for stage in range(1, plan.count + 1):
            x = layers.MaxPooling2D(2, padding="same")(x)
            x = convolution(x, self.width * min(8, 2**stage))
            if stage in plan.residual:
                inner = convolution(x, x.shape[-1])
                x = layers.Add()([x, convolution(inner, x.shape[-1])])
        x = layers.Concatenate()([layers.GlobalMaxPooling2D()(x), layers.GlobalAveragePooling2D()(x)])
        x = layers.Dropout(0.1)(x)
        return keras.Model(pictures, layers.Dense(n_outputs, dtype="float32")(x))


class stages:
    """How a picture of this longest side is halved, until about 4 pixels are left.

    Attributes:
        halved_first: the first convolution halves it, to save time on larger pictures.
        count: halving stages after the first convolution.
        residual: stages that have a residual block: the last two.
    """

    def __init__(self, side: int):
        self.halved_first = side >= 48
        left = side / 2 if self.halved_first else side
        self.count = max(1, round(math.log2(max(8, left) / 4)))
        self.residual = {self.count - 1, self.count} - {0} if self.count > 1 else {1}


def multiplications(side: int, channels: int, width: int) -> float:
    """Multiplications of one look at one picture, by which the width is chosen."""
    plan = stages(side)
    at, before = side / (2 if plan.halved_first else 1), width
    total = at * at * 9 * channels * width
    for stage in range(1, plan.count + 1):
        at, after = at / 2, width * min(8, 2**stage)
        total += at * at * 9 * (before * after + (2 * after * after if stage in plan.residual else 0))
        before = after
    return total


def affordable_width(setting, side: int, looks: int = 30) -> int:
    """The widest network that sees every training row `looks` times within the time."""
    if not setting.max_seconds or not setting.image_shape:
        return 32
    side = min(side, max(setting.image_shape[:2]))
    budget = setting.max_seconds * setting.threads * FLOPS_PER_THREAD
    rows = max(setting.n_rows, 500)

    def cost(width):  # forward and backward: three passes of a multiplication and an addition
        return 6 * multiplications(side, setting.image_shape[2], width) * rows * looks

    return max([w for w in WIDTHS if cost(w) <= budget], default=WIDTHS[0])
