"""Installed packages, read from their metadata: never by running pip, which may be broken or absent."""

import os
import re
import site
import sys
import sysconfig
from importlib import metadata
from typing import Dict, List

from deepstart.machine.probes import probe

#: A file of one of these names in the user's folder hides the package (or a module it needs).
SHADOWING = (
    "tensorflow", "keras", "torch", "torchvision", "jax", "numpy", "pandas", "scipy", "sklearn", "cv2",
    "transformers", "random", "code", "types", "logging", "queue", "copy", "signal", "inspect",
    "tokenize", "token", "enum", "string", "operator", "json", "typing", "abc", "select", "platform",
    "calendar", "email", "numbers", "statistics",
)  # fmt: skip


def normal(name):
    """A distribution's name as pip compares it: `TensorFlow_GPU` is `tensorflow-gpu`."""
    return re.sub(r"[-_.]+", "-", name).lower()


@probe(
    "packages.installed", "packages.requirements", "packages.duplicates", "packages.installers",
    "packages.imported_from", source="importlib.metadata",
)  # fmt: skip
def installed(system):
    versions: Dict[str, str] = {}
    requirements: Dict[str, List[str]] = {}
    duplicates: Dict[str, List[str]] = {}
    installers: Dict[str, str] = {}
    places: Dict[str, str] = {}
    for dist in metadata.distributions():
        fields = dist.metadata
        name, version = fields["Name"], fields["Version"]
        if not name or not version:
            continue  # metadata cut off half way; it shows among the leftovers
        name, place = normal(name), str(dist.locate_file(""))
        if name in versions:
            if places[name] == place and versions[name] != version:
                duplicates.setdefault(name, [versions[name]]).append(version)
            continue
        versions[name], places[name] = version, place
        wanted = [
            r for r in fields.get_all("Requires-Dist") or [] if "extra ==" not in r and "extra==" not in r
        ]
        if wanted:
            requirements[name] = wanted
        installer = (dist.read_text("INSTALLER") or "").strip()
        if installer not in ("", "pip", "uv"):
            installers[name] = installer[:40]
    return {
        "packages.installed": versions,
        "packages.requirements": requirements,
        "packages.duplicates": duplicates,
        "packages.installers": installers,
        "packages.imported_from": {
            n: p for n, p in places.items() if n in ("numpy", "tensorflow", "torch", "keras", "jax")
        },
    }


_OF_TENSORFLOW = re.compile(r"(tensorflow|tf_nightly|intel_tensorflow)\w*-.*-info$")


@probe("packages.leftovers", source="site-packages")
def leftovers(system):
    """What a broken-off install leaves: `~ensorflow`, metadata without a version, a bare folder."""
    found = []
    for folder in {sysconfig.get_paths()["purelib"], site.getusersitepackages()}:
        names = system.names(folder)
        found += [name for name in names if name.startswith("~")]
        for name in (n for n in names if n.endswith(".dist-info")):
            if not system.exists(os.path.join(folder, name, "METADATA")):
                found.append(name)
        if "tensorflow" in names and not any(_OF_TENSORFLOW.match(name) for name in names):
            found.append("tensorflow")
    return {"packages.leftovers": sorted(found)[:40]}


@probe("packages.shadowed_by", source="the current folder, PYTHONPATH")
def shadowing(system):
    """Files of the user's own that Python imports in place of a package."""
    folders = [system.folder, *system.environ.get("PYTHONPATH", "").split(os.pathsep)]
    library = os.path.join(sys.prefix, "")
    found = []
    for folder in (
        f for f in folders if f and not f.startswith(library) and f != sysconfig.get_paths()["stdlib"]
    ):
        names = set(system.names(folder))
        found += [os.path.join(folder, n + ".py") for n in SHADOWING if n + ".py" in names]
        # what pip put there (--target) has its metadata beside it, and is no file of the user's own
        installed = {n.partition("-")[0].lower() for n in names if n.endswith((".dist-info", ".egg-info"))}
        packages = [
            n
            for n in SHADOWING[:11]
            if n in names and n not in installed and system.exists(os.path.join(folder, n, "__init__.py"))
        ]
        # a source checkout of the framework itself has a setup.py beside the package, and is as bad
        found += [os.path.join(folder, n) for n in packages]
    return {"packages.shadowed_by": found[:40]}


#: Packages whose wheels exist for some Pythons only, by a table.
PINNABLE = ("tensorflow", "tensorflow-gpu", "tensorflow-cpu", "torch", "jax")
_PIN = re.compile(r"^\s*([A-Za-z][\w.-]*)(?:\[[^\]]*\])?\s*==\s*(\d[\w.+]*)\s*(?:[#;].*)?$", re.M)


@probe("packages.pins", source="requirements.txt in the current folder")
def pins(system):
    """The versions of frameworks that this project asks for."""
    text = system.read(os.path.join(system.folder, "requirements.txt")).text
    found = {normal(name): version for name, version in _PIN.findall(text[:100_000])}
    return {"packages.pins": {name: found[name] for name in PINNABLE if name in found}}


#: Where conda and wheels keep a copy of Intel's or LLVM's OpenMP, below the environment or site-packages.
OPENMP = {
    "windows": (("Library", "bin", "libiomp5md.dll"), ("torch", "lib", "libiomp5md.dll")),
    "macos": (("lib", "libiomp5.dylib"), ("torch", "lib", "libiomp5.dylib")),
}


@probe("packages.openmp", source="conda, torch", platforms=("windows", "macos"))
def openmp(system):
    """Copies of one OpenMP library that would stop a program that loads both."""
    conda, wheel = OPENMP[system.platform]
    paths = [os.path.join(sys.prefix, *conda), os.path.join(sysconfig.get_paths()["purelib"], *wheel)]
    return {"packages.openmp": [path for path in paths if system.exists(path)]}
