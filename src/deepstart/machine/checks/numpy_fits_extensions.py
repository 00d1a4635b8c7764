"""Check `numpy-fits-extensions`."""

from deepstart.machine import compat
from deepstart.machine.checks import (
    check,
    fault,
    fine,
    install,
    pinned,
    seen,
)
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import builds, installed


@check("numpy-fits-extensions", layer="packages", needs=("packages.installed",))
def numpy_fits_extensions(facts: Facts):
    """Extensions compiled for NumPy 1 do not load with NumPy 2, and the reverse."""
    packages = installed(facts)
    numpy = packages.get("numpy")
    if not numpy:
        return fine()
    shown = seen("installed", "numpy " + numpy, "importlib.metadata")
    if version(numpy)[0] < 2:
        return _removed_names(facts, numpy, shown) or fine(shown)
    first = compat.table("numpy2")["entries"]
    old = ["%s %s" % (e["package"], packages[e["package"]]) for e in first if _older(packages, e)]
    old += [b.label for b in builds(facts) if b.framework == "tensorflow" and _forbids(b)]
    if old:
        remedy = install(facts, "numpy<2", back=pinned(facts, "numpy"))
        return fault(
            "numpy2-abi-break", shown, seen("compiled-for-numpy-1", sorted(set(old))), remedies=(remedy,)
        )
    return fine(shown)


def _older(packages, entry):
    have = packages.get(entry["package"])
    return bool(have) and version(have) < version(entry["first"])


def _forbids(build):
    entry = compat.release("tensorflow", build.version)
    return entry is not None and not entry["numpy2"]


def _removed_names(facts, numpy, shown):
    """np.object and np.bool left in NumPy 1.24; TensorFlow before 2.9 uses them."""
    old = [b for b in builds(facts) if b.framework == "tensorflow" and version(b.version) < (2, 9)]
    if old and version(numpy) >= (1, 24):
        remedy = install(facts, "numpy<1.24", back=pinned(facts, "numpy"))
        return fault(
            "numpy-alias-removed-old-tf", shown, seen("uses-removed-names", old[0].label), remedies=(remedy,)
        )
    if old and version(numpy) < (1, 16) and version(old[0].version) >= (2, 0):
        return fault("numpy-too-old-for-extension", shown, seen("needed", ">= 1.16", old[0].label))
    return None
