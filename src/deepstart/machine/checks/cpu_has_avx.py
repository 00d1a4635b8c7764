"""Has the processor the instructions with which the frameworks' wheels were compiled?"""

from deepstart.machine.checks import attention, check, does_not_apply, fault, fine, seen
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import builds


@check("cpu-has-avx", layer="hardware", needs=("cpu.flags", "cpu.architecture"))
def cpu_has_avx(facts: Facts):
    """TensorFlow since 1.6 and jaxlib are compiled with AVX; ARM processors need none."""
    if facts["cpu.architecture"] not in ("x86_64", "amd64", "x86", "i686", "i386"):
        return does_not_apply("not-x86")
    model = seen("processor", facts.get("cpu.model", ""), facts.source("cpu.model"))
    if "avx" in facts["cpu.flags"]:
        return fine(model)
    wanting = [b.label for b in builds(facts) if b.framework == "jax" or version(b.version) >= (1, 6)]
    wanting = [label for label in wanting if not label.startswith("PyTorch")]
    if wanting:
        return fault("cpu-lacks-avx", model, seen("compiled-with-avx", wanting))
    return attention("cpu-lacks-avx", model)
