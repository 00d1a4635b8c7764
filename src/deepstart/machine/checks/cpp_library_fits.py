"""Check `cpp-library-fits`."""

from deepstart.machine import compat
from deepstart.machine.checks import attention, check, fault, fine, seen
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import builds

#: Oldest libstdc++ by the wheel's oldest glibc. Source: PEP 599 (GCC 4.8), manylinux_2_28 (GCC 8).
NEEDED = (("2.27", "6.0.25"), ("2.17", "6.0.19"))


@check("cpp-library-fits", layer="os", needs=("os.libstdcxx", "packages.installed"), platforms=("linux",))
def cpp_library_fits(facts: Facts):
    """The C++ library is as new as the wheels' compiler asks for; conda may put an older one first."""
    found, conda = facts["os.libstdcxx"], facts.get("os.libstdcxx_conda")
    shown = seen("cpp-library", found, facts.source("os.libstdcxx"))
    for build in builds(facts):
        glibc = (compat.release(build.framework, build.version) or {}).get("min_glibc")
        needed = next((cpp for least, cpp in NEEDED if glibc and version(glibc) >= version(least)), None)
        if needed and version(found) < version(needed):
            return fault("libstdcxx-too-old", shown, seen("needed", needed, build.label))
        if needed and conda and version(conda) < version(needed):
            older = seen("cpp-library-conda", conda, "CONDA_PREFIX")
            return attention("conda-libstdcxx-older-than-build", shown, older, layer="packages")
    return fine(shown)
