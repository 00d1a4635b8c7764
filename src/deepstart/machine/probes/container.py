"""Containers and hosted notebooks, told by their own marks (not by cgroup text, which lies on v2)."""

import json

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
    if system.exists("/.dockerenv"):
        return "docker"
    marked = system.read("/run/systemd/container")
    return marked.text.strip()[:40] if marked.ok else ""


@probe("container.docker", source="docker, /etc/docker/daemon.json", platforms=("linux",))
def docker(system):
    """Docker on this host, and whether it was told about NVIDIA's runtime."""
    program = system.which("docker") or ""
    config = system.read("/etc/docker/daemon.json")
    try:
        settings = json.loads(config.text) if config.ok else {}
    except ValueError:
        settings = {}
    runtimes = settings.get("runtimes", {}) if isinstance(settings, dict) else {}
    return {
        "container.docker": {
            "installed": bool(program),
            "snap": program.startswith("/snap/"),
            "nvidia_runtime": "nvidia" in runtimes or bool(system.which("nvidia-ctk")),
        }
    }
