"""Machines on which nothing is wrong."""

# ruff: noqa: E501 - real outputs are long

from deepstart.machine.system import Reply
from tests.machines import parts
from tests.machines.make import (
    A100,
    GTX1080,
    H100,
    JAX080,
    RTX3060,
    RTX4090,
    RTX5090,
    T4,
    TF210,
    TF215,
    TF220,
    TF220_GPU,
    TOOLS,
    TORCH_CU128,
    TORCH_NEEDS,
    add,
    base_facts,
    machine,
    other_system,
    torch_build,
    working_driver,
)  # fmt: skip
from tests.machines.parts import cuinit, ldconfig, libraries, merge, wheel_files

add("this-machine", "recorded for real: a virtual machine without a GPU", base_facts(), [], [])


def gpu(*cards, **driver):
    """A working driver, and the files of NVIDIA's wheels."""
    files, links, commands = working_driver(*cards, **driver)
    return {**files, **wheel_files()}, links, commands


def hidden_gpu(*cards, **driver):
    """The same where CUDA sees no device: nvidia-smi knows nothing of CUDA_VISIBLE_DEVICES, cuInit does."""
    files, links, commands = gpu(*cards, **driver)
    return files, links, {**commands, "/home/user/venv/bin/python": cuinit(100)}


machine("ubuntu-rtx3060-tf", "Ubuntu, RTX 3060, tensorflow[and-cuda]", parts_=gpu(), packages=TF220_GPU)
machine(
    "ubuntu-rtx3060-torch", "Ubuntu, RTX 3060, PyTorch with its own CUDA", parts_=gpu(version="570.133.07", cuda="12.8"),
    packages=TORCH_CU128, needs=TORCH_NEEDS, more=torch_build(),
)  # fmt: skip
machine(
    "ubuntu-rtx4090-jax", "Ubuntu, RTX 4090, jax[cuda12]", parts_=gpu(RTX4090, version="550.90.07", cuda="12.4"),
    packages=JAX080, more={"framework.jax": {"version": "0.8.0", "cuda": "12", "gpu_build": True}},
)  # fmt: skip
machine(
    "ubuntu-rtx5090-torch", "Blackwell with a cu128 build", parts_=gpu(RTX5090, version="570.133.07", cuda="12.8"),
    packages=TORCH_CU128, needs=TORCH_NEEDS, more=torch_build(),
)  # fmt: skip
machine(
    "server-4-a100-tf",
    "four A100",
    parts_=gpu(A100, A100, A100, A100, version="550.90.07", cuda="12.4"),
    packages=TF220_GPU,
)
machine(
    "server-8-h100-tf",
    "eight H100",
    parts_=gpu(*[H100] * 8, version="570.133.07", cuda="12.8"),
    packages=TF220_GPU,
)
machine(
    "ubuntu-tesla-t4-tf",
    "a cloud's T4",
    parts_=gpu(T4, version="535.183.01"),
    packages=TF220_GPU,
    system="Ubuntu 20.04.6 LTS",
    libc=("glibc", "2.31"),
)
machine(
    "ubuntu-gtx1080-torch-cu126", "Pascal with the build that still carries it",
    parts_=gpu(GTX1080, version="560.35.03", cuda="12.6"), packages={**TORCH_CU128, "torch": "2.9.1"}, needs={},
    more=torch_build("2.9.1+cu126", "12.6"),
)  # fmt: skip
machine("ubuntu-gtx1080-tf", "Pascal is in TensorFlow's wheels", parts_=gpu(GTX1080), packages=TF220_GPU)

_files, _links, _commands = working_driver(version="470.256.02", cuda="11.4")
_cuda11 = libraries(
    "/usr/local/cuda-11.2/lib64", libcudart="11.2.152", libcublas="11.4.1.1043", libcusparse="11.4.1.1152"
)
_cudnn8 = libraries("/usr/lib/x86_64-linux-gnu", libcudnn="8.1.1", libcudnn_ops_infer="8.1.1")
machine(
    "ubuntu-tf210-system-cuda", "TensorFlow 2.10 with CUDA 11.2 and cuDNN 8.1 of the system; no compute_cap in this nvidia-smi",
    parts_=(*merge((_files, _links), _cuda11, _cudnn8), {**_commands, "ldconfig": ldconfig(*_cuda11[0], *_cudnn8[0])}),
    packages=TF210,
    more={
        "framework.tensorflow": {
            "version": "2.10.1", "cuda": "11.2", "cudnn": "8", "gpu_build": True,
            "capabilities": ["sm_35", "sm_50", "sm_60", "sm_70", "sm_75", "compute_80"],
        },
        "cuda.tools": {"ptxas": True, "libdevice": True}, "python.version": "3.10.12",
    },
)  # fmt: skip
machine(
    "cpu-server-tf", "a server without a GPU, TensorFlow with CUDA wheels all the same", packages=TF220_GPU
)
machine(
    "cpu-server-torch-default",
    "no GPU, PyTorch's default wheel with CUDA",
    packages=TORCH_CU128,
    needs=TORCH_NEEDS,
    more=torch_build(),
)
machine(
    "cpu-laptop-intel-graphics",
    "Intel graphics only",
    parts_=(*parts.card_on_bus(vendor="0x8086", device="0x46a6", driver="i915"), {"ldconfig": ldconfig()}),
)
machine(
    "amd-gpu-torch-rocm", "an AMD card with PyTorch for ROCm",
    parts_=(*parts.card_on_bus(vendor="0x1002", device="0x744c", driver="amdgpu"), {"ldconfig": ldconfig()}),
    packages={"torch": "2.9.1+rocm6.4", "numpy": "2.1.3", **TOOLS},
    more={"framework.torch": {"version": "2.9.1+rocm6.4", "cuda": "", "gpu_build": True}},
)  # fmt: skip
machine(
    "old-cpu-torch-without-avx",
    "PyTorch runs where TensorFlow would not",
    warns=["cpu-lacks-avx"],
    packages={"torch": "2.9.1+cpu", "numpy": "2.1.3", **TOOLS},
    more={**torch_build("2.9.1+cpu", ""), "cpu.flags": ["sse", "sse2", "sse4_1", "sse4_2"]},
)
machine(
    "jetson-like-arm-cpu",
    "an ARM server",
    more={"cpu.architecture": "aarch64", "python.machine": "aarch64", "cpu.flags": ["fp", "asimd", "sve"]},
)

_files, _links, _commands = working_driver(version="551.61", cuda="12.4")
_wsl = {
    k: v
    for k, v in _files.items()
    if not k.startswith(("/proc/driver", "/lib/modules", "/dev/nvidia", "/sys/bus/pci"))
}
_wsl.pop("/usr/lib/x86_64-linux-gnu/libcuda.so.1")
_wsl = {**_wsl, "/proc/modules": "", "/dev/dxg": "", "/usr/lib/wsl/lib/libcuda.so.1": ""}
WSL = (
    {**_wsl, **wheel_files()},
    {},
    {**_commands, "dmesg": Reply("exit", "", "dmesg: read kernel buffer failed: Operation not permitted", 1)},
)
WSL_KERNEL = "5.15.146.1-microsoft-standard-WSL2"
machine(
    "wsl2-rtx3060-tf",
    "WSL 2 with the Windows driver",
    parts_=WSL,
    packages=TF220_GPU,
    kernel=WSL_KERNEL,
    more={"os.windows_build": 22631},
)
machine(
    "wsl2-torch",
    "WSL 2, PyTorch",
    parts_=WSL,
    packages=TORCH_CU128,
    needs=TORCH_NEEDS,
    kernel=WSL_KERNEL,
    more=torch_build(),
)
machine(
    "wsl2-no-gpu",
    "WSL 2 on a PC without an NVIDIA card",
    parts_=({"/dev/dxg": ""}, {}, {}),
    kernel=WSL_KERNEL,
    without=["gpu.pci"],
)
machine(
    "docker-gpus-all-tf",
    "docker run --gpus all",
    parts_=gpu(),
    packages=TF220_GPU,
    container="docker",
    env={"NVIDIA_VISIBLE_DEVICES": "all"},
)
machine("docker-cpu-image", "a container without a GPU on a host without one", container="docker")
machine(
    "kubernetes-a100",
    "a pod with a GPU",
    parts_=gpu(A100, version="550.90.07", cuda="12.4"),
    packages=TF220_GPU,
    container="kubernetes",
)
machine(
    "singularity-nv-a100",
    "singularity exec --nv",
    parts_=gpu(A100, version="550.90.07", cuda="12.4"),
    packages=TF220_GPU,
    container="singularity",
)
machine(
    "colab-t4",
    "Colab with a T4",
    parts_=gpu(T4, version="550.54.15", cuda="12.4"),
    packages={**TF220_GPU, **TORCH_CU128, **TF220_GPU},
    container="colab",
    needs={},
    more=torch_build("2.9.1+cu126", "12.6"),
)
machine(
    "cluster-node-slice",
    "an A100 cut into slices, one chosen by its id",
    parts_=gpu(A100, version="550.90.07", cuda="12.4", **{"mig.mode.current": "Enabled"}),
    packages=TF220_GPU,
    env={"CUDA_VISIBLE_DEVICES": "MIG-<gpu-id>"},
)
machine(
    "one-of-two-gpus-chosen",
    "CUDA_VISIBLE_DEVICES=1 on two cards",
    parts_=gpu(RTX3060, RTX3060),
    packages=TF220_GPU,
    env={"CUDA_VISIBLE_DEVICES": "1"},
)
machine(
    "dmesg-forbidden",
    "an ordinary user may not read the kernel log",
    parts_=(
        *gpu()[:2],
        {
            **gpu()[2],
            "dmesg": Reply("exit", "", "dmesg: read kernel buffer failed: Operation not permitted", 1),
        },
    ),
    packages=TF220_GPU,
)
machine(
    "torch-and-tf-share-gpu",
    "both frameworks on one card",
    parts_=gpu(version="570.133.07", cuda="12.8"),
    packages={**TF220_GPU, "torch": "2.9.1", "torchvision": "0.24.1"},
    needs={},
    more=torch_build(),
)

WIN = {
    "os.name": "Windows 11", "os.kernel": "10.0.22631", "os.windows_build": 22631, "os.long_paths": True,
    "os.vc_runtime": True, "cpu.flags": ["avx", "avx2"], "cpu.architecture": "amd64", "cpu.model": "Intel64 Family 6",
    "cpu.count": 16, "python.machine": "amd64", "python.executable": "C:\\Users\\user\\venv\\Scripts\\python.exe",
    "python.active_environment": "",
}  # fmt: skip
INTEL_JSON = '{"Name":"Intel(R) UHD Graphics 770","DriverVersion":"31.0.101.4502","PNPDeviceID":"PCI\\\\VEN_8086&DEV_4680&SUBSYS_86941043","ConfigManagerErrorCode":0}'
NVIDIA_JSON = '[{"Name":"NVIDIA GeForce RTX 3060","DriverVersion":"31.0.15.5161","PNPDeviceID":"PCI\\\\VEN_10DE&DEV_2504&SUBSYS_397D1462","ConfigManagerErrorCode":0}]'


def powershell(text):
    return {"powershell": Reply("ok", text, code=0)}


other_system(
    "windows-cpu-tf",
    "Windows, no NVIDIA card",
    "windows",
    WIN,
    TF220,
    outputs={"commands": powershell(INTEL_JSON)},
)
other_system(
    "windows-rtx3060-torch", "Windows with an RTX 3060 and PyTorch", "windows", {**WIN, **torch_build("2.9.1+cu126", "12.6")},
    {"torch": "2.9.1+cu126", "numpy": "2.1.3", **TOOLS},
    outputs={"commands": {**powershell(NVIDIA_JSON), "nvidia-smi": parts.smi(RTX3060, driver="561.09", cuda="12.6")}},
)  # fmt: skip
other_system(
    "windows-no-framework-nothing-wrong",
    "a new PC",
    "windows",
    WIN,
    {**TOOLS, "numpy": "2.1.3"},
    warns=["no-framework-installed"],
    outputs={"commands": powershell(INTEL_JSON)},
)
MAC = {
    "os.name": "macOS 15.1", "os.kernel": "24.1.0", "os.macos_version": "15.1", "cpu.model": "Apple M3 Pro",
    "cpu.flags": [], "cpu.architecture": "arm64", "cpu.count": 12, "cpu.rosetta": False, "python.machine": "arm64",
    "gpu.pci": [{"slot": "", "vendor": "apple", "device": "", "driver": "", "name": "Apple M3 Pro"}],
}  # fmt: skip
other_system("macos-arm64-tf", "a Mac with TensorFlow", "macos", MAC, TF220)
other_system(
    "macos-arm64-torch",
    "a Mac with PyTorch",
    "macos",
    MAC,
    {"torch": "2.9.1", "numpy": "2.1.3", **TOOLS},
    env={},
)
machine("ubuntu-tf215-cpu", "an older TensorFlow without a GPU", packages=TF215)
