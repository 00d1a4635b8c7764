"""What the checks of `doctor` say about candidates: seen on this machine, or seen not to be so.

Standard library only, Python 3.8 syntax.
"""

from typing import Any, Dict, List, Optional

from deepstart.trouble.matching import Hit

MISSING, OTHER_PIP = "framework-not-in-this-python", "pip-belongs-to-other-python"


def confirm_with(snapshot: Optional[Dict[str, Any]], hits: List[Hit]) -> Dict[str, bool]:
    """By cause: True when a check found it, False when the check that would have found it passed."""
    if not snapshot:
        return {}
    from deepstart import machine

    findings = machine.diagnose(snapshot)
    found = {f.id for f in findings if f.status in ("fail", "warn")}
    passed = {f.id for f in findings if f.status == "pass"}
    verdicts = {}
    for cause in (hit.cause for hit in hits):
        if cause.id in found:
            verdicts[cause.id] = True
        elif cause.check in passed:
            verdicts[cause.id] = False
    for hit in hits:
        if hit.cause.id == MISSING:
            _look_for_module(snapshot, hit.values.get("module", ""), verdicts)
    return verdicts


def _look_for_module(snapshot: Dict[str, Any], module: str, verdicts: Dict[str, bool]) -> None:
    """A module that a text misses: not installed in the Python examined, unless pip serves another one.

    Where it is installed there, the program ran in another Python, whatever pip on PATH belongs to.
    """
    from deepstart.machine.facts import Facts
    from deepstart.machine.reading import TENSORFLOWS

    packages = Facts(snapshot).get("packages.installed")
    if packages is None or not module:
        return
    names = TENSORFLOWS if module.lower() == "tensorflow" else (module.lower(),)
    if any(name in packages for name in names):
        verdicts[MISSING] = False
        verdicts.pop(OTHER_PIP, None)
    elif not verdicts.get(OTHER_PIP):
        verdicts[MISSING] = True
