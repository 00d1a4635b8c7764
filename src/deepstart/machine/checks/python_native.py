"""Check `python-native`."""

from deepstart.machine.checks import check, fault, fine, seen
from deepstart.machine.facts import Facts


@check("python-native", layer="python", needs=("python.machine", "cpu.architecture"), platforms=("macos",))
def python_native(facts: Facts):
    """An x86 Python on Apple silicon runs under Rosetta, where AVX and the native wheels are missing."""
    if facts["cpu.architecture"] == "arm64" and facts["python.machine"] == "x86_64":
        shown = (
            seen("machine", "arm64"),
            seen("python-machine", "x86_64", facts.get("python.executable", "")),
        )
        return fault("x86-python-on-apple-silicon", *shown)
    return fine(seen("python-machine", facts["python.machine"]))
