"""Does `import` find the package, and not a file of the user's own of the same name?"""

import re

from deepstart.machine.checks import attention, check, fault, fine, seen
from deepstart.machine.facts import Facts

#: Names of the standard library among those that the probe looks for.
STDLIB = {
    "random", "code", "types", "logging", "queue", "copy", "signal", "inspect", "tokenize", "token",
    "enum", "string", "operator", "json", "typing", "abc", "select", "platform", "calendar", "email",
    "numbers", "statistics",
}  # fmt: skip


@check("imports-not-hidden", layer="api", needs=("packages.shadowed_by",))
def imports_not_hidden(facts: Facts):
    """Python looks into the script's folder first."""
    found = facts["packages.shadowed_by"]
    names = {path: _module(path) for path in found}
    packages = [path for path, name in names.items() if name not in STDLIB]
    if packages:
        return fault("local-file-shadows-package", seen("file", packages[:4], "the current folder"))
    if found:
        return attention("local-file-shadows-stdlib", seen("file", found[:4], "the current folder"))
    return fine()


def _module(path):
    return re.sub(r"\.py$", "", path.replace("\\", "/").rpartition("/")[2])
