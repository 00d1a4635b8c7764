"""Check `xla-finds-its-tools`."""

from deepstart.machine.checks import attention, check, does_not_apply, fine, seen
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import gpu_builds


@check(
    "xla-finds-its-tools",
    layer="cuda",
    after=("cuda-libraries-found",),
    needs=("cuda.tools", "packages.installed"),
)
def xla_finds_its_tools(facts: Facts):
    """TensorFlow since 2.11 and JAX compile for the GPU with libdevice and ptxas."""
    wanting = [b for b in gpu_builds(facts) if b.framework == "jax" or version(b.version) >= (2, 11)]
    wanting = [b for b in wanting if b.framework != "torch"]
    tools = facts["cuda.tools"]
    if not wanting:
        return does_not_apply("no-gpu-build")
    if not tools["libdevice"]:
        return attention(
            "xla-libdevice-not-found", seen("missing", "libdevice.10.bc"), seen("wanted-by", wanting[0].label)
        )
    if not tools["ptxas"]:
        return attention("ptxas-missing", seen("missing", "ptxas"), seen("wanted-by", wanting[0].label))
    return fine()
