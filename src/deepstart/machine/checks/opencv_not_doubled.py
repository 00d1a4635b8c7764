"""Check `opencv-not-doubled`."""

from deepstart.findings import Remedy
from deepstart.machine.checks import (
    attention,
    check,
    fine,
    own_environment,
    pinned,
    pip,
    seen,
)
from deepstart.machine.facts import Facts
from deepstart.machine.reading import installed, platform


@check("opencv-not-doubled", layer="packages", needs=("packages.installed",))
def opencv_not_doubled(facts: Facts):
    """The builds of OpenCV share one folder and overwrite each other; the one with windows needs libGL."""
    packages = installed(facts)
    gui = [n for n in ("opencv-python", "opencv-contrib-python") if n in packages]
    bare = [n for n in ("opencv-python-headless", "opencv-contrib-python-headless") if n in packages]
    if gui and bare:
        keep = bare if platform(facts) in ("docker", "colab") else gui
        remedy = Remedy(
            (pip(facts, "uninstall", "-y", *gui, *bare), pip(facts, "install", keep[0])),
            "safe" if own_environment(facts) else "careful",
            undo=(pip(facts, "install", *pinned(facts, *gui, *bare)),),
        )
        return attention("opencv-headless-overwritten", seen("installed", [*gui, *bare]), remedies=(remedy,))
    return fine()
