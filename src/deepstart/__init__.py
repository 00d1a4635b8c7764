"""deepstart: do I need deep learning, how do I start, and what broke?

The verbs of the command line are plain functions here too: `deepstart.need`, and so on, each in
the package of its question. Importing this package imports nothing else.
"""

__version__ = "0.1.0"


def load_ipython_extension(shell):
    """`%load_ext deepstart`: explain failures below their cell."""
    from deepstart.jupyter import load

    load(shell)


def unload_ipython_extension(shell):
    """`%unload_ext deepstart`."""
    from deepstart.jupyter import unload

    unload(shell)
