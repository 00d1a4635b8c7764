"""Check `folders-writable`."""

from deepstart.machine.checks import attention, check, fault, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import in_container


@check("folders-writable", layer="os", needs=("disk.temporary", "disk.packages", "disk.home"))
def folders_writable(facts: Facts):
    """Frameworks unpack, cache and compile in the temporary folder and the home folder."""
    if not facts["disk.temporary"]["writable"]:
        return fault("temporary-folder-not-writable", seen("folder", facts["disk.temporary"]["path"]))
    answers = []
    if not facts["disk.home"]["writable"]:
        answers.append(attention("home-not-writable", seen("folder", facts["disk.home"]["path"])))
    if not facts["disk.packages"]["writable"] and not in_container(facts):
        answers.append(
            attention("no-write-permission-site-packages", seen("folder", facts["disk.packages"]["path"]))
        )
    return answers or fine(seen("folder", facts["disk.packages"]["path"]))
