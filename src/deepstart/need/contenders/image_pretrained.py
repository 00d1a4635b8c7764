"""A network that learnt from a million photographs, its last layer learnt anew, then all of it adjusted."""

import os
from pathlib import Path

import numpy as np

from deepstart.need.contenders import contender
from deepstart.need.contenders._image_networks import PictureNetwork, picture_options
from deepstart.need.contenders._keras import import_keras

#: Weights files of keras.applications, the best for a small computer first: the model's name there,
#: and what its input should be (`bytes`: 0 to 255; `signed`: -1 to 1; `caffe`: BGR less its mean).
BACKBONES = {
    "efficientnetv2-b0_notop.h5": ("EfficientNetV2B0", "bytes"),
    "efficientnetb0_notop.h5": ("EfficientNetB0", "bytes"),
    "weights_mobilenet_v3_large_224_1.0_float_no_top_v2.h5": ("MobileNetV3Large", "bytes"),
    "weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5": ("MobileNetV3Small", "bytes"),
    "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5": ("MobileNetV2", "signed"),
    "resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5": ("ResNet50V2", "signed"),
    "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5": ("ResNet50", "caffe"),
}


def find_weights(folder: str | None) -> Path | None:
    """The first known weights file in `folder` or in Keras's own cache; nothing is ever downloaded."""
    cache = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "models"
    folders = [Path(folder)] if folder else []
    found = (place / name for place in [*folders, cache] for name in BACKBONES)
    return next((path for path in found if path.is_file()), None)


class PretrainedNetwork(PictureNetwork):
    """A network of keras.applications: first its last layer on frozen features, then all layers, gently.

    Args:
        weights_file: weights without the last layer, one of the names in BACKBONES.
        seen: side in pixels at which the network looks at pictures.
    """

    def __init__(
        self, *, weights_file, seen=128, epochs=10, steps=100, batch_size=32, learning_rate=1e-4,
        weight_decay=1e-4, cutout=0.0, grow=0.0, fast_numbers=False, **common,
    ):  # fmt: skip
        super().__init__(
            epochs=epochs, steps=steps, batch_size=batch_size, learning_rate=learning_rate,
            weight_decay=weight_decay, cutout=cutout, grow=grow, fast_numbers=fast_numbers, **common,
        )  # fmt: skip
        self.weights_file, self.seen = weights_file, seen

    def prepare(self, X, y):
        super().prepare(X, y)
        self._codes = y
        self.chosen_ |= {"network": BACKBONES[Path(self.weights_file).name][0]}

    def build_layers(self, keras, shape, n_outputs):
        layers = keras.layers
        name, scale = BACKBONES[Path(self.weights_file).name]
        made = getattr(keras.applications, name)(
            weights=None, include_top=False, input_shape=(self.seen, self.seen, 3), pooling="avg"
        )
        pictures = keras.Input((None, None, shape[2]))
        x = layers.Concatenate()([pictures] * 3) if shape[2] == 1 else pictures
        x = _as_wanted(keras, layers.Resizing(self.seen, self.seen)(x), scale)
        # Their batch statistics stay those of the million photographs: a small batch's are too rough.
        features = made(x, training=False)
        return keras.Model(pictures, layers.Dense(n_outputs, name="answer")(features))

    def initialise(self, network, inputs):
        network.layers[-2].load_weights(self.weights_file)
        frozen = import_keras().Model(network.input, network.get_layer("answer").input)
        pictures = inputs[0]
        parts = [
            np.asarray(frozen(pictures[at : at + 64].astype("float32") / 255, training=False))
            for at in range(0, len(pictures), 64)
        ]
        codes = self.__dict__.pop("_codes")
        if len(np.unique(codes)) > 1:
            network.get_layer("answer").set_weights(self._last_layer(np.concatenate(parts), codes))

    def _last_layer(self, features, codes):
        """Weights and bias of a logistic regression on the frozen features, one column a class."""
        from sklearn.linear_model import LogisticRegression

        mean, spread = features.mean(axis=0), features.std(axis=0)
        spread = np.maximum(spread, 0.01 * spread.max()) + 1e-12
        model = LogisticRegression(
            C=0.05, max_iter=200, class_weight="balanced" if self.balanced else None
        ).fit((features - mean) / spread, codes)
        rows, bias = model.coef_, model.intercept_
        if len(rows) == 1:
            rows, bias = np.stack([-rows[0], rows[0]]) / 2, np.array([-bias[0], bias[0]]) / 2
        weights = np.zeros((features.shape[1], self._n_outputs), "float32")
        offset = np.full(self._n_outputs, -10.0, "float32")  # of a class that has no row here
        weights[:, model.classes_] = (rows / spread).T
        offset[model.classes_] = bias - (rows * mean / spread).sum(axis=1)
        return [weights, offset]


def _as_wanted(keras, pictures, scale: str):
    """Pictures of 0 to 1 on the scale that the network was trained with."""
    if scale == "bytes":
        return pictures * 255
    if scale == "signed":
        return pictures * 2 - 1
    return pictures[..., ::-1] * 255 - np.array([103.939, 116.779, 123.68], "float32")


@contender(
    "image-pretrained", family="deep", modality="image", strength="strong",
    source="Kornblith, Shlens, Le: Do Better ImageNet Models Transfer Better? CVPR 2019.",
    tasks=("classification",), pretrained=True,
    refuses=lambda setting: None if find_weights(setting.weights) else "no-weights",
)  # fmt: skip
def pretrained(setting):
    """Knows edges, fur and petals before it sees the first of your pictures."""
    found = find_weights(setting.weights)
    return PretrainedNetwork(weights_file=str(found), **picture_options(setting, 128))
