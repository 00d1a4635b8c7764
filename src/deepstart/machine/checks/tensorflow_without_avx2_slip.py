"""Check `tensorflow-without-avx2-slip`."""

from deepstart.machine.checks import check, fault, fine, install, pinned, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import (
    installed,
    tensorflow_name,
)  # fmt: skip


@check(
    "tensorflow-without-avx2-slip",
    layer="framework",
    needs=("packages.installed", "cpu.flags"),
    after=("cpu-has-avx",),
)
def tensorflow_without_avx2_slip(facts: Facts):
    """The wheels of 2.4.0 were compiled with AVX2 by mistake; 2.4.1 mended it."""
    name = tensorflow_name(installed(facts))
    if name and installed(facts)[name] == "2.4.0" and "avx2" not in facts["cpu.flags"]:
        remedy = install(facts, "%s==2.4.1" % name, back=pinned(facts, name))
        return fault("tf-wheel-built-with-avx2", seen("installed", name + " 2.4.0"), remedies=(remedy,))
    return fine()
