"""Machines on which one thing is wrong (in a few: two), each with the root that doctor must name.

Outputs follow the reports that are named; see also NVIDIA's documentation of nvidia-smi and Xid.
"""

# ruff: noqa: E501 - real outputs are long

from tests.machines import parts
from tests.machines.healthy import (
    INTEL_JSON,
    MAC,
    NVIDIA_JSON,
    WIN,
    WSL,
    WSL_KERNEL,
    gpu,
    hidden_gpu,
    powershell,
)
from tests.machines.make import (
    A100,
    GTX750,
    GTX1080,
    H100,
    JAX080,
    KERNEL,
    RTX3060,
    RTX5090,
    T4,
    TF210,
    TF215,
    TF220,
    TF220_GPU,
    TF_BUILD,
    TOOLS,
    TORCH_CU128,
    TORCH_NEEDS,
    broken_driver,
    machine,
    other_system,
    torch_build,
    working_driver,
)  # fmt: skip
from tests.machines.parts import (
    BLOCKED,
    CUDA12_WHEELS,
    HANGS,
    MISMATCH,
    NO_DEVICES,
    NODES,
    NOT_COMMUNICATING,
    SECURE_BOOT,
    UNKNOWN_ERROR,
    cuinit,
    ldconfig,
    libcuda,
    libraries,
    merge,
    module_version,
    smi,
    wheel_files,
)  # fmt: skip

GPU = {"packages": TF220_GPU}
PYTHON = "/home/user/venv/bin/python"

# --- hardware ------------------------------------------------------------------------------------------
machine(
    "cpu-without-avx-tf",
    "TensorFlow on a Core i3 M330 (tensorflow#19584)",
    ["cpu-lacks-avx"],
    more={
        "cpu.model": "Intel(R) Core(TM) i3 CPU M 330 @ 2.13GHz",
        "cpu.flags": ["fpu", "sse", "sse2", "ssse3", "sse4_1", "sse4_2"],
    },
)
machine(
    "cpu-without-avx-jax",
    "jaxlib on an Atom",
    ["cpu-lacks-avx"],
    packages={"jax": "0.8.0", "jaxlib": "0.8.0", "numpy": "2.1.3", **TOOLS},
    more={"cpu.flags": ["sse", "sse2"]},
)
machine(
    "gpu-ecc-errors",
    "a rented card with broken memory",
    ["gpu-memory-ecc-error"],
    parts_=gpu(A100, version="550.90.07", cuda="12.4", **{"ecc.errors.uncorrected.volatile.total": "14"}),
    **GPU,
)
_f, _l, _c = gpu()
machine(
    "gpu-xid48",
    "double-bit error in the kernel log",
    ["gpu-memory-ecc-error"],
    parts_=(
        _f,
        _l,
        {
            **_c,
            "dmesg": parts.dmesg(
                "NVRM: Xid (PCI:0000:01:00): 48, pid=1234, name=python, An uncorrectable double bit error (DBE) has been detected on GPU"
            ),
        },
    ),
    **GPU,
)
machine(
    "gpu-fell-off-the-bus",
    "Xid 79 during training",
    ["gpu-fell-off-the-bus"],
    parts_=broken_driver(
        parts.smi_says("Unable to determine the device handle for GPU0000:01:00.0: Unknown Error\n", 255),
        log=(
            "NVRM: Xid (PCI:0000:01:00): 79, pid=2211, name=python3, GPU has fallen off the bus.",
            "NVRM: GPU 0000:01:00.0: GPU has fallen off the bus.",
        ),
        bus_driver="nvidia",
        loaded=("nvidia",),
        disk=(KERNEL,),
    ),
    **GPU,
)
machine(
    "gtx750-with-torch-cu130",
    "Maxwell, PyTorch 2.12: no build carries 5.0 for CUDA 13, cu126 still does",
    ["build-omits-gpu-arch"],
    parts_=gpu(GTX750, version="580.65.06", cuda="13.0"),
    packages={"torch": "2.12.0", "numpy": "2.1.3", **TOOLS},
    more=torch_build("2.12.0+cu130", "13.0"),
)
machine(
    "kepler-with-old-torch",
    "a GTX 660 Ti with PyTorch 1.13",
    ["gpu-compute-capability-too-old"],
    parts_=gpu(("GeForce GTX 660 Ti", 2048, "3.0"), version="470.256.02", cuda="11.4"),
    packages={"torch": "1.13.1", "numpy": "1.26.4", **TOOLS},
    more=torch_build("1.13.1+cu117", "11.7"),
)
machine(
    "maxwell-with-tf220",
    "a GTX 750 Ti with TensorFlow 2.20, whose wheels begin at 6.0",
    ["gpu-compute-capability-too-old"],
    parts_=gpu(GTX750, version="535.183.01"),
    **GPU,
)
machine(
    "colab-without-gpu", "Colab, runtime type CPU", [], ["colab-gpu-runtime-not-selected"], container="colab"
)

# --- system --------------------------------------------------------------------------------------------
machine(
    "alpine-tf",
    "python:3.11-alpine",
    ["alpine-musl-no-wheels"],
    system="Alpine Linux v3.20",
    libc=("musl", "1.2.5"),
    container="docker",
    packages=TOOLS,
)
machine(
    "ubuntu1804-tf221",
    "glibc 2.27 with a wheel for 2.28",
    ["glibc-too-old"],
    system="CentOS Linux 7 (Core)",
    libc=("glibc", "2.17"),
    packages={**TF220, "tensorflow": "2.21.0", "protobuf": "6.33.0"},
)
machine(
    "centos7-torch29",
    "CentOS 7 with PyTorch 2.9",
    ["glibc-too-old"],
    system="CentOS Linux 7 (Core)",
    libc=("glibc", "2.17"),
    packages={"torch": "2.9.1", "numpy": "2.1.3", **TOOLS},
    more=torch_build(),
)
machine("wsl1", "WSL 1", ["wsl1-has-no-gpu"], kernel="4.4.0-19041-Microsoft")
machine(
    "wsl2-old-windows",
    "WSL 2 on Windows 10 2004",
    ["windows-too-old-for-wsl-gpu"],
    kernel=WSL_KERNEL,
    more={"os.windows_build": 19041},
)
machine(
    "disk-full",
    "40 MB left on /tmp",
    ["disk-full"],
    more={"disk.temporary": {"path": "/tmp", "free_mib": 40, "writable": True}},
)
machine(
    "tmp-small-before-install",
    "1 GB in /tmp and nothing installed yet",
    ["disk-full"],
    ["no-framework-installed"],
    packages=TOOLS,
    more={"disk.temporary": {"path": "/tmp", "free_mib": 1024, "writable": True}},
)
machine(
    "tmp-read-only",
    "/tmp may not be written",
    ["temporary-folder-not-writable"],
    more={"disk.temporary": {"path": "/tmp", "free_mib": 9000, "writable": False}},
)
machine(
    "home-read-only",
    "a read-only home on a cluster",
    [],
    ["home-not-writable"],
    more={"disk.home": {"path": "/home/user", "free_mib": 9000, "writable": False}},
)
machine(
    "site-packages-not-mine",
    "the system's Python",
    [],
    ["no-write-permission-site-packages"],
    more={
        "disk.packages": {"path": "/usr/lib/python3/dist-packages", "free_mib": 9000, "writable": False},
        "python.kind": "system",
    },
)
other_system(
    "windows-without-vc-runtime",
    "msvcp140_1.dll is missing",
    "windows",
    {**WIN, "os.vc_runtime": False},
    TF220,
    ["windows-vc-redist-missing"],
    outputs={"commands": powershell(INTEL_JSON)},
)
other_system(
    "windows-long-paths",
    "a deep folder and no long paths",
    "windows",
    {
        **WIN,
        "os.long_paths": False,
        "disk.packages": {
            "path": "C:\\Users\\user\\AppData\\Local\\Packages\\PythonSoftwareFoundation.Python.3.11_qbz5n2kfra8p0\\LocalCache\\local-packages\\Python311\\site-packages",
            "free_mib": 90000,
            "writable": True,
        },
    },
    TF220,
    [],
    ["windows-long-path"],
    outputs={"commands": powershell(INTEL_JSON)},
)
other_system(
    "macos-too-old",
    "macOS 11",
    "macos",
    {**MAC, "os.macos_version": "11.7", "os.name": "macOS 11.7"},
    TF220,
    ["macos-too-old"],
)

machine(
    "opencv-without-libgl",
    "opencv-python in a slim image",
    ["opencv-libgl-missing"],
    container="docker",
    packages={**TF220, "opencv-python": "4.10.0.84"},
    more={"os.libgl": False},
)
machine(
    "libstdcxx-too-old",
    "a libstdc++ of GCC 4.8 under TensorFlow 2.21",
    ["libstdcxx-too-old"],
    packages={**TF220, "tensorflow": "2.21.0", "protobuf": "6.33.0"},
    more={"os.libstdcxx": "6.0.19"},
)
machine(
    "conda-libstdcxx-older",
    "conda's own older libstdc++",
    [],
    ["conda-libstdcxx-older-than-build"],
    packages={**TF220, "tensorflow": "2.21.0", "protobuf": "6.33.0"},
    more={"os.libstdcxx_conda": "6.0.21"},
)
machine(
    "card-for-virtual-machines",
    "the card is set aside for a virtual machine",
    parts_=(*parts.card_on_bus(driver="vfio-pci"), {"ldconfig": ldconfig()}),
)

machine(
    "wsl-broken-insider-build",
    "Insider build 21343",
    ["windows-build-broke-wsl-gpu"],
    kernel=WSL_KERNEL,
    more={"os.windows_build": 21343},
)
machine(
    "arm-static-tls",
    "a Jetson-like board with Ubuntu 20.04 and xgboost",
    [],
    ["static-tls-exhausted-libgomp"],
    system="Ubuntu 20.04.6 LTS",
    libc=("glibc", "2.31"),
    packages={**TF220, "xgboost": "2.1.1"},
    more={"cpu.architecture": "aarch64", "python.machine": "aarch64", "cpu.flags": ["asimd"]},
)
other_system(
    "windows-torch-240-libomp",
    "PyTorch 2.4.0 without libomp140",
    "windows",
    {**WIN, "os.libomp140": False, **torch_build("2.4.0+cpu", "")},
    {"torch": "2.4.0+cpu", "numpy": "1.26.4", **TOOLS},
    ["windows-missing-libomp140"],
    outputs={"commands": powershell(INTEL_JSON)},
)
machine(
    "docker-host-without-toolkit",
    "a host whose Docker cannot hand in GPUs: no fault",
    parts_=gpu(),
    more={"container.docker": {"installed": True, "snap": False, "nvidia_runtime": False}},
    **GPU,
)

# --- driver --------------------------------------------------------------------------------------------
machine(
    "driver-not-installed",
    "a card, and nothing of NVIDIA's",
    ["nvidia-driver-not-installed"],
    parts_=broken_driver(),
    **GPU,
)
machine(
    "nouveau-owns-card",
    "nouveau took the card at boot",
    ["nouveau-driver-owns-gpu"],
    parts_=broken_driver(NOT_COMMUNICATING, bus_driver="nouveau", loaded=("nouveau",), disk=(KERNEL,)),
    **GPU,
)
machine(
    "nova-core-owns-card",
    "Ubuntu 26.04: nova_core took the card",
    ["nouveau-driver-owns-gpu"],
    parts_=broken_driver(
        NOT_COMMUNICATING, bus_driver="NovaCore", loaded=("nova_core",), disk=("7.0.0-10-generic",)
    ),
    kernel="7.0.0-10-generic",
    system="Ubuntu 26.04 LTS",
    libc=("glibc", "2.43"),
    **GPU,
)
machine(
    "module-library-mismatch",
    "an update while the machine ran (Xid-free, reboot pending)",
    ["driver-kernel-userspace-mismatch"],
    parts_=broken_driver(
        MISMATCH,
        log=(
            "NVRM: API mismatch: the client has the version 535.161.07, but NVRM: this kernel module has the version 535.154.05.",
        ),
        bus_driver="nvidia",
        loaded=("nvidia", "nvidia_uvm"),
        disk=(KERNEL,),
        extra=merge(module_version("535.154.05"), libcuda("535.161.07"), NODES),
        cuda=cuinit(803),
    ),
    **GPU,
)
machine(
    "module-library-mismatch-no-smi-text",
    "only the versions tell",
    ["driver-kernel-userspace-mismatch"],
    parts_=broken_driver(
        NOT_COMMUNICATING,
        bus_driver="nvidia",
        loaded=("nvidia",),
        disk=(KERNEL,),
        extra=merge(module_version("530.30.02"), libcuda("535.54.03"), NODES),
    ),
    **GPU,
)
machine(
    "kernel-updated-module-not-built",
    "DKMS had no headers",
    ["driver-module-missing-after-kernel-update"],
    parts_=broken_driver(NOT_COMMUNICATING, disk=("6.5.0-28-generic",), extra=libcuda("535.161.07")),
    kernel="6.5.0-35-generic",
    **GPU,
)
machine(
    "secure-boot-refuses-module",
    "the module is not signed",
    ["secure-boot-blocks-nvidia-module"],
    parts_=broken_driver(
        NOT_COMMUNICATING,
        log=(
            "Loading of unsigned module is rejected",
            "nvidia: module verification failed: signature and/or required key missing",
        ),
        disk=(KERNEL,),
        extra=({SECURE_BOOT: b"\x06\x00\x00\x00\x01", **libcuda()[0]}, libcuda()[1]),
    ),
    **GPU,
)
machine(
    "secure-boot-key-rejected",
    "modprobe: Key was rejected by service",
    ["secure-boot-blocks-nvidia-module"],
    parts_=broken_driver(
        NOT_COMMUNICATING,
        log=("nvidia: Key was rejected by service",),
        disk=(KERNEL,),
        extra=({SECURE_BOOT: b"\x06\x00\x00\x00\x01"}, {}),
    ),
    **GPU,
)
machine(
    "nvidia-smi-hangs",
    "the driver does not come back",
    ["driver-does-not-answer"],
    parts_=broken_driver(
        HANGS,
        bus_driver="nvidia",
        loaded=("nvidia",),
        disk=(KERNEL,),
        extra=merge(module_version(), libcuda(), NODES),
        cuda=HANGS,
    ),
    **GPU,
)
machine(
    "module-not-loaded",
    "installed, and modprobe failed without a word",
    ["nvidia-driver-not-loaded"],
    parts_=broken_driver(NOT_COMMUNICATING, disk=(KERNEL,), extra=libcuda()),
    **GPU,
)
machine(
    "legacy-card-new-driver",
    "a GT 710 with driver 535",
    ["driver-branch-dropped-this-gpu"],
    parts_=(
        *broken_driver(
            NO_DEVICES,
            log=(
                "NVRM: The NVIDIA GeForce GT 710 GPU installed in this system is",
                "NVRM:  supported through the NVIDIA 470.xx Legacy drivers.",
            ),
            loaded=("nvidia",),
            disk=(KERNEL,),
            extra=merge(module_version("535.183.01"), libcuda()),
        )[:2],
        {
            **broken_driver(
                NO_DEVICES,
                log=(
                    "NVRM: The NVIDIA GeForce GT 710 GPU installed in this system is",
                    "NVRM:  supported through the NVIDIA 470.xx Legacy drivers.",
                ),
            )[2],
            "lspci": parts.lspci("GK208B [GeForce GT 710]"),
        },
    ),
    **GPU,
)
machine(
    "pascal-with-driver-590",
    "a GTX 1080 Ti with driver 590",
    ["driver-branch-dropped-this-gpu"],
    parts_=(
        *broken_driver(
            NO_DEVICES,
            loaded=("nvidia",),
            disk=(KERNEL,),
            extra=merge(module_version("590.44.01"), libcuda("590.44.01")),
        )[:2],
        {**broken_driver(NO_DEVICES)[2], "lspci": parts.lspci("GP102 [GeForce GTX 1080 Ti]")},
    ),
    **GPU,
)
machine(
    "blackwell-with-closed-module",
    "an RTX 5090 needs the open module",
    ["wrong-kernel-module-flavor-open-vs-proprietary"],
    parts_=broken_driver(
        NO_DEVICES,
        log=(
            "NVRM: The NVIDIA GPU 0000:01:00.0 (PCI ID: 10de:2b85) installed in this system requires use of the NVIDIA open kernel modules.",
        ),
        loaded=("nvidia",),
        disk=(KERNEL,),
        extra=merge(module_version("570.133.07"), libcuda("570.133.07")),
    ),
    **GPU,
)
machine(
    "rm-init-adapter-failed",
    "the module cannot start the card",
    ["gpu-does-not-initialise"],
    parts_=broken_driver(
        NO_DEVICES,
        log=(
            "NVRM: GPU 0000:01:00.0: RmInitAdapter failed! (0x26:0x56:1474)",
            "NVRM: GPU 0000:01:00.0: rm_init_adapter failed, device minor number 0",
        ),
        bus_driver="nvidia",
        loaded=("nvidia",),
        disk=(KERNEL,),
        extra=merge(module_version(), libcuda(), NODES),
    ),
    **GPU,
)
machine(
    "device-nodes-closed",
    "a user outside of the group video",
    ["gpu-device-no-permission"],
    parts_=hidden_gpu(),
    more={
        "driver.nodes": [
            {"path": "/dev/nvidiactl", "readable": False, "writable": False},
            {"path": "/dev/nvidia0", "readable": False, "writable": False},
        ]
    },
    **GPU,
)
_f, _l, _c = gpu(T4, T4)
machine(
    "one-card-of-two-closed",
    "/dev/nvidia1 is another user's, CUDA starts on the first card",
    [],
    ["gpu-device-no-permission"],
    parts_=({**_f, "/dev/nvidia1": None}, _l, {**_c, PYTHON: cuinit(0, devices=1)}),
    **GPU,
)
machine(
    "one-card-of-two-closed-cuda-silent",
    "/dev/nvidia1 is another user's, and what cuInit says of the first card is the fault",
    ["nvidia-uvm-broken-after-suspend"],
    ["gpu-device-no-permission"],
    parts_=({**_f, "/dev/nvidia1": None}, _l, {**_c, PYTHON: cuinit(999)}),
    **GPU,
)
machine(
    "nouveau-beside-closed-amd-graphics",
    "a Ryzen APU whose /dev/kfd is closed to this user; nouveau took the NVIDIA card",
    ["nouveau-driver-owns-gpu"],
    parts_=broken_driver(
        NOT_COMMUNICATING,
        bus_driver="nouveau",
        loaded=("nouveau", "amdgpu"),
        disk=(KERNEL,),
        extra=({"/dev/kfd": None}, {}),
    ),
    **GPU,
)
machine(
    "module-of-other-kernel-beside-closed-amd-graphics",
    "a Ryzen APU whose /dev/kfd is closed to this user; DKMS had no headers",
    ["driver-module-missing-after-kernel-update"],
    parts_=broken_driver(
        NOT_COMMUNICATING,
        loaded=("amdgpu",),
        disk=("6.5.0-28-generic",),
        extra=merge(libcuda("535.161.07"), {"/dev/kfd": None, "/dev/dxg": None}),
    ),
    **GPU,
)
_f, _l, _c = gpu()
machine(
    "healthy-beside-closed-amd-graphics",
    "a Ryzen APU whose /dev/kfd is closed to this user; the NVIDIA card works",
    parts_=({**_f, "/dev/kfd": None}, _l, _c),
    **GPU,
)
_no_uvm = {k: v for k, v in _f.items() if k != "/dev/nvidia-uvm"}
machine(
    "uvm-node-missing",
    "nvidia-modprobe is not installed",
    ["nvidia-uvm-device-missing"],
    parts_=(_no_uvm, _l, {**_c, "/home/user/venv/bin/python": cuinit(999)}),
    **GPU,
)
machine(
    "uvm-broken-after-suspend",
    "cuInit 999 after waking up",
    ["nvidia-uvm-broken-after-suspend"],
    parts_=(_f, _l, {**_c, "/home/user/venv/bin/python": cuinit(999)}),
    **GPU,
)
machine(
    "fabric-manager-off",
    "HGX without its fabric manager",
    ["nvidia-fabric-not-ready"],
    parts_=(
        *gpu(H100, H100, version="570.133.07", cuda="12.8")[:2],
        {**gpu(H100, H100, version="570.133.07", cuda="12.8")[2], "/home/user/venv/bin/python": cuinit(802)},
    ),
    **GPU,
)
machine(
    "driver-too-old-tf220",
    "driver 470 with TensorFlow 2.20 (CUDA 12.5)",
    ["driver-too-old-for-cuda-runtime"],
    parts_=gpu(version="470.57.02", cuda="11.4"),
    **GPU,
)
machine(
    "driver-too-old-torch-cu130",
    "driver 550 with a cu130 build",
    ["driver-too-old-for-cuda-runtime"],
    parts_=gpu(version="550.90.07", cuda="12.4"),
    packages={"torch": "2.12.0", "numpy": "2.1.3", **TOOLS},
    more=torch_build("2.12.0+cu130", "13.0"),
)
machine(
    "driver-384-tf113",
    "driver 384 with TensorFlow 1.13 (CUDA 10.0)",
    ["driver-too-old-for-cuda-runtime"],
    parts_=gpu(GTX1080, version="384.130", cuda="9.0"),
    packages={
        "tensorflow-gpu": "1.13.2",
        "numpy": "1.16.4",
        "protobuf": "3.9.0",
        "keras": "2.2.5",
        **TOOLS,
        "pip": "21.0",
    },
    more={
        "python.version": "3.7.9",
        "framework.tensorflow": {
            "version": "1.13.2",
            "cuda": "10.0",
            "cudnn": "7.4",
            "gpu_build": True,
            "capabilities": [],
        },
    },
)
machine(
    "driver-too-old-in-container",
    "a CUDA 12 image on a host with driver 470",
    ["host-driver-too-old-for-container"],
    parts_=gpu(version="470.57.02", cuda="11.4"),
    container="docker",
    env={"NVIDIA_VISIBLE_DEVICES": "all"},
    **GPU,
)
_f, _l, _c = WSL
machine(
    "wsl-device-gone",
    "WSL lost /dev/dxg",
    ["wsl-needs-restart"],
    parts_=(
        {k: v for k, v in _f.items() if k != "/dev/dxg"},
        {},
        {**_c, "nvidia-smi": BLOCKED, PYTHON: cuinit(100)},
    ),
    kernel=WSL_KERNEL,
    **GPU,
)
machine(
    "wsl-linux-driver-inside",
    "apt install nvidia-driver inside WSL",
    ["nvidia-driver-installed-inside-wsl"],
    parts_=(
        {"/dev/dxg": "", **libcuda()[0], **wheel_files()},
        libcuda()[1],
        {**_c, "nvidia-smi": NOT_COMMUNICATING, PYTHON: cuinit(100)},
    ),
    kernel=WSL_KERNEL,
    without=["gpu.pci"],
    **GPU,
)
machine(
    "wsl-tcc-mode",
    "a card in TCC mode on the Windows host",
    ["wsl-gpu-in-tcc-mode"],
    parts_=(
        _f,
        {},
        {
            **_c,
            "nvidia-smi": smi(
                ("Quadro GV100", 32768, "7.0"),
                driver="551.61",
                cuda="12.4",
                **{"driver_model.current": "TCC"},
            ),
        },
    ),
    kernel=WSL_KERNEL,
    **GPU,
)

# --- container -----------------------------------------------------------------------------------------
machine(
    "docker-without-gpus",
    "docker run without --gpus",
    ["docker-run-without-gpus-flag"],
    parts_=broken_driver(),
    container="docker",
    **GPU,
)
machine(
    "docker-visible-devices-void",
    "NVIDIA_VISIBLE_DEVICES=void",
    ["docker-run-without-gpus-flag"],
    parts_=broken_driver(),
    container="docker",
    env={"NVIDIA_VISIBLE_DEVICES": "void"},
    **GPU,
)
machine(
    "k8s-without-runtime",
    "the node's runtime is not NVIDIA's",
    ["k8s-default-runtime-not-nvidia"],
    parts_=broken_driver(),
    container="kubernetes",
    **GPU,
)
machine(
    "singularity-without-nv",
    "singularity exec without --nv",
    ["singularity-without-nv"],
    parts_=broken_driver(),
    container="singularity",
    **GPU,
)
for _kind, _cause, _module in (
    ("docker", "docker-run-without-gpus-flag", "535.183.01"),
    ("singularity", "singularity-without-nv", "535.183.01"),
    ("kubernetes", "k8s-default-runtime-not-nvidia", "535.183.01"),
    ("podman", "docker-run-without-gpus-flag", "550.90.07"),
):
    machine(
        _kind + "-image-with-own-driver",
        "an image with nvidia-smi and libcuda, without access to the GPU; the host's module shows in /proc",
        [_cause],
        parts_=broken_driver(
            NOT_COMMUNICATING,
            bus_driver="nvidia",
            loaded=("nvidia", "nvidia_uvm"),
            extra=merge(module_version(_module), libcuda("535.183.01")),
            cuda=cuinit(100),
        ),
        container=_kind,
        more_files={"/run/.containerenv": ""} if _kind == "podman" else None,
        **GPU,
    )
machine(
    "container-lost-gpu",
    "systemctl daemon-reload on the host",
    ["container-lost-gpu-access"],
    parts_=broken_driver(
        UNKNOWN_ERROR,
        bus_driver="nvidia",
        loaded=("nvidia",),
        extra=merge(module_version(), libcuda(), NODES),
    ),
    container="docker",
    **GPU,
)
machine(
    "forward-compat-on-geforce",
    "cuda-compat in the image, GeForce on the host",
    ["cuda-forward-compat-unsupported-on-geforce"],
    parts_=(*gpu()[:2], {**gpu()[2], "/home/user/venv/bin/python": cuinit(804)}),
    container="docker",
    **GPU,
)

# --- CUDA ----------------------------------------------------------------------------------------------
machine(
    "visible-devices-empty",
    "CUDA_VISIBLE_DEVICES is empty",
    ["cuda-visible-devices-hides-gpu"],
    parts_=hidden_gpu(),
    env={"CUDA_VISIBLE_DEVICES": ""},
    **GPU,
)
machine(
    "visible-devices-minus-one",
    "CUDA_VISIBLE_DEVICES=-1 forgotten in .bashrc",
    ["cuda-visible-devices-hides-gpu"],
    parts_=hidden_gpu(),
    env={"CUDA_VISIBLE_DEVICES": "-1"},
    **GPU,
)
machine(
    "visible-devices-bash",
    "CUDA_VISIBLE_DEVICES=bash, from $0",
    ["cuda-visible-devices-hides-gpu"],
    parts_=hidden_gpu(),
    env={"CUDA_VISIBLE_DEVICES": "bash"},
    **GPU,
)
machine(
    "visible-devices-out-of-range",
    "CUDA_VISIBLE_DEVICES=1 with one card",
    ["cuda-visible-devices-hides-gpu"],
    parts_=hidden_gpu(),
    env={"CUDA_VISIBLE_DEVICES": "1"},
    **GPU,
)
_f, _l, _c = gpu(A100, A100, A100, A100, version="550.90.07", cuda="12.4")
machine(
    "visible-devices-third-of-four-without-smi",
    "CUDA_VISIBLE_DEVICES=2 of four cards, no nvidia-smi: CUDA counts the one that it may see",
    parts_=(
        {**_f, "/dev/nvidia1": "", "/dev/nvidia2": "", "/dev/nvidia3": ""},
        _l,
        {**{k: v for k, v in _c.items() if k != "nvidia-smi"}, PYTHON: cuinit(0, 12040, 1)},
    ),
    env={"CUDA_VISIBLE_DEVICES": "2"},
    **GPU,
)
machine(
    "mig-second-index",
    "MIG on, CUDA_VISIBLE_DEVICES=1",
    ["mig-slice-not-selected"],
    parts_=gpu(A100, A100, version="550.90.07", cuda="12.4", **{"mig.mode.current": "Enabled"}),
    env={"CUDA_VISIBLE_DEVICES": "1"},
    **GPU,
)
machine(
    "mig-none-chosen",
    "MIG on and no slice made: CUDA finds no device",
    ["mig-slice-not-selected"],
    parts_=(
        *gpu(A100, version="550.90.07", cuda="12.4", **{"mig.mode.current": "Enabled"})[:2],
        {
            **gpu(A100, version="550.90.07", cuda="12.4", **{"mig.mode.current": "Enabled"})[2],
            "/home/user/venv/bin/python": cuinit(100),
        },
    ),
    **GPU,
)
machine(
    "compute-mode-prohibited",
    "nvidia-smi -c 2",
    ["gpu-compute-mode-prohibited"],
    parts_=gpu(T4, compute_mode="Prohibited"),
    **GPU,
)
_f, _l, _c = gpu()
machine(
    "stub-on-path",
    "stubs in LD_LIBRARY_PATH",
    ["cuda-stub-libcuda-on-library-path"],
    parts_=(_f, _l, {**_c, PYTHON: cuinit(34)}),
    env={"LD_LIBRARY_PATH": "/usr/local/cuda/lib64/stubs:/usr/local/cuda/lib64"},
    **GPU,
)
machine(
    "tf220-without-cuda-wheels",
    "pip install tensorflow, no CUDA anywhere",
    ["cuda-libraries-not-installed"],
    parts_=working_driver(),
    packages=TF220,
)
_f, _l, _c = working_driver()
_cuda12_only = {"tensorflow": TF_BUILD}
_old = libraries("/usr/local/cuda-11.8/lib64", libcudart="11.8.89", libcublas="11.11.3.6")
machine(
    "tf220-with-cuda-11",
    "the toolkit is another version",
    ["cuda-toolkit-version-differs-from-wheel"],
    parts_=(*merge((_f, _l), _old), {**_c, "ldconfig": ldconfig(*_old[0])}),
    packages=TF220,
)
_tf21 = libraries("/usr/local/cuda-10.2/lib64", libcudart="10.2.89")
machine(
    "tf21-with-cuda-102",
    "TensorFlow 2.1 wants 10.1 (tensorflow#38194)",
    ["cuda-toolkit-version-differs-from-wheel"],
    parts_=(*merge((_f, _l), _tf21), {**_c, "ldconfig": ldconfig(*_tf21[0])}),
    packages={"tensorflow": "2.1.4", "numpy": "1.18.5", "protobuf": "3.19.6", **TOOLS},
    more={"python.version": "3.7.9"},
)
_right = libraries("/usr/local/cuda-12.5/lib64", libcudart="12.5.82", libcublas="12.5.3.2")
machine(
    "toolkit-off-the-path",
    "CUDA 12.5 is there and the loader does not look",
    ["cuda-toolkit-not-on-library-path"],
    parts_=(*merge((_f, _l), _right), _c),
    packages=TF220,
)
machine(
    "tf216-ignores-wheels",
    "tensorflow[and-cuda] 2.16.1 (tensorflow#63362)",
    ["pip-nvidia-libs-not-on-library-path"],
    parts_=gpu(),
    packages={
        **TF215,
        **parts.wheel_packages(
            {**CUDA12_WHEELS, "nvidia-cudnn-cu12": ("8.9.7.29", "cudnn", "libcudnn.so.8")}
        ),
        "tensorflow": "2.16.1",
        "keras": "3.3.3",
    },
    more={
        "framework.tensorflow": {
            **TF_BUILD,
            "version": "2.16.1",
            "cuda": "12.3",
            "cudnn": "8",
            "capabilities": [],
        }
    },
)
_shadow = libraries(
    "/opt/cuda-12.1/lib64", libcusparse="12.1.0.106", libcublas="12.1.3.1", libcudart="12.1.105"
)
machine(
    "ld-path-shadows-jax",
    "the cluster's CUDA module comes first (jax)",
    ["ld-library-path-shadows-pip-cuda"],
    parts_=(
        *merge(gpu(version="550.90.07", cuda="12.4")[:2], _shadow),
        gpu(version="550.90.07", cuda="12.4")[2],
    ),
    packages=JAX080,
    env={"LD_LIBRARY_PATH": "/opt/cuda-12.1/lib64"},
    more={"framework.jax": {"version": "0.8.0", "cuda": "12", "gpu_build": True}},
)
_jit = libraries("/usr/local/cuda-12.1/lib64", libnvJitLink="12.1.105")
machine(
    "nvjitlink-shadowed",
    "undefined symbol __nvJitLinkComplete_12_4",
    ["nvjitlink-version-shadowed"],
    parts_=(
        *merge(gpu(version="570.133.07", cuda="12.8")[:2], _jit),
        gpu(version="570.133.07", cuda="12.8")[2],
    ),
    packages=TORCH_CU128,
    needs=TORCH_NEEDS,
    more=torch_build(),
    env={"LD_LIBRARY_PATH": "/usr/local/cuda-12.1/lib64"},
)
_tf_no_nvcc = {k: v for k, v in TF220_GPU.items() if k != "nvidia-cuda-nvcc-cu12"}
machine(
    "libdevice-missing",
    "no nvcc wheel and no toolkit",
    [],
    ["xla-libdevice-not-found"],
    parts_=gpu(),
    packages=_tf_no_nvcc,
)

# --- cuDNN ---------------------------------------------------------------------------------------------
_cudnn_old = libraries(
    "/opt/conda/lib", libcudnn="9.1.0", libcudnn_ops="9.1.0", libcudnn_cnn="9.1.0", libcudnn_graph="9.1.0"
)
machine(
    "cudnn-older-on-ld-path",
    "LD_LIBRARY_PATH names conda's older cuDNN",
    ["cudnn-shadowed-by-older-copy-on-path"],
    parts_=(*merge(gpu()[:2], _cudnn_old), gpu()[2]),
    env={"LD_LIBRARY_PATH": "/opt/conda/lib"},
    **GPU,
)
_tf_sys = {**TF210, "tensorflow": "2.10.1"}
_b210 = {
    "framework.tensorflow": {
        "version": "2.10.1",
        "cuda": "11.2",
        "cudnn": "8",
        "gpu_build": True,
        "capabilities": ["sm_35", "sm_50", "sm_60", "sm_70", "sm_75", "compute_80"],
    },
    "cuda.tools": {"ptxas": True, "libdevice": True},
    "python.version": "3.10.12",
}
_c11 = libraries("/usr/local/cuda-11.2/lib64", libcudart="11.2.152")
_d80 = libraries("/usr/lib/x86_64-linux-gnu", libcudnn="8.0.5")
machine(
    "cudnn-older-than-build",
    "cuDNN 8.0.5 with TensorFlow 2.10 (built with 8.1)",
    ["cudnn-runtime-older-than-build"],
    parts_=(*merge((_f, _l), _c11, _d80), {**_c, "ldconfig": ldconfig(*_c11[0], *_d80[0])}),
    packages=_tf_sys,
    more=_b210,
)
_d7 = libraries("/usr/lib/x86_64-linux-gnu", libcudnn="7.6.5")
machine(
    "cudnn-other-major",
    "cuDNN 7 with TensorFlow 2.10",
    ["cudnn-major-differs-from-build"],
    parts_=(*merge((_f, _l), _c11, _d7), {**_c, "ldconfig": ldconfig(*_c11[0], *_d7[0])}),
    packages=_tf_sys,
    more=_b210,
)
machine(
    "cudnn-absent",
    "CUDA 11.2 and no cuDNN",
    ["cudnn-not-installed"],
    parts_=(*merge((_f, _l), _c11), {**_c, "ldconfig": ldconfig(*_c11[0])}),
    packages=_tf_sys,
    more=_b210,
)
_conda = libraries("/home/user/miniconda3/envs/tf/lib", libcudnn="8.0.5")
_d86 = libraries("/usr/lib/x86_64-linux-gnu", libcudnn="8.6.0")
machine(
    "cudnn-conda-copy-first",
    "conda's own older cuDNN wins over the system's",
    ["cudnn-shadowed-by-other-copy-in-conda-env"],
    parts_=(*merge((_f, _l), _c11, _d86, _conda), {**_c, "ldconfig": ldconfig(*_c11[0], *_d86[0])}),
    packages=_tf_sys,
    more={**_b210, "python.active_environment": ""},
    env={"CONDA_PREFIX": "/home/user/miniconda3/envs/tf"},
)
_mixed = libraries("/usr/lib/cudnn-new", libcudnn_graph="9.20.0")
machine(
    "cudnn-parts-mixed",
    "one part of cuDNN comes from the system",
    ["cudnn-sublibraries-mixed"],
    parts_=(*merge(gpu()[:2], _mixed), gpu()[2]),
    env={"LD_LIBRARY_PATH": "/usr/lib/cudnn-new"},
    **GPU,
)
machine(
    "jax-and-torch-cudnn",
    "PyTorch brings cuDNN 9.1, JAX wants 9.8",
    [],
    ["cudnn-loaded-first-by-other-framework"],
    parts_=gpu(version="550.90.07", cuda="12.4"),
    packages={**JAX080, "torch": "2.5.1", "numpy": "2.1.3"},
    needs={},
    more={
        **torch_build("2.5.1+cu124", "12.4"),
        "framework.jax": {"version": "0.8.0", "cuda": "12", "gpu_build": True},
    },
)
other_system(
    "windows-tf210-zlibwapi",
    "cuDNN 8 without zlibwapi.dll",
    "windows",
    {
        **WIN,
        "python.version": "3.10.11",
        "framework.tensorflow": {
            "version": "2.10.1",
            "cuda": "11.2",
            "cudnn": "8",
            "gpu_build": True,
            "capabilities": [],
        },
        "cuda.libraries": [
            {
                "name": "cudart64_110.dll",
                "path": "C:\\cuda\\bin\\cudart64_110.dll",
                "version": "110",
                "origin": "PATH",
            },
            {
                "name": "cudnn64_8.dll",
                "path": "C:\\cuda\\bin\\cudnn64_8.dll",
                "version": "8",
                "origin": "PATH",
            },
        ],
    },
    TF210,
    ["zlibwapi-dll-missing"],
    outputs={
        "commands": {**powershell(NVIDIA_JSON), "nvidia-smi": smi(RTX3060, driver="551.61", cuda="12.4")}
    },
)

# --- Python --------------------------------------------------------------------------------------------
machine(
    "python-too-new",
    "Python 3.16 and nothing installed",
    ["python-too-new-for-wheel"],
    packages=TOOLS,
    more={"python.version": "3.16.0"},
)
machine(
    "python-314-for-tf",
    "Python 3.14: PyTorch yes, TensorFlow no",
    [],
    ["python-too-new-for-wheel", "no-framework-installed"],
    packages=TOOLS,
    more={"python.version": "3.14.0"},
)
machine("python-32-bit", "a 32-bit Python", ["python-32-bit"], packages=TOOLS, more={"python.bits": 32})
machine(
    "pip-of-another-python",
    "pip belongs to the system's Python",
    ["pip-belongs-to-other-python"],
    packages=TOOLS,
    more={
        "python.on_path": "/home/user/venv/bin/python",
        "python.pip_owner": {"pip": "/usr/bin/pip", "python": "/usr/bin/python3"},
    },
)
machine(
    "pip-of-another-python-tf-here",
    "the same, but TensorFlow is here",
    [],
    ["pip-belongs-to-other-python"],
    more={"python.pip_owner": {"pip": "/usr/bin/pip", "python": "/usr/bin/python3"}},
)
machine(
    "system-python-pep668",
    "Ubuntu 24.04's own Python",
    [],
    ["pep668-externally-managed", "no-framework-installed"],
    packages=TOOLS,
    more={"python.externally_managed": True, "python.kind": "system", "python.version": "3.12.3"},
)
machine(
    "other-environment-active",
    "conda's base is active",
    [],
    ["other-environment-active"],
    more={"python.active_environment": "/home/user/miniconda3"},
)
other_system(
    "macos-x86-python",
    "an Intel Python under Rosetta",
    "macos",
    {**MAC, "python.machine": "x86_64", "cpu.rosetta": True},
    {**TOOLS, "numpy": "1.26.4"},
    ["x86-python-on-apple-silicon"],
    ["no-framework-installed"],
)

# --- packages ------------------------------------------------------------------------------------------
machine(
    "numpy2-with-tf215",
    "NumPy 2 under TensorFlow 2.15",
    ["numpy2-abi-break"],
    packages={**TF215, "numpy": "2.1.3"},
)
machine(
    "numpy2-with-onnxruntime",
    "NumPy 2 under onnxruntime 1.17",
    ["numpy2-abi-break"],
    packages={**TF220, "onnxruntime": "1.17.3"},
)
machine(
    "numpy124-with-tf26",
    "np.object is gone",
    ["numpy-alias-removed-old-tf"],
    packages={
        "tensorflow": "2.6.5",
        "keras": "2.6.0",
        "numpy": "1.24.4",
        "protobuf": "3.19.6",
        "h5py": "3.1.0",
        **TOOLS,
    },
    more={"python.version": "3.9.18"},
)
machine(
    "protobuf4-with-tf28",
    "Descriptors cannot be created directly",
    ["protobuf-4-vs-old-pb2"],
    packages={
        "tensorflow": "2.8.4",
        "keras": "2.8.0",
        "numpy": "1.22.4",
        "protobuf": "4.25.3",
        "h5py": "3.8.0",
        **TOOLS,
    },
    more={"python.version": "3.9.18"},
)
machine(
    "protobuf-too-old-for-tf220",
    "protobuf 4 under TensorFlow 2.20",
    ["protobuf-too-old-for-tensorflow"],
    packages={**TF220, "protobuf": "4.25.3"},
)
machine(
    "two-tensorflows",
    "tf-nightly beside tensorflow",
    ["two-tensorflow-distributions"],
    packages={**TF220, "tf-nightly": "2.21.0.dev20250801"},
)
machine(
    "stale-tensorflow-files",
    "an update broke off",
    ["stale-tensorflow-files"],
    more={"packages.leftovers": ["~ensorflow", "~ensorflow-2.19.0.dist-info"]},
)
machine(
    "retired-tensorflow-gpu",
    "tensorflow-gpu 2.12",
    ["tensorflow-gpu-package-removed"],
    packages={**TOOLS, "tensorflow-gpu": "2.12.0", "numpy": "1.23.5"},
    more={"python.version": "3.10.12"},
)
machine(
    "keras3-with-tf215",
    "Keras 3 under TensorFlow 2.15",
    ["keras-newer-than-tf"],
    packages={**TF215, "keras": "3.3.3"},
    needs={"tensorflow": ["keras<2.16,>=2.15.0"]},
)
machine(
    "keras24-with-tf115",
    "Keras 2.4 under TensorFlow 1.15",
    ["keras-newer-than-tf"],
    packages={
        "tensorflow": "1.15.5",
        "keras": "2.4.3",
        "numpy": "1.18.5",
        "protobuf": "3.19.6",
        "h5py": "2.10.0",
        **TOOLS,
    },
    more={"python.version": "3.7.9"},
)
machine(
    "keras26-with-tf29",
    "Keras 2.6 under TensorFlow 2.9",
    ["keras-version-vs-tf-version"],
    packages={
        "tensorflow": "2.9.3",
        "keras": "2.6.0",
        "numpy": "1.23.5",
        "protobuf": "3.19.6",
        "h5py": "3.8.0",
        **TOOLS,
    },
    more={"python.version": "3.9.18"},
)
machine(
    "tfa-with-tf220",
    "tensorflow_addons under Keras 3",
    ["tfa-incompatible-with-keras3"],
    packages={**TF220, "tensorflow-addons": "0.23.0"},
)
machine(
    "transformers-without-tf-keras",
    "transformers 4 with TensorFlow 2.20 only",
    [],
    ["keras3-transformers-needs-tf-keras"],
    packages={**TF220, "transformers": "4.46.3"},
)
machine(
    "tf-text-of-another-minor",
    "tensorflow-text 2.18",
    ["tf-companion-op-library-mismatch"],
    packages={**TF220, "tensorflow-text": "2.18.1"},
    needs={
        "tensorflow": [],
        "tensorflow-text": [
            'tensorflow<2.19,>=2.18.0; platform_machine != "arm64" or platform_system != "Darwin"'
        ],
    },
)
machine(
    "torchvision-of-another-torch",
    "xformers pulled torch back",
    ["torch-torchvision-mismatch"],
    packages={"torch": "2.4.0", "torchvision": "0.20.1", "numpy": "2.1.3", **TOOLS},
    needs={"torchvision": ["torch==2.5.1"]},
    more=torch_build("2.4.0+cu121", "12.1"),
)
machine(
    "torchaudio-of-another-torch",
    "torchaudio 2.4 with torch 2.5",
    ["torch-companion-mismatch"],
    packages={"torch": "2.5.1", "torchaudio": "2.4.0", "numpy": "2.1.3", **TOOLS},
    needs={},
    more=torch_build("2.5.1+cpu", ""),
)
machine(
    "jax-plugin-newer",
    "jax pinned, the plugin not",
    ["jax-plugin-version-mismatch"],
    parts_=gpu(version="550.90.07", cuda="12.4"),
    packages={**JAX080, "jax-cuda12-plugin": "0.8.1", "jax-cuda12-pjrt": "0.8.1"},
    more={"framework.jax": {"version": "0.8.0", "cuda": "12", "gpu_build": True}},
)
machine(
    "setuptools-82-tfhub",
    "No module named pkg_resources",
    ["setuptools-82-no-pkg-resources"],
    packages={**TF220, "tensorflow-hub": "0.16.1", "setuptools": "82.0.1"},
)
machine(
    "scipy-113-gensim",
    "scipy.linalg.triu is gone",
    ["scipy-removed-function"],
    packages={**TF220, "scipy": "1.13.1", "gensim": "4.3.2"},
)
machine(
    "basicsr-new-torchvision",
    "functional_tensor is gone",
    ["torchvision-private-module-removed"],
    packages={"torch": "2.2.2", "torchvision": "0.17.2", "basicsr": "1.4.2", "numpy": "1.26.4", **TOOLS},
    needs={},
    more=torch_build("2.2.2+cpu", ""),
)
machine(
    "two-opencvs",
    "both builds of OpenCV",
    [],
    ["opencv-headless-overwritten"],
    packages={**TF220, "opencv-python": "4.10.0.84", "opencv-python-headless": "4.10.0.84"},
)
machine(
    "pip-9",
    "Ubuntu 18.04's pip 9",
    ["pip-too-old-for-manylinux"],
    ["no-framework-installed"],
    packages={"pip": "9.0.1", "setuptools": "39.0.1"},
    more={"python.version": "3.11.5"},
)
machine(
    "certificate-gone",
    "SSL_CERT_FILE names a file that was removed",
    ["certificate-file-missing"],
    env={"SSL_CERT_FILE": "/home/user/corp-ca.pem"},
)
machine(
    "requirement-not-met",
    "a library of little weight is too old",
    [],
    ["requirement-not-met"],
    needs={"wandb": ["click>=8.0.1"]},
    packages={**TF220, "wandb": "0.18.0", "click": "7.1.2"},
)

# --- framework -----------------------------------------------------------------------------------------
machine(
    "torch-cpu-build-on-gpu",
    "pip took the +cpu wheel",
    ["torch-cpu-only-build"],
    parts_=gpu(),
    packages={"torch": "2.9.1+cpu", "numpy": "2.1.3", **TOOLS},
    more=torch_build("2.9.1+cpu", ""),
)
machine(
    "jax-cpu-on-gpu",
    "pip install jax",
    ["jax-cpu-only-install"],
    parts_=gpu(),
    packages={"jax": "0.8.0", "jaxlib": "0.8.0", "numpy": "2.1.3", **TOOLS},
    more={"framework.jax": {"version": "0.8.0", "cuda": "", "gpu_build": False}},
)
machine(
    "tf-cpu-build-on-gpu",
    "tensorflow-cpu on a machine with a card",
    ["tensorflow-cpu-only-build"],
    parts_=gpu(),
    packages={**{k: v for k, v in TF220.items() if k != "tensorflow"}, "tensorflow-cpu": "2.20.0"},
    more={
        "framework.tensorflow": {
            "version": "2.20.0",
            "cuda": "",
            "cudnn": "",
            "gpu_build": False,
            "capabilities": [],
        }
    },
)
other_system(
    "windows-tf-after-210",
    "TensorFlow 2.20 on native Windows with a card",
    "windows",
    {
        **WIN,
        "framework.tensorflow": {
            "version": "2.20.0",
            "cuda": "",
            "cudnn": "",
            "gpu_build": False,
            "capabilities": [],
        },
    },
    TF220,
    ["tensorflow-no-gpu-on-native-windows"],
    outputs={
        "commands": {**powershell(NVIDIA_JSON), "nvidia-smi": smi(RTX3060, driver="561.09", cuda="12.6")}
    },
)
other_system(
    "windows-torch-cpu",
    "PyTorch's default Windows wheel",
    "windows",
    {**WIN, **torch_build("2.9.1+cpu", "")},
    {"torch": "2.9.1+cpu", "numpy": "2.1.3", **TOOLS},
    ["torch-cpu-only-build"],
    outputs={
        "commands": {**powershell(NVIDIA_JSON), "nvidia-smi": smi(RTX3060, driver="561.09", cuda="12.6")}
    },
)
machine(
    "blackwell-with-cu124",
    "an RTX 5090 with a cu124 build",
    ["framework-build-lacks-blackwell-sm120"],
    parts_=gpu(RTX5090, version="570.133.07", cuda="12.8"),
    packages={"torch": "2.5.1", "numpy": "2.1.3", **TOOLS},
    more=torch_build("2.5.1+cu124", "12.4"),
)
machine(
    "blackwell-with-tf220",
    "TensorFlow compiles for Blackwell at first start",
    [],
    ["ptx-jit-slow-first-start"],
    parts_=gpu(RTX5090, version="570.133.07", cuda="12.8"),
    **GPU,
)
machine(
    "pascal-with-cu128",
    "a GTX 1080 Ti with PyTorch 2.9 for CUDA 12.8",
    ["build-omits-gpu-arch"],
    parts_=gpu(GTX1080, version="570.133.07", cuda="12.8"),
    packages=TORCH_CU128,
    needs=TORCH_NEEDS,
    more=torch_build(),
)
machine(
    "hopper-with-tf212",
    "TensorFlow 2.12 has no kernels for Hopper",
    [],
    ["ptx-jit-slow-first-start"],
    parts_=(
        *merge(
            gpu(H100, version="550.90.07", cuda="12.4")[:2],
            libraries("/usr/lib/x86_64-linux-gnu", libcudart="11.8.89", libcudnn="8.6.0"),
        ),
        {
            **gpu(H100, version="550.90.07", cuda="12.4")[2],
            "ldconfig": ldconfig(
                "/usr/lib/x86_64-linux-gnu/libcudart.so.11.0", "/usr/lib/x86_64-linux-gnu/libcudnn.so.8"
            ),
        },
    ),
    packages={**TF215, "tensorflow": "2.12.1", "keras": "2.12.0", "numpy": "1.23.5", "protobuf": "4.25.3"},
    more={
        "framework.tensorflow": {
            "version": "2.12.1",
            "cuda": "11.8",
            "cudnn": "8",
            "gpu_build": True,
            "capabilities": ["sm_35", "sm_50", "sm_60", "sm_70", "sm_75", "compute_80"],
        },
        "cuda.tools": {"ptxas": True, "libdevice": True},
    },
)
machine(
    "tf240-without-avx2",
    "TensorFlow 2.4.0 on an i7-3770",
    ["tf-wheel-built-with-avx2"],
    packages={"tensorflow": "2.4.0", "numpy": "1.19.5", "protobuf": "3.19.6", "h5py": "2.10.0", **TOOLS},
    more={"python.version": "3.8.18", "cpu.flags": ["sse", "sse2", "sse4_1", "sse4_2", "avx"]},
)
machine("nothing-installed", "a fresh environment", [], ["no-framework-installed"], packages=TOOLS)

# --- imports, memory, editor ---------------------------------------------------------------------------
machine(
    "file-named-tensorflow",
    "tensorflow.py beside the script",
    ["local-file-shadows-package"],
    more={"packages.shadowed_by": ["/home/user/project/tensorflow.py"]},
)
machine(
    "file-named-random",
    "random.py beside the script",
    [],
    ["local-file-shadows-stdlib"],
    more={"packages.shadowed_by": ["/home/user/project/random.py"]},
)
machine(
    "gpu-memory-taken",
    "another program holds the card",
    [],
    ["gpu-memory-held-by-other-process"],
    parts_=gpu(**{"memory.used": "11870"}),
    **GPU,
)
machine(
    "docker-shared-memory-64",
    "PyTorch in a container with 64 MB",
    [],
    ["docker-shm-too-small"],
    container="docker",
    packages={"torch": "2.9.1+cpu", "numpy": "2.1.3", **TOOLS},
    more={**torch_build("2.9.1+cpu", ""), "disk.shared_memory_mib": 64},
)
machine(
    "kernel-of-deleted-environment",
    "a Jupyter kernel without its Python",
    [],
    ["jupyter-kernel-python-missing"],
    more={"editor.kernels": [{"name": "old", "python": "/home/user/old-venv/bin/python", "exists": False}]},
)
machine(
    "vscode-of-deleted-environment",
    "VSCode names a Python that is gone",
    [],
    ["editor-interpreter-missing"],
    more={"editor.vscode": {"interpreter": "/home/user/gone/bin/python", "exists": False}},
)
machine(
    "vscode-other-python",
    "VSCode uses the system's Python",
    [],
    ["editor-uses-other-python"],
    more={"editor.vscode": {"interpreter": "/usr/bin/python3", "exists": True}},
)

# --- two roots at once ----------------------------------------------------------------------------------
machine(
    "two-roots-driver-and-cpu-build",
    "no driver, and a CPU wheel on top",
    ["nvidia-driver-not-installed", "torch-cpu-only-build"],
    parts_=broken_driver(),
    packages={"torch": "2.9.1+cpu", "numpy": "2.1.3", **TOOLS},
    more=torch_build("2.9.1+cpu", ""),
)
machine(
    "two-roots-mismatch-and-numpy",
    "a mismatch, and NumPy 2 under old wheels",
    ["driver-kernel-userspace-mismatch", "numpy2-abi-break"],
    parts_=broken_driver(
        MISMATCH,
        bus_driver="nvidia",
        loaded=("nvidia",),
        disk=(KERNEL,),
        extra=merge(module_version("535.154.05"), libcuda("535.161.07"), NODES),
    ),
    packages={**TF220_GPU, "onnxruntime": "1.17.3"},
)
