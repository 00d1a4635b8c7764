"""Machines of kinds that people bring and nobody thinks of: boards, hosted notebooks, odd distributions, vendors.

The expected root of each was written down before doctor saw it.
"""

# ruff: noqa: E501 - real outputs are long

from deepstart.machine.system import Reply
from tests.machines import parts
from tests.machines.healthy import MAC, WIN, WSL_KERNEL, gpu, hidden_gpu, powershell
from tests.machines.make import (
    A100,
    KERNEL,
    RTX3060,
    T4,
    TF220,
    TF220_GPU,
    TOOLS,
    TORCH_CU128,
    broken_driver,
    machine,
    no_gpu,
    other_system,
    torch_build,
    working_driver,
)  # fmt: skip
from tests.machines.parts import (
    NO_LIBCUDA,
    NODES,
    NOT_COMMUNICATING,
    SECURE_BOOT,
    cuinit,
    ldconfig,
    libcuda,
    libraries,
    merge,
    module_version,
)  # fmt: skip

KAGGLE = {"KAGGLE_KERNEL_RUN_TYPE": "Interactive"}
P100 = ("Tesla P100-PCIE-16GB", 16280, "6.0")
NO_CUDA_TF = {"version": "2.20.0", "cuda": "", "cudnn": "", "gpu_build": False, "capabilities": []}
ARM = {"cpu.architecture": "aarch64", "python.machine": "aarch64", "cpu.flags": ["fp", "asimd", "crc32"]}

# --- hosted notebooks ------------------------------------------------------------------------------------
machine(
    "kaggle-p100-torch-cu128",
    "Kaggle hands out a P100, its image brings PyTorch for cu128 (Kaggle/docker-python#1546)",
    ["build-omits-gpu-arch"],
    parts_=gpu(P100, version="570.172.08", cuda="12.8"),
    packages=TORCH_CU128,
    needs={},
    env=KAGGLE,
    more=torch_build(),
)
machine(
    "kaggle-two-t4",
    "Kaggle with two T4, both frameworks",
    parts_=gpu(T4, T4, version="570.172.08", cuda="12.8"),
    packages={**TORCH_CU128, **TF220_GPU},
    needs={},
    env=KAGGLE,
    more=torch_build(),
)
machine(
    "kaggle-without-accelerator",
    "Kaggle, accelerator None",
    [],
    ["colab-gpu-runtime-not-selected"],
    env=KAGGLE,
)
machine(
    "colab-tpu",
    "Colab with a TPU: the accelerator was chosen, it is only no GPU",
    packages={**TF220, "jax": "0.8.0", "jaxlib": "0.8.0", "libtpu": "0.0.24"},
    container="colab",
    env={"COLAB_TPU_ADDR": "127.0.0.1:8466", "TPU_ACCELERATOR_TYPE": "v5e-1"},
    more={"framework.jax": {"version": "0.8.0", "cuda": "", "gpu_build": False}},
)

# --- boards ----------------------------------------------------------------------------------------------
machine(
    "raspberry-pi-5",
    "a Raspberry Pi 5 with TensorFlow",
    system="Debian GNU/Linux 12 (bookworm)",
    libc=("glibc", "2.36"),
    kernel="6.6.31+rpt-rpi-2712",
    parts_=(
        {
            "/sys/bus/pci/devices/0000:00:00.0/class": "0x060400\n",
            "/sys/bus/pci/devices/0000:00:00.0/vendor": "0x14e4\n",
        },
        {},
        no_gpu()[2],
    ),
    more={**ARM, "cpu.model": "Raspberry Pi 5 Model B Rev 1.0", "cpu.count": 4},
)
machine(
    "raspberry-pi-32-bit",
    "a Raspberry Pi 3 with the 32-bit system",
    ["python-32-bit"],
    system="Raspbian GNU/Linux 12 (bookworm)",
    libc=("glibc", "2.36"),
    kernel="6.1.21-v7+",
    packages=TOOLS,
    more={
        "cpu.architecture": "armv7l",
        "python.machine": "armv7l",
        "cpu.flags": ["half", "thumb", "neon"],
        "python.bits": 32,
    },
)
#: JetPack 6: the GPU is no PCI device; nvidia-smi answers with hardly a figure.
_tegra = (
    {
        "/etc/nv_tegra_release": "# R36 (release), REVISION: 4.3, GCID: 38968081, BOARD: generic, EABI: aarch64\n",
        "/proc/device-tree/model": "NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super\x00",
        "/proc/modules": "nvgpu 2654208 23 - Live 0x0000000000000000\nnvidia 1540096 11 - Live 0x0000000000000000\n",
        "/dev/nvidiactl": "", "/dev/nvidia0": "", "/dev/nvhost-ctrl-gpu": "", "/dev/nvmap": "",
        "/usr/lib/aarch64-linux-gnu/nvidia/libcuda.so.1": "",
        "/sys/bus/pci/devices/0001:01:00.0/class": "0x028000\n", "/sys/bus/pci/devices/0001:01:00.0/vendor": "0x10ec\n",
    },
    {"/usr/lib/aarch64-linux-gnu/nvidia/libcuda.so.1": "/usr/lib/aarch64-linux-gnu/nvidia/libcuda.so.1.1"},
    {
        "nvidia-smi": lambda arguments: (
            Reply("ok", "Orin (nvgpu), N/A, [N/A], [N/A], [N/A], [N/A], [N/A], [N/A], [N/A]\n", code=0)
            if arguments
            else Reply("ok", "| NVIDIA-SMI 540.4.0                Driver Version: N/A          CUDA Version: 12.6     |", code=0)
        ),
        "/home/user/venv/bin/python": cuinit(0, 12060, 1),
        "ldconfig": ldconfig("/usr/local/cuda-12.6/targets/aarch64-linux/lib/libcudart.so.12"),
        "dmesg": Reply("exit", "", "dmesg: read kernel buffer failed: Operation not permitted", 1),
    },
)  # fmt: skip
_JETSON = {
    "system": "Ubuntu 22.04.5 LTS", "kernel": "5.15.148-tegra", "parts_": _tegra, "needs": {},
}  # fmt: skip
machine(
    "jetson-cpu-torch",
    "a Jetson Orin with the wheel that pip takes (pytorch#168065)",
    ["torch-cpu-only-build"],
    packages={"torch": "2.9.1+cpu", "numpy": "1.26.4", **TOOLS},
    more={**ARM, **torch_build("2.9.1+cpu", "")},
    **_JETSON,
)
machine(
    "jetson-nvidias-torch",
    "a Jetson Orin with NVIDIA's own wheel",
    packages={"torch": "2.5.0a0+872d972e41.nv24.8", "numpy": "1.26.4", **TOOLS},
    more={**ARM, **torch_build("2.5.0a0+872d972e41.nv24.08", "12.6")},
    **_JETSON,
)
machine(
    "dgx-spark",
    "a GB10, capability 12.1, whose memory nvidia-smi does not tell",
    parts_=gpu(
        ("NVIDIA GB10", "[N/A]", "12.1"), version="580.95.05", cuda="13.0", **{"memory.used": "[N/A]"}
    ),
    packages={"torch": "2.9.1+cu130", "numpy": "2.1.3", **TOOLS},
    system="Ubuntu 24.04.3 LTS",
    libc=("glibc", "2.39"),
    kernel="6.11.0-1016-nvidia",
    more={**ARM, **torch_build("2.9.1+cu130", "13.0")},
)

# --- distributions and containers ------------------------------------------------------------------------
_f, _l, _c = working_driver(version="580.65.06", cuda="13.0")
_opt = libraries("/opt/cuda/lib64", libcudart="13.0.48", libcublas="13.0.0.19", libcusolver="12.0.3.29")
machine(
    "arch-with-cuda-13",
    "Arch Linux: the distribution's CUDA 13, pip's TensorFlow built with 12.5",
    ["cuda-toolkit-version-differs-from-wheel"],
    parts_=(*merge((_f, _l), _opt), {**_c, "ldconfig": ldconfig(*_opt[0])}),
    packages=TF220,
    system="Arch Linux",
    libc=("glibc", "2.42"),
)
_nix = {k: v for k, v in _f.items() if not k.endswith("libcuda.so.1")}
machine(
    "nixos-libcuda-out-of-sight",
    "NixOS: nvidia-smi works, wheels do not find libcuda.so.1 in /run/opengl-driver/lib",
    ["driver-library-not-found"],
    parts_=(
        {**_nix, "/run/opengl-driver/lib/libcuda.so.1": ""},
        {},
        {**_c, "/home/user/venv/bin/python": NO_LIBCUDA},
    ),
    packages={"torch": "2.9.1+cu130", "numpy": "2.1.3", **TOOLS},
    system="NixOS 25.05 (Warbler)",
    libc=("glibc", "2.40"),
    more=torch_build("2.9.1+cu130", "13.0"),
)
_f, _l, _c = working_driver()
machine(
    "docker-utility-capability-only",
    "NVIDIA_DRIVER_CAPABILITIES=utility: nvidia-smi works and libcuda was not handed in",
    ["driver-library-not-found"],
    parts_=(
        {**parts.wheel_files(), **{k: v for k, v in _f.items() if not k.endswith("libcuda.so.1")}},
        {k: v for k, v in _l.items() if not k.endswith("libcuda.so.1")},
        {**_c, "/home/user/venv/bin/python": NO_LIBCUDA},
    ),
    container="docker",
    env={"NVIDIA_VISIBLE_DEVICES": "all", "NVIDIA_DRIVER_CAPABILITIES": "utility"},
    packages=TF220_GPU,
)
machine(
    "unprivileged-lxc-cpu",
    "an unprivileged LXC container: sysfs and /proc/modules show the host's card, which is not for it",
    parts_=(
        {
            **merge(parts.card_on_bus(), parts.modules("nvidia", "nvidia_uvm"))[0],
            "/run/systemd/container": "lxc\n",
        },
        parts.card_on_bus()[1],
        {
            **no_gpu()[2],
            "dmesg": Reply("exit", "", "dmesg: read kernel buffer failed: Operation not permitted", 1),
        },
    ),
    packages={**{k: v for k, v in TF220.items() if k != "tensorflow"}, "tensorflow-cpu": "2.20.0"},
    more={"framework.tensorflow": NO_CUDA_TF},
)
_podman = gpu(RTX3060, version="570.133.07", cuda="12.8")
machine(
    "podman-with-cdi",
    "rootless Podman with the card handed in by CDI",
    parts_=({**_podman[0], "/run/.containerenv": ""}, *_podman[1:]),
    packages=TF220_GPU,
)
_wsl = working_driver(version="560.94", cuda="12.6")
machine(
    "docker-desktop-on-wsl",
    "a container of Docker Desktop with --gpus all",
    parts_=(
        {
            "/dev/dxg": "",
            "/.dockerenv": "",
            "/usr/lib/x86_64-linux-gnu/libcuda.so.1": "",
            "/proc/modules": "",
            **parts.wheel_files(),
        },
        {
            "/usr/lib/x86_64-linux-gnu/libcuda.so.1": "/usr/lib/wsl/drivers/nv_dispi.inf_amd64_1/libcuda.so.1.1"
        },
        {**_wsl[2], "dmesg": Reply("missing")},
    ),
    kernel=WSL_KERNEL,
    without=["gpu.pci"],
    env={"NVIDIA_VISIBLE_DEVICES": "all", "NVIDIA_DRIVER_CAPABILITIES": "compute,utility"},
    packages=TF220_GPU,
)
machine(
    "pod-with-a-slice",
    "Kubernetes hands in one MIG slice; CUDA finds it by itself",
    parts_=gpu(A100, version="550.90.07", cuda="12.4", **{"mig.mode.current": "Enabled"}),
    packages=TF220_GPU,
    container="kubernetes",
    env={"NVIDIA_VISIBLE_DEVICES": "MIG-8d9c1c2e-1111-2222-3333-444455556666"},
)
machine(
    "login-node",
    "a cluster's login node: no card, JAX for CUDA, the module's CUDA on the path",
    parts_=(
        *merge(libraries("/opt/cuda-12.1/lib64", libcudart="12.1.105", libcublas="12.1.3.1")),
        no_gpu()[2],
    ),
    packages={
        "jax": "0.8.0",
        "jaxlib": "0.8.0",
        "jax-cuda12-plugin": "0.8.0",
        "jax-cuda12-pjrt": "0.8.0",
        "numpy": "2.1.3",
        **TOOLS,
    },
    env={"LD_LIBRARY_PATH": "/opt/cuda-12.1/lib64"},
    system="Rocky Linux 9.4 (Blue Onyx)",
    libc=("glibc", "2.34"),
    more={"framework.jax": {"version": "0.8.0", "cuda": "12", "gpu_build": True}},
)

# --- cards and drivers -----------------------------------------------------------------------------------
machine(
    "laptop-card-switched-off",
    "prime-select intel: the signed module is there, Secure Boot is on and refused nothing",
    ["nvidia-driver-not-loaded"],
    parts_=broken_driver(
        NOT_COMMUNICATING,
        log=("nouveau: module blacklisted",),
        disk=(KERNEL,),
        extra=({SECURE_BOOT: b"\x06\x00\x00\x00\x01", **libcuda()[0]}, libcuda()[1]),
    ),
    packages=TF220_GPU,
)
machine(
    "gsp-firmware-timed-out",
    "Xid 119: the card's own firmware does not answer",
    ["gpu-firmware-timed-out"],
    parts_=broken_driver(
        Reply("timeout"),
        log=(
            "NVRM: Xid (PCI:0000:01:00): 119, pid=2411, name=python3, Timeout after 6s of waiting for RPC response from GPU0 GSP! Expected function 76 (GSP_RM_CONTROL) (0x20800a4c 0x4).",
        ),
        bus_driver="nvidia",
        loaded=("nvidia",),
        disk=(KERNEL,),
        extra=merge(module_version(), libcuda(), NODES),
        cuda=Reply("timeout"),
    ),
    packages=TF220_GPU,
)
machine(
    "v100-with-cu130",
    "CUDA 13 has no Volta any more",
    ["build-omits-gpu-arch"],
    parts_=gpu(("Tesla V100-SXM2-16GB", 16384, "7.0"), version="580.65.06", cuda="13.0"),
    packages={"torch": "2.9.1+cu130", "numpy": "2.1.3", **TOOLS},
    more=torch_build("2.9.1+cu130", "13.0"),
)
machine(
    "two-cuda-generations-in-wheels",
    "PyTorch for CUDA 13 beside JAX for CUDA 12",
    parts_=gpu(version="580.65.06", cuda="13.0"),
    packages={
        "torch": "2.9.1+cu130", "jax": "0.8.0", "jaxlib": "0.8.0", "jax-cuda12-plugin": "0.8.0", "jax-cuda12-pjrt": "0.8.0",
        "numpy": "2.1.3", **parts.wheel_packages(), **TOOLS,
    },
    more={**torch_build("2.9.1+cu130", "13.0"), "framework.jax": {"version": "0.8.0", "cuda": "12", "gpu_build": True}},
)  # fmt: skip
_mi300 = {
    "/sys/bus/pci/devices/0000:0c:00.0/class": "0x120000\n",
    "/sys/bus/pci/devices/0000:0c:00.0/vendor": "0x1002\n",
    "/sys/bus/pci/devices/0000:0c:00.0/device": "0x74a1\n",
    "/dev/kfd": "",
}
machine(
    "amd-mi300x-server",
    "a server with AMD accelerators, which are no display controllers",
    parts_=({**_mi300, **parts.modules("amdgpu")}, {}, no_gpu()[2]),
    packages={"torch": "2.9.1+rocm6.4", "numpy": "2.1.3", **TOOLS},
    more={"framework.torch": {"version": "2.9.1+rocm6.4", "cuda": "", "gpu_build": True}},
)

# --- packages --------------------------------------------------------------------------------------------
_f, _l, _c = working_driver(version="470.256.02", cuda="11.4")
_c112 = libraries(
    "/usr/local/cuda-11.2/lib64", libcudart="11.2.152", libcublas="11.4.1.1043", libcusolver="11.1.0.152",
    libcusparse="11.4.1.1152", libcufft="10.4.1.152", libcurand="10.2.3.152", libcupti="11.2.152",
)  # fmt: skip
_d81 = libraries("/usr/lib/x86_64-linux-gnu", libcudnn="8.1.1")
machine(
    "tf24-without-cusolver-10",
    "TensorFlow 2.4 wants libcusolver.so.10, CUDA 11.2 brings .11 (tensorflow#44777)",
    ["cuda-toolkit-version-differs-from-wheel"],
    parts_=(*merge((_f, _l), _c112, _d81), {**_c, "ldconfig": ldconfig(*_c112[0], *_d81[0])}),
    packages={"tensorflow": "2.4.1", "numpy": "1.19.5", "protobuf": "3.19.6", "h5py": "2.10.0", **TOOLS},
    more={
        "python.version": "3.8.18",
        "framework.tensorflow": {
            "version": "2.4.1",
            "cuda": "11.0",
            "cudnn": "8",
            "gpu_build": True,
            "capabilities": ["sm_35", "sm_50", "sm_60", "sm_70", "sm_75", "compute_80"],
        },
        "cuda.tools": {"ptxas": True, "libdevice": True},
    },
)
machine(
    "conda-took-the-cpu-build",
    "conda install tensorflow on a machine with a card",
    ["conda-picked-cpu-build"],
    parts_=gpu(),
    packages=TF220,
    more={
        "packages.installers": {"tensorflow": "conda", "numpy": "conda"},
        "framework.tensorflow": NO_CUDA_TF,
    },
)
machine(
    "nvidias-tensorflow-1",
    "NVIDIA's own TensorFlow 1.15 for new cards",
    parts_=gpu(RTX3060, version="525.85.12", cuda="12.0"),
    packages={
        "nvidia-tensorflow": "1.15.5+nv23.3",
        "numpy": "1.21.6",
        "protobuf": "3.20.3",
        "h5py": "2.10.0",
        **TOOLS,
    },
    needs={},
    more={"python.version": "3.8.10"},
)

# --- Windows and Mac -------------------------------------------------------------------------------------
_NVIDIA_43 = '[{"Name":"NVIDIA GeForce RTX 3060","DriverVersion":"31.0.15.5161","PNPDeviceID":"PCI\\\\VEN_10DE&DEV_2504&SUBSYS_397D1462","ConfigManagerErrorCode":43}]'
other_system(
    "windows-code-43",
    "the device manager shows code 43",
    "windows",
    {**WIN, **torch_build("2.9.1+cu126", "12.6")},
    {"torch": "2.9.1+cu126", "numpy": "2.1.3", **TOOLS},
    ["nvidia-driver-not-loaded"],
    outputs={"commands": {**powershell(_NVIDIA_43), "nvidia-smi": NOT_COMMUNICATING}},
)
_BASIC = '{"Name":"Microsoft Basic Display Adapter","DriverVersion":"10.0.22621.1","PNPDeviceID":"PCI\\\\VEN_10DE&DEV_2504&SUBSYS_397D1462","ConfigManagerErrorCode":0}'
other_system(
    "windows-basic-display-adapter",
    "a new Windows without NVIDIA's driver",
    "windows",
    {**WIN, **torch_build("2.9.1+cu126", "12.6")},
    {"torch": "2.9.1+cu126", "numpy": "2.1.3", **TOOLS},
    ["nvidia-driver-not-installed"],
    outputs={"commands": powershell(_BASIC)},
)
other_system(
    "windows-on-arm",
    "a Snapdragon laptop, nothing installed yet",
    "windows",
    {
        **WIN,
        "cpu.architecture": "arm64",
        "cpu.flags": [],
        "cpu.model": "ARMv8 (64-bit) Family 8",
        "python.machine": "arm64",
    },
    {**TOOLS, "numpy": "2.1.3"},
    [],
    ["no-framework-installed"],
    outputs={
        "commands": powershell(
            '{"Name":"Qualcomm(R) Adreno(TM) X1-85 GPU","DriverVersion":"31.0.87.0","PNPDeviceID":"ACPI\\\\VEN_QCOM&DEV_0C36","ConfigManagerErrorCode":0}'
        )
    },
)
other_system(
    "macos-intel-tf",
    "an Intel MacBook with the last TensorFlow for it",
    "macos",
    {
        **MAC, "os.macos_version": "13.6", "os.name": "macOS 13.6", "cpu.architecture": "x86_64", "python.machine": "x86_64",
        "cpu.model": "Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz", "cpu.flags": ["sse4.2", "avx", "avx2"],
        "gpu.pci": [{"slot": "", "vendor": "amd", "device": "", "driver": "", "name": "Radeon Pro 5300M"}],
    },
    {**TF220, "tensorflow": "2.16.2", "numpy": "1.26.4"},
)  # fmt: skip
other_system(
    "macos-tensorflow-metal",
    "a Mac with tensorflow-metal",
    "macos",
    MAC,
    {**TF220, "tensorflow": "2.18.1", "tensorflow-metal": "1.2.0", "numpy": "2.0.2", "protobuf": "5.29.3"},
)

# --- Docker hosts, profiling, projects -------------------------------------------------------------------
_host = working_driver()
_DOCKER = {"docker": Reply("ok", "Docker version 27.3.1\n", code=0)}
machine(
    "docker-host-project-wants-gpu",
    "the project's compose file asks for a GPU, and Docker has no toolkit of NVIDIA's (NVIDIA/nvidia-docker#1034)",
    ["nvidia-container-toolkit-missing"],
    parts_=(
        {
            **gpu()[0],
            "/home/user/compose.yaml": "services:\n  train:\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu]\n",
        },
        gpu()[1],
        {**gpu()[2], **_DOCKER},
    ),
    packages=TF220_GPU,
)
machine(
    "docker-host-with-toolkit",
    "the same project on a host with the toolkit",
    parts_=(
        {**gpu()[0], "/home/user/.devcontainer/devcontainer.json": '{"runArgs": ["--gpus", "all"]}\n'},
        gpu()[1],
        {**gpu()[2], **_DOCKER, "nvidia-ctk": Reply("ok", code=0)},
    ),
    packages=TF220_GPU,
)
machine(
    "docker-runtime-named-and-gone",
    "daemon.json names NVIDIA's runtime, which was removed with apt",
    ["nvidia-container-toolkit-missing"],
    parts_=(
        {
            **gpu()[0],
            "/etc/docker/daemon.json": '{"default-runtime": "nvidia", "runtimes": {"nvidia": {"path": "/usr/bin/nvidia-container-runtime", "runtimeArgs": []}}}',
        },
        gpu()[1],
        {**gpu()[2], **_DOCKER},
    ),
    packages=TF220_GPU,
)
_f, _l, _c = working_driver(version="525.85.12", cuda="12.0")
_c118 = libraries(
    "/usr/local/cuda-11.8/lib64",
    libcudart="11.8.89",
    libcublas="11.11.3.6",
    libcusolver="11.4.1.48",
    libcusparse="11.7.5.86",
)
_cupti118 = ({"/usr/local/cuda-11.8/extras/CUPTI/lib64/libcupti.so.11.8": ""}, {})
_d86 = libraries("/usr/lib/x86_64-linux-gnu", libcudnn="8.6.0")
machine(
    "cupti-in-its-own-folder",
    "TensorFlow 2.13 trains; its profiler does not find CUPTI in extras/CUPTI/lib64",
    [],
    ["libcupti-not-found"],
    parts_=(*merge((_f, _l), _c118, _cupti118, _d86), {**_c, "ldconfig": ldconfig(*_c118[0], *_d86[0])}),
    packages={**TF220, "tensorflow": "2.13.1", "keras": "2.13.1", "numpy": "1.24.3", "protobuf": "4.23.4"},
    needs={},
    more={
        "framework.tensorflow": {
            "version": "2.13.1",
            "cuda": "11.8",
            "cudnn": "8",
            "gpu_build": True,
            "capabilities": ["sm_35", "sm_50", "sm_60", "sm_70", "sm_75", "compute_80"],
        },
        "cuda.tools": {"ptxas": True, "libdevice": True},
    },
)
machine(
    "old-course-requirements",
    "a course of 2019 pins TensorFlow 1.15, the Python is of today",
    ["tf1-needs-python37-or-older"],
    ["no-framework-installed"],
    packages=TOOLS,
    more_files={"/home/user/requirements.txt": "numpy==1.18.5\ntensorflow==1.15.0\nkeras==2.3.1\n"},
)
machine(
    "old-torch-pin-beside-tf",
    "a paper's torch 1.9 pin, in an environment where TensorFlow works",
    [],
    ["old-pin-has-no-wheel-for-python"],
    more_files={"/home/user/requirements.txt": "torch==1.9.0  # as in the paper\ntqdm\n"},
)
machine(
    "profiler-without-permission",
    "TensorBoard's profiler as an ordinary user",
    [],
    ["gpu-counters-restricted-to-admin"],
    parts_=gpu(),
    packages={**TF220_GPU, "tensorboard-plugin-profile": "2.20.4"},
    more_files={"/proc/driver/nvidia/params": "ResmanDebugLevel: 4294967295\nRmProfilingAdminOnly: 1\n"},
)
_JDK = (
    '<application><component name="ProjectJdkTable"><jdk version="2"><name value="Python 3.9 (base)"/>'
    '<homePath value="$USER_HOME$/miniconda3/bin/python"/></jdk><jdk version="2"><name value="Python 3.11 (venv)"/>'
    '<homePath value="/home/user/venv/bin/python"/></jdk></component></application>'
)
machine(
    "pycharm-of-conda-base",
    "PyCharm runs the project with conda's base",
    [],
    ["editor-uses-other-python"],
    more_files={
        "/home/user/.idea/misc.xml": '<component name="ProjectRootManager" version="2" project-jdk-name="Python 3.9 (base)" project-jdk-type="Python SDK" />',
        "/home/user/.config/JetBrains/PyCharm2025.2/options/jdk.table.xml": _JDK,
        "/home/user/miniconda3/bin/python": "",
    },
)
other_system(
    "windows-anaconda-two-openmp",
    "Anaconda's MKL and pip's torch: OMP Error #15",
    "windows",
    {
        **WIN, **torch_build("2.9.1+cpu", ""), "python.kind": "conda", "python.executable": "C:\\Users\\user\\anaconda3\\python.exe",
        "packages.openmp": [
            "C:\\Users\\user\\anaconda3\\Library\\bin\\libiomp5md.dll",
            "C:\\Users\\user\\anaconda3\\Lib\\site-packages\\torch\\lib\\libiomp5md.dll",
        ],
    },
    {"torch": "2.9.1+cpu", "numpy": "1.26.4", "mkl": "2023.2.0", **TOOLS},
    [],
    ["openmp-duplicate-runtime"],
    outputs={"commands": powershell('{"Name":"Intel(R) UHD Graphics 770","DriverVersion":"31.0.101.4502","PNPDeviceID":"PCI\\\\VEN_8086&DEV_4680","ConfigManagerErrorCode":0}')},
)  # fmt: skip
machine(
    "tensorboard-without-pkg-resources",
    "TensorFlow 2.15 in a new environment with the newest setuptools: only the program tensorboard fails",
    [],
    ["setuptools-82-no-pkg-resources"],
    packages={
        "tensorflow": "2.15.1",
        "keras": "2.15.0",
        "numpy": "1.26.4",
        "protobuf": "4.25.3",
        "h5py": "3.11.0",
        "tensorboard": "2.15.2",
        "pip": "25.3",
        "setuptools": "84.2.1",
    },
)
machine(
    "tensorflow-hub-brought-a-second-tensorflow",
    "tensorflow-cpu, and tf-keras asked for tensorflow of the same version: recorded from a real environment, it works",
    [],
    ["two-tensorflow-distributions"],
    packages={**TF220, "tensorflow-cpu": "2.20.0", "tf-keras": "2.20.1"},
)
machine(
    "protobuf-newer-than-asked",
    "protobuf 5.29 under TensorFlow 2.12, which asks for less than 5: recorded from a real environment, it trains",
    [],
    ["requirement-not-met"],
    packages={
        "tensorflow-cpu": "2.12.0",
        "keras": "2.12.0",
        "numpy": "1.23.5",
        "protobuf": "5.29.3",
        "h5py": "3.11.0",
        **TOOLS,
    },
    needs={
        "tensorflow-cpu": ["protobuf!=4.21.0,!=4.21.1,!=4.21.2,!=4.21.3,!=4.21.4,!=4.21.5,<5.0.0dev,>=3.20.3"]
    },
    more={
        "framework.tensorflow": {
            "version": "2.12.0",
            "cuda": "",
            "cudnn": "",
            "gpu_build": False,
            "capabilities": [],
        }
    },
)

# --- a second round, again written down before doctor saw them -------------------------------------------
_f, _l, _c = working_driver(version="550.90.07", cuda="12.4")
_cu12 = libraries(
    "/usr/local/cuda-12.4/lib64",
    libcudart="12.4.127",
    libcublas="12.4.5.8",
    libcusolver="11.6.1.9",
    libcusparse="12.3.1.170",
)
_d89 = libraries("/usr/lib/x86_64-linux-gnu", libcudnn="8.9.7")
machine(
    "tensorflow-gpu-210-with-cuda-12",
    "tensorflow-gpu 2.10 wants CUDA 11.2, the machine has 12.4",
    ["cuda-toolkit-version-differs-from-wheel"],
    parts_=(*merge((_f, _l), _cu12, _d89), {**_c, "ldconfig": ldconfig(*_cu12[0], *_d89[0])}),
    packages={
        "tensorflow-gpu": "2.10.1",
        "keras": "2.10.0",
        "numpy": "1.23.5",
        "protobuf": "3.19.6",
        "h5py": "3.8.0",
        **TOOLS,
    },
    more={
        "python.version": "3.10.12",
        "framework.tensorflow": {
            "version": "2.10.1",
            "cuda": "11.2",
            "cudnn": "8",
            "gpu_build": True,
            "capabilities": ["sm_35", "sm_50", "sm_60", "sm_70", "sm_75", "compute_80"],
        },
    },
)
machine(
    "slurm-gpu-by-uuid",
    "Slurm names the card by its id",
    parts_=gpu(A100, A100, version="550.90.07", cuda="12.4"),
    packages=TF220_GPU,
    env={"CUDA_VISIBLE_DEVICES": "GPU-8d9c1c2e-1111-2222-3333-444455556666"},
)
machine(
    "slurm-job-without-gres",
    "a Slurm job that asked for no card",
    ["cuda-visible-devices-hides-gpu"],
    parts_=hidden_gpu(A100, version="550.90.07", cuda="12.4"),
    packages=TF220_GPU,
    env={"CUDA_VISIBLE_DEVICES": "NoDevFiles"},
)
machine(
    "torch-default-wheel-driver-470",
    "pip install torch on Ubuntu 20.04 with driver 470",
    ["driver-too-old-for-cuda-runtime"],
    parts_=gpu(version="470.256.02", cuda="11.4"),
    packages=TORCH_CU128,
    needs={},
    system="Ubuntu 20.04.6 LTS",
    libc=("glibc", "2.31"),
    more=torch_build(),
)
_RTX = '[{"Name":"NVIDIA GeForce RTX 3060","DriverVersion":"31.0.15.1694","PNPDeviceID":"PCI\\\\VEN_10DE&DEV_2504&SUBSYS_397D1462","ConfigManagerErrorCode":0}]'
_WIN_TORCH = {"torch": "2.9.1+cu128", "numpy": "2.1.3", **TOOLS}
other_system(
    "windows-variable-hides-card",
    "CUDA_VISIBLE_DEVICES=-1 among the user's variables",
    "windows",
    {**WIN, **torch_build()},
    _WIN_TORCH,
    ["cuda-visible-devices-hides-gpu"],
    outputs={
        "commands": {**powershell(_RTX), "nvidia-smi": parts.smi(RTX3060, driver="576.88", cuda="12.9")}
    },
    env={"CUDA_VISIBLE_DEVICES": "-1"},
)
other_system(
    "windows-driver-of-2022",
    "a driver that came with the laptop",
    "windows",
    {**WIN, **torch_build()},
    _WIN_TORCH,
    ["driver-too-old-for-cuda-runtime"],
    outputs={
        "commands": {**powershell(_RTX), "nvidia-smi": parts.smi(RTX3060, driver="516.94", cuda="11.7")}
    },
)
_ngc = gpu(A100, version="535.183.01", cuda="13.0")
machine(
    "ngc-container-forward-compatible",
    "NVIDIA's container with CUDA 13 on an A100 with driver 535: its compatibility package makes it work",
    parts_=(*_ngc[:2], {**_ngc[2], "/home/user/venv/bin/python": cuinit(0, 13000, 1)}),
    container="docker",
    env={"NVIDIA_VISIBLE_DEVICES": "all"},
    packages={"torch": "2.9.0a0+50eac811a6.nv25.9", "numpy": "1.26.4", **TOOLS},
    needs={},
    more=torch_build("2.9.0a0+50eac811a6.nv25.09", "13.0"),
)
machine(
    "rented-pod-rtx4090",
    "a rented container with a card",
    parts_=gpu(("NVIDIA GeForce RTX 4090", 24564, "8.9"), version="550.127.05", cuda="12.4"),
    container="docker",
    env={"NVIDIA_VISIBLE_DEVICES": "all"},
    packages=TORCH_CU128,
    needs={},
    more=torch_build(),
)
machine(
    "rtx5070-with-cu126",
    "a new card with the build for CUDA 12.6",
    ["framework-build-lacks-blackwell-sm120"],
    parts_=gpu(("NVIDIA GeForce RTX 5070", 12227, "12.0"), version="580.95.05", cuda="13.0"),
    packages={"torch": "2.9.1+cu126", "numpy": "2.1.3", **TOOLS},
    more=torch_build("2.9.1+cu126", "12.6"),
)
_fedora = broken_driver(
    NOT_COMMUNICATING,
    extra=(
        {
            "/lib/modules/6.14.4-200.fc42.x86_64/extra/nvidia/nvidia.ko.xz": "",
            "/lib/modules/6.14.9-300.fc42.x86_64/modules.dep": "",
            "/usr/lib64/libcuda.so.1": "",
        },
        {"/usr/lib64/libcuda.so.1": "/usr/lib64/libcuda.so.570.153.02"},
    ),
)
machine(
    "fedora-akmod-not-built",
    "Fedora after a kernel update, before akmods built the module",
    ["driver-module-missing-after-kernel-update"],
    parts_=_fedora,
    system="Fedora Linux 42 (Workstation Edition)",
    kernel="6.14.9-300.fc42.x86_64",
    libc=("glibc", "2.41"),
    packages=TF220_GPU,
)
machine(
    "uv-project-without-pip",
    "a uv environment has no pip; the one on PATH is the system's, and nobody uses it",
    packages={k: v for k, v in TF220.items() if k not in TOOLS},
    more={"python.pip_owner": {"pip": "/usr/bin/pip", "python": "/usr/bin/python3"}},
)
machine(
    "pypy",
    "PyPy: no framework makes wheels for it",
    ["python-not-cpython"],
    packages=TOOLS,
    more={"python.implementation": "PyPy", "python.version": "3.10.16"},
)
machine(
    "old-tensorflow-with-new-numpy-and-protobuf",
    "TensorFlow 2.8 after pip took the newest NumPy 1 and protobuf 4: recorded from a real environment",
    ["numpy-alias-removed-old-tf", "protobuf-4-vs-old-pb2"],
    packages={
        "tensorflow-cpu": "2.8.4",
        "keras": "2.8.0",
        "numpy": "1.24.4",
        "protobuf": "4.25.3",
        "h5py": "2.10.0",
        **TOOLS,
    },
    needs={"tensorflow-cpu": ["protobuf<3.20,>=3.9.2", "numpy>=1.20"]},
    more={
        "python.version": "3.9.18",
        "framework.tensorflow": {
            "version": "2.8.4",
            "cuda": "",
            "cudnn": "",
            "gpu_build": False,
            "capabilities": [],
        },
    },
)
