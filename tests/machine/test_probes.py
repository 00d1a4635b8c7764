"""What single probes see: device files, limits, libraries and answers of the driver."""

import json
import struct

import pytest

from deepstart import causes
from deepstart.machine import diagnose, elf, ladder, load_snapshot, loader, reading, report, roots
from deepstart.machine.changes import changes
from deepstart.machine.facts import Facts
from deepstart.machine.probes.container import container
from deepstart.machine.probes.cuda import libraries, search
from deepstart.machine.probes.driver import nodes
from deepstart.machine.probes.memory import memory_linux
from deepstart.machine.probes.nvidia_smi import cuinit
from deepstart.machine.system import Reply, System
from tests.machines import make
from tests.machines.fake_system import RecordedSystem

PYTHON = "/home/user/venv/bin/python"


def machine(name):
    return load_snapshot(str(make.SNAPSHOTS / (name + ".json")))


# --- device files ---------------------------------------------------------------------------------------
FILES = {"/dev/nvidiactl": "", "/dev/nvidia1": "", "/dev/nvidia-uvm": "", "/dev/nvidia-uvm-tools": ""}
MAJORS = {"/proc/devices": "Character devices:\n195 nvidia\n238 nvidia-uvm\n"}


def seen_nodes(**devices):
    paths = {"/dev/" + name.replace("_", "-"): major for name, major in devices.items()}
    told = nodes(RecordedSystem(files={**FILES, **MAJORS}, devices=paths))
    return [node["path"] for node in told["driver.nodes"]], told["driver.foreign_nodes"]


def test_device_files_are_told_by_their_numbers():
    all_of_them = ["/dev/nvidiactl", "/dev/nvidia1", "/dev/nvidia-uvm"]
    assert seen_nodes(nvidiactl=195, nvidia1=195, nvidia_uvm=238) == (all_of_them, [])
    assert seen_nodes() == (all_of_them, [])  # nothing can be told: taken for what they are called


@pytest.mark.parametrize("other", [0, 1], ids=["a plain file", "/dev/null"])
def test_a_file_of_that_name_that_is_another_device_is_none_of_the_drivers(other):
    assert seen_nodes(nvidiactl=195, nvidia1=other, nvidia_uvm=238)[1] == ["/dev/nvidia1"]


def test_a_uvm_file_with_the_number_of_an_earlier_start_is_told():
    assert seen_nodes(nvidia_uvm=511) == (["/dev/nvidiactl", "/dev/nvidia1"], ["/dev/nvidia-uvm"])


# --- the driver's own answer ----------------------------------------------------------------------------
def test_cuda_names_the_cards_where_there_is_no_nvidia_smi():
    answer = Reply("ok", json.dumps([0, 13000, 1, [["NVIDIA H100 80GB HBM3", "9.0", 81079]]]), code=0)
    told = cuinit(RecordedSystem(commands={PYTHON: answer}))
    assert told["driver.cuda_gpus"] == [
        {"name": "NVIDIA H100 80GB HBM3", "capability": "9.0", "memory_mib": 81079}
    ]
    snapshot = machine("h100-without-nvidia-smi")
    snapshot["facts"]["driver.cuda_gpus"] = {"value": told["driver.cuda_gpus"]}
    findings = {finding.id: finding.status for finding in diagnose(snapshot)}
    assert findings["driver-answers"] == findings["gpu-not-too-old"] == "pass"
    assert "unknown" not in findings.values()
    assert "NVIDIA H100 80GB HBM3" in report.rows(diagnose(snapshot), snapshot)[0].says


def test_what_the_loader_says_of_the_drivers_library_is_told():
    said = "/usr/lib/libcuda.so.1: file too short"
    told = cuinit(RecordedSystem(commands={PYTHON: Reply("exit", "", said, 97)}))
    snapshot = machine("h100-libcuda-empty")
    snapshot["facts"]["driver.library_error"] = {"value": told["driver.library_error"]}
    found = next(f for f in diagnose(snapshot) if f.id == "driver-library-not-found")
    assert "loader says: " + said in "\n".join(report.box(found).seen)


def test_no_device_in_spite_of_a_good_variable_is_not_put_down_to_the_variable():
    snapshot = machine("h100-visible-devices-first-unknown")
    snapshot["facts"]["env.variables"]["value"]["CUDA_VISIBLE_DEVICES"] = "0"
    assert roots(diagnose(snapshot)) == ["cuda-does-not-start"]


def test_without_an_answer_of_the_driver_a_warning_is_no_verdict():
    snapshot = machine("h100-without-nvidia-smi")
    del snapshot["facts"]["driver.cuinit"]
    findings = diagnose(snapshot)
    assert [f.status for f in findings if f.id == "pip-belongs-to-other-python"] == ["warn"]
    assert ladder.exit_code(findings) == 3


@pytest.mark.parametrize(("torch", "status"), [("2.9.1+cu128", "pass"), ("2.9.1+rocm6.4", "warn")])
def test_amds_closed_device_file_matters_to_a_build_for_amd_alone(torch, status):
    snapshot = machine("healthy-beside-closed-amd-graphics")
    snapshot["facts"]["packages.installed"]["value"]["torch"] = torch
    found = {f.values.get("check", f.id): f.status for f in diagnose(snapshot)}
    assert found["gpu-nodes-open"] == status


def test_a_closed_card_among_several_is_named_where_nothing_else_silences_the_driver():
    snapshot = machine("one-card-of-two-closed-cuda-silent")
    snapshot["facts"]["driver.smi"]["value"].update(outcome="exit", gpus=[], text="Insufficient Permissions")
    findings = {f.id: f.status for f in diagnose(snapshot)}
    assert findings["gpu-device-no-permission"] == "warn"


@pytest.mark.parametrize("said", ["Insufficient Permissions", "GPU access blocked by the operating system"])
def test_a_container_whose_device_files_are_there_and_refused_has_lost_them(said):
    snapshot = machine("container-lost-gpu")
    snapshot["facts"]["driver.smi"]["value"]["text"] = "Failed to initialize NVML: " + said
    assert roots(diagnose(snapshot)) == ["container-lost-gpu-access"]


# --- where libraries are searched for -------------------------------------------------------------------
def library(*tags, size=0):
    """A file of ELF's form for 64 bits with these dynamic entries; `size`: what it says it has."""
    head = b"\x7fELF\x02\x01" + bytes(26) + struct.pack("<Q", 64) + bytes(14) + struct.pack("<HH", 56, 2)
    dynamic = b"".join(struct.pack("<QQ", tag, 1) for tag in (*tags, 0))
    other = struct.pack("<IIQQQQQQ", 1, 0, 0, 0, 0, size, 0, 0)
    return (
        head.ljust(64, b"\0")
        + other
        + struct.pack("<IIQQQQQQ", 2, 0, 176, 0, 0, len(dynamic), 0, 0)
        + dynamic
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (library(1, 15), "RPATH"),
        (library(1, 29), "RUNPATH"),
        (library(15, 29), "RUNPATH"),
        (library(1), "none"),
        (library(15)[:100], ""),
        (b"\x7fELF", ""),
        (b"#!/bin/sh", ""),
    ],
    ids=["rpath", "runpath", "both", "neither", "cut off", "head only", "script"],
)
def test_a_library_tells_how_its_own_libraries_are_searched_for(content, kind):
    assert elf.search_of(RecordedSystem(files={"/lib/x.so": content}), "/lib/x.so") == kind


def test_frameworks_and_nvidias_own_libraries_are_asked(monkeypatch):
    from deepstart.machine.probes import cuda

    monkeypatch.setattr(cuda, "_site_folders", lambda: ["/site"])
    files = {
        "/site/torch/lib/libtorch_cuda.so": library(15),
        "/site/tensorflow/libtensorflow_cc.so.2": library(29),
        "/site/nvidia/cudnn/lib/libcudnn.so.9": library(29),
        "/site/nvidia/cudnn/lib/libcudnn_ops.so.9": library(15),
    }
    told = search(RecordedSystem(files=files))["cuda.search"]
    assert told == {"torch": "RPATH", "tensorflow": "RUNPATH", "libcudnn": "RUNPATH"}


def test_rpath_takes_the_wheels_copy_and_runpath_that_of_ld_library_path():
    snapshot = machine("h100-older-cudart-on-path")
    assert loader.pick(Facts(snapshot), "libcudart.so.13").origin == "wheel"
    snapshot["facts"]["cuda.search"]["value"]["jax"] = "RUNPATH"
    assert loader.pick(Facts(snapshot), "libcudart.so.13").origin == "LD_LIBRARY_PATH"
    assert roots(diagnose(snapshot)) == ["ld-library-path-shadows-pip-cuda"]


@pytest.mark.parametrize(
    ("kind", "origin"), [("RUNPATH", "LD_LIBRARY_PATH"), ("none", "wheel"), ("RPATH", "wheel")]
)
def test_what_another_library_loads_is_searched_for_as_that_one_says(kind, origin):
    snapshot = machine("h100-older-cudart-on-path")
    rows = snapshot["facts"]["cuda.libraries"]["value"]
    rows.insert(
        0, {"name": "libnvJitLink.so.13", "origin": "LD_LIBRARY_PATH", "path": "/x", "version": "13.0.1"}
    )
    snapshot["facts"]["cuda.search"]["value"]["libcusparse"] = kind
    assert loader.pick(Facts(snapshot), "libnvJitLink.so.13").origin == origin


def test_a_file_that_is_shorter_than_its_head_says_is_cut_off(tmp_path):
    (tmp_path / "whole.so").write_bytes(library(15))
    (tmp_path / "short.so").write_bytes(library(15, size=4096))
    (tmp_path / "empty.so").write_bytes(b"")
    (tmp_path / "script.so").write_bytes(b"GROUP ( libc.so.6 )")
    cut = {path.stem: elf.cut_off(System(), str(path)) for path in tmp_path.iterdir()}
    assert cut == {"whole": False, "short": True, "empty": True, "script": False}
    assert not elf.cut_off(System(), str(tmp_path / "missing.so"))


def test_libraries_that_are_cut_off_are_listed():
    path = "/usr/local/cuda/lib64/libcudart.so.13"
    told = libraries(RecordedSystem(files={path: library(size=4096)}))
    assert told["cuda.cut_off"] == [path]


def test_a_library_that_is_cut_off_matters_where_the_loader_takes_it():
    snapshot = machine("h100-cudnn-cut-off-on-path")
    snapshot["facts"] = {
        name: fact for name, fact in snapshot["facts"].items() if not name.startswith("deep.")
    }
    assert roots(diagnose(snapshot)) == []
    snapshot["facts"]["cuda.search"]["value"]["jax"] = "RUNPATH"
    assert roots(diagnose(snapshot)) == ["cuda-library-cut-off"]
    own = "/opt/venv/lib/python3.12/site-packages/nvidia/cudnn/lib/libcudnn.so.9"
    snapshot["facts"]["cuda.search"]["value"]["jax"] = "RPATH"
    snapshot["facts"]["cuda.cut_off"]["value"] = [own]
    found = next(f for f in diagnose(snapshot) if f.id == "cuda-library-cut-off")
    assert "nvidia-cudnn-cu13==9.19.0.56" in found.remedies[0].commands[0]


def test_a_toolkit_under_several_names_is_listed_once():
    files = {"/usr/local/cuda/lib64/libcudart.so.13": "", "/usr/local/cuda-13.0/lib64/libcudart.so.13": ""}
    links = {"/usr/local/cuda": "/usr/local/cuda-13.0"}
    found = libraries(RecordedSystem(files=files, links=links))["cuda.libraries"]
    assert [row["path"] for row in found if row["origin"] == "system"] == [
        "/usr/local/cuda/lib64/libcudart.so.13"
    ]


# --- memory and containers ------------------------------------------------------------------------------
MEMINFO = {"/proc/meminfo": "MemTotal:       131981020 kB\nMemAvailable:   131429376 kB\n"}
GIB2 = "2147483648\n"


@pytest.mark.parametrize(
    "files",
    [
        {"/proc/self/cgroup": "0::/job/step\n", "/sys/fs/cgroup/job/step/memory.max": GIB2},
        {
            "/proc/self/cgroup": "0::/job/step\n",
            "/sys/fs/cgroup/job/memory.max": GIB2,
            "/sys/fs/cgroup/job/step/memory.max": "max\n",
        },
        {"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": GIB2},
        {
            "/proc/self/cgroup": "9:cpu,cpuacct:/x\n4:memory:/job\n0::/\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "/sys/fs/cgroup/memory/job/memory.limit_in_bytes": GIB2,
        },
        {
            "/proc/self/cgroup": "4:memory:/docker/0123456789ab\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": GIB2,
        },
        {"/proc/self/cgroup": "0::/../../other\n", "/sys/fs/cgroup/memory.max": GIB2},
    ],
    ids=["own group", "group above", "top", "version 1", "container, version 1", "out of sight"],
)
def test_the_smallest_limit_of_a_control_group_and_those_above_it_counts(files):
    assert memory_linux(RecordedSystem(files={**MEMINFO, **files}))["memory.total_mib"] == 2048


def test_without_a_limit_the_machines_memory_counts():
    files = {"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "max\n"}
    assert memory_linux(RecordedSystem(files={**MEMINFO, **files}))["memory.total_mib"] == 128887


@pytest.mark.parametrize(
    ("root", "second", "kind"),
    [
        ("overlay / overlay rw 0 0", "", "docker"),
        ("/dev/vda / ext4 rw 0 0", "kthreadd\n", ""),
        ("overlay / overlay rw 0 0", "kthreadd\n", "docker"),
        ("/dev/mapper/docker-8:1 / ext4 rw 0 0", "sh\n", "docker"),
        ("/dev/sda2 / btrfs rw,subvol=/@/var/lib/docker/btrfs/subvolumes/3f 0 0", "kthreadd\n", "docker"),
        ("/dev/sda2 / btrfs rw,subvol=/@ 0 0", "kthreadd\n", ""),
    ],
    ids=[
        "container",
        "machine from an image",
        "container with the host's processes",
        "device mapper",
        "container on btrfs with the host's processes",
        "machine on btrfs from an image",
    ],
)
def test_a_virtual_machine_made_from_an_image_is_no_container(root, second, kind):
    files = {"/.dockerenv": "", "/proc/mounts": root + "\n", "/proc/2/comm": second}
    assert container(RecordedSystem(files=files))["container.kind"] == kind


@pytest.mark.parametrize(
    ("name", "command"),
    [("h100-shared-memory-1", "sudo mount -o remount"), ("docker-shared-memory-64", "docker run")],
)
def test_small_shared_memory_is_enlarged_where_it_is(name, command):
    snapshot = machine(name)
    found = next(f for f in diagnose(snapshot) if f.id == "docker-shm-too-small")
    remedies = causes.remedies_for(causes.load()[found.id], reading.platform(Facts(snapshot)))
    assert report.box(found, remedies).remedy.commands[0].startswith(command)


# --- what is said ---------------------------------------------------------------------------------------
def test_the_notes_name_each_framework_with_its_devices_and_no_files():
    snapshot = machine("h100-healthy")
    notes = report.notes(diagnose(snapshot), snapshot)
    assert "JAX 0.11.2 cuda:0" in notes[0]
    assert "PyTorch 2.11.0+cu130 cuda:0" in notes[0]
    assert not any("site-packages" in note for note in notes)
    assert any("cuda:0 50800 GFLOP/s, 2595.4 GB/s" in note for note in notes)


def test_how_much_memory_is_taken_at_the_moment_is_no_change():
    before, after = machine("h100-healthy"), machine("h100-memory-held")
    assert [change.name for change in changes(before, after)] == []
