"""Check `python-open-for-pip`."""

from deepstart.machine.checks import attention, check, fine, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import builds


@check("python-open-for-pip", layer="python", needs=("python.externally_managed", "packages.installed"))
def python_open_for_pip(facts: Facts):
    """PEP 668: pip does not install into a Python that the system manages."""
    if facts["python.externally_managed"] and not builds(facts):
        return attention("pep668-externally-managed", seen("python", facts.get("python.executable", "")))
    return fine()
