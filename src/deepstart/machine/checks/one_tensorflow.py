"""Check `one-tensorflow`."""

from deepstart.findings import Remedy
from deepstart.machine.checks import (
    attention,
    check,
    fault,
    fine,
    own_environment,
    pinned,
    pip,
    seen,
)
from deepstart.machine.checks.packages_agree import VITAL
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import TENSORFLOWS, installed


@check(
    "one-tensorflow",
    layer="packages",
    needs=("packages.installed", "packages.leftovers", "packages.duplicates"),
)
def one_tensorflow(facts: Facts):
    """One distribution brings the module `tensorflow`, and nothing of an older one is left."""
    packages = installed(facts)
    several = [name for name in TENSORFLOWS if name in packages]
    if set(several) in ({"tensorflow", "tensorflow-intel"}, {"tensorflow", "tensorflow-macos"}):
        several = several[:1]  # `tensorflow` is an empty shell around these
    if len(several) > 1:
        shown = seen("installed", ["%s %s" % (name, packages[name]) for name in several])
        remedy = Remedy(
            (pip(facts, "uninstall", "-y", *several), pip(facts, "install", several[0])),
            "safe" if own_environment(facts) else "careful",
            undo=(pip(facts, "install", *pinned(facts, *several)),),
        )
        # Of one release the same files lie over each other: it works, until one of them is removed.
        say = fault if len({version(packages[name])[:2] for name in several}) > 1 else attention
        return say("two-tensorflow-distributions", shown, remedies=(remedy,))
    stale = [n for n in facts["packages.leftovers"] if "ensorflow" in n or n.startswith(("~eras", "~orch"))]
    stale += [
        "%s %s" % (n, " + ".join(v))
        for n, v in facts["packages.duplicates"].items()
        if n in (*VITAL, "numpy")
    ]
    if stale:
        return fault("stale-tensorflow-files", seen("left-over", stale, "site-packages"))
    return fine(seen("installed", ["%s %s" % (name, packages[name]) for name in several] or "-"))
