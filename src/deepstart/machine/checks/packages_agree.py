"""Check `packages-agree`."""

from typing import Dict

from deepstart.machine import compat, requirement
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


@check(
    "packages-agree",
    layer="packages",
    needs=("packages.installed", "packages.requirements", "python.version"),
)
def packages_agree(facts: Facts):
    """Every requirement that a package states is met; each known clash has its own name."""
    clashes = list(unmet(facts))
    answers: Dict[str, Verdict] = {}
    for owner, wanted, have in clashes:
        if owner.startswith("tensorflow") and wanted.name in HAVE_THEIR_OWN and _judged(facts):
            continue
        if wanted.name == "protobuf" and _refuses_protobuf_4(facts):
            continue
        cause, strict = _cause(owner, wanted, have)
        shown = (
            seen("installed", "%s %s" % (wanted.name, have or "-"), "importlib.metadata"),
            seen(
                "required",
                "%s %s" % (wanted.name, wanted.specifiers),
                "%s %s" % (owner, installed(facts)[owner]),
            ),
        )
        remedy = install(
            facts, wanted.name + wanted.specifiers.replace(" ", ""), back=pinned(facts, wanted.name)
        )
        answers.setdefault(cause, (fault if strict else attention)(cause, *shown, remedies=(remedy,)))
    return list(answers.values()) or fine(seen("packages", len(installed(facts)), "importlib.metadata"))


#: (package that requires, package required, cause, whether it stops the user). Empty: any.
KNOWN = (
    ("torchvision", "torch", "torch-torchvision-mismatch", True),
    ("torchaudio", "torch", "torch-companion-mismatch", True),
    ("torchtext", "torch", "torch-companion-mismatch", True),
    ("xformers", "torch", "torch-companion-mismatch", True),
    ("tensorflow-text", "tensorflow", "tf-companion-op-library-mismatch", True),
    ("tensorflow-io", "tensorflow", "tf-companion-op-library-mismatch", True),
    ("jax-cuda12-plugin", "jax-cuda12-pjrt", "jax-plugin-version-mismatch", True),
    ("jax-cuda13-plugin", "jax-cuda13-pjrt", "jax-plugin-version-mismatch", True),
    ("jax", "jaxlib", "jax-plugin-version-mismatch", True),
    ("tensorflow", "protobuf", "protobuf-too-old-for-tensorflow", True),
    ("tensorflow-cpu", "protobuf", "protobuf-too-old-for-tensorflow", True),
)


#: Required packages whose absence or version stops an import.
VITAL = ("tensorflow", "tensorflow-cpu", "torch", "jax", "jaxlib", "keras")


#: Of TensorFlow's requirements these are judged by checks of their own, which know more than metadata.
HAVE_THEIR_OWN = ("keras", "numpy")


def _refuses_protobuf_4(facts):
    """Whether protobuf is what `protobuf-fits-tensorflow` finds fault with."""
    have = installed(facts).get("protobuf", "0")
    found = [b for b in builds(facts) if b.framework == "tensorflow"]
    entry = compat.release("tensorflow", found[0].version) if found else None
    return version(have)[0] >= 4 and bool((entry or {}).get("protobuf_below"))


def _judged(facts):
    """Whether the tables know this TensorFlow."""
    found = [b for b in builds(facts) if b.framework == "tensorflow"]
    return bool(found) and compat.release("tensorflow", found[0].version) is not None


def _cause(owner, wanted, have):
    """Generated code of protobuf refuses an older runtime and takes a newer one, such as 5.29 under 2.12."""
    least = ",".join(s for s in wanted.specifiers.split(",") if s.strip().startswith(">"))
    new_enough = wanted.name == "protobuf" and have and requirement.satisfies(have, least)
    for by, of, cause, strict in KNOWN:
        if (owner, wanted.name) == (by, of) and not new_enough:
            return cause, strict
    return "requirement-not-met", False


def unmet(facts: Facts):
    """(owner, requirement, installed version or None) for each requirement that is not met."""
    packages = installed(facts)
    environment = requirement.environment(
        facts["python.version"],
        facts.get("os.system", "linux"),
        facts.get("python.machine", "x86_64"),
        facts.get("python.implementation", "CPython"),
    )
    for owner, lines in sorted(facts["packages.requirements"].items()):
        for wanted in (requirement.read(line) for line in lines):
            if not wanted or owner not in packages or not requirement.applies(wanted.marker, environment):
                continue
            have = packages.get(wanted.name)
            if have is None and not (owner in VITAL and not _replaced(wanted.name, packages)):
                continue
            if have is None or not requirement.satisfies(have, wanted.specifiers):
                yield owner, wanted, have


def _replaced(name, packages):
    """Parts of TensorFlow have stand-ins of other names; NVIDIA's may come from the system."""
    return (
        name.startswith(("nvidia-", "tensorflow", "cuda-"))
        or name in ("triton", "setuptools")
        or name in packages
    )
