"""Check `docker-hands-in-gpus`."""

from deepstart.machine.checks import check, does_not_apply, fault, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import in_container


@check(
    "docker-hands-in-gpus",
    layer="container",
    after=("driver-answers",),
    needs=("container.docker",),
    platforms=("linux",),
)
def docker_hands_in_gpus(facts: Facts):
    """NVIDIA's container toolkit is needed for containers with GPUs only: a fault where one is asked for."""
    docker, wanted_by = facts["container.docker"], facts.get("container.gpu_wanted_by", [])
    if in_container(facts) or not docker["installed"]:
        return does_not_apply("no-docker-here")
    gone = facts.get("container.runtime_missing", "")
    if gone:
        source = "/etc/docker/daemon.json"
        return fault("nvidia-container-toolkit-missing", seen("missing", gone, source))
    if docker["snap"] and wanted_by:
        return fault("docker-snap-without-gpu", seen("gpu-wanted-by", wanted_by))
    if docker["snap"]:
        return does_not_apply("docker-is-a-snap")
    if not docker["nvidia_runtime"] and wanted_by:
        missing = seen("missing", "nvidia-ctk, nvidia-container-runtime", "PATH")
        return fault("nvidia-container-toolkit-missing", seen("gpu-wanted-by", wanted_by), missing)
    if not docker["nvidia_runtime"]:
        return does_not_apply("docker-without-toolkit")
    return fine(seen("runs-in", "docker, nvidia-container-toolkit"))
