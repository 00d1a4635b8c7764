"""deepstart: do I need deep learning, how do I start, and what broke?

The verbs of the command line are plain functions here too: `deepstart.need`, and so on, each in
the package of its question. Importing this package imports nothing else.
"""

__version__ = "0.1.0"
