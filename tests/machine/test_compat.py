"""The tables of versions: shape, sources, and figures that documents print."""

import pytest

from deepstart.machine import compat
from deepstart.machine.facts import version

TABLES = ("tensorflow", "torch", "jax", "cuda", "gpus", "python", "numpy2", "speed")


@pytest.mark.parametrize("name", TABLES)
def test_every_entry_names_sources_that_are_listed(name):
    table = compat.table(name)
    for entry in table["entries"]:
        assert entry["source"], entry
        assert set(entry["source"]) <= set(table["sources"]), entry


@pytest.mark.parametrize(
    ("cuda", "windows", "driver"),
    [
        ("12.5", False, "525.60.13"),  # TensorFlow's pip guide
        ("11.8", False, "450.80.02"),  # CUDA compatibility guide
        ("10.1", False, "418.39"),  # release notes of CUDA 10.1
        ("12.1", True, "527.41"),
        ("13.0", False, "580"),
    ],
)
def test_the_oldest_driver_of_a_cuda_is_what_nvidia_prints(cuda, windows, driver):
    assert compat.needed_driver(cuda, windows) == driver


@pytest.mark.parametrize(
    ("capability", "windows", "driver"),
    [
        ("12.0", False, "570.26"),  # Blackwell: CUDA 12.8 is the first that builds for it
        ("12.0", True, "570.65"),
        ("8.9", False, "520.61.05"),  # Ada Lovelace: CUDA 11.8
        ("99.0", False, None),
    ],
)
def test_a_card_needs_the_driver_of_the_first_cuda_that_builds_for_it(capability, windows, driver):
    assert compat.card_driver(capability, windows) == driver


@pytest.mark.parametrize(
    ("name", "capability"),
    [
        ("NVIDIA GeForce RTX 3060", "8.6"),
        ("NVIDIA GeForce RTX 5090", "12.0"),
        ("Tesla T4", "7.5"),
        ("NVIDIA A100-SXM4-80GB", "8.0"),
        ("NVIDIA H100 80GB HBM3", "9.0"),
        ("GeForce GTX 660 Ti", "3.0"),
        ("NVIDIA Corporation GA104 [GeForce RTX 3070]", "8.6"),
        ("NVIDIA GeForce GTX 1080 Ti", "6.1"),
    ],
)
def test_a_gpu_is_known_by_the_name_that_the_driver_gives_it(name, capability):
    assert compat.gpu(name).capability == capability


def test_an_unknown_gpu_is_not_guessed():
    assert compat.gpu("Voodoo 3") is None


def test_a_kernel_runs_on_the_same_major_and_higher_minor_number_only():
    kernels = compat.Kernels(("7.0", "8.0", "8.6"), ("8.6",))
    ready = [c for c in ("6.1", "7.0", "7.5", "8.0", "8.6", "8.9", "9.0", "12.0") if kernels.ready_for(c)]
    assert ready == ["7.0", "7.5", "8.0", "8.6", "8.9"]
    assert kernels.compilable_for("12.0")
    assert not kernels.compilable_for("8.0")


def test_tables_reach_from_tensorflow_113_to_221():
    versions = [entry["version"] for entry in compat.table("tensorflow")["entries"]]
    assert min(versions, key=version) == "1.13"
    assert max(versions, key=version) == "2.21"


def test_the_newest_release_for_a_python():
    assert compat.newest_for_python("tensorflow", "3.9.1") == "2.20"
    assert compat.newest_for_python("tensorflow", "3.14.0") is None
    assert compat.newest_for_python("torch", "3.14.0") is not None
