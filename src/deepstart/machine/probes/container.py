"""Containers and hosted notebooks, told by their own marks (not by cgroup text, which lies on v2)."""

import json
import os
import re

from deepstart.machine.probes import probe


@probe("container.kind", source="marker files and variables", platforms=("linux",))
def container(system):
    return {"container.kind": _kind(system)}


def _kind(system):
    env = system.environ
    if "COLAB_RELEASE_TAG" in env or "COLAB_GPU" in env:
        return "colab"
    if "KAGGLE_KERNEL_RUN_TYPE" in env:
        return "kaggle"
    if "KUBERNETES_SERVICE_HOST" in env or system.exists("/var/run/secrets/kubernetes.io"):
        return "kubernetes"
    if "SINGULARITY_CONTAINER" in env or "APPTAINER_CONTAINER" in env or system.exists("/.singularity.d"):
        return "singularity"
    if system.exists("/run/.containerenv"):
        return "podman"
    if _own_machine(system):
        return ""
    if system.exists("/.dockerenv"):
        return "docker"
    marked = system.read("/run/systemd/container")
    return marked.text.strip()[:40] if marked.ok else ""


def _own_machine(system):
    """A virtual machine whose disk was made from an image keeps the image's marks, and has its own kernel.

    With --pid=host a container shows the kernel's threads too; on btrfs its root then names Docker's folder:
    subvol=/@/var/lib/docker/btrfs/subvolumes/...
    """
    found = re.findall(r"^\S+ / (\S+) (\S+)", system.read("/proc/mounts").text, re.M)
    kind, options = found[-1] if found else ("", "")
    kernel = system.read("/proc/2/comm").text.strip() == "kthreadd"
    own = kind in ("ext4", "xfs", "btrfs", "squashfs", "erofs") and not re.search("docker|container", options)
    return kernel and own


#: Files of a project that may ask Docker for a GPU, and how they do.
PROJECT_FILES = (
    "docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml",
    ".devcontainer/devcontainer.json", ".devcontainer.json",
)  # fmt: skip
_WANTS_GPU = re.compile(
    r"(?:driver|runtime)[\"']?\s*:\s*[\"']?nvidia|--gpus|^\s*gpus\s*:|\"gpu\"\s*:\s*(?:true|\{)", re.M
)
TOOLKIT = ("nvidia-ctk", "nvidia-container-runtime", "nvidia-container-toolkit")


@probe(
    "container.docker", "container.runtime_missing", "container.gpu_wanted_by",
    source="docker, /etc/docker/daemon.json, the project's files", platforms=("linux",),
)  # fmt: skip
def docker(system):
    """Docker on this host, whether it can hand in GPUs, and whether this project asks it to."""
    program = system.which("docker") or ""
    runtime = _runtime(system)
    registered = bool(runtime) and bool(system.exists(runtime) if "/" in runtime else system.which(runtime))
    files = [os.path.join(system.folder, name) for name in PROJECT_FILES]
    return {
        "container.docker": {
            "installed": bool(program),
            "snap": program.startswith("/snap/"),
            "nvidia_runtime": registered or any(system.which(tool) for tool in TOOLKIT),
        },
        "container.runtime_missing": "" if registered else runtime,
        "container.gpu_wanted_by": [path for path in files if _WANTS_GPU.search(system.read(path).text)],
    }


def _runtime(system):
    """The program that Docker's configuration names for NVIDIA's runtime; empty without one."""
    config = system.read("/etc/docker/daemon.json")
    try:
        runtime = json.loads(config.text)["runtimes"]["nvidia"]["path"] if config.ok else ""
    except (ValueError, KeyError, TypeError):
        return ""
    return runtime if isinstance(runtime, str) else ""
