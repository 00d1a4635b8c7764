"""Check `docker-hands-in-gpus`."""

from deepstart.machine.checks import check, does_not_apply, fine, seen
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
    """NVIDIA's container toolkit is needed for containers with GPUs only, so its absence is no fault."""
    docker = facts["container.docker"]
    if in_container(facts) or not docker["installed"]:
        return does_not_apply("no-docker-here")
    if docker["snap"]:
        return does_not_apply("docker-is-a-snap")
    if not docker["nvidia_runtime"]:
        return does_not_apply("docker-without-toolkit")
    return fine(seen("runs-in", "docker, nvidia-container-toolkit"))
