"""--deep: what becomes of a child that computes, crashes, hangs or computes wrongly."""

import json
import os

import pytest

from deepstart.machine import deep, deep_common, diagnose, load_snapshot, roots
from deepstart.machine.checks.deep_computation import judge
from deepstart.machine.facts import Facts
from deepstart.machine.system import Reply, System
from tests.machines import make

CPU = Facts(load_snapshot(str(make.SNAPSHOTS / "this-machine.json")))
GPU = Facts(load_snapshot(str(make.SNAPSHOTS / "ubuntu-rtx3060-tf.json")))


def told(*lines):
    return "".join(f"\nnoise\nDEEPSTART {json.dumps(line)}\n" for line in lines)


def device(name="CPU:0", kind="cpu", difference=1e-7, gflops=60.0):
    return {"device": name, "kind": kind, "difference": difference, "gflops": gflops, "gb_per_s": 9.5}


def verdict(reply, facts=CPU, framework="tensorflow"):
    found = judge(framework, deep.read_reply(reply, 3.0), facts)
    found = found[0] if isinstance(found, list) else found
    return found.cause or found.status


DONE = {"step": "done", "libraries": []}
START = ({"step": "import"}, {"step": "devices", "version": "2.20.0"})


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply("ok", told(*START, device(), DONE), code=0), "pass"),
        (
            Reply("exit", told({"step": "import"}), "ImportError: libcudart.so.12", code=1),
            "framework-does-not-import",
        ),
        (Reply("exit", told(*START), "RuntimeError: no backend", code=1), "framework-does-not-compute"),
        (
            Reply("exit", told(*START), "F1 Unknown flag in XLA_FLAGS: --xla_gpu_no_such=1", code=1),
            "xla-flag-unknown",
        ),
        (Reply("exit", told({"step": "import"}), code=-4), "framework-illegal-instruction"),
        (Reply("exit", told(*START), code=-11), "framework-segfault"),
        (Reply("exit", told(*START), code=-6), "framework-crashes"),
        (Reply("timeout", told(*START)), "framework-hangs"),
        (Reply("ok", "\ufffd\x00 garbage", code=0), "framework-does-not-import"),
        (Reply("missing"), "framework-does-not-import"),
        (Reply("ok", told(*START, device(difference=0.3), DONE), code=0), "device-computes-wrong"),
        (Reply("ok", told(*START, device(difference=float("nan")), DONE), code=0), "device-computes-wrong"),
        (Reply("ok", told(*START, device(gflops=0.5), DONE), code=0), "device-far-below-expected-speed"),
    ],
)
def test_each_end_of_a_child_has_its_name(reply, expected):
    assert verdict(reply) == expected


def roots_of(name, framework, *lines, code=0, errors=""):
    """The roots of a recorded machine on which a child told these lines."""
    snapshot = load_snapshot(str(make.SNAPSHOTS / (name + ".json")))
    reply = Reply("ok" if code == 0 else "exit", told(*START, *lines), errors, code)
    snapshot["facts"]["deep." + framework] = {"value": deep.read_reply(reply, 3.0)}
    return roots(diagnose(snapshot))


FAST_CPU = device(gflops=800.0)


def test_a_gpu_build_that_lists_no_gpu_is_a_fault_where_the_driver_works():
    card = device("GPU:0", "gpu", gflops=9000.0) | {"gb_per_s": 300.0}
    assert roots_of("ubuntu-rtx3060-tf", "tensorflow", FAST_CPU, DONE) == ["framework-does-not-see-gpu"]
    assert roots_of("ubuntu-rtx3060-tf", "tensorflow", FAST_CPU, card, DONE) == []


def test_what_the_child_met_is_no_second_root_where_a_lower_layer_explains_it():
    assert roots_of("driver-too-old-tf220", "tensorflow", FAST_CPU, DONE) == [
        "driver-too-old-for-cuda-runtime"
    ]
    hidden = roots_of("visible-devices-empty", "tensorflow", FAST_CPU, DONE)
    assert hidden == ["cuda-visible-devices-hides-gpu"]
    error = "ImportError: numpy.core.multiarray failed to import"
    assert roots_of("numpy2-with-tf215", "tensorflow", code=1, errors=error) == ["numpy2-abi-break"]
    shadow = roots_of("file-named-tensorflow", "tensorflow", code=1, errors="AttributeError")
    assert shadow == ["local-file-shadows-package"]


def test_a_framework_that_imports_and_then_fails_on_a_device_is_told_apart():
    step = {"step": "computing on cuda:0"}
    error = "RuntimeError: CUDA error: no kernel image is available for execution on the device"
    found = roots_of("ubuntu-rtx3060-torch", "torch", step, code=1, errors=error)
    assert found == ["framework-does-not-compute"]


def test_the_figures_of_each_device_are_told():
    from deepstart.machine import diagnose, report

    snapshot = load_snapshot(str(make.SNAPSHOTS / "this-machine.json"))
    found = deep.read_reply(Reply("ok", told(*START, device(gflops=61.4), DONE), code=0), 3.0)
    snapshot["facts"]["deep.tensorflow"] = {"value": found}
    assert any("CPU:0 61 GFLOP/s, 9.5 GB/s" in note for note in report.notes(diagnose(snapshot), snapshot))


def test_a_low_speed_on_a_busy_machine_is_no_finding():
    slow = {**device(gflops=0.5), "busy": True}
    assert verdict(Reply("ok", told(*START, slow, DONE), code=0)) == "pass"


def test_a_card_far_below_its_model_is_noticed():
    card = device("GPU:0", "gpu", gflops=9000.0) | {"gb_per_s": 300.0}
    assert deep.expected("gpu", GPU) == (1270.0, 36.0)
    for slower in ({"gflops": 600.0}, {"gb_per_s": 3.0}):
        slow = told(*START, device(gflops=1e3), {**card, **slower}, DONE)
        assert verdict(Reply("ok", slow, code=0), GPU) == "device-far-below-expected-speed"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("NVIDIA T400 4GB", False),
        ("Tesla T4", True),
        ("GRID A100-20C", False),
        ("NVIDIA A100-SXM4-80GB", True),
    ],
)
def test_a_card_is_judged_by_its_own_model_and_a_share_of_one_not_at_all(name, known):
    snapshot = load_snapshot(str(make.SNAPSHOTS / "ubuntu-rtx3060-tf.json"))
    snapshot["facts"]["driver.smi"]["value"]["gpus"][0]["name"] = name
    assert (deep.expected("gpu", Facts(snapshot))[0] is not None) == known


def test_where_a_size_does_not_fit_into_memory_a_smaller_one_is_timed():
    tried = []

    def prepare(rows, length):
        tried.append(rows)
        if rows > 1000:
            raise MemoryError
        return lambda: None, lambda: None

    gflops, gb_per_s = deep_common.speeds("gpu", prepare)
    assert tried == [4096, 2048, 512]
    assert gflops > 0
    assert gb_per_s > 0


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
@pytest.mark.parametrize(
    ("signal", "cause"), [("SIGILL", "framework-illegal-instruction"), ("SIGSEGV", "framework-segfault")]
)
def test_a_child_that_really_dies_by_a_signal_is_named(signal, cause, tmp_path, monkeypatch):
    (tmp_path / "torch.py").write_text(f"import os, signal\nos.kill(os.getpid(), signal.{signal})\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = deep.try_framework("torch", System(limit=20))
    assert judge("torch", found, CPU).cause == cause


@pytest.mark.skipif(os.name == "nt", reason="needs process groups")
def test_a_child_that_really_hangs_is_stopped(tmp_path, monkeypatch):
    (tmp_path / "jax.py").write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = deep.try_framework("jax", System(limit=2), limit=2)
    assert judge("jax", found, CPU).cause == "framework-hangs"


def test_the_references_agree_with_numpy():
    numpy = pytest.importorskip("numpy")
    a, b = deep_common.matrix(7, 5, 1), deep_common.matrix(5, 9, 2)
    assert numpy.allclose(deep_common.product(a, b), numpy.array(a) @ numpy.array(b))
    x, k = numpy.array(deep_common.picture(10, 3)), numpy.array(deep_common.kernel(3, 3, 4))
    windows = numpy.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(0, 1))  # (8, 8, 3, 3, 3)
    expected = numpy.einsum("yxcij,ijcf->yxf", windows, k)
    assert numpy.allclose(deep_common.convolution(x.tolist(), k.tolist()), expected)
