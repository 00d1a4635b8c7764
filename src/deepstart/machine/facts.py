"""The facts that make up a machine: their names and shapes, and a view on them that checks use.

A snapshot is JSON: `{"schema": 1, "kind": "deepstart-machine", "facts": {NAME: FACT}}`. A FACT is
`{"value": ..., "source": "how it was seen"}` or `{"error": WHY, "source": ...}`, WHY being one of
ERRORS. A value that has not the shape declared here counts as garbled, so no check meets one.
"""

from functools import lru_cache
from typing import Any, Dict, Iterable, List, Optional, Tuple

#: Why a fact is not known. `absent`: nothing there to look at; the tool is not installed.
ERRORS = ("absent", "denied", "timeout", "garbled", "failed")


class Maybe:
    """A shape, or None."""

    def __init__(self, shape: Any):
        self.shape = shape


_LIBRARY = {"name": str, "path": str, "version": str, "origin": str}
_INTERPRETER = {"path": str, "version": str}
_GPU = {
    "name": str,
    "driver": str,
    "memory_mib": Maybe(int),
    "used_mib": Maybe(int),
    "capability": Maybe(str),
    "compute_mode": Maybe(str),
    "mig": Maybe(str),
    "ecc_errors": Maybe(int),
    "driver_model": Maybe(str),
}

_DEVICE = {"device": str, "kind": str, "difference": float, "gflops": float, "gb_per_s": float}
_DEEP = {
    "outcome": str,
    "signal": str,
    "step": str,
    "version": str,
    "devices": [_DEVICE],
    "libraries": [str],
    "error": str,
    "seconds": float,
}

#: Name and shape of every fact: a type, [shape of the items], {name: shape} or {str: shape of values}.
SHAPES: Dict[str, Any] = {
    "cpu.model": str,
    "cpu.flags": [str],
    "cpu.architecture": str,
    "cpu.count": int,
    "cpu.rosetta": bool,
    "memory.total_mib": int,
    "memory.available_mib": int,
    "disk.home": {"path": str, "free_mib": int, "writable": bool},
    "disk.temporary": {"path": str, "free_mib": int, "writable": bool},
    "disk.packages": {"path": str, "free_mib": int, "writable": bool},
    "disk.shared_memory_mib": int,
    "os.system": str,
    "os.name": str,
    "os.kernel": str,
    "os.libc": {"name": str, "version": str},
    "os.libstdcxx": str,
    "os.libstdcxx_conda": str,
    "os.libgl": bool,
    "os.wsl": int,
    "os.windows_build": int,
    "os.long_paths": bool,
    "os.vc_runtime": bool,
    "os.libomp140": bool,
    "os.macos_version": str,
    "container.kind": str,
    "container.docker": {"installed": bool, "snap": bool, "nvidia_runtime": bool},
    "container.runtime_missing": str,
    "container.gpu_wanted_by": [str],
    "gpu.pci": [{"slot": str, "vendor": str, "device": str, "driver": str, "name": str}],
    "gpu.wsl_device": bool,
    "gpu.board": str,
    "driver.modules": [str],
    "driver.module_version": str,
    "driver.module_flavor": str,
    "driver.module_kernels": [str],
    "driver.library_version": str,
    "driver.library_paths": [str],
    "driver.smi": {"outcome": str, "text": str, "gpus": [_GPU], "cuda": str},
    "driver.cuinit": {"code": int, "cuda": str, "devices": int},
    "driver.cuda_gpus": [{"name": str, "capability": str, "memory_mib": int}],
    "driver.library_error": str,
    "driver.nodes": [{"path": str, "readable": bool, "writable": bool}],
    "driver.foreign_nodes": [str],
    "driver.admin_profiling": bool,
    "driver.secure_boot": bool,
    "driver.kernel_log": [str],
    "env.variables": {str: str},
    "cuda.toolkits": [{"path": str, "version": str, "origin": str}],
    "cuda.nvcc": {"path": str, "version": str},
    "cuda.libraries": [_LIBRARY],
    "cuda.cut_off": [str],
    "cuda.search": {str: str},
    "cuda.tools": {"ptxas": bool, "libdevice": bool},
    "python.version": str,
    "python.executable": str,
    "python.implementation": str,
    "python.bits": int,
    "python.machine": str,
    "python.kind": str,
    "python.externally_managed": bool,
    "python.interpreters": [_INTERPRETER],
    "python.pip_owner": {"pip": str, "python": str},
    "python.pips": [{"pip": str, "python": str}],
    "python.on_path": str,
    "python.active_environment": str,
    "packages.installed": {str: str},
    "packages.requirements": {str: [str]},
    "packages.duplicates": {str: [str]},
    "packages.leftovers": [str],
    "packages.installers": {str: str},
    "packages.imported_from": {str: str},
    "packages.shadowed_by": [str],
    "packages.pins": {str: str},
    "packages.openmp": [str],
    "framework.tensorflow": {
        "version": str,
        "cuda": str,
        "cudnn": str,
        "gpu_build": bool,
        "capabilities": [str],
    },
    "framework.torch": {"version": str, "cuda": str, "gpu_build": bool},
    "framework.jax": {"version": str, "cuda": str, "gpu_build": bool},
    "editor.kernels": [{"name": str, "python": str, "exists": bool}],
    "editor.vscode": {"interpreter": str, "exists": bool},
    "editor.pycharm": {"interpreter": str, "exists": bool},
    "network.proxies": [str],
    "network.certificates": {str: bool},
    "network.private_index": bool,
    "deep.tensorflow": _DEEP,
    "deep.torch": _DEEP,
    "deep.jax": _DEEP,
}


def fits(value: Any, shape: Any) -> bool:
    """Whether a value has the declared shape."""
    if isinstance(shape, Maybe):
        return value is None or fits(value, shape.shape)
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(item, shape[0]) for item in value)
    if isinstance(shape, dict):
        return isinstance(value, dict) and _fits_fields(value, shape)
    return isinstance(value, shape) and not (shape is int and isinstance(value, bool))


def _fits_fields(value: Dict[Any, Any], shape: Dict[Any, Any]) -> bool:
    if set(shape) == {str}:
        return all(isinstance(k, str) and fits(v, shape[str]) for k, v in value.items())
    return all(name in value and fits(value[name], field) for name, field in shape.items())


class Missing(Exception):
    """A check asked for something that this machine's facts do not tell."""

    def __init__(self, name: str, why: str = "absent"):
        super().__init__(name)
        self.name, self.why = name, why


class Facts:
    """A snapshot as a check sees it: `facts[name]` is the value or raises Missing; `get` never raises.

    Args:
        snapshot: what `take_snapshot` gave, or anything that came out of a JSON file.
    """

    def __init__(self, snapshot: Any):
        facts = snapshot.get("facts") if isinstance(snapshot, dict) else None
        self.facts: Dict[str, Any] = facts if isinstance(facts, dict) else {}
        self._problems: Dict[str, Optional[str]] = {}
        self.memory: Dict[str, Any] = {}  # what was worked out of the facts once

    def problem(self, name: str) -> Optional[str]:
        """Why a fact is not known; None: it is known."""
        if name not in self._problems:
            self._problems[name] = self._problem(name)
        return self._problems[name]

    def _problem(self, name: str) -> Optional[str]:
        fact = self.facts.get(name)
        if not isinstance(fact, dict):
            return "absent"
        if "value" in fact:
            return None if fits(fact["value"], SHAPES.get(name, dict)) else "garbled"
        return fact["error"] if fact.get("error") in ERRORS else "garbled"

    def __getitem__(self, name: str) -> Any:
        why = self.problem(name)
        if why:
            raise Missing(name, why)
        return self.facts[name]["value"]

    def get(self, name: str, default: Any = None) -> Any:
        return default if self.problem(name) else self.facts[name]["value"]

    def source(self, name: str) -> str:
        fact = self.facts.get(name)
        source = fact.get("source", "") if isinstance(fact, dict) else ""
        return source if isinstance(source, str) else ""


def first_number(text: str) -> Optional[int]:
    """The first whole number in a text; None without one."""
    digits = ""
    for letter in text:
        if letter in "0123456789":
            digits += letter
        elif digits:
            break
    return int(digits[:9]) if digits else None


def version(text: Any, name: str = "version") -> Tuple[int, ...]:
    """A version as numbers that compare: `535.54.03+x` is (535, 54, 3). Missing when it has none."""
    found = _numbers(text if isinstance(text, str) else str(text))
    if not found:
        raise Missing(name, "garbled")
    return found


@lru_cache(maxsize=4096)
def _numbers(text: str) -> Tuple[int, ...]:
    found: List[int] = []
    for part in text.split("+")[0].lstrip("vV").split("."):
        digits = ""
        for letter in part:
            if letter not in "0123456789":
                break
            digits += letter
        if not digits:
            break
        found.append(int(digits[:9]))
        if digits != part:  # 1.26.0rc1: what follows is no release number
            break
    return tuple(found)


def same_minor(one: str, other: str) -> bool:
    """Whether two versions agree in their first two numbers."""
    return version(one)[:2] == version(other)[:2]


def minor(text: str) -> str:
    """`2.15.1` as `2.15`."""
    return ".".join(str(n) for n in version(text)[:2])


def known(names: Iterable[str], facts: Facts) -> List[str]:
    """Those of the names that are known."""
    return [name for name in names if facts.problem(name) is None]
