"""What a fit consumes: counters that wrap around, processor seconds, and the arithmetic of networks."""

import time

import numpy as np
import pytest

from deepstart.need import meter
from deepstart.need.meter import Meter, Rapl, network_work

LIMIT = 1_000_000


def counter(root, folder, name, value):
    place = root / folder
    place.mkdir(exist_ok=True)
    (place / "name").write_text(f"{name}\n")
    (place / "max_energy_range_uj").write_text(f"{LIMIT}\n")
    (place / "energy_uj").write_text(f"{value}\n")


def test_packages_and_their_memory_are_added_and_cores_are_not_counted_twice(tmp_path):
    places = [("intel-rapl:0", "package-0"), ("intel-rapl:0:0", "core"), ("intel-rapl:0:1", "dram")]
    places += [("intel-rapl:1", "package-1"), ("intel-rapl:2", "psys")]
    for folder, name in places:
        counter(tmp_path, folder, name, 100)
    rapl = Rapl(tmp_path)
    for folder, name in places:
        counter(tmp_path, folder, name, 200_100)
    assert rapl.read() == pytest.approx(3 * 0.2)


def test_a_counter_that_wraps_around_goes_on_counting(tmp_path):
    counter(tmp_path, "intel-rapl:0", "package-0", 900_000)
    rapl = Rapl(tmp_path)
    for value in (100_000, 700_000, 300_000):
        counter(tmp_path, "intel-rapl:0", "package-0", value)
        total = rapl.read()
    assert total == pytest.approx(0.2 + 0.6 + 0.6)


def test_without_a_readable_counter_no_energy_is_claimed(tmp_path):
    assert Rapl(tmp_path).read() is None
    counter(tmp_path, "intel-rapl:0", "package-0", 5)
    (tmp_path / "intel-rapl:0" / "energy_uj").write_text("")
    assert Rapl(tmp_path).read() is None


def test_processor_seconds_are_those_of_the_work_and_not_of_waiting(tmp_path):
    with Meter(tmp_path) as worked:
        started = time.process_time()
        while time.process_time() - started < 0.3:
            np.ones(1000).sum()
    with Meter(tmp_path) as waited:
        time.sleep(0.3)
    assert 0.25 < worked.consumed.cpu_seconds < 1.0
    assert waited.consumed.cpu_seconds < 0.2
    assert waited.consumed.seconds >= 0.3


def test_the_energy_of_a_block_is_what_the_counter_gained_meanwhile(tmp_path):
    counter(tmp_path, "intel-rapl:0", "package-0", 100)
    with Meter(tmp_path) as measured:
        counter(tmp_path, "intel-rapl:0", "package-0", 500_100)
    assert measured.consumed.joules == pytest.approx(0.5)
    assert 0 <= measured.consumed.share <= 1


def graph_of(layers, shape):
    """The graph of a small network for one row."""
    keras, tf = pytest.importorskip("keras"), pytest.importorskip("tensorflow")
    network = keras.Sequential([keras.Input(shape), *layers(keras.layers)])
    call = tf.function(lambda x: network(x, training=False))
    return call.get_concrete_function(tf.TensorSpec([1, *shape])).graph


def test_dense_layers_and_convolutions_are_counted_as_by_hand():
    dense = graph_of(lambda k: [k.Dense(32, "relu"), k.Dense(3)], (20,))
    assert meter.count_flops(dense) == 2 * (20 * 32 + 32 * 3)
    pictures = graph_of(lambda k: [k.Conv2D(8, 3, padding="same"), k.Flatten(), k.Dense(5)], (10, 10, 3))
    assert meter.count_flops(pictures) == 2 * (100 * 8 * 27 + 800 * 5)


def test_the_count_agrees_with_tensorflows_own_profiler():
    graph = graph_of(lambda k: [k.Conv2D(8, 3), k.MaxPooling2D(), k.Flatten(), k.Dense(10)], (12, 12, 1))
    from tensorflow.compat.v1 import profiler

    options = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation())
    theirs = profiler.profile(graph, options=options.with_empty_output().build()).total_float_ops
    assert meter.count_flops(graph) == pytest.approx(theirs, rel=0.1)  # theirs has biases and pooling too


def test_a_recurrent_layer_counts_once_for_each_step_of_its_sequence():
    flops = meter.count_flops(graph_of(lambda k: [k.GRU(48)], (40, 64)))
    assert flops == pytest.approx(2 * 40 * 144 * (64 + 48), rel=0.05)


def test_a_recurrent_layer_is_cudnns_on_a_gpu_however_many_operations_a_processor_starts():
    short, long = (graph_of(lambda k: [k.GRU(48)], (turns, 64)) for turns in (10, 40))
    assert meter.count_kernels(long) - meter.count_kernels(short) == (40 - 10) / 2


def test_a_trained_network_tells_how_it_was_trained():
    pytest.importorskip("tensorflow")
    from deepstart.need.contenders import Setting, all_contenders

    from .conftest import table

    data = table(200)
    (mlp,) = [c for c in all_contenders() if c.name == "table-mlp"]
    setting = Setting("classification", n_classes=2, n_rows=200, schema=data.schema, max_seconds=20)
    estimator = mlp.make(setting).fit(data.X, data.y)
    work = network_work(estimator, count=True)
    assert work["steps"] * work["batch"] == pytest.approx(work["epochs"] * 200 * 0.88, rel=0.1)
    assert work["flops_per_row"] <= 2 * work["parameters"]  # every weight is used once a row, or not at all
    assert work["kernels"] > 50
    assert 1e8 < work["peak"] < 1e14


def test_what_is_no_network_has_no_work():
    assert network_work(object(), count=True) == {}
