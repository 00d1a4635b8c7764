"""Check `windows-openmp-present`."""

from deepstart.machine.checks import check, does_not_apply, fault, fine, install, pinned, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import installed


@check(
    "windows-openmp-present",
    layer="os",
    needs=("os.libomp140", "packages.installed"),
    platforms=("windows",),
)
def windows_openmp_present(facts: Facts):
    """PyTorch 2.4.0 for Windows loads libomp140.x86_64.dll and does not bring it (pytorch#131662)."""
    if installed(facts).get("torch", "").partition("+")[0] != "2.4.0":
        return does_not_apply("not-that-release")
    if facts["os.libomp140"]:
        return fine()
    remedy = install(facts, "torch==2.4.1", back=pinned(facts, "torch"))
    return fault("windows-missing-libomp140", seen("missing", "libomp140.x86_64.dll"), remedies=(remedy,))
