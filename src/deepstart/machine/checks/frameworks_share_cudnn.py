"""Check `frameworks-share-cudnn`."""

from deepstart.machine.checks import attention, check, fine, seen
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import (
    gpu_builds,
)  # fmt: skip


@check("frameworks-share-cudnn", layer="cudnn", needs=("packages.installed",), after=("gpu-present",))
def frameworks_share_cudnn(facts: Facts):
    """PyTorch loads its own cuDNN first; an older one is then also what TensorFlow or JAX gets."""
    found = {b.framework: b for b in gpu_builds(facts) if b.cudnn}
    torch = found.get("torch")
    for other in (found.get("tensorflow"), found.get("jax")):
        if torch and other and _older_same_major(torch.cudnn, other.cudnn):
            shown = (
                seen("built-with-cudnn", torch.cudnn, torch.label),
                seen("built-with-cudnn-other", other.cudnn, other.label),
            )
            return attention("cudnn-loaded-first-by-other-framework", *shown)
    return fine()


def _older_same_major(one, other):
    a, b = version(one)[:2], version(other)[:2]
    return a[0] == b[0] and a < b
