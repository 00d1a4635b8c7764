"""Checks `vscode-uses-this-python` and `pycharm-uses-this-python`: one question for two editors."""

from deepstart.machine.checks import attention, check, does_not_apply, fine, seen
from deepstart.machine.checks.pip_belongs_here import same_place
from deepstart.machine.facts import Facts


def _register(editor, source):
    @check(editor + "-uses-this-python", layer="editor")
    def uses_this_python(facts: Facts):
        """The interpreter in the project's settings."""
        chosen, here = facts.get("editor." + editor), facts.get("python.executable", "")
        if not chosen:
            return does_not_apply("no-editor-settings")
        shown = seen(editor + "-interpreter", chosen["interpreter"], source)
        if not chosen["exists"]:
            return attention("editor-interpreter-missing", shown)
        if not same_place(chosen["interpreter"], here):
            return attention("editor-uses-other-python", shown, seen("python", here))
        return fine(shown)


_register("vscode", ".vscode/settings.json")
_register("pycharm", ".idea/misc.xml")
