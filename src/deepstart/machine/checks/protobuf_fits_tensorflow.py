"""Check `protobuf-fits-tensorflow`."""

from deepstart.machine import compat
from deepstart.machine.checks import (
    check,
    fault,
    fine,
    install,
    pinned,
    seen,
)
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import builds, installed


@check("protobuf-fits-tensorflow", layer="packages", needs=("packages.installed",))
def protobuf_fits_tensorflow(facts: Facts):
    """protobuf 4 refuses the code that TensorFlow before 2.12 brings; its metadata allows it nevertheless."""
    protobuf = installed(facts).get("protobuf")
    if not protobuf:
        return fine()
    for build in builds(facts):
        below = (compat.release(build.framework, build.version) or {}).get("protobuf_below")
        # the table says what breaks; 3.20 itself still works when the pure Python parser is used
        if build.framework == "tensorflow" and below and version(protobuf)[0] >= 4:
            remedy = install(facts, "protobuf==3.20.*", back=pinned(facts, "protobuf"))
            shown = (seen("installed", "protobuf " + protobuf), seen("required", "protobuf < 4", build.label))
            return fault("protobuf-4-vs-old-pb2", *shown, remedies=(remedy,))
    return fine(seen("installed", "protobuf " + protobuf))
