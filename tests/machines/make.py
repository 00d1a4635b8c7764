"""Writes the recorded machines: this machine as it was recorded, and edits of it with real outputs.

    python -m tests.machines.make            # writes tests/machines/snapshots/*.json again
    python -m tests.machines.make record     # records the computer it runs on as the base

Each machine states the roots (failed findings) and warnings that doctor must find, and only those.
Sources of the outputs are named in parts.py and beside the machines.
"""

# ruff: noqa: E501 - tables of real values

import copy
import json
import sys
from pathlib import Path

from deepstart.machine.system import Reply
from tests.machines import parts
from tests.machines.parts import (
    BLOCKED,
    HANGS,
    MISMATCH,
    NO_DEVICES,
    NO_LIBCUDA,
    NODES,
    NOT_COMMUNICATING,
    SITE,
    UNKNOWN_ERROR,
    card_on_bus,
    cuinit,
    dmesg,
    ldconfig,
    libcuda,
    lspci,
    merge,
    module_on_disk,
    module_version,
    modules,
    smi,
    wheel_packages,
)  # fmt: skip

HERE = Path(__file__).parent
BASE = HERE / "recorded" / "this-machine.json"
SNAPSHOTS = HERE / "snapshots"
MACHINES = {}

# --- software ------------------------------------------------------------------------------------------
TOOLS = {"pip": "24.2", "setuptools": "75.1.0", "wheel": "0.44.0"}
TF_NEEDS = [
    "numpy>=1.26.0", "protobuf>=5.28.0", "keras>=3.10.0", "h5py>=3.11.0", "ml_dtypes<1.0.0,>=0.5.1",
    "tensorboard~=2.20.0", "grpcio<2.0,>=1.24.3",
]  # fmt: skip
TF220 = {
    "tensorflow": "2.20.0", "keras": "3.12.0", "numpy": "2.1.3", "protobuf": "5.29.3", "h5py": "3.14.0",
    "ml-dtypes": "0.5.3", "tensorboard": "2.20.0", "grpcio": "1.76.0", **TOOLS,
}  # fmt: skip
TF220_GPU = {**TF220, **wheel_packages()}
TF_BUILD = {
    "version": "2.20.0", "cuda": "12.5.1", "cudnn": "9", "gpu_build": True,
    "capabilities": ["sm_60", "sm_70", "sm_80", "sm_89", "compute_90"],
}  # fmt: skip
TF215 = {
    "tensorflow": "2.15.1", "keras": "2.15.0", "numpy": "1.26.4", "protobuf": "4.25.3", "h5py": "3.11.0",
    "ml-dtypes": "0.3.2", "tensorboard": "2.15.2", **TOOLS,
}  # fmt: skip
TF210 = {
    "tensorflow": "2.10.1", "keras": "2.10.0", "numpy": "1.23.5", "protobuf": "3.19.6", "h5py": "3.8.0",
    "tensorboard": "2.10.1", **TOOLS,
}  # fmt: skip
TORCH_CU128 = {
    "torch": "2.9.1", "torchvision": "0.24.1", "torchaudio": "2.9.1", "numpy": "2.1.3", "triton": "3.5.1",
    "filelock": "3.20.0",
    "nvidia-cudnn-cu12": "9.10.2.21", "nvidia-cublas-cu12": "12.8.4.1", "nvidia-nvjitlink-cu12": "12.8.93",
    "nvidia-cuda-runtime-cu12": "12.8.90", "nvidia-cusparse-cu12": "12.5.8.93", **TOOLS,
}  # fmt: skip
TORCH_NEEDS = {
    "torch": ["filelock", 'nvidia-cudnn-cu12==9.10.2.21; platform_system == "Linux"', "triton==3.5.1"],
    "torchvision": ["numpy", "torch==2.9.1", "pillow!=8.3.*,>=5.3.0"],
    "torchaudio": ["torch==2.9.1"],
}
JAX080 = {
    "jax": "0.8.0", "jaxlib": "0.8.0", "jax-cuda12-plugin": "0.8.0", "jax-cuda12-pjrt": "0.8.0", "numpy": "2.1.3",
    "ml-dtypes": "0.5.3", "scipy": "1.16.2", **wheel_packages(), **TOOLS,
}  # fmt: skip


def torch_build(version="2.9.1+cu128", cuda="12.8"):
    return {"framework.torch": {"version": version, "cuda": cuda, "gpu_build": bool(cuda)}}


# --- hardware ------------------------------------------------------------------------------------------
RTX3060 = ("NVIDIA GeForce RTX 3060", 12288, "8.6")
RTX4090 = ("NVIDIA GeForce RTX 4090", 24564, "8.9")
RTX5090 = ("NVIDIA GeForce RTX 5090", 32607, "12.0")
GTX1080 = ("NVIDIA GeForce GTX 1080 Ti", 11264, "6.1")
GTX750 = ("NVIDIA GeForce GTX 750 Ti", 2048, "5.0")
T4 = ("Tesla T4", 15360, "7.5")
A100 = ("NVIDIA A100-SXM4-80GB", 81920, "8.0")
H100 = ("NVIDIA H100 80GB HBM3", 81559, "9.0")
LSPCI_3060 = lspci("GA106 [GeForce RTX 3060]")
KERNEL = "6.5.0-35-generic"


def working_driver(*cards, version="535.183.01", cuda="12.2", kernel=KERNEL, **changed):
    """Files and outputs of a machine whose driver works."""
    cards = cards or (RTX3060,)
    files, links = merge(
        card_on_bus(), modules("nvidia", "nvidia_uvm"), module_version(version), module_on_disk(kernel),
        libcuda(version), NODES,
    )  # fmt: skip
    commands = {
        "nvidia-smi": smi(*cards, driver=version, cuda=cuda, **changed),
        "/home/user/venv/bin/python": cuinit(
            0, int(cuda.split(".")[0]) * 1000 + int(cuda.split(".")[1]) * 10, len(cards)
        ),
        "lspci": lspci("GA106 [GeForce RTX 3060]"),
        "dmesg": dmesg(
            "nvidia: loading out-of-tree module taints kernel.", "NVRM: loading NVIDIA UNIX Kernel Module"
        ),
        "ldconfig": ldconfig(),
    }
    return files, links, commands


def no_gpu():
    return {}, {}, {"ldconfig": ldconfig(), "/home/user/venv/bin/python": NO_LIBCUDA}


MISSING = Reply("missing")


def broken_driver(
    smi_reply=MISSING, log=(), bus_driver="", loaded=(), disk=(), extra=({}, {}), cuda=NO_LIBCUDA
):
    """A card on the bus, and of the driver only what is given."""
    files, links = merge(card_on_bus(driver=bus_driver), modules(*loaded), module_on_disk(*disk), extra)
    commands = {
        "lspci": LSPCI_3060, "dmesg": dmesg(*log), "ldconfig": ldconfig(), "/home/user/venv/bin/python": cuda,
    }  # fmt: skip
    if smi_reply.outcome != "missing":
        commands["nvidia-smi"] = smi_reply
    return files, links, commands


# --- putting a machine together --------------------------------------------------------------------------
def machine(
    name, about, roots=(), warns=(), parts_=None, packages=None, needs=None, env=None, kernel=KERNEL,
    system="Ubuntu 22.04.4 LTS", libc=("glibc", "2.35"), container="", more=None, without=(), more_files=None,
):  # fmt: skip
    """Register a machine: the base, with what the probes see of these files and outputs, and these facts."""
    files, links, commands = parts_ or no_gpu()
    files = {
        **files, "/proc/sys/kernel/osrelease": kernel + "\n", "/etc/os-release": 'PRETTY_NAME="%s"\n' % system,
        **(more_files or {}),
    }  # fmt: skip
    if container == "docker":
        files["/.dockerenv"] = ""
    if container == "singularity":
        files["/.singularity.d/env"] = ""
    env = dict(env or {})
    if container == "kubernetes":
        env["KUBERNETES_SERVICE_HOST"] = "10.96.0.1"
    if container == "colab":
        env["COLAB_RELEASE_TAG"] = "release-colab_20260915"
    facts = base_facts()
    facts.update(parts.seen_by_probes("linux", files, links, commands, env))
    facts.pop("os.windows_build")
    packages = dict(TF220 if packages is None else packages)
    own_needs = {"tensorflow": TF_NEEDS} if packages.get("tensorflow") == "2.20.0" else {}
    changed = {
        "os.libc": {"name": libc[0], "version": libc[1]},
        "cpu.model": "12th Gen Intel(R) Core(TM) i7-12700", "cpu.count": 20,
        "packages.installed": packages,
        "packages.requirements": own_needs if needs is None else needs,
        "disk.packages": {"path": SITE, "free_mib": 210000, "writable": True},
        "disk.temporary": {"path": "/tmp", "free_mib": 210000, "writable": True},
        "disk.home": {"path": "/home/user", "free_mib": 210000, "writable": True},
    }  # fmt: skip
    if packages.get("tensorflow") == "2.20.0":
        changed["framework.tensorflow"] = TF_BUILD
    tools = any(n.startswith("nvidia-cuda-nvcc") for n in packages)
    changed["cuda.tools"] = {"ptxas": tools, "libdevice": tools}
    changed.update(more or {})
    for fact, value in changed.items():
        facts[fact] = {"value": value, "source": facts.get(fact, {}).get("source", "recorded")}
    for fact in without:
        facts.pop(fact, None)
    add(name, about, facts, roots, warns)


def add(name, about, facts, roots, warns):
    assert name not in MACHINES, name
    MACHINES[name] = {
        "schema": 1, "kind": "deepstart-machine", "taken": "2026-11-01T09:00:00Z", "about": about,
        "expect": {"roots": list(roots), "warns": list(warns)}, "facts": facts,
    }  # fmt: skip


def base_facts():
    facts = copy.deepcopy(json.loads(BASE.read_text(encoding="utf-8"))["facts"])
    facts.pop("framework.tensorflow", None)
    return facts


def other_system(
    name, about, system, changed, packages, roots=(), warns=(), outputs=None, platform=None, env=None
):
    """A Windows PC or a Mac: its own facts, and what the probes read from its tools' outputs."""
    facts = {
        k: v for k, v in base_facts().items() if k.startswith(("python.", "packages.", "editor.", "network."))
    }
    facts.pop("python.pip_owner", None)
    facts["env.variables"] = {"value": dict(env or {}), "source": "environment"}
    if outputs:
        facts.update(
            parts.seen_by_probes(platform or system, outputs.get("files"), {}, outputs.get("commands"), env)
        )
    values = {
        "os.system": system, "packages.installed": packages, "packages.requirements": {}, "memory.total_mib": 32768,
        "disk.temporary": {"path": "T", "free_mib": 90000, "writable": True},
        "disk.packages": {"path": "P", "free_mib": 90000, "writable": True},
        "disk.home": {"path": "H", "free_mib": 90000, "writable": True},
        "cuda.libraries": [], **changed,
    }  # fmt: skip
    for fact, value in values.items():
        facts[fact] = {"value": value, "source": "recorded"}
    add(name, about, facts, roots, warns)


def record():
    """Record this computer, with its own names taken out, as the base of all others."""
    from deepstart.machine.snapshot import redacted, take_snapshot

    text = json.dumps(redacted(take_snapshot()))
    prefix = str(Path(sys.prefix))
    text = text.replace(prefix, "/home/user/venv").replace(str(Path.home()) + "/", "/home/user/")
    snapshot = json.loads(text)
    for fact in snapshot["facts"].values():
        fact.pop("ms", None)
    snapshot["about"] = "a virtual machine without a GPU: Debian 12, 2 cores, TensorFlow for the processor"
    BASE.write_text(
        json.dumps(snapshot, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def build():
    """All machines by name, each a snapshot with `about` and `expect`."""
    if not MACHINES:
        from tests.machines import broken, h100, healthy, unusual  # noqa: F401 - they register their machines
    return MACHINES


def write():
    SNAPSHOTS.mkdir(exist_ok=True)
    for old in SNAPSHOTS.glob("*.json"):
        old.unlink()
    for name, snapshot in build().items():
        (SNAPSHOTS / (name + ".json")).write_text(as_text(snapshot), encoding="utf-8")


def as_text(snapshot):
    """JSON with one fact a line, so that a change of a machine shows as a change of lines."""
    facts = ",\n".join(
        "  %s: %s" % (json.dumps(k), _compact(v)) for k, v in sorted(snapshot["facts"].items())
    )
    head = ",\n".join(" %s: %s" % (json.dumps(k), _compact(v)) for k, v in snapshot.items() if k != "facts")
    return '{\n%s,\n "facts": {\n%s\n }\n}\n' % (head, facts)


def _compact(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


__all__ = [
    "BLOCKED",
    "HANGS",
    "MISMATCH",
    "NOT_COMMUNICATING",
    "NO_DEVICES",
    "UNKNOWN_ERROR",
    "machine",
    "other_system",
]

if __name__ == "__main__":
    from tests.machines import make  # the module, not __main__: machines register there

    make.record() if sys.argv[1:] == ["record"] else make.write()
    print(len(make.MACHINES), "machines")
