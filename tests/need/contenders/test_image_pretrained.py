"""A pre-trained network runs from a file of weights, never from the network."""

import numpy as np
import pytest

from deepstart.need.contenders import Setting, all_contenders
from deepstart.need.contenders.image_pretrained import PretrainedNetwork, find_weights

NAME = "weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5"


@pytest.fixture
def weights(tmp_path):
    """A weights file as keras.applications has it, of an untrained network with lively features."""
    from deepstart.need.contenders._keras import import_keras

    keras = import_keras(1)
    keras.utils.set_random_seed(0)
    model = keras.applications.MobileNetV3Small(
        weights=None, include_top=False, input_shape=(32, 32, 3), pooling="avg"
    )
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0  # one batch is enough to know the statistics
    model(np.random.default_rng(0).integers(0, 256, (32, 32, 32, 3)).astype("float32"), training=True)
    model.save(tmp_path / NAME)
    return tmp_path


def test_it_refuses_where_no_weights_are_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "empty"))
    found = next(c for c in all_contenders() if c.name == "image-pretrained")
    assert found.pretrained
    assert found.refuses(Setting("classification")) == "no-weights"


def test_it_takes_weights_from_the_folder_and_from_the_cache_of_keras(tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / NAME).touch()
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert find_weights(None) == tmp_path / "models" / NAME
    assert find_weights(str(tmp_path / "models")) == tmp_path / "models" / NAME


@pytest.mark.filterwarnings("ignore")
def test_it_starts_from_the_weights_and_fits_its_last_layer_on_their_features(weights):
    rng = np.random.default_rng(0)
    y = np.arange(24) % 2
    X = (rng.integers(0, 80, (24, 16, 16, 3)) + 120 * y[:, None, None, None]).astype("uint8")
    model = PretrainedNetwork(
        weights_file=str(weights / NAME), seen=32, epochs=1, steps=1, threads=1,
        learning_rate=0.0,  # so that nothing but the last layer is learnt
    ).fit(X, y)  # fmt: skip
    assert model.chosen_["network"] == "MobileNetV3Small"
    assert model.score(X, y) > 0.9
