"""Where a library itself says that its own libraries lie: RPATH and RUNPATH, read from its file."""

import struct

from deepstart.machine.probes import probe
from deepstart.machine.probes.cuda import site_folders

#: The files of a framework that load CUDA's libraries, below site-packages.
LOADING = {
    "torch": ("torch/lib/libtorch_cuda.so",),
    "jax": ("jax_plugins/xla_cuda13/xla_cuda_plugin.so", "jax_plugins/xla_cuda12/xla_cuda_plugin.so"),
    "tensorflow": ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2"),
}
#: Libraries of NVIDIA's that load others of NVIDIA's.
LOADING_TOO = ("libcudnn", "libcublas", "libcusparse", "libcusolver")
#: Source: System V Application Binary Interface, dynamic section; elf.h of glibc.
PT_DYNAMIC, DT_RPATH, DT_RUNPATH = 2, 15, 29


@probe("cuda.search", source="dynamic section of the frameworks' libraries", platforms=("linux",))
def search(system):
    """`RPATH` is searched before LD_LIBRARY_PATH, `RUNPATH` after it; `none`: as whoever loads it says."""
    found = {}
    for base in reversed(site_folders()):
        for framework, names in LOADING.items():
            kinds = [kind_of(system, base + "/" + name) for name in names]
            known = [kind for kind in kinds if kind]
            if known:  # of two files the one that LD_LIBRARY_PATH outranks decides
                found[framework] = next((k for k in known if k != "RPATH"), "RPATH")
        for folder in system.names(base + "/nvidia"):
            lib = "%s/nvidia/%s/lib" % (base, folder)
            for name in system.names(lib):
                stem = name.split(".so")[0]
                kind = kind_of(system, lib + "/" + name) if stem in LOADING_TOO else ""
                if kind:
                    found[stem] = kind
    return {"cuda.search": found}


def kind_of(system, path):
    """`RPATH`, `RUNPATH` or `none`; empty for what is no library for 64 bits."""
    head = system.read_at(path, 0, 64)
    if len(head) < 64 or head[:6] != b"\x7fELF\x02\x01":
        return ""
    offset, size, count = struct.unpack_from("<Q", head, 32) + struct.unpack_from("<HH", head, 54)
    rows = system.read_at(path, offset, size * count)
    for start in range(0, len(rows) - 55, max(size, 56)):
        if struct.unpack_from("<I", rows, start)[0] == PT_DYNAMIC:
            where, _, _, length = struct.unpack_from("<QQQQ", rows, start + 8)
            return _kind(system.read_at(path, where, length))
    return ""


def _kind(entries):
    tags = {struct.unpack_from("<Q", entries, start)[0] for start in range(0, len(entries) - 15, 16)}
    return "RUNPATH" if DT_RUNPATH in tags else "RPATH" if DT_RPATH in tags else "none"
