"""Reading the catalogue fast: compiled to one JSON file, in the wheel or in the user's cache folder.

`python -m deepstart.causes.compiling OUT.json` compiles the catalogue. Standard library only.
"""

import hashlib
import json
import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Dict, List

from deepstart.findings import LAYERS

HERE = Path(__file__).parent
CATALOGUE = HERE / "catalogue"
COMPILED = HERE / "catalogue.json"  # made by the build, so an installed package needs no TOML reader
FORMAT = 4  # raise it when the compiled shape changes, so that no old cache is read
ONLY_FOR_TESTS = ("examples", "counter_examples")
REGEXES = frozenset({"regex", "also", "unless"})
SHORTEST_ANCHOR_WITHOUT_QUOTES = 16  # characters; shorter ones would be words of any text
SET_OR_ESCAPE = re.compile(r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\])")  # of a regular expression: [abc], \d


def read_catalogue() -> List[Dict[str, Any]]:
    """The raw causes, lowest layer first, without what only tests need."""
    compiled: Any = COMPILED
    if not hasattr(compiled, "exists") or compiled.exists():
        return json.loads(compiled.read_text(encoding="utf-8"))
    cache = cache_folder() / ("causes-%s.json" % _fingerprint())
    with suppress(OSError, ValueError):
        return json.loads(cache.read_text(encoding="utf-8"))
    causes = compile_catalogue()
    with suppress(OSError):
        _write_whole(cache, causes)
    return causes


def compile_catalogue(folder: Path = CATALOGUE) -> List[Dict[str, Any]]:
    """Read every TOML file of the catalogue."""
    causes = []
    for path in cause_files(folder):
        raw = read_cause(path)
        for name in ONLY_FOR_TESTS:
            raw.pop(name, None)
        raw["pattern"] = [_without_fixed_quotes(pattern) for pattern in raw.get("pattern", ())]
        causes.append(raw)
    return causes


def _without_fixed_quotes(pattern: Dict[str, Any]) -> Dict[str, Any]:
    """The pattern with backquotes that may be other quotes or none, because pages and chats swallow them."""
    anchors = [spelling for anchor in pattern["anchors"] for spelling in _spellings(anchor)]
    loose = {**pattern, "anchors": list(dict.fromkeys(anchors))}
    for name in REGEXES.intersection(pattern):
        loose[name] = _loose_quotes(pattern[name])
    return loose


def _spellings(anchor: str) -> List[str]:
    """
    >>> _spellings("the `units` argument")
    ['the `units` argument', "the 'units' argument", 'the "units" argument', 'the units argument']
    """
    bare = anchor.replace("`", "").strip()
    telling = " " in bare and len(bare) >= SHORTEST_ANCHOR_WITHOUT_QUOTES
    return [*(anchor.replace("`", quote) for quote in "`'\""), *([bare] if telling else ())]


def _loose_quotes(regex: str) -> str:
    """Each backquote becomes optional and of any kind, but for those in a set or escaped."""
    parts = re.split(SET_OR_ESCAPE, regex)
    return "".join(part if n % 2 else part.replace("`", "[`'\"]?") for n, part in enumerate(parts))


def cause_files(folder: Path = CATALOGUE) -> List[Path]:
    """The files of the catalogue, lowest layer first, then by name."""
    return [path for layer in LAYERS for path in sorted((folder / layer).glob("*.toml"))]


def read_cause(path: Path) -> Dict[str, Any]:
    """One file, with the id and the layer that its name and folder give."""
    import tomllib  # novermin

    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return {"id": path.stem, "layer": path.parent.name, **raw}


def cache_folder() -> Path:
    """Where this user's caches lie, by the custom of the system."""
    base = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    if not base:
        base = str(Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache"))
    return Path(base) / "deepstart"


def _fingerprint() -> str:
    """Names, sizes and times of all files: changes when any cause was edited, added or removed."""
    seen = hashlib.sha1(b"%d %s" % (FORMAT, str(CATALOGUE).encode()))
    for layer in LAYERS:
        with suppress(FileNotFoundError), os.scandir(CATALOGUE / layer) as entries:
            for entry in sorted(entries, key=lambda e: e.name):
                status = entry.stat()
                seen.update(("%s %d %d\n" % (entry.name, status.st_size, status.st_mtime_ns)).encode())
    return seen.hexdigest()[:20]


def _write_whole(path: Path, causes: List[Dict[str, Any]]) -> None:
    """Write beside and rename, so that another process never reads half a file; drop older caches."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob("causes-*.json"):
        with suppress(OSError):
            old.unlink()
    beside = path.with_name("%s.%d" % (path.name, os.getpid()))
    beside.write_text(json.dumps(causes, ensure_ascii=False), encoding="utf-8")
    beside.replace(path)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(compile_catalogue(), ensure_ascii=False), encoding="utf-8")
