"""Check `c-library-fits`."""

from deepstart.machine import compat
from deepstart.machine.checks import attention, check, fault, fine, seen
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import FRAMEWORKS, builds


@check("c-library-fits", layer="os", needs=("os.libc", "packages.installed"), platforms=("linux",))
def c_library_fits(facts: Facts):
    """Wheels are made for glibc, from a certain version on; Alpine has musl."""
    libc = facts["os.libc"]
    shown = seen("c-library", "%s %s" % (libc["name"], libc["version"]))
    if libc["name"] == "musl":
        return fault("alpine-musl-no-wheels", shown)
    for build in builds(facts):
        needed = (compat.release(build.framework, build.version) or {}).get("min_glibc")
        if needed and version(libc["version"]) < version(needed):
            return fault("glibc-too-old", shown, seen("needed", "glibc " + needed, build.label))
    if not builds(facts) and all(_too_old(libc["version"], f) for f in FRAMEWORKS if f != "jax"):
        fits = compat.newest_for_glibc("tensorflow", libc["version"])
        return attention("glibc-too-old", shown, seen("newest-that-fits", "TensorFlow %s" % fits))
    return fine(shown)


def _too_old(glibc, framework):
    return version(compat.newest(framework)["min_glibc"] or "0") > version(glibc)
