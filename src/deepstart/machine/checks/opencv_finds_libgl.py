"""Check `opencv-finds-libgl`."""

from deepstart.machine.checks import check, fault, fine, install, pinned, seen
from deepstart.machine.facts import Facts
from deepstart.machine.reading import installed


@check("opencv-finds-libgl", layer="os", needs=("os.libgl", "packages.installed"), platforms=("linux",))
def opencv_finds_libgl(facts: Facts):
    """OpenCV with windows loads libGL; slim images have none, and the headless build needs none."""
    gui = [n for n in ("opencv-python", "opencv-contrib-python") if n in installed(facts)]
    if not gui or facts["os.libgl"] or any(n.endswith("-headless") for n in installed(facts)):
        return fine()
    remedy = install(facts, gui[0] + "-headless", back=pinned(facts, gui[0]))
    return fault(
        "opencv-libgl-missing", seen("installed", gui), seen("missing", "libGL.so.1"), remedies=(remedy,)
    )
