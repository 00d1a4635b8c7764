"""Check `kernels-start`."""

from deepstart.machine.checks import attention, check, fine, seen
from deepstart.machine.facts import Facts


@check("kernels-start", layer="editor", needs=("editor.kernels",))
def kernels_start(facts: Facts):
    """A Jupyter kernel names the Python that it starts; environments that were deleted leave it behind."""
    gone = ["%s: %s" % (k["name"], k["python"]) for k in facts["editor.kernels"] if not k["exists"]]
    if gone:
        return attention("jupyter-kernel-python-missing", seen("kernel", gone, "kernel.json"))
    return fine(seen("kernels", [k["name"] for k in facts["editor.kernels"]] or "-"))
