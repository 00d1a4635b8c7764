"""Check `windows-runtime-complete`."""

from deepstart.machine.checks import check, fault, fine, seen
from deepstart.machine.facts import Facts


@check("windows-runtime-complete", layer="os", needs=("os.vc_runtime",), platforms=("windows",))
def windows_runtime_complete(facts: Facts):
    """The wheels' DLLs need Microsoft's Visual C++ runtime of 2019 or newer (msvcp140_1.dll)."""
    if not facts["os.vc_runtime"]:
        return fault("windows-vc-redist-missing", seen("missing", "msvcp140_1.dll, vcruntime140_1.dll"))
    return fine(seen("found", "msvcp140_1.dll"))
