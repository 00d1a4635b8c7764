"""CUDA on the disk: toolkits, and every copy of the libraries that frameworks load, with its origin."""

import os
import re

from deepstart.machine import elf
from deepstart.machine.probes import probe

#: The libraries that decide whether a framework finds CUDA, by the start of their file name.
LIBRARIES = (
    "libcudart", "libcublas", "libcublasLt", "libcudnn", "libcudnn_ops", "libcudnn_cnn", "libcudnn_ops_infer",
    "libcudnn_cnn_infer", "libcudnn_graph", "libcufft", "libcurand", "libcusolver", "libcusparse", "libnccl",
    "libnvJitLink", "libcupti", "libnvinfer", "libcuda",
)  # fmt: skip
_FILE = re.compile(r"^(lib[A-Za-z_]+)\.so((?:\.\d+)*)$")
_DLL = re.compile(
    r"^(cudart64|cublas64|cudnn64|cudnn_ops64|cudnn_ops_infer64|cufft64|zlibwapi)_?(\d*)\.dll$", re.I
)


@probe(
    "cuda.toolkits", "cuda.nvcc", source="/usr/local/cuda*, CUDA_HOME, nvcc", platforms=("linux", "windows")
)
def toolkits(system):
    """Toolkits of the system and of conda. None is needed when wheels bring CUDA."""
    folders = ["/usr/local/" + n for n in system.names("/usr/local") if n.startswith("cuda")]
    folders += [system.environ[name] for name in ("CUDA_HOME", "CUDA_PATH") if system.environ.get(name)]
    found = {}
    for folder in folders:
        version = _toolkit_version(system, folder)
        if version:
            found[system.resolve(folder)] = {"path": folder, "version": version, "origin": "system"}
    toolkits = [*found.values(), *_conda_toolkit(system)]
    return {"cuda.toolkits": toolkits, "cuda.nvcc": _nvcc(system)}


def _toolkit_version(system, folder):
    for name in ("version.json", "version.txt"):
        found = re.search(
            r'(?:"cuda"[^}]*?"version"\s*:\s*"|CUDA Version )(\d+\.[\d.]+)',
            system.read(folder + "/" + name).text,
        )
        if found:
            return found.group(1)
    found = re.search(r"(?:cuda-|/v)(\d+\.\d+)$", system.resolve(folder).replace("\\", "/"))
    return found.group(1) if found and system.exists(folder) else None


def _conda_toolkit(system):
    prefix = system.environ.get("CONDA_PREFIX")
    names = system.names(prefix + "/conda-meta") if prefix else []
    for name in names:
        found = re.match(r"(?:cuda-toolkit|cudatoolkit|cuda-cudart)-(\d+\.[\d.]+)-", name)
        if found:
            return [{"path": prefix, "version": found.group(1), "origin": "conda"}]
    return []


def _nvcc(system):
    program = system.which("nvcc")
    found = (
        re.search(r"release (\d+\.\d+)", system.run(program, "--version", limit=4).text) if program else None
    )
    return {"path": program, "version": found.group(1)} if found else None


@probe(
    "cuda.libraries",
    "cuda.cut_off",
    source="loader cache, LD_LIBRARY_PATH, conda, wheels",
    platforms=("linux",),
)
def libraries(system):
    """Every copy, in the order in which the loader would come across it."""
    found = []
    for origin, folder in _folders(system):
        found += [(origin, folder + "/" + name) for name in system.names(folder)]
    found += [("cache", path) for path in _cached(system)]
    for folder in _toolkit_folders(system):
        found += [("system", folder + "/" + name) for name in system.names(folder)]
    rows, seen = [], set()
    for origin, path in found:
        row = _library(system, origin, path)
        if row and (row["name"], row["path"]) not in seen:
            seen.add((row["name"], row["path"]))
            rows.append(row)
    rows = rows[:400]
    return {
        "cuda.libraries": rows,
        "cuda.cut_off": [row["path"] for row in rows if elf.cut_off(system, row["path"])],
    }


#: The files of a framework that load CUDA's libraries, below site-packages.
LOADING = {
    "torch": ("torch/lib/libtorch_cuda.so",),
    "jax": ("jax_plugins/xla_cuda13/xla_cuda_plugin.so", "jax_plugins/xla_cuda12/xla_cuda_plugin.so"),
    "tensorflow": ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2"),
}
#: Libraries of NVIDIA's that load others of NVIDIA's.
LOADING_TOO = ("libcudnn", "libcublas", "libcusparse", "libcusolver")


@probe("cuda.search", source="dynamic section of the frameworks' libraries", platforms=("linux",))
def search(system):
    """`RPATH` is searched before LD_LIBRARY_PATH, `RUNPATH` after it; `none`: as whoever loads it says."""
    found = {}
    for base in reversed(_site_folders()):
        for framework, names in LOADING.items():
            kinds = [elf.search_of(system, base + "/" + name) for name in names]
            known = [kind for kind in kinds if kind]
            if known:  # of two files the one that LD_LIBRARY_PATH outranks decides
                found[framework] = next((k for k in known if k != "RPATH"), "RPATH")
        for folder in system.names(base + "/nvidia"):
            lib = "%s/nvidia/%s/lib" % (base, folder)
            for name in system.names(lib):
                stem = name.split(".so")[0]
                kind = elf.search_of(system, lib + "/" + name) if stem in LOADING_TOO else ""
                if kind:
                    found[stem] = kind
    return {"cuda.search": found}


def _folders(system):
    for folder in system.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep):
        if folder:
            yield "LD_LIBRARY_PATH", folder.rstrip("/")
    for base in _site_folders():
        for name in system.names(base + "/nvidia"):
            yield "wheel", "%s/nvidia/%s/lib" % (base, name)
        yield "wheel", base + "/torch/lib"
    prefix = system.environ.get("CONDA_PREFIX")
    if prefix:
        yield "conda", prefix + "/lib"


def _toolkit_folders(system):
    """Where toolkits put their libraries; the loader looks there only when its cache says so."""
    real = set()
    for name in system.names("/usr/local"):
        folder = "/usr/local/" + name
        if name.startswith("cuda") and system.resolve(folder) not in real:  # cuda and cuda-13 are links
            real.add(system.resolve(folder))
            yield folder + "/lib64"
            yield folder + "/extras/CUPTI/lib64"


def _site_folders():
    import site
    import sysconfig

    return list(dict.fromkeys([sysconfig.get_paths()["purelib"], site.getusersitepackages()]))


def _cached(system):
    """Paths in the loader's cache: `libcudnn.so.8 (libc6,x86-64) => /usr/lib/...`."""
    reply = system.run("ldconfig", "-p", limit=3)
    paths = re.findall(r"^\s*(\S+)\s+\(libc6[^)]*\)\s+=>\s+(\S+)$", reply.text, re.M) if reply.ok else []
    return [path for name, path in paths if name.split(".so")[0] in LIBRARIES]


def _library(system, origin, path):
    """One copy: its soname's number in the name, its full version from the real file's name."""
    name = path.rpartition("/")[2]
    found = _FILE.match(name)
    if not found or found.group(1) not in LIBRARIES or not found.group(2):
        return None
    real = _FILE.match(system.resolve(path).rpartition("/")[2])
    version = (real.group(2) if real and real.group(1) == found.group(1) else found.group(2)).lstrip(".")
    if len(version) < len(found.group(2)) - 1:
        version = found.group(2).lstrip(".")
    return {
        "name": "%s.so.%s" % (found.group(1), _soname_number(found)),
        "path": path,
        "version": version,
        "origin": origin,
    }


def _soname_number(found):
    """libcudart.so.11.0 and libcudart.so.10.1 keep two numbers, all others one."""
    numbers = found.group(2).lstrip(".").split(".")
    two = found.group(1) in ("libcudart", "libcupti") and int(numbers[0]) in (9, 10, 11)
    return ".".join(numbers[: 2 if two else 1])


@probe("cuda.libraries", source="PATH", platforms=("windows",))
def libraries_windows(system):
    rows = []
    for folder in system.environ.get("PATH", "").split(os.pathsep)[:200]:
        for name in system.names(folder):
            found = _DLL.match(name)
            if found:
                rows.append(
                    {
                        "name": name.lower(),
                        "path": folder + "\\" + name,
                        "version": found.group(2),
                        "origin": "PATH",
                    }
                )
    return {"cuda.libraries": rows}


@probe("cuda.tools", source="ptxas, libdevice", platforms=("linux",))
def tools(system):
    """What XLA calls to compile for the GPU: ptxas and NVIDIA's libdevice, from a wheel or a toolkit."""
    homes = [base + "/nvidia/cuda_nvcc" for base in _site_folders()]
    homes += [base + "/nvidia/cu13" for base in _site_folders()]
    homes += ["/usr/local/cuda"] + [
        system.environ[n] for n in ("CUDA_HOME", "CONDA_PREFIX") if system.environ.get(n)
    ]
    return {
        "cuda.tools": {
            "ptxas": bool(system.which("ptxas")) or any(system.exists(h + "/bin/ptxas") for h in homes),
            "libdevice": any(system.exists(h + "/nvvm/libdevice/libdevice.10.bc") for h in homes),
        }
    }
