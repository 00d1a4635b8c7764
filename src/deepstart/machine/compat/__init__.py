"""Which versions fit together: frameworks, CUDA, drivers, GPUs, Python. Tables with their sources.

Each JSON file beside this one is `{"sources": {key: address}, "entries": [...]}`; an entry names its
sources. Read through the package, so that it also works inside a zip file.
"""

import json
import pkgutil
import re
from functools import lru_cache
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from deepstart.machine.facts import Missing, version


@lru_cache(maxsize=None)
def table(name: str) -> Dict[str, Any]:
    """One table: `tensorflow`, `torch`, `jax`, `cuda`, `gpus`, `python`, `numpy2`, `speed`."""
    content = pkgutil.get_data(__name__, name + ".json")
    assert content is not None, name
    return json.loads(content.decode("utf-8"))


@lru_cache(maxsize=512)
def release(framework: str, full: str) -> Optional[Dict[str, Any]]:
    """The entry of a framework's minor version (JAX: of the very version); None for one not in the table."""
    wanted = version(full)
    size = 3 if framework == "jax" else 2
    for entry in table(framework)["entries"]:
        if version(entry["version"])[:size] == wanted[:size]:
            return entry
    return None


def newest(framework: str) -> Dict[str, Any]:
    """The newest release in the table."""
    return max(table(framework)["entries"], key=lambda entry: version(entry["version"]))


@lru_cache(maxsize=256)
def newest_for_python(framework: str, python: str) -> Optional[str]:
    """The newest release with wheels for this Python; None when there is none."""
    wanted = version(python)[:2]
    fitting = [
        e["version"]
        for e in table(framework)["entries"]
        if e["python"][0] and e["python"][1] and version(e["python"][0]) <= wanted <= version(e["python"][1])
    ]
    return max(fitting, key=version) if fitting else None


def newest_for_glibc(framework: str, glibc: str) -> Optional[str]:
    """The newest release whose Linux wheels run on this glibc."""
    fitting = [
        e["version"]
        for e in table(framework)["entries"]
        if e["min_glibc"] and version(e["min_glibc"]) <= version(glibc)
    ]
    return max(fitting, key=version) if fitting else None


@lru_cache(maxsize=256)
def needed_driver(cuda: str, windows: bool = False) -> Optional[str]:
    """The oldest driver that runs programs built with this CUDA; None when no source says.

    From CUDA 11 on any driver of the family will do (minor-version compatibility), before that the
    driver that came with the toolkit.
    """
    wanted = version(cuda)
    side = "windows" if windows else "linux"
    for entry in table("cuda")["entries"]:
        if (
            version(entry["version"])[: len(wanted)] == wanted[:2]
            or version(entry["version"])[:2] == wanted[:2]
        ):
            return entry["minor_" + side] or entry["driver_" + side]
    return None


def card_driver(capability: str, windows: bool = False) -> Optional[str]:
    """The oldest driver that knows a card of this compute capability: that of the first CUDA which builds
    for it; None when no source says."""
    side = "driver_windows" if windows else "driver_linux"
    knowing = [
        e
        for e in table("cuda")["entries"]
        if e["cc_max"] and e[side] and version(e["cc_max"]) >= version(capability)
    ]
    return min(knowing, key=lambda e: version(e["version"]))[side] if knowing else None


def newest_cuda(driver: str) -> Optional[str]:
    """The newest CUDA that a Linux driver's branch can run, where its header does not say."""
    fitting = [
        b["max_cuda"] for b in table("cuda")["branches"] if version(b["branch"])[0] <= version(driver)[0]
    ]
    return max(fitting, key=version) if fitting else None


def last_driver(capability: str) -> Optional[str]:
    """The last driver branch for a GPU of this compute capability; None: it is still supported."""
    for entry in table("cuda")["architectures"]:
        if capability in entry["capabilities"]:
            return entry["last_driver"]
    return None


class Gpu(NamedTuple):
    """What the tables know of a GPU model."""

    model: str
    capability: Optional[str]
    memory_gb: Optional[float]


@lru_cache(maxsize=64)
def gpu(name: str) -> Optional[Gpu]:
    """A GPU by the name that a driver or lspci gives it; by its chip where only that is printed."""
    for entry in table("gpus")["entries"]:
        if re.search(entry["pattern"], name):
            return Gpu(entry["model"], entry["capability"], entry["memory_gb"])
    chip = re.search(r"\b((?:G[A-Z]|TU|AD)\d{2,3}B?)(?:GLM?|M|GL)?\b", name)
    capability = table("gpus")["chips"].get(chip.group(1)) if chip else None
    return Gpu(name, capability, None) if capability else None


class Kernels(NamedTuple):
    """What a build carries for GPUs: ready kernels (`sass`) and portable code (`ptx`), by capability."""

    sass: Tuple[str, ...]
    ptx: Tuple[str, ...]

    def ready_for(self, capability: str) -> bool:
        """A kernel runs on GPUs of the same major number and the same or a higher minor one."""
        have = version(capability)
        return any(version(k)[0] == have[0] and version(k) <= have for k in self.sass)

    def compilable_for(self, capability: str) -> bool:
        """The driver can compile portable code for any GPU of its or a higher capability."""
        return any(version(k) <= version(capability) for k in self.ptx)


def kernels_of_names(names: List[str]) -> Kernels:
    """`sm_60`, `compute_90` as TensorFlow lists them; `compute_` means kernels and portable code."""
    sass, ptx = [], []
    for name in names:
        digits = "".join(c for c in name.partition("_")[2] if c.isdigit())
        if len(digits) < 2:
            raise Missing("framework.tensorflow", "garbled")
        capability = "%s.%s" % (digits[:-1], digits[-1])
        sass.append(capability)
        if name.startswith("compute_"):
            ptx.append(capability)
    return Kernels(tuple(sass), tuple(ptx))
