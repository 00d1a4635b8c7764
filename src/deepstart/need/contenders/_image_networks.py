"""What the networks for pictures share: size, augmentation, mirror test, number of epochs."""

from deepstart.need.contenders._images import mirrors_allowed, shrink
from deepstart.need.contenders._keras import KerasClassifier, common, import_keras


def picture_options(setting, side: int) -> dict:
    """Parameters that every network for pictures takes over from a Setting.

    Args:
        side: longest side in pixels that the network should see.
    """
    return {**common(setting), "side": side}


class PictureNetwork(KerasClassifier):
    """A network for pictures, uint8, shape (n, height, width, channels).

    Pictures are shifted, scaled and turned a little in training. They are mirrored only where a
    quick look at the data says that a mirrored picture still shows its class (`mirrors_allowed`):
    a flower does, a digit does not.

    Args:
        side: pictures are scaled down to this longest side, in pixels.
        augment_by: strength of the changes in training; 0: none, 1: usual.
        cutout: side of the square that is blanked out in training, as a share of the picture's side.
        grow: share of the training during which pictures are smaller than `side`, to save time.
        steps: training has at least about this many steps, however few the rows are.
        fast_numbers: compute in bfloat16 where the processor does so natively.
    """

    def __init__(
        self, *, side=64, augment_by=1.0, cutout=0.25, grow=0.6, steps=1200, fast_numbers=True,
        epochs=40, batch_size=64, learning_rate=3e-3, weight_decay=0.05, label_smoothing=0.1, **common,
    ):  # fmt: skip
        super().__init__(
            epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, weight_decay=weight_decay,
            label_smoothing=label_smoothing, **common,
        )  # fmt: skip
        self.side, self.augment_by, self.cutout, self.grow = side, augment_by, cutout, grow
        self.steps, self.fast_numbers = steps, fast_numbers

    def prepare(self, X, y):
        self.mirrors_ = mirrors_allowed(X, y, self.seed) if self.augment_by else (False, False)
        self.chosen_: dict[str, object] = {"mirrored": self.mirrors_[0], "upside_down": self.mirrors_[1]}

    def facts(self):
        return self.mirrors_

    def inputs(self, X):
        return shrink(X, self.side)

    def planned_epochs(self, n):
        per_epoch = -(-n // self.batch_size)
        return max(self.epochs, min(300, -(-self.steps // per_epoch)))

    def build(self, shapes, n_outputs):
        keras = import_keras()
        policy = keras.config.dtype_policy()
        keras.config.set_dtype_policy("mixed_bfloat16" if self.fast_numbers and has_bfloat16() else "float32")
        try:
            return self.build_layers(keras, shapes[0], n_outputs)
        finally:
            keras.config.set_dtype_policy(policy)

    def build_layers(self, keras, shape, n_outputs: int):
        """The network; its input is float32, 0 to 1, of any height and width, with `shape[2]` channels."""
        raise NotImplementedError

    def augment(self, inputs, seed, progress):
        import tensorflow as tf

        pictures = tf.cast(inputs[0], "float32") / 255
        if not self.augment_by:
            return (pictures,)
        share = 1.0 if not self.grow else tf.where(progress < self.grow, 0.75, 1.0)
        size = tf.cast(tf.round(share * tf.cast(tf.shape(pictures)[1:3], "float32")), "int32")
        pictures = _moved(tf, pictures, seed, size, self.augment_by, *self.mirrors_)
        return (_cut_out(tf, pictures, seed, self.cutout) if self.cutout else pictures,)

    def infer(self, network, inputs):
        """Probabilities, for mirrored classes the mean over both sides."""
        import tensorflow as tf

        pictures = tf.cast(inputs[0], "float32") / 255
        outputs = network(pictures, training=False)
        if self.mirrors_[0]:
            outputs = (outputs + network(pictures[:, :, ::-1], training=False)) / 2
        return self.finish(outputs)


def _moved(tf, pictures, seed, size, strength, mirrored, upside_down):
    """Each picture shifted by up to 1/8, scaled by up to 12 %, turned by up to 8 degrees, maybe mirrored.

    One affine map a picture, from a pixel of the result (of this `size`) to a point of the picture.
    """
    shape = tf.shape(pictures)
    n, height, width = shape[0], tf.cast(shape[1], "float32"), tf.cast(shape[2], "float32")
    u = tf.random.stateless_uniform([6, n], seed, -1.0, 1.0) * strength
    angle, scale = 0.14 * u[0], tf.exp(0.12 * u[1])
    flips = tf.sign(tf.random.stateless_uniform([2, n], seed + 1, -1.0, 1.0))
    across = flips[0] if mirrored else tf.ones([n])
    along = flips[1] if upside_down else tf.ones([n])
    new_height, new_width = tf.cast(size[0], "float32"), tf.cast(size[1], "float32")
    by_x, by_y = scale * across * width / new_width, scale * along * height / new_height
    a, b = tf.cos(angle) * by_x, -tf.sin(angle) * by_y
    d, e = tf.sin(angle) * by_x, tf.cos(angle) * by_y
    x0, y0 = (new_width - 1) / 2, (new_height - 1) / 2
    c = (width - 1) / 2 + 0.125 * u[2] * width - a * x0 - b * y0
    f = (height - 1) / 2 + 0.125 * u[3] * height - d * x0 - e * y0
    zero = tf.zeros([n])
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=pictures, transforms=tf.stack([a, b, c, d, e, f, zero, zero], 1), output_shape=size,
        fill_value=0.0, interpolation="BILINEAR", fill_mode="REFLECT",
    )  # fmt: skip


def _cut_out(tf, pictures, seed, share):
    """Each picture with a grey square somewhere (DeVries, Taylor 2017)."""
    shape = tf.shape(pictures)
    n, height, width = shape[0], shape[1], shape[2]
    centre = tf.random.stateless_uniform([2, n, 1], seed + 2)
    rows = tf.abs(tf.range(height, dtype="float32") / tf.cast(height, "float32") - centre[0]) < share / 2
    columns = tf.abs(tf.range(width, dtype="float32") / tf.cast(width, "float32") - centre[1]) < share / 2
    hidden = (rows[:, :, None] & columns[:, None, :])[..., None]
    return tf.where(hidden, tf.reduce_mean(pictures, axis=[1, 2], keepdims=True), pictures)


def has_bfloat16() -> bool:
    """The device multiplies bfloat16 natively; where it does not, bfloat16 would be far slower."""
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        return True
    try:
        with open("/proc/cpuinfo") as lines:  # noqa: PTH123
            flags = next((line.split() for line in lines if line.startswith("flags")), [])
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags
