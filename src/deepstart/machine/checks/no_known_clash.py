"""Check `no-known-clash`."""

from typing import Dict

from deepstart.machine import requirement
from deepstart.machine.checks import (
    Verdict,
    attention,
    check,
    fault,
    fine,
    install,
    pinned,
    seen,
)
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import builds, installed

#: Packages that broke with a newer one of another, without saying so in their metadata:
#: (package, its versions, other package, its versions, cause).
CLASHES = (
    ("tensorflow-hub", "<0.16.2", "setuptools", ">=82", "setuptools-82-no-pkg-resources"),
    ("tensorboard", "<2.20", "setuptools", ">=82", "setuptools-82-no-pkg-resources"),
    ("gensim", "<4.3.3", "scipy", ">=1.13", "scipy-removed-function"),
    ("diffusers", "<0.29", "huggingface-hub", ">=0.26", "hf-hub-cached-download-removed"),
    ("basicsr", "<=1.4.2", "torchvision", ">=0.17", "torchvision-private-module-removed"),
    ("tf-slim", "<1.1", "tensorflow", ">=2", "package-too-old-for-tf2"),
    ("tensorflow", "<2.4", "h5py", ">=3", "h5py3-vs-old-keras"),
    ("h5py", "<3", "numpy", ">=1.24", "old-h5py-vs-new-numpy"),
    ("tensorflow", "<1.9", "protobuf", ">=3.6", "protobuf-incompatible-old-tf"),
    ("torch", "<2.4", "mkl", ">=2024.1", "mkl-2024-1-torch"),
)


#: Only a tool of this package fails (the program `tensorboard`), not its import: work can go on.
LESSER = ("tensorboard",)
#: Where the remedy is to change the other package and not the first.
CHANGE_OTHER = {"setuptools-82-no-pkg-resources": "setuptools<81", "scipy-removed-function": "scipy<1.13"}


@check("no-known-clash", layer="packages", needs=("packages.installed",))
def no_known_clash(facts: Facts):
    """Pairs that are known not to work together although no metadata forbids it."""
    packages = installed(facts)
    answers: Dict[str, Verdict] = {}
    for one, ones, other, others, cause in CLASHES:
        if cause == "old-h5py-vs-new-numpy" and _numpy_is_judged(facts):
            continue
        both = one in packages and other in packages and cause not in answers
        if both and _clash(packages[one], ones, packages[other], others):
            shown = seen("installed", ["%s %s" % (n, packages[n]) for n in (one, other)])
            wanted = CHANGE_OTHER.get(cause)
            remedies = (install(facts, wanted, back=pinned(facts, other)),) if wanted else ()
            say = attention if one in LESSER else fault
            answers[cause] = say(cause, shown, remedies=remedies)
    return list(answers.values()) or fine()


def _numpy_is_judged(facts):
    """TensorFlow before 2.9 stumbles over a new NumPy first, which `numpy-fits-extensions` reports."""
    return any(b.framework == "tensorflow" and version(b.version) < (2, 9) for b in builds(facts))


def _clash(one, ones, other, others):
    return requirement.satisfies(one, ones) and requirement.satisfies(other, others)
