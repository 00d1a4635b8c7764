"""RealMLP and TabM do what their papers say: schedules, first weights, members."""

import numpy as np
import pytest

from deepstart.need.contenders import table_realmlp, table_tabm
from deepstart.need.contenders._keras import import_keras
from deepstart.need.contenders.table_realmlp import RealMLPClassifier
from deepstart.need.contenders.table_tabm import TabMClassifier, TabMRegressor


def rows(n=60, columns=3):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, columns))
    return X, (X[:, 0] + X[:, 1] > 0).astype(int)


@pytest.fixture(scope="module")
def realmlp():
    X, y = rows()
    return RealMLPClassifier(epochs=2).fit(X, y)


@pytest.fixture(scope="module")
def tabm():
    X, y = rows()
    return TabMClassifier(epochs=2, members=4).fit(X, y)


def test_the_learning_rate_falls_to_zero_four_times_each_after_twice_the_time():
    ends = (2 ** np.arange(5) - 1) / 15
    middles = (2 ** (np.arange(4) + 0.5) - 1) / 15
    np.testing.assert_allclose(table_realmlp.coslog4(ends.astype("float32")), 0, atol=1e-5)
    np.testing.assert_allclose(table_realmlp.coslog4(middles.astype("float32")), 1, atol=1e-5)


def test_dropout_and_decay_stay_half_the_time_then_fade():
    progress = np.array([0, 0.3, 0.5, 0.75, 1], "float32")
    np.testing.assert_allclose(table_realmlp.flat_cos(progress), [1, 1, 1, 0.5, 0], atol=1e-6)


def test_each_unit_of_realmlp_starts_with_variance_one(realmlp):
    table = realmlp.inputs(rows()[0])
    network = realmlp.build([(table.shape[1],)], 2)
    realmlp.initialise(network, (table,))
    linear = [layer for layer in network.layers if isinstance(layer, table_realmlp.layers()["Linear"])]
    keras = import_keras()
    for layer in linear:
        out = np.asarray(keras.ops.convert_to_numpy(keras.Model(network.input, layer.output)(table)))
        np.testing.assert_allclose(out.std(axis=0), 1, rtol=0.01)
    assert len(linear) == realmlp.n_layers + 1


def test_members_of_tabm_differ_and_answer_by_their_mean(tabm):
    X, _ = rows()
    logits = np.asarray(import_keras().ops.convert_to_numpy(tabm.network()(tabm.inputs(X))))
    assert logits.shape == (60, 4, 2)
    assert logits.std(axis=1).min() > 0
    each = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
    np.testing.assert_allclose(tabm.predict_proba(X), each.mean(axis=1), atol=1e-4)


def test_each_member_of_tabm_has_a_loss_of_its_own():
    outputs, targets = np.array([[[1.0], [3.0]]], "float32"), np.array([2.0], "float32")
    # The mean prediction is right, yet both members are wrong by 1.
    np.testing.assert_allclose(TabMRegressor().loss(targets, outputs), [1.0])


def test_signs_of_tabm_are_plus_or_minus_one(tabm):
    signs = next(
        layer for layer in tabm.build([(3,)], 2).layers if layer.__class__.__name__ == "Members"
    ).signs
    assert set(np.unique(import_keras().ops.convert_to_numpy(signs))) == {-1.0, 1.0}


def test_embedding_of_tabm_is_linear_between_quantiles():
    keras = import_keras()
    embed = table_tabm.layers()["Embed"](bins=2, width=1)
    embed.build((None, 1))
    embed.place_bins(np.array([[0.0], [1.0], [3.0]]))
    for weight, value in ((embed.slope, 0.0), (embed.shift, 0.0), (embed.bends, [[[1.0], [10.0]]])):
        weight.assign(np.broadcast_to(value, weight.shape))
    x = np.array([[0.0], [0.5], [1.0], [2.0], [3.0], [9.0]], "float32")
    found = keras.ops.convert_to_numpy(embed(x))[:, 0, 0]
    np.testing.assert_allclose(found, [0, 0.5, 1, 6, 11, 11])


def test_many_rows_make_fewer_epochs():
    assert RealMLPClassifier(epochs=256, most_steps=1000).epochs_for(steps_per_epoch=3) == 256
    assert RealMLPClassifier(epochs=256, most_steps=1000).epochs_for(steps_per_epoch=100) == 10
