"""Check `cuda-no-stub`."""

from deepstart.machine.checks import check, fault, fine, seen
from deepstart.machine.facts import Facts


@check("cuda-no-stub", layer="cuda", after=("cuda-starts",), needs=("env.variables",), platforms=("linux",))
def cuda_no_stub(facts: Facts):
    """The toolkit's stubs folder holds an empty libcuda for the linker only; it must not be on the path.

    It does no harm where cuInit works: its file is called libcuda.so, and programs load libcuda.so.1.
    """
    if facts.get("driver.cuinit", {}).get("code") == 0:
        return fine()
    paths = facts["env.variables"].get("LD_LIBRARY_PATH", "").split(":")
    stubs = [path for path in paths if path.rstrip("/").endswith("/stubs")]
    if stubs:
        return fault("cuda-stub-libcuda-on-library-path", seen("LD_LIBRARY_PATH", stubs, "environment"))
    return fine()
