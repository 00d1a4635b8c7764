"""Builds doctor.pyz, one file that runs on any Python from 3.8: `python -m deepstart.machine.pyz OUT`.

It carries the machine part, the catalogue and the words of doctor, compiled to JSON. The same source
gives the same bytes: names are sorted and no time of building is kept.
"""

import json
import re
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any, Dict

from deepstart import words
from deepstart.causes.compiling import compile_catalogue
from deepstart.machine.door import COMPILED

PACKAGE = Path(__file__).parent.parent
#: What goes in; this builder itself stays out, and so does what only the whole deepstart uses.
PARTS = (
    "findings.py",
    "redact.py",
    "four_numbers.py",
    "late_pattern.py",
    "words/__init__.py",
    "causes/__init__.py",
    "causes/compiling.py",
    "machine",
)
LEFT_OUT = shutil.ignore_patterns("__pycache__", "pyz.py", "cluster.py", "elsewhere.py")
AREAS = ("doctor", "show", "cli")
MAIN = "import sys\nfrom deepstart.machine.door import main\nsys.exit(main())\n"


def compiled() -> Dict[str, Any]:
    """Words of both languages by area, and all causes without what only tests need."""
    sentences = {area: {lang: words.area_words(area, lang) for lang in words.LANGUAGES} for area in AREAS}
    return {"words": sentences, "causes": compile_catalogue()}


def build(out: Path) -> Path:
    """Write the zip application to `out`."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "app" / "deepstart"
        for part in PARTS:
            _copy(PACKAGE / part, root / part)
        version = re.search(r'__version__ = "([^"]+)"', (PACKAGE / "__init__.py").read_text(encoding="utf-8"))
        (root / "__init__.py").write_text('__version__ = "%s"\n' % (version.group(1) if version else "0"))
        (root / "machine" / COMPILED).write_text(json.dumps(compiled(), ensure_ascii=False), encoding="utf-8")
        (root.parent / "__main__.py").write_text(MAIN)
        _pack(root.parent, out)
    return out


#: The earliest time that a zip file can hold.
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def _pack(folder: Path, out: Path) -> None:
    """The folder as a zip application. zipapp does the same, but keeps the time of each file."""
    with open(out, "wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), LONG_AGO)
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(info, path.read_bytes())
    out.chmod(0o755)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=LEFT_OUT)
    else:
        shutil.copy(source, target)


if __name__ == "__main__":
    path = build(Path(sys.argv[1] if len(sys.argv) > 1 else "doctor.pyz"))
    print("%s (%d KiB)" % (path, path.stat().st_size >> 10))
