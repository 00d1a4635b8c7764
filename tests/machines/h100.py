"""One real machine with a GPU, whole and with one thing made wrong at a time: what its probes recorded.

A virtual machine with an NVIDIA H100, driver 580 and the open kernel module, PyTorch 2.11 and JAX 0.11
for CUDA 13. Each fault was made in a mount namespace or by a variable, and the truth was asked of CUDA
itself in the same place (cuInit, and what JAX loaded). `recorded/h100-broken.json` holds what differed
from the healthy run. Names of the machine and packages that say nothing were taken out.
"""

import copy
import json

from tests.machines import make

RECORDED = make.HERE / "recorded"
HEALTHY = json.loads((RECORDED / "h100.json").read_text(encoding="utf-8"))["facts"]
BROKEN = json.loads((RECORDED / "h100-broken.json").read_text(encoding="utf-8"))
#: Facts that the probes did not tell yet when it was recorded, as tools told them of the same machine:
#: readelf the search of the libraries, ls the numbers of the device files.
LATER = {
    "cuda.search": {"value": {"torch": "RPATH", "jax": "RPATH"}, "source": "readelf"},
    "cuda.cut_off": {"value": [], "source": "ls"},
    "driver.foreign_nodes": {"value": [], "source": "/dev"},
}
#: True of this machine: `pip` on PATH is the system's, this environment brings pip3 only.
PIP = "pip-belongs-to-other-python"


def h100(name, about, roots=(), warns=(PIP,), foreign=(), cut_off=()):
    """Register the machine with this one thing wrong.

    Args:
        foreign: device files that stand for another device.
        cut_off: libraries of which only the beginning is there.
    """
    changed = dict(BROKEN.get(name, {}))
    gone = changed.pop("gone", [])
    facts = {**copy.deepcopy(HEALTHY), **copy.deepcopy(LATER), **changed}
    facts = {fact: value for fact, value in facts.items() if fact not in gone}
    if foreign:
        nodes = [node for node in facts["driver.nodes"]["value"] if node["path"] not in foreign]
        facts["driver.nodes"] = {**facts["driver.nodes"], "value": nodes}
        facts["driver.foreign_nodes"] = {"value": list(foreign), "source": "/dev"}
    facts["cuda.cut_off"]["value"] = list(cut_off)
    make.add("h100-" + name, about, facts, roots, warns)


HIDES = ["cuda-visible-devices-hides-gpu"]
STUB = ["cuda-stub-libcuda-on-library-path"]
NO_FILES = ["nvidia-device-files-missing"]
NO_UVM = ["nvidia-uvm-device-missing"]

h100("healthy", "nothing is wrong; PyTorch and JAX computed on it")
h100("visible-devices-empty", "CUDA_VISIBLE_DEVICES=", HIDES)
h100("visible-devices-first-unknown", "CUDA_VISIBLE_DEVICES=7,0: CUDA stops at the first", HIDES)
h100("visible-devices-second-unknown", "CUDA_VISIBLE_DEVICES=0,7: the first is seen")
h100("visible-devices-unknown-name", "CUDA_VISIBLE_DEVICES=GPU-... of no card here", HIDES)
h100("toolkit-stubs-on-path", "the toolkit's stubs in LD_LIBRARY_PATH: no libcuda.so.1 in it, cuInit works")
h100("stub-as-driver-library", "a link libcuda.so.1 made in a folder called stubs", STUB)
h100("stub-in-another-folder", "the stub as libcuda.so.1 in a folder of another name", STUB)
h100(
    "cudnn-cut-off-on-path",
    "64 KiB of libcudnn.so.9 in LD_LIBRARY_PATH: RPATH passes it over",
    cut_off=["/tmp/case/lib/libcudnn.so.9"],
)
h100(
    "older-cudnn-on-path",
    "older parts of cuDNN win over the wheel's own, whose RUNPATH gives way: PyTorch refuses",
    ["cudnn-sublibraries-mixed"],
)
h100("older-cudart-on-path", "an older libcudart in LD_LIBRARY_PATH: RPATH passes it over")
h100("without-nvidia-smi", "no nvidia-smi anywhere, CUDA starts")
h100("nodes-hidden", "no /dev/nvidia* in a sandbox, the module is loaded", NO_FILES)
h100("nvidiactl-is-dev-null", "/dev/null bound over /dev/nvidiactl", NO_FILES, foreign=["/dev/nvidiactl"])
h100("nvidia0-is-dev-null", "/dev/null bound over /dev/nvidia0", NO_FILES, foreign=["/dev/nvidia0"])
h100("uvm-missing", "no /dev/nvidia-uvm", NO_UVM)
h100("uvm-is-dev-null", "/dev/null bound over /dev/nvidia-uvm", NO_UVM, foreign=["/dev/nvidia-uvm"])
h100(
    "nodes-closed",
    "an ordinary user, device files of mode 0600",
    ["gpu-device-no-permission"],
    ["home-not-writable", "no-write-permission-site-packages", PIP],
)
h100("libcuda-empty", "an empty file bound over libcuda.so.1", ["driver-library-not-found"])
h100("shared-memory-1", "/dev/shm of 1 MiB", warns=["docker-shm-too-small", PIP])
h100("memory-held", "another process holds 75 of 80 GB", warns=["gpu-memory-held-by-other-process", PIP])
h100("jax-platforms-cpu", "JAX_PLATFORMS=cpu, with --deep", warns=["jax-kept-off-gpu-by-variable", PIP])
h100("xla-flag-unknown", "XLA_FLAGS with a flag that is none, with --deep", ["xla-flag-unknown"])
h100("local-torch", "torch.py in the current folder", ["local-file-shadows-package"])
h100("environment-without-torch", "an empty environment without pip is active", [PIP], [])
