"""The builds of the installed frameworks, read from their files as text: nothing is imported."""

import os
import re
import site
import sysconfig
from importlib import metadata

from deepstart.machine.probes import Unknown, probe


def _folders():
    return list(dict.fromkeys([sysconfig.get_paths()["platlib"], site.getusersitepackages()]))


def _text(system, *path):
    """The first such file in the places where packages lie."""
    for folder in _folders():
        reply = system.read(os.path.join(folder, *path))
        if reply.ok:
            return reply.text
    return None


def _version(*names):
    for name in names:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return None


@probe("framework.tensorflow", source="tensorflow/python/platform/build_info.py")
def tensorflow(system):
    """What TensorFlow was built with: it writes it into a Python file of its own since 2.3."""
    names = (
        "tensorflow",
        "tensorflow-gpu",
        "tensorflow-cpu",
        "tensorflow-intel",
        "tensorflow-macos",
        "tf-nightly",
        "nvidia-tensorflow",
    )
    version = _version(*names)
    if not version:
        raise Unknown("absent")
    info = _text(system, "tensorflow", "python", "platform", "build_info.py")
    if info is None:
        raise Unknown("absent")
    return {"framework.tensorflow": {"version": version, **read_build_info(info)}}


def read_build_info(text):
    """CUDA, cuDNN and kernels out of build_info.py, whose form changed over the versions."""
    cuda = re.search(r"cuda_version(?:_number)?['\"]?\s*(?:,|:|=)\s*['\"](\d[\d.]*)", text)
    cudnn = re.search(r"cudnn_version(?:_number)?['\"]?\s*(?:,|:|=)\s*['\"](\d[\d.]*)", text)
    is_cuda = re.search(r"is_cuda_build['\"]?\s*(?:,|:|=)\s*(True|False)", text)
    listed = re.search(r"cuda_compute_capabilities['\"]?\s*(?:,|:|=)\s*\[([^\]]*)\]", text)
    return {
        "cuda": cuda.group(1) if cuda else "",
        "cudnn": cudnn.group(1) if cudnn else "",
        "gpu_build": is_cuda.group(1) == "True" if is_cuda else bool(cuda),
        "capabilities": re.findall(r"(?:sm|compute)_\d+\w?", listed.group(1)) if listed else [],
    }


@probe("framework.torch", source="torch/version.py")
def torch(system):
    version = _version("torch")
    if not version:
        raise Unknown("absent")
    text = _text(system, "torch", "version.py")
    if text is None:
        raise Unknown("absent")
    full = re.search(r"__version__\s*=\s*['\"]([^'\"]+)", text)
    cuda = re.search(r"^cuda(?::[^=]*)?\s*=\s*['\"](\d[\d.]*)", text, re.M)
    hip = re.search(r"^hip(?::[^=]*)?\s*=\s*['\"](\d[\d.]*)", text, re.M)
    return {
        "framework.torch": {
            "version": full.group(1) if full else version,
            "cuda": cuda.group(1) if cuda else "",
            "gpu_build": bool(cuda or hip),
        }
    }


@probe("framework.jax", source="metadata of jax, jaxlib and its plugins")
def jax(system):
    """JAX reaches the GPU through a plugin; before 0.4.26 through a jaxlib with +cuda in its version."""
    version, jaxlib = _version("jax"), _version("jaxlib")
    if not version:
        raise Unknown("absent")
    for name in ("jax-cuda13-plugin", "jax-cuda12-plugin"):
        if _version(name):
            return {"framework.jax": {"version": version, "cuda": name[8:10], "gpu_build": True}}
    tag = re.search(r"\+cuda(\d+)", jaxlib or "")
    return {
        "framework.jax": {"version": version, "cuda": tag.group(1) if tag else "", "gpu_build": bool(tag)}
    }
