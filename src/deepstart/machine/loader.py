"""Which copy of a library the loader would take, and why: read from the facts, nothing is loaded.

Order for a framework's wheel on Linux: LD_LIBRARY_PATH, the folders that the wheel names itself
(RUNPATH), conda's lib folder, the loader's cache. A toolkit below /usr/local that is in none of these
is never found. A wheel that names its folders by the older RPATH, as PyTorch's and JAX's do, takes its
own before LD_LIBRARY_PATH. Source: ld.so(8).
"""

from typing import List, NamedTuple, Optional, Tuple

from deepstart.machine.facts import Facts, Missing, version

ORDER = ("LD_LIBRARY_PATH", "wheel", "conda", "cache")
BY_RPATH = ("wheel", "LD_LIBRARY_PATH", "conda", "cache")
#: What no framework loads itself, by the start of its name, and NVIDIA's library that loads it.
LOADED_BY = (("libnvJitLink", "libcusparse"), ("libcublasLt", "libcublas"), ("libcudnn_", "libcudnn"))

#: Distribution of NVIDIA's that brings a library, without the -cu12 at its end.
WHEELS = {
    "libcudart": "nvidia-cuda-runtime",
    "libcublas": "nvidia-cublas",
    "libcublasLt": "nvidia-cublas",
    "libcudnn": "nvidia-cudnn",
    "libcufft": "nvidia-cufft",
    "libcurand": "nvidia-curand",
    "libcusolver": "nvidia-cusolver",
    "libcusparse": "nvidia-cusparse",
    "libnccl": "nvidia-nccl",
    "libnvJitLink": "nvidia-nvjitlink",
    "libcupti": "nvidia-cuda-cupti",
}


class Library(NamedTuple):
    """One copy: `name` is the soname that programs ask for, `version` as exact as it is known."""

    name: str
    path: str
    version: str
    origin: str


def copies(facts: Facts, start: str) -> List[Library]:
    """All copies whose name starts so, in the order in which the loader would meet them."""
    rows = [Library(**{k: row[k] for k in Library._fields}) for row in facts["cuda.libraries"]]
    found = [_exact(facts, row) for row in rows if row.name.startswith(start)]
    return sorted(found, key=lambda row: _place(row.origin, order(facts, row.name)))


def _place(origin: str, places: Tuple[str, ...]) -> int:
    return places.index(origin) if origin in places else len(places)


def order(facts: Facts, name: str) -> Tuple[str, ...]:
    """The order in which the installed frameworks search for a library.

    Where they differ, that in which LD_LIBRARY_PATH does harm.
    """
    if "search" not in facts.memory:
        facts.memory["search"] = _by_rpath(facts)
    own, kinds = facts.memory["search"], facts.get("cuda.search", {})
    loader = next((loader for start, loader in LOADED_BY if name.startswith(start)), "")
    # A library without a path of its own is searched for as the one that loaded it says.
    return BY_RPATH if own and (not loader or kinds.get(loader) in ("RPATH", "none")) else ORDER


def _by_rpath(facts: Facts) -> bool:
    """Whether every framework here that uses CUDA names its folders by RPATH."""
    from deepstart.machine.reading import gpu_builds

    try:
        frameworks = [build.framework for build in gpu_builds(facts)]
    except Missing:
        return False
    kinds = facts.get("cuda.search", {})
    return bool(frameworks) and all(kinds.get(framework) == "RPATH" for framework in frameworks)


def _exact(facts: Facts, row: Library) -> Library:
    """Files in wheels carry only the major number; the wheel's own version tells the rest."""
    if row.origin != "wheel":
        return row
    wheel = wheel_of(facts, row.name)
    return row._replace(version=facts["packages.installed"][wheel]) if wheel else row


def wheel_of(facts: Facts, name: str) -> Optional[str]:
    """The installed distribution that brings a library; None when none does."""
    base = WHEELS.get(name.split(".so")[0].split("_")[0])
    names = facts.get("packages.installed", {})
    return next((n for n in names if base and (n == base or n.startswith(base + "-cu"))), None)


def pick(facts: Facts, soname: str) -> Optional[Library]:
    """The copy that the loader takes; None when it finds none."""
    found = [row for row in copies(facts, soname) if row.name == soname and row.origin in ORDER]
    return found[0] if found else None


def off_path(facts: Facts, soname: str) -> Optional[Library]:
    """A copy that is on the disk where the loader does not look."""
    found = [row for row in copies(facts, soname) if row.name == soname and row.origin not in ORDER]
    return found[0] if found else None


def shadowing(facts: Facts) -> List[Tuple[Library, Library]]:
    """Pairs (copy that wins by LD_LIBRARY_PATH, newer copy of a wheel that loses)."""
    pairs = []
    for own in (row for row in copies(facts, "lib") if row.origin == "wheel"):
        taken = pick(facts, own.name)
        wins = taken and taken.origin == "LD_LIBRARY_PATH" and taken.path != own.path
        if taken and wins and older(taken.version, own.version) and not own.name.startswith("libcudnn"):
            pairs.append((taken, own))
    return pairs


def older(one: str, other: str) -> bool:
    """Whether a version is older than another, as far as both are known."""
    try:
        a, b = version(one), version(other)
    except Missing:
        return False
    size = min(len(a), len(b))
    return size > 1 and a[:size] < b[:size]


def cudart(cuda: str) -> str:
    """The soname of the CUDA runtime: 10.1 -> libcudart.so.10.1, 11.x -> libcudart.so.11.0, 12.x -> .12."""
    numbers = version(cuda)
    if numbers[0] >= 12:
        return "libcudart.so.%d" % numbers[0]
    if numbers[0] == 11:
        return "libcudart.so.11.0"
    return "libcudart.so.%d.%d" % (*numbers, 0)[:2]
