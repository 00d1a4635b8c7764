"""NVIDIA's driver: kernel modules, user-space library, device nodes, Secure Boot, kernel messages."""

import os
import re
from typing import List

from deepstart.machine.probes import Unknown, probe, text_of

#: Modules that drive a GPU, or claim one. nova_core is nouveau's successor in Rust.
MODULES = (
    "nvidia",
    "nvidia_uvm",
    "nvidia_modeset",
    "nvidia_drm",
    "nouveau",
    "nova_core",
    "nova_drm",
    "amdgpu",
)
LIBRARY_FOLDERS = (
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu/nvidia",
    "/usr/lib/aarch64-linux-gnu/tegra",
    "/usr/lib64",
    "/usr/lib64/nvidia",
    "/usr/lib/nvidia",
    "/usr/lib",
    "/usr/lib/wsl/lib",
    "/usr/local/nvidia/lib64",
    "/.singularity.d/libs",
)


@probe("driver.modules", source="/proc/modules", platforms=("linux",))
def modules(system):
    loaded = {line.split()[0] for line in text_of(system.read("/proc/modules")).splitlines() if line.strip()}
    return {"driver.modules": [name for name in MODULES if name in loaded]}


@probe(
    "driver.module_version",
    "driver.module_flavor",
    source="/proc/driver/nvidia/version",
    platforms=("linux",),
)
def module_version(system):
    """`NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.54.03  Tue Jun ...`"""
    text = text_of(system.read("/proc/driver/nvidia/version"))
    found = re.search(r"Kernel Module\s+(?:for \S+\s+)?(\d+\.[\d.]+)", text)
    if not found:
        raise Unknown("garbled")
    flavor = "open" if "Open Kernel Module" in text else "proprietary"
    return {"driver.module_version": found.group(1), "driver.module_flavor": flavor}


@probe("driver.module_kernels", source="/lib/modules", platforms=("linux",))
def module_files(system):
    """The installed kernels that have an NVIDIA module on the disk."""
    kernels = system.names("/lib/modules")
    if not kernels:
        raise Unknown("absent")
    places = (
        "updates/dkms",
        "extra",
        "extra/nvidia",
        "kernel/drivers/video",
        "video",
        "kernel/nvidia-%s",
        "weak-updates",
    )
    found = []
    for kernel in kernels:
        base = "/lib/modules/" + kernel
        folders = [base + "/" + place for place in places if "%s" not in place]
        folders += [
            "%s/kernel/%s" % (base, n) for n in system.names(base + "/kernel") if n.startswith("nvidia")
        ]
        if any(n.startswith("nvidia.ko") for folder in folders for n in system.names(folder)):
            found.append(kernel)
    return {"driver.module_kernels": found}


@probe("driver.library_paths", "driver.library_version", source="libcuda.so.1", platforms=("linux",))
def library(system):
    """Every copy of the driver's own CUDA library; the real file's name ends in the driver's version."""
    paths: List[str] = []
    version = None
    for folder in LIBRARY_FOLDERS:
        path = folder + "/libcuda.so.1"
        if system.exists(path) and system.resolve(path) not in (system.resolve(p) for p in paths):
            paths.append(path)
            found = re.search(r"libcuda\.so\.(\d{3,}\.[\d.]+)$", system.resolve(path))
            version = version or (found.group(1) if found else None)
    return {"driver.library_paths": paths, "driver.library_version": version}


#: Major number of NVIDIA's device files; that of nvidia-uvm is given out anew at each start of the machine.
NVIDIA_MAJOR = 195


@probe("driver.nodes", "driver.foreign_nodes", source="/dev", platforms=("linux",))
def nodes(system):
    """Device files through which programs reach the GPU, and whether this user may.

    A file of such a name may be no device, or another one: a sandbox hides a device by binding /dev/null
    over it, and a file made by hand keeps the number that the device had once.
    """
    cards = ["/dev/" + name for name in system.names("/dev") if re.match(r"nvidia\d+$", name)]
    paths = ["/dev/nvidiactl", *cards[:16], "/dev/nvidia-uvm", "/dev/dxg", "/dev/kfd"]
    here = [path for path in paths if system.exists(path)]
    foreign = [path for path in here if _foreign(system, path)]
    return {
        "driver.nodes": [
            {"path": path, "readable": system.may(path, os.R_OK), "writable": system.may(path, os.W_OK)}
            for path in here
            if path not in foreign
        ],
        "driver.foreign_nodes": foreign,
    }


def _foreign(system, path):
    """Whether it is surely not the driver's device; what cannot be told is taken for it."""
    if not path.startswith("/dev/nvidia"):
        return False
    uvm = re.search(r"^\s*(\d+) nvidia-uvm$", system.read("/proc/devices").text, re.M)
    wanted = NVIDIA_MAJOR if path != "/dev/nvidia-uvm" else int(uvm.group(1)) if uvm else None
    found = system.device(path)
    return found is not None and wanted is not None and found != wanted


@probe("driver.admin_profiling", source="/proc/driver/nvidia/params", platforms=("linux",))
def parameters(system):
    found = re.search(r"RmProfilingAdminOnly:\s*(\d)", text_of(system.read("/proc/driver/nvidia/params")))
    return {"driver.admin_profiling": found.group(1) == "1" if found else None}


@probe("driver.secure_boot", source="EFI variable SecureBoot", platforms=("linux",))
def secure_boot(system):
    """The last of the variable's five bytes is 1 when Secure Boot is on."""
    folder = "/sys/firmware/efi/efivars"
    name = next((n for n in system.names(folder) if n.startswith("SecureBoot-")), None)
    if not name:
        raise Unknown("absent")
    content = system.read_bytes(folder + "/" + name)
    if not isinstance(content, bytes) or len(content) != 5:
        raise Unknown("denied" if getattr(content, "outcome", "") == "denied" else "garbled")
    return {"driver.secure_boot": content[-1] == 1}


#: What the kernel says about GPUs, without the time in front.
_TELLING = re.compile(
    r"NVRM|nvidia|nouveau|nova_core|Xid|Loading of (?:unsigned )?module|Lockdown:.*module|Key was rejected",
    re.I,
)


@probe("driver.kernel_log", source="dmesg", platforms=("linux",))
def kernel_log(system):
    reply = system.run("dmesg", limit=3)
    if reply.outcome == "exit":
        raise Unknown("denied")
    lines = [
        re.sub(r"^\[[^\]]*\]\s*", "", line) for line in text_of(reply).splitlines() if _TELLING.search(line)
    ]
    return {"driver.kernel_log": [line[:300] for line in lines[-60:]]}
