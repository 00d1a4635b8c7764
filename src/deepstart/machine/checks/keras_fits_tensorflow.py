"""Check `keras-fits-tensorflow`."""

from deepstart.machine import compat, requirement
from deepstart.machine.checks import (
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


@check("keras-fits-tensorflow", layer="packages", needs=("packages.installed",))
def keras_fits_tensorflow(facts: Facts):
    """Keras 2 and TensorFlow go in pairs; Keras 3 needs TensorFlow 2.16; some packages want Keras 2."""
    packages = installed(facts)
    tensorflow = next((b for b in builds(facts) if b.framework == "tensorflow"), None)
    keras = packages.get("keras")
    if not tensorflow:
        return fine()
    shown = (seen("installed", "keras %s" % (keras or "-")), seen("tensorflow", tensorflow.version))
    entry = compat.release("tensorflow", tensorflow.version)
    if not keras and entry and entry["keras"] != "bundled":
        remedy = install(facts, "keras" + (entry["keras_range"] or "").replace(" ", ""))
        return fault("conda-tf-without-keras-package", *shown, remedies=(remedy,))
    if (
        keras
        and entry
        and entry["keras"] == "bundled"
        and version(keras) >= (2, 4) > version(tensorflow.version)[:2]
    ):
        return fault("keras-newer-than-tf", *shown)
    if keras and entry and entry["keras_range"] and not requirement.satisfies(keras, entry["keras_range"]):
        remedy = install(facts, "keras" + entry["keras_range"].replace(" ", ""), back=pinned(facts, "keras"))
        newer = requirement.satisfies(keras, ">=3") and entry["keras"] != "separate_package_keras3"
        cause = "keras-newer-than-tf" if newer else "keras-version-vs-tf-version"
        return fault(cause, *shown, seen("required", "keras " + entry["keras_range"]), remedies=(remedy,))
    return _wants_keras2(facts, packages, tensorflow, shown) or fine(*shown)


def _wants_keras2(facts, packages, tensorflow, shown):
    if version(tensorflow.version) < (2, 16):
        return None
    if "tensorflow-addons" in packages:
        return fault("tfa-incompatible-with-keras3", *shown, seen("wants-keras-2", "tensorflow-addons"))
    old = [n for n in ("transformers", "tensorflow-hub") if n in packages and "tf-keras" not in packages]
    transformers = packages.get("transformers")
    # transformers 5 has no TensorFlow classes any more
    if "transformers" in old and transformers and version(transformers)[0] < 5 and "torch" not in packages:
        wanted = "tf-keras~=%d.%d.0" % version(tensorflow.version)[:2]
        remedy = install(facts, wanted)
        wants = seen("wants-keras-2", "transformers " + transformers)
        return attention("keras3-transformers-needs-tf-keras", *shown, wants, remedies=(remedy,))
    return None
