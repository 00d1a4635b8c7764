"""Watches a Keras training from inside the program, without a change to its code or its results.

`start(notes)` waits for Keras to be imported by the program itself and then looks over the shoulder
of `fit`. What a rule sees becomes a line of JSON in the file `notes`: `{"rule": id, "values": {...}}`.
Rules are the files of `rules/`. Standard library only, Python 3.8, relative imports only: this runs
in the user's interpreter, which need not have deepstart. Whatever fails in here stays in here.
"""

import json
import os
import sys

from .keras_door import AfterImport

__all__ = ["start"]


def start(notes):
    """Watch every training of this process; `notes` is the file that gets what is seen."""

    def note(rule, values):
        line = json.dumps({"rule": rule, "values": values}, default=str) + "\n"
        handle = os.open(notes, os.O_WRONLY | os.O_APPEND)  # not created anew once deepstart is gone
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)

    sys.meta_path.insert(0, AfterImport(("keras", "tf_keras"), note))
