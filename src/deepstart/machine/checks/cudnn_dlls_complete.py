"""Check `cudnn-dlls-complete`."""

from deepstart.machine.checks import check, fault, fine, seen
from deepstart.machine.facts import Facts


@check(
    "cudnn-dlls-complete",
    layer="cudnn",
    after=("gpu-present",),
    needs=("cuda.libraries",),
    platforms=("windows",),
)
def cudnn_dlls_complete(facts: Facts):
    """cuDNN 8 on Windows loads zlibwapi.dll, which it does not bring."""
    names = {row["name"] for row in facts["cuda.libraries"]}
    if "cudnn64_8.dll" in names and "zlibwapi.dll" not in names:
        return fault("zlibwapi-dll-missing", seen("found", "cudnn64_8.dll"), seen("missing", "zlibwapi.dll"))
    return fine()
