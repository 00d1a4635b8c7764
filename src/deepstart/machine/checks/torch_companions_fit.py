"""Check `torch-companions-fit`."""

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
from deepstart.machine.reading import installed


@check("torch-companions-fit", layer="packages", needs=("packages.installed",))
def torch_companions_fit(facts: Facts):
    """torchvision and torchaudio are compiled against one torch, for one CUDA."""
    packages = installed(facts)
    torch = packages.get("torch")
    entry = compat.release("torch", torch) if torch else None
    for name, cause in (
        ("torchvision", "torch-torchvision-mismatch"),
        ("torchaudio", "torch-companion-mismatch"),
    ):
        wanted, have = (entry or {}).get(name), packages.get(name)
        if not (torch and wanted and have):
            continue
        differs = version(have)[:2] != version(wanted)[:2]
        tags = {v.partition("+")[2] for v in (torch, have)} - {""}
        if differs or len(tags) > 1:
            shown = (
                seen("installed", "%s %s, torch %s" % (name, have, torch)),
                seen("required", "%s %s" % (name, wanted)),
            )
            remedies = (
                () if tags else (install(facts, "%s==%s.*" % (name, wanted), back=pinned(facts, name)),)
            )
            return fault(cause, *shown, remedies=remedies)
    return fine()
