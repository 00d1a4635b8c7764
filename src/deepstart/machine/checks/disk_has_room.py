"""Check `disk-has-room`."""

from deepstart.machine.checks import attention, check, fault, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import builds

#: pip unpacks a framework of about 600 MB (2 GB and more with CUDA) in the temporary folder first.
NEEDED_MIB = 2000


@check("disk-has-room", layer="os", needs=("disk.temporary", "disk.packages"))
def disk_has_room(facts: Facts):
    """Room for one framework; less matters only while something has to be installed."""
    tight = []
    for name in ("disk.temporary", "disk.packages"):
        place = facts[name]
        if place["free_mib"] < NEEDED_MIB:
            tight.append(
                seen("free-mib", "%s: %d MiB" % (place["path"], place["free_mib"]), facts.source(name))
            )
    if not tight:
        return fine(seen("free-mib", facts["disk.packages"]["free_mib"]))
    full = min(facts[n]["free_mib"] for n in ("disk.temporary", "disk.packages")) < 50
    nothing_installed = facts.problem("packages.installed") is None and not builds(facts)
    return (fault if full or nothing_installed else attention)("disk-full", *tight)
