"""The processor: model, instruction sets, architecture; Rosetta on a Mac."""

import os
import platform
from typing import Dict

from deepstart.machine.probes import Unknown, probe, text_of


@probe("cpu.model", "cpu.flags", "cpu.count", source="/proc/cpuinfo", platforms=("linux",))
def processor_linux(system):
    fields: Dict[str, str] = {}
    for line in text_of(system.read("/proc/cpuinfo")).splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    flags = fields.get("flags") or fields.get("Features")  # "Features" on ARM
    if flags is None:
        raise Unknown("garbled")
    model = fields.get("model name") or fields.get("Model") or fields.get("CPU implementer", "")
    return {"cpu.model": model, "cpu.flags": flags.split(), "cpu.count": os.cpu_count()}


@probe("cpu.model", "cpu.flags", "cpu.count", "cpu.rosetta", source="sysctl", platforms=("macos",))
def processor_macos(system):
    keys = (
        "machdep.cpu.brand_string",
        "machdep.cpu.features",
        "machdep.cpu.leaf7_features",
        "sysctl.proc_translated",
    )
    fields = {}
    for line in system.run("sysctl", *keys).lines:
        name, _, value = line.partition(":")
        fields[name.strip()] = value.strip()
    if not fields:
        raise Unknown("absent")
    flags = "%s %s" % (fields.get(keys[1], ""), fields.get(keys[2], ""))
    # Apple's names for AVX: AVX1.0, AVX2
    flags = flags.lower().replace("avx1.0", "avx")
    return {
        "cpu.model": fields.get(keys[0], ""),
        "cpu.flags": flags.split(),
        "cpu.count": os.cpu_count(),
        "cpu.rosetta": fields.get(keys[3]) == "1",
    }


#: IsProcessorFeaturePresent: numbers of AVX and AVX2. Source: Microsoft, processthreadsapi.h.
WINDOWS_FEATURES = {39: "avx", 40: "avx2", 41: "avx512f"}


@probe("cpu.model", "cpu.flags", "cpu.count", source="Windows API", platforms=("windows",))
def processor_windows(system):
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - exists on Windows only
    flags = [name for number, name in WINDOWS_FEATURES.items() if kernel.IsProcessorFeaturePresent(number)]
    model = system.environ.get("PROCESSOR_IDENTIFIER", "")
    return {"cpu.model": model, "cpu.flags": flags, "cpu.count": os.cpu_count()}


@probe("cpu.architecture", source="platform.machine", platforms=("linux",))
def architecture_linux(system):
    return {"cpu.architecture": platform.machine().lower()}


@probe("cpu.architecture", source="sysctl hw.optional.arm64", platforms=("macos",))
def architecture_macos(system):
    """Of the hardware: an x86 Python under Rosetta sees x86_64 in all other places."""
    return {
        "cpu.architecture": "arm64"
        if "1" in system.run("sysctl", "-n", "hw.optional.arm64").lines
        else "x86_64"
    }


@probe("cpu.architecture", source="PROCESSOR_ARCHITECTURE", platforms=("windows",))
def architecture_windows(system):
    env = system.environ
    return {
        "cpu.architecture": (
            env.get("PROCESSOR_ARCHITEW6432") or env.get("PROCESSOR_ARCHITECTURE", "")
        ).lower()
    }
