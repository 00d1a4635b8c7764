"""Could packages be fetched: do the certificates that are named exist?"""

from deepstart.machine.checks import check, fault, fine, seen
from deepstart.machine.facts import Facts


@check("certificates-exist", layer="packages", needs=("network.certificates",))
def certificates_exist(facts: Facts):
    """A variable that names a certificate file which is not there breaks every download."""
    gone = [name for name, exists in facts["network.certificates"].items() if not exists]
    if gone:
        return fault("certificate-file-missing", seen("variable", sorted(gone), "environment"))
    return fine()
