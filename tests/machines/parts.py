"""The parts that machines are put together from: real outputs, real versions, real messages."""

# ruff: noqa: E501 - tables of real values

import re

from deepstart.machine.probes import all_probes, run_probes
from deepstart.machine.probes import cuda as cuda_probe
from deepstart.machine.system import Reply
from tests.machines.fake_system import RecordedSystem

SITE = "/home/user/venv/lib/python3.11/site-packages"


# --- nvidia-smi ------------------------------------------------------------------------------------
def smi(*cards, driver="535.183.01", cuda="12.2", **changed):
    """nvidia-smi that works. A card is (name, memory in MiB, compute capability)."""
    lines = []
    for name, memory, capability in cards:
        row = {
            "name": name,
            "driver_version": driver,
            "memory.total": str(memory),
            "memory.used": "412",
            "compute_cap": capability,
            "compute_mode": "Default",
            "mig.mode.current": "[N/A]",
            "ecc.errors.uncorrected.volatile.total": "[N/A]",
            "driver_model.current": "[N/A]",
            **changed,
        }
        lines.append(row)
    head = f"| NVIDIA-SMI {driver}             Driver Version: {driver}   CUDA Version: {cuda}     |"

    def answer(arguments):
        if not arguments:
            return Reply("ok", head, code=0)
        fields = arguments[0].partition("=")[2].split(",")
        if "compute_cap" in fields and int(driver.split(".")[0]) < 510:
            return Reply("exit", 'Field "compute_cap" is not a valid field to query.\n', code=2)
        return Reply("ok", "\n".join(", ".join(row[f] for f in fields) for row in lines), code=0)

    return answer


def smi_says(text, code=9):
    return Reply("exit", text, code=code)


NOT_COMMUNICATING = smi_says(
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. "
    "Make sure that the latest NVIDIA driver is installed and running.\n"
)
MISMATCH = smi_says(
    "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 535.161\n", 18
)
UNKNOWN_ERROR = smi_says("Failed to initialize NVML: Unknown Error\n", 255)
BLOCKED = smi_says("Failed to initialize NVML: GPU access blocked by the operating system\n", 17)
NO_DEVICES = smi_says("No devices were found\n", 6)
HANGS = Reply("timeout")


def cuinit(code, cuda=12020, devices=1):
    return Reply("ok", "[%d, %d, %d]" % (code, cuda, devices if code == 0 else 0), code=0)


NO_LIBCUDA = Reply("exit", code=97)


# --- files of a Linux driver -------------------------------------------------------------------------
def card_on_bus(slot="0000:01:00.0", device="0x2504", driver="nvidia", vendor="0x10de"):
    """A card as /sys shows it; the files are there whether or not a driver is."""
    base = "/sys/bus/pci/devices/%s/" % slot
    files = {base + "class": "0x030000\n", base + "vendor": vendor + "\n", base + "device": device + "\n"}
    links = {base + "driver": "/sys/bus/pci/drivers/" + driver} if driver else {}
    return files, links


def lspci(name, slot="0000:01:00.0"):
    return Reply(
        "ok", "%s VGA compatible controller: NVIDIA Corporation %s (rev a1)\n" % (slot, name), code=0
    )


def modules(*names):
    return {
        "/proc/modules": "".join(
            "%s 1234944 0 - Live 0x0000000000000000\n" % n for n in (*names, "snd", "ext4")
        )
    }


def module_version(version="535.183.01", flavor=""):
    return {
        "/proc/driver/nvidia/version": "NVRM version: NVIDIA UNIX %s  %s  Sun May 12 19:39:15 UTC 2024\n"
        "GCC version:  gcc version 12.3.0 (Ubuntu 12.3.0-1ubuntu1~22.04)\n"
        % ("Open Kernel Module for x86_64" if flavor == "open" else "x86_64 Kernel Module", version)
    }


def module_on_disk(*kernels):
    return {"/lib/modules/%s/updates/dkms/nvidia.ko" % kernel: "" for kernel in kernels}


def libcuda(version="535.183.01", folder="/usr/lib/x86_64-linux-gnu"):
    path = folder + "/libcuda.so.1"
    return {path: ""}, {path: "%s/libcuda.so.%s" % (folder, version)}


NODES = {"/dev/nvidiactl": "", "/dev/nvidia0": "", "/dev/nvidia-uvm": ""}
SECURE_BOOT = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"


def dmesg(*lines):
    text = "\n".join("[    5.%06d] %s" % (i, line) for i, line in enumerate(("Linux version 6.5.0", *lines)))
    return Reply("ok", text, code=0)


# --- libraries ----------------------------------------------------------------------------------------
#: The wheels that `tensorflow[and-cuda]` 2.20 brings, with the folder and file of each.
CUDA12_WHEELS = {
    "nvidia-cublas-cu12": ("12.9.1.4", "cublas", "libcublas.so.12"),
    "nvidia-cuda-cupti-cu12": ("12.9.79", "cuda_cupti", "libcupti.so.12"),
    "nvidia-cuda-nvcc-cu12": ("12.9.86", "cuda_nvcc", ""),
    "nvidia-cuda-runtime-cu12": ("12.9.79", "cuda_runtime", "libcudart.so.12"),
    "nvidia-cudnn-cu12": ("9.14.0.64", "cudnn", "libcudnn.so.9"),
    "nvidia-cusparse-cu12": ("12.5.10.65", "cusparse", "libcusparse.so.12"),
    "nvidia-nccl-cu12": ("2.28.3", "nccl", "libnccl.so.2"),
    "nvidia-nvjitlink-cu12": ("12.9.86", "nvjitlink", "libnvJitLink.so.12"),
}


def wheel_files(wheels=CUDA12_WHEELS, site=SITE):
    files = {"%s/nvidia/%s/lib/%s" % (site, folder, name): "" for _, folder, name in wheels.values() if name}
    if any(name.startswith("nvidia-cudnn") for name in wheels):
        major = next(n for _, f, n in wheels.values() if f == "cudnn").rpartition(".")[2]
        parts = (
            ("libcudnn_ops", "libcudnn_cnn", "libcudnn_graph") if major == "9" else ("libcudnn_ops_infer",)
        )
        files.update({"%s/nvidia/cudnn/lib/%s.so.%s" % (site, part, major): "" for part in parts})
    return files


def wheel_packages(wheels=CUDA12_WHEELS):
    return {name: version for name, (version, _, _) in wheels.items()}


def libraries(folder, **versions):
    """Library files with their links as a package installs them: libcudnn="8.1.0" gives libcudnn.so.8."""
    files, links = {}, {}
    for name, version in versions.items():
        two = name == "libcudart" and int(version.split(".")[0]) < 12
        soname = (
            "11.0" if two and version.startswith("11") else ".".join(version.split(".")[: 2 if two else 1])
        )
        path = "%s/%s.so.%s" % (folder, name, soname)
        files[path] = ""
        links[path] = "%s/%s.so.%s" % (folder, name, version)
    return files, links


def ldconfig(*paths):
    """`ldconfig -p` as glibc prints it."""
    rows = ["\t%s (libc6,x86-64) => %s" % (path.rpartition("/")[2], path) for path in paths]
    return Reply(
        "ok", "%d libs found in cache `/etc/ld.so.cache'\n%s\n" % (len(rows), "\n".join(rows)), code=0
    )


# --- from recorded files and outputs to facts -----------------------------------------------------------
#: The probes that see nothing but files and outputs, so that they can look at a recorded machine.
BORDER = (
    "pci_linux", "board", "docker", "pci_windows", "pci_macos", "wsl_device", "modules", "module_version", "module_files", "library",
    "nodes", "parameters", "secure_boot", "kernel_log", "nvidia_smi", "cuinit", "libraries", "libraries_windows",
    "toolkits", "variables", "container", "pins", "pycharm", "kernel", "name_linux", "network",
)  # fmt: skip


def seen_by_probes(platform="linux", files=None, links=None, commands=None, environ=None):
    """The facts that the real probes find on a machine with these files, links, outputs and variables."""
    system = RecordedSystem(platform, files, links, commands, environ)
    probes = [probe for probe in all_probes() if probe.name in BORDER]
    original = cuda_probe._site_folders
    cuda_probe._site_folders = lambda: [SITE]
    try:
        facts = run_probes(system, probes)
    finally:
        cuda_probe._site_folders = original
    return {name: {k: v for k, v in fact.items() if k != "ms"} for name, fact in facts.items()}


def merge(*pairs):
    """Files and links of several parts as one pair."""
    files, links = {}, {}
    for part in pairs:
        some_files, some_links = part if isinstance(part, tuple) else (part, {})
        files.update(some_files)
        links.update(some_links)
    return files, links


def normal(text):
    return re.sub(r"[-_.]+", "-", text).lower()
