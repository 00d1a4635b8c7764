"""Check `python-supported`."""

from deepstart.machine import compat
from deepstart.machine.checks import attention, check, fault, fine, seen
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import builds


@check("python-supported", layer="python", needs=("python.version", "packages.installed"))
def python_supported(facts: Facts):
    """There are wheels of a framework for this Python; an installed framework proves it."""
    python = facts["python.version"]
    shown = seen(
        "python", "%s (%s)" % (python, facts.get("python.executable", "")), facts.source("python.version")
    )
    if facts.get("python.bits") == 32:
        return fault("python-32-bit", shown)
    if builds(facts):
        return fine(shown)
    made = facts.get("python.implementation", "CPython")
    if made != "CPython":
        return fault("python-not-cpython", shown, seen("implementation", made))
    newest = {name: compat.newest_for_python(name, python) for name in ("tensorflow", "torch")}
    top = compat.newest("tensorflow")["python"]
    limits = seen("tensorflow-supports", "Python %s - %s" % tuple(top))
    if newest["tensorflow"]:
        return fine(shown)
    too_new = version(python)[:2] > version(top[1])
    cause = "python-too-new-for-wheel" if too_new else "python-too-old-for-wheel"
    if newest["torch"]:
        return attention(cause, shown, limits)
    return fault(cause, shown, limits)
