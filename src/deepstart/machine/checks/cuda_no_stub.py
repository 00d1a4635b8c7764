"""Check `cuda-no-stub`."""

from deepstart.machine.checks import check, fault, fine, seen
from deepstart.machine.facts import Facts


@check("cuda-no-stub", layer="cuda", after=("gpu-present",), needs=("env.variables",), platforms=("linux",))
def cuda_no_stub(facts: Facts):
    """The toolkit's stubs folder holds an empty libcuda for the linker only; it must not be on the path."""
    paths = facts["env.variables"].get("LD_LIBRARY_PATH", "").split(":")
    stubs = [path for path in paths if path.rstrip("/").endswith("/stubs")]
    if stubs:
        return fault("cuda-stub-libcuda-on-library-path", seen("LD_LIBRARY_PATH", stubs, "environment"))
    return fine()
