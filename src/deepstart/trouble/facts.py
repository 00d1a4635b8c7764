"""What the checks of `doctor` say about candidates: seen on this machine, or seen not to be so.

Standard library only, Python 3.8 syntax.
"""

from typing import Any, Dict, List, Optional

from deepstart.causes import Cause


def confirm_with(snapshot: Optional[Dict[str, Any]], candidates: List[Cause]) -> Dict[str, bool]:
    """By cause: True when a check found it, False when the check that would have found it passed."""
    if not snapshot:
        return {}
    from deepstart import machine

    findings = machine.diagnose(snapshot)
    found = {f.id for f in findings if f.status in ("fail", "warn")}
    passed = {f.id for f in findings if f.status == "pass"}
    verdicts = {}
    for cause in candidates:
        if cause.id in found:
            verdicts[cause.id] = True
        elif cause.check in passed:
            verdicts[cause.id] = False
    return verdicts
