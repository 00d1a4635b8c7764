"""Check `vscode-uses-this-python`."""

from deepstart.machine.checks import attention, check, does_not_apply, fine, seen
from deepstart.machine.checks.pip_belongs_here import same_place
from deepstart.machine.facts import Facts


@check("vscode-uses-this-python", layer="editor")
def vscode_uses_this_python(facts: Facts):
    """The interpreter in the project's settings."""
    chosen = facts.get("editor.vscode")
    if not chosen:
        return does_not_apply("no-editor-settings")
    shown = seen("vscode-interpreter", chosen["interpreter"], ".vscode/settings.json")
    if not chosen["exists"]:
        return attention("editor-interpreter-missing", shown)
    if not same_place(chosen["interpreter"], facts.get("python.executable", "")):
        return attention(
            "editor-uses-other-python", shown, seen("python", facts.get("python.executable", ""))
        )
    return fine(shown)
