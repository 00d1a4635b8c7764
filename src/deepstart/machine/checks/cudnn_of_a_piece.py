"""Check `cudnn-of-a-piece`."""

from deepstart.machine import loader
from deepstart.machine.checks import check, does_not_apply, fault, fine, seen
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import gpu_builds


@check(
    "cudnn-of-a-piece", layer="cudnn", after=("gpu-present",), needs=("cuda.libraries", "packages.installed")
)
def cudnn_of_a_piece(facts: Facts):
    """cuDNN is several files that must be of one version; a second copy on the path mixes them."""
    if not gpu_builds(facts):
        return does_not_apply("no-gpu-build")
    main = [c for c in loader.copies(facts, "libcudnn.so.") if c.origin in loader.ORDER]
    if not main:
        return fine()
    for row in loader.copies(facts, "libcudnn_"):
        picked = loader.pick(facts, row.name)
        if picked and _differs(picked, main[0]):
            return fault(
                "cudnn-sublibraries-mixed",
                seen("loader-picks", "%s (%s)" % (main[0].path, main[0].version), main[0].origin),
                seen("loader-picks-part", "%s (%s)" % (picked.path, picked.version), picked.origin),
            )
    return fine(seen("loaded-cudnn", main[0].version))


def _differs(part, main):
    """Another folder of another version: two copies in one folder are one installation."""
    same_major = version(part.name.partition(".so.")[2])[0] == version(main.name.partition(".so.")[2])[0]
    apart = part.path.rpartition("/")[0] != main.path.rpartition("/")[0]
    return (
        same_major
        and apart
        and (loader.older(part.version, main.version) or loader.older(main.version, part.version))
    )
