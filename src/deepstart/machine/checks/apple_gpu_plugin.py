"""Check `apple-gpu-plugin`."""

from deepstart.machine.checks import check, does_not_apply
from deepstart.machine.facts import Facts


@check(
    "apple-gpu-plugin",
    layer="framework",
    needs=("packages.installed", "cpu.architecture"),
    platforms=("macos",),
)
def apple_gpu_plugin(facts: Facts):
    """On a Mac TensorFlow reaches the GPU only through tensorflow-metal, which is a choice, not a must."""
    return does_not_apply("mac-gpu")
