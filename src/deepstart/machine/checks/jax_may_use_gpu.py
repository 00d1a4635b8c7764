"""Check `jax-may-use-gpu`."""

from deepstart.machine.checks import attention, check, does_not_apply, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import gpu_builds, kept_off_gpu


@check(
    "jax-may-use-gpu",
    layer="framework",
    after=("gpu-present",),
    needs=("env.variables", "packages.installed"),
)
def jax_may_use_gpu(facts: Facts):
    """JAX_PLATFORMS=cpu, set for a test and forgotten, keeps JAX on the processor; it may be meant so."""
    if not any(build.framework == "jax" for build in gpu_builds(facts)):
        return does_not_apply("no-gpu-build")
    found = kept_off_gpu(facts)
    return attention("jax-kept-off-gpu-by-variable", seen(*found, "environment")) if found else fine()
