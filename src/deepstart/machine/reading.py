"""What several facts say together: which GPUs, which builds of which frameworks, which system."""

import re
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from deepstart.machine import compat
from deepstart.machine.facts import Facts, Missing, version

FRAMEWORKS = ("tensorflow", "torch", "jax")
LABELS = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}

#: Distributions that all bring the module `tensorflow`.
TENSORFLOWS = (
    "tensorflow", "tensorflow-gpu", "tensorflow-cpu", "tensorflow-intel", "tensorflow-macos",
    "tensorflow-rocm", "tf-nightly", "tf-nightly-gpu", "tf-nightly-cpu", "intel-tensorflow",
    "tensorflow-cpu-aws", "nvidia-tensorflow",
)  # fmt: skip
#: Those of them that never use an NVIDIA GPU.
CPU_TENSORFLOWS = (
    "tensorflow-cpu",
    "tensorflow-intel",
    "tf-nightly-cpu",
    "intel-tensorflow",
    "tensorflow-cpu-aws",
)


def system(facts: Facts) -> str:
    """`linux`, `windows` or `macos`."""
    return facts["os.system"]


def is_wsl2(facts: Facts) -> bool:
    return facts.get("os.wsl") == 2


def in_container(facts: Facts) -> bool:
    return bool(facts.get("container.kind"))


def platform(facts: Facts) -> str:
    """The system as remedies name it: `wsl`, `docker` and `colab` before `linux`."""
    kind = facts.get("container.kind", "")
    if kind in ("colab", "kaggle"):
        return "colab"
    if kind in ("docker", "podman", "kubernetes", "singularity"):
        return "docker"
    return "wsl" if facts.get("os.wsl") else facts.get("os.system", "any")


def installed(facts: Facts) -> Dict[str, str]:
    """Versions of all installed distributions by name."""
    return facts["packages.installed"]


class Gpu(NamedTuple):
    """One NVIDIA GPU; the capability is None when neither the driver nor the tables tell it."""

    name: str
    capability: Optional[str]
    memory_mib: Optional[int]


def answering(facts: Facts) -> List[Dict[str, Any]]:
    """The GPUs for which nvidia-smi answers."""
    return facts.get("driver.smi", {}).get("gpus", [])


def working(facts: Facts) -> int:
    """How many GPUs answer: to nvidia-smi, or to CUDA itself where there is no nvidia-smi."""
    return len(answering(facts)) or cuda_devices(facts)


def cuda_devices(facts: Facts) -> int:
    """How many GPUs CUDA itself sees, asked with this machine's variables; 0 when it does not start."""
    answer = facts.get("driver.cuinit", {})
    return (answer.get("devices") or 0) if answer.get("code") == 0 else 0


def nvidia_nodes(facts: Facts) -> List[str]:
    """NVIDIA's device files; /dev/kfd is AMD's, /dev/dxg that of Windows."""
    return [n["path"] for n in facts.get("driver.nodes", []) if n["path"].startswith("/dev/nvidia")]


def closed_nodes(facts: Facts, prefix: str = "/dev/nvidia") -> List[str]:
    """The device files of this prefix that this user may not open for reading and writing."""
    here = [n for n in facts.get("driver.nodes", []) if n["path"].startswith(prefix)]
    return [n["path"] for n in here if not (n["readable"] and n["writable"])]


def only_some_cards_closed(facts: Facts) -> bool:
    """Whether nothing is closed but some of several cards: CUDA starts on the others."""
    closed = closed_nodes(facts)
    open_cards = [path for path in nvidia_nodes(facts) if is_card(path) and path not in closed]
    return bool(closed and open_cards) and all(map(is_card, closed))


def is_card(path: str) -> bool:
    """Whether the device file stands for one card: /dev/nvidia0."""
    return bool(re.match(r"/dev/nvidia\d", path))


def hidden(facts: Facts) -> bool:
    """Whether CUDA_VISIBLE_DEVICES hides every GPU.

    Not where CUDA, asked under the same variable, sees a GPU. Else told by its form (empty, -1, a first
    number that no GPU of nvidia-smi's list has); a name (GPU-..., MIG-...) is masked in snapshots, so there
    cuInit's answer counts: 100, no device.
    """
    value = facts.get("env.variables", {}).get("CUDA_VISIBLE_DEVICES")
    if value is None or cuda_devices(facts):
        return False
    first, count = value.split(",")[0].strip(), len(answering(facts))
    if first.startswith(("GPU-", "MIG-", "<gpu-id")):
        sliced = any(gpu["mig"] == "Enabled" for gpu in answering(facts))
        return facts.get("driver.cuinit", {}).get("code") == 100 and not sliced
    return not first.isdigit() or bool(count and int(first[:9]) >= count)


#: Names of platforms by which JAX reaches a GPU.
GPU_PLATFORMS = {"cuda", "gpu", "rocm"}


def kept_off_gpu(facts: Facts) -> Optional[Tuple[str, str]]:
    """The variable, and its value, that tells JAX to use no GPU; None where none does."""
    variables = facts.get("env.variables", {})
    for name in ("JAX_PLATFORMS", "JAX_PLATFORM_NAME"):
        chosen = {part.strip().lower() for part in variables.get(name, "").split(",")} - {""}
        if chosen and not chosen & GPU_PLATFORMS:
            return name, variables[name]
    return None


def cards(facts: Facts) -> List[Dict[str, str]]:
    """NVIDIA's cards on the bus, without those that are set aside for virtual machines."""
    here = [card for card in facts.get("gpu.pci", []) if card["vendor"] == "nvidia"]
    return [card for card in here if card["driver"] != "vfio-pci"]


def nvidia_gpus(facts: Facts) -> List[Gpu]:
    """NVIDIA's GPUs, by driver or by bus; Missing when neither could be asked."""
    board = facts.get("gpu.board")
    if board:
        return [_gpu(board, None, None)]
    found = [_gpu(g["name"], g["capability"], g["memory_mib"]) for g in answering(facts)]
    if not found:
        asked = facts.get("driver.cuda_gpus", [])
        found = [_gpu(g["name"], g["capability"], g["memory_mib"]) for g in asked]
    if not found:
        found = [_gpu(card["name"] or "NVIDIA GPU", None, None) for card in cards(facts)]
    if not found and facts.problem("gpu.pci") and facts.problem("driver.smi"):
        raise Missing("gpu.pci", facts.problem("gpu.pci") or "absent")
    return found


def _gpu(name: str, capability: Optional[str], memory_mib: Optional[int]) -> Gpu:
    if not capability:
        known = compat.gpu(name)
        capability = known.capability if known else None
    short = re.search(r"\[(.+?)\]", name)  # lspci: NVIDIA Corporation GA106 [GeForce RTX 3060]
    return Gpu("NVIDIA " + short.group(1) if short else name, capability, memory_mib)


def driver_version(facts: Facts) -> str:
    """The driver's version: of the loaded module, of what nvidia-smi says, or of the library."""
    for gpu in (g for g in answering(facts) if g["driver"]):
        return gpu["driver"]
    for name in ("driver.module_version", "driver.library_version"):
        if facts.get(name):
            return facts[name]
    raise Missing("driver.module_version", facts.problem("driver.module_version") or "absent")


class Build(NamedTuple):
    """An installed framework and what it was built with.

    Args:
        cuda: the CUDA that it was built with, empty for a CPU build; the major number alone for JAX.
        gpu: whether the build can use an NVIDIA GPU at all.
        kernels: None when no source says what it carries.
    """

    framework: str
    version: str
    cuda: str
    cudnn: str
    gpu: bool
    kernels: Optional[compat.Kernels]

    @property
    def label(self) -> str:
        return "%s %s" % (LABELS[self.framework], self.version)


def builds(facts: Facts) -> List[Build]:
    """The installed frameworks; Missing when the packages could not be listed."""
    if "builds" not in facts.memory:
        facts.memory["builds"] = _builds(facts)
    return facts.memory["builds"]


def _builds(facts: Facts) -> List[Build]:
    packages = installed(facts)
    makers = {"tensorflow": _tensorflow, "torch": _torch, "jax": _jax}
    found = [makers[framework](facts, packages) for framework in FRAMEWORKS]
    return [build for build in found if build]


def gpu_builds(facts: Facts) -> List[Build]:
    return [build for build in builds(facts) if build.gpu]


def tensorflow_name(packages: Dict[str, str]) -> Optional[str]:
    """The distribution that brings TensorFlow here."""
    return next((name for name in TENSORFLOWS if name in packages), None)


def _tensorflow(facts: Facts, packages: Dict[str, str]) -> Optional[Build]:
    name = tensorflow_name(packages)
    if not name or (
        name == "tensorflow-gpu" and version(packages[name]) >= (2, 12)
    ):  # an empty shell since then
        return None
    number = packages[name]
    info = facts.get("framework.tensorflow")
    entry = compat.release("tensorflow", number)
    if info:
        kernels = compat.kernels_of_names(info["capabilities"]) if info["capabilities"] else _kernels(entry)
        cudnn = info["cudnn"] if "." in info["cudnn"] else (entry or {}).get("cudnn") or info["cudnn"]
        return Build("tensorflow", number, info["cuda"], cudnn, info["gpu_build"], kernels)
    if name == "nvidia-tensorflow":  # NVIDIA's own builds bring their CUDA, which no table lists
        return Build("tensorflow", number, "", "", True, None)
    gpu = name not in CPU_TENSORFLOWS and facts.get("os.system") == "linux" and version(number) >= (1, 15)
    gpu = gpu or name in ("tensorflow-gpu", "tf-nightly-gpu")
    if not entry or not gpu:
        return Build("tensorflow", number, "", "", gpu, None)
    return Build("tensorflow", number, entry["cuda"], entry["cudnn"], True, _kernels(entry))


def _kernels(entry: Optional[Dict[str, Any]]) -> Optional[compat.Kernels]:
    """What a table's entry says of kernels; None when it does not say all."""
    if not entry or entry["sass"] is None or entry["ptx"] is None:
        return None
    return compat.Kernels(tuple(entry["sass"]), tuple(entry["ptx"]))


def _torch(facts: Facts, packages: Dict[str, str]) -> Optional[Build]:
    if "torch" not in packages:
        return None
    info = facts.get("framework.torch")
    number = info["version"] if info else packages["torch"]
    tag = number.partition("+")[2]
    cuda = info["cuda"] if info else _tag_cuda(tag)
    if not info and not tag and facts.get("os.system") == "linux":
        cuda = (compat.release("torch", number) or {}).get("default_cuda") or ""
    built = _torch_build(number, cuda)
    windows = facts.get("os.system") == "windows"
    kernels, cudnn = None, ""
    if built:
        sass, ptx = (
            (built["sass_windows"], built["ptx_windows"]) if windows else (built["sass"], built["ptx"])
        )
        kernels, cudnn = _kernels({"sass": sass, "ptx": ptx}), built["cudnn"] or ""
    return Build("torch", number, cuda, cudnn, info["gpu_build"] if info else bool(cuda), kernels)


def _tag_cuda(tag: str) -> str:
    """`cu121` is 12.1, `cu130` is 13.0."""
    digits = tag[2:] if tag.startswith("cu") and tag[2:].isdigit() else ""
    return "%s.%s" % (digits[:-1], digits[-1]) if len(digits) >= 2 else ""


def _torch_build(number: str, cuda: str) -> Optional[Dict[str, Any]]:
    entry = compat.release("torch", number)
    if not entry or not cuda:
        return None
    return next((b for b in entry["builds"] if version(b["cuda"])[:2] == version(cuda)[:2]), None)


def _jax(facts: Facts, packages: Dict[str, str]) -> Optional[Build]:
    if "jax" not in packages:
        return None
    info = facts.get("framework.jax")
    number = packages["jax"]
    plugin = next((p for p in ("jax-cuda13-plugin", "jax-cuda12-plugin") if p in packages), None)
    cuda = plugin[8:10] if plugin else (info["cuda"] if info else "")
    entry = compat.release("jax", number)
    fitting = [b for b in (entry or {}).get("builds", []) if cuda and (b["cuda_min"] or "").startswith(cuda)]
    cudnn = (fitting[0]["cudnn_min"] or "") if fitting else ""
    return Build("jax", number, cuda, cudnn, bool(cuda), None)


def supported_capabilities(build: Build) -> Tuple[str, ...]:
    """All capabilities for which any build of this framework version carries kernels."""
    entry = compat.release(build.framework, build.version) or {}
    variants = entry.get("builds", [entry]) if build.framework != "jax" else []
    return tuple(sorted({c for v in variants for c in v.get("sass") or ()}, key=version))
