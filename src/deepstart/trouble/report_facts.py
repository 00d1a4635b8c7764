"""What a bug report says of the software and the machine, each with where it was read."""

import json
import subprocess
import sys
from contextlib import suppress
from typing import Any, Dict, List, Optional

from deepstart.trouble.report_targets import Target

#: Packages whose versions a maintainer asks for.
PACKAGES = """
    tensorflow tensorflow-cpu tensorflow-macos tensorflow-metal tf-nightly keras tf-keras torch
    torchvision torchaudio  jax jaxlib jax-cuda12-plugin jax-cuda13-plugin transformers tokenizers
    accelerate huggingface-hub safetensors  datasets numpy protobuf h5py ml-dtypes scipy pandas
    nvidia-cudnn-cu12 nvidia-cuda-runtime-cu12 nvidia-cublas-cu12  triton flax optax lightning
    deepstart
""".split()

#: Runs in the interpreter that failed, so that its versions are told and not ours.
_ASK = """
import importlib.metadata as m, json, platform, sys
def known(name):
    try:
        d = m.distribution(name)
        return [d.version, (d.read_text("INSTALLER") or "").strip()]
    except Exception:
        return None
found = {n: known(n) for n in %r}
print("deepstart-facts:" + json.dumps({
    "python": platform.python_version(), "implementation": platform.python_implementation(),
    "executable": sys.executable, "bits": 64 if sys.maxsize > 2**32 else 32,
    "environment": "venv" if sys.prefix != sys.base_prefix else "system",
    "platform": platform.platform(), "packages": {n: v for n, v in found.items() if v},
}))
"""


def software(python: str, limit: float = 30) -> Dict[str, Any]:
    """Versions in the interpreter `python`, without importing a framework; empty if it does not answer."""
    output = _ask(python, _ASK % (PACKAGES,), limit)
    with suppress(ValueError):
        return json.loads(output.partition("deepstart-facts:")[2])
    return {}


def own_report(python: str, target: Target, limit: float = 90) -> str:
    """What the project's own collector prints, if it has one and answers in time."""
    return _ask(python, target.own_report, limit).strip() if target.own_report else ""


def _ask(python: str, code: str, limit: float) -> str:
    try:
        ended = subprocess.run(
            [python or sys.executable, "-c", code],
            capture_output=True,
            timeout=limit,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ended.stdout.decode("utf-8", "replace") if ended.returncode == 0 else ""


def hardware(snapshot: Optional[Dict[str, Any]]) -> List[List[str]]:
    """Rows (what, value, where it was read) about the machine."""
    facts = (snapshot or {}).get("facts", {})
    rows = []
    for label, name, show in _ROWS:
        fact = facts.get(name)
        if isinstance(fact, dict) and fact.get("value") not in (None, "", [], {}):
            with suppress(KeyError, TypeError, AttributeError, ValueError):
                if value := show(fact["value"]):
                    rows.append([label, str(value), str(fact.get("source", ""))])
    return rows


def _cards(smi: Dict[str, Any]) -> str:
    return ", ".join("%s, %s MiB" % (gpu["name"], gpu.get("memory_mib")) for gpu in smi["gpus"])


def _libraries(libraries: List[Dict[str, str]]) -> str:
    wanted = [x for x in libraries if x["name"].startswith(("cudart", "cudnn", "cublas"))]
    return ", ".join(sorted({"%s %s (%s)" % (x["name"], x["version"], x["origin"]) for x in wanted}))


def _toolkits(toolkits: List[Dict[str, str]]) -> str:
    return ", ".join("%s (%s)" % (kit["version"], kit["origin"]) for kit in toolkits)


def _build(framework: Dict[str, Any]) -> str:
    if not framework["gpu_build"]:
        return "no GPU support"
    return "CUDA %s" % framework["cuda"] + (", cuDNN %s" % framework["cudnn"] if "cudnn" in framework else "")


_ROWS: Any = (
    ("OS", "os.name", str),
    ("Kernel", "os.kernel", str),
    ("C library", "os.libc", lambda libc: "%s %s" % (libc["name"], libc["version"])),
    ("Container", "container.kind", lambda kind: "" if kind == "none" else kind),
    ("WSL", "os.wsl", lambda version: version or ""),
    ("CPU", "cpu.model", str),
    ("CPU cores", "cpu.count", str),
    ("Architecture", "cpu.architecture", str),
    ("Memory", "memory.total_mib", lambda mib: "%.1f GiB" % (mib / 1024)),
    ("GPU", "driver.smi", _cards),
    ("GPU on the bus", "gpu.pci", lambda cards: ", ".join(card["name"] or card["device"] for card in cards)),
    ("Driver library", "driver.library_version", str),
    ("Driver module", "driver.module_version", str),
    ("CUDA the driver can run", "driver.smi", lambda smi: smi["cuda"]),
    ("CUDA libraries found", "cuda.libraries", _libraries),
    ("CUDA toolkits", "cuda.toolkits", _toolkits),
    ("nvcc", "cuda.nvcc", lambda nvcc: nvcc["version"]),
    ("TensorFlow built with", "framework.tensorflow", _build),
    ("PyTorch built with", "framework.torch", _build),
)  # fmt: skip
