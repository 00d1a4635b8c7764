"""Check `pins-have-wheels`."""

from deepstart.machine import compat
from deepstart.machine.checks import attention, check, does_not_apply, fault, fine, seen
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import builds


@check(
    "pins-have-wheels",
    layer="python",
    needs=("packages.pins", "packages.installed", "python.version"),
    after=("python-supported",),
)
def pins_have_wheels(facts: Facts):
    """What the project's requirements.txt pins exists as a wheel for this Python."""
    pins = {n: v for n, v in facts["packages.pins"].items() if n not in facts["packages.installed"]}
    if not pins:
        return does_not_apply("no-pins")
    answers = [_judge(facts, name, pin) for name, pin in sorted(pins.items())]
    return [a for a in answers if a] or fine(*(seen("wanted-version", "%s %s" % p) for p in pins.items()))


def _judge(facts, name, pin):
    framework = "tensorflow" if name.startswith("tensorflow") else name
    entry = compat.release(framework, pin) or _older_than_all(framework, pin)
    first, last = (entry or {}).get("python") or (None, None)
    if not (first and last):
        return None
    python = version(facts["python.version"])[:2]
    if version(first) <= python <= version(last):
        return None
    if framework != "tensorflow" or python < version(first):
        cause = "old-pin-has-no-wheel-for-python" if python > version(last) else "python-too-old-for-wheel"
    else:
        old = version(pin) < (2,)
        cause = "tf1-needs-python37-or-older" if old else "tf-release-too-old-for-python"
    shown = (
        seen("wanted-version", "%s %s" % (name, pin), "requirements.txt"),
        seen("python", facts["python.version"]),
        seen("has-wheels-for", "Python %s - %s" % (first, last)),
    )
    return (attention if builds(facts) else fault)(cause, *shown)


def _older_than_all(framework, pin):
    """The oldest release in the table stands for those before it: none of them knew a newer Python."""
    oldest = min(compat.table(framework)["entries"], key=lambda entry: version(entry["version"]))
    return oldest if version(pin) < version(oldest["version"]) else None
