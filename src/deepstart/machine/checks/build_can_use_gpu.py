"""Check `build-can-use-gpu`."""

from deepstart.machine.checks import attention, check, does_not_apply, fault, fine, install, pinned, seen
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import (
    builds,
    gpu_builds,
    installed,
    nvidia_gpus,
    tensorflow_name,
)  # fmt: skip

#: By framework: the cause when its build never uses an NVIDIA GPU although one is here.
CPU_ONLY = {
    "tensorflow": "tensorflow-cpu-only-build",
    "torch": "torch-cpu-only-build",
    "jax": "jax-cpu-only-install",
}


@check(
    "build-can-use-gpu", layer="framework", needs=("packages.installed", "os.system"), after=("gpu-present",)
)
def build_can_use_gpu(facts: Facts):
    """A CPU build never finds a GPU, whatever the driver."""
    answers = [_cpu_only(facts, build) for build in builds(facts) if not _meant(facts, build)]
    if not builds(facts):
        return does_not_apply("no-framework")
    usable = [b for b in builds(facts) if b.gpu]
    return answers or fine(*(seen("built-with-cuda", b.cuda or "?", b.label) for b in usable))


def _meant(facts, build):
    """Builds of which nothing is to be said here: those for GPUs, and what conda chose (another check)."""
    by_conda = facts.get("packages.installers", {}).get(build.framework) == "conda"
    return build.gpu or (build.framework == "tensorflow" and by_conda)


def _cpu_only(facts, build):
    shown = (
        seen("installed", "%s (%s)" % (build.label, tensorflow_name(installed(facts)) or "CPU")),
        seen("gpu", [gpu.name for gpu in nvidia_gpus(facts)]),
    )
    if (
        build.framework == "tensorflow"
        and facts["os.system"] == "windows"
        and version(build.version) >= (2, 11)
    ):
        return fault("tensorflow-no-gpu-on-native-windows", *shown)
    others = [b.framework for b in gpu_builds(facts)]
    # One framework on the GPU and another on the processor is often meant so.
    say = attention if others else fault
    return say(CPU_ONLY[build.framework], *shown, remedies=_gpu_build(facts, build))


def _gpu_build(facts, build):
    packages = installed(facts)
    if build.framework == "jax":
        plugin = "cuda13" if version(build.version) >= (0, 8) else "cuda12"
        return (install(facts, "jax[%s]==%s" % (plugin, build.version), back=pinned(facts, "jax", "jaxlib")),)
    name = tensorflow_name(packages)
    if build.framework == "tensorflow" and name == "tensorflow" and version(build.version) >= (2, 14):
        return (install(facts, "tensorflow[and-cuda]==" + build.version, back=pinned(facts, "tensorflow")),)
    return ()
