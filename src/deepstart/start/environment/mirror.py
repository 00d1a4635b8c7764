"""The person's own package mirror: uv does not read pip's settings, so they are handed on to it."""

import configparser
import os
from collections.abc import Mapping
from pathlib import Path

#: Who sets one of these has told uv where to look.
UV_SETTINGS = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_CONFIG_FILE", "UV_NO_INDEX")


def pip_files(environ: Mapping[str, str], home: Path) -> list[Path]:
    """Pip's settings files, the one that wins first. Source: pip's documentation, Configuration."""
    named = environ.get("PIP_CONFIG_FILE")
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    places = [
        *([Path(named)] if named else []),
        config / "pip/pip.conf",
        home / ".pip/pip.conf",
        home / "Library/Application Support/pip/pip.conf",
        home / "pip/pip.ini",
        Path("/etc/pip.conf"),
    ]
    roaming = environ.get("APPDATA")
    return [*([Path(roaming) / "pip/pip.ini"] if roaming else []), *places]


def uv_files(environ: Mapping[str, str], home: Path) -> list[Path]:
    """uv's own settings files. Source: uv's documentation, Configuration files."""
    roaming = environ.get("APPDATA")
    config = Path(roaming) if roaming else Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    return [config / "uv/uv.toml", Path("/etc/uv/uv.toml")]


def pip_mirror(environ: Mapping[str, str], home: Path) -> str:
    """The index that pip is set to use; empty: its default."""
    if environ.get("PIP_INDEX_URL"):
        return environ["PIP_INDEX_URL"]
    for path in pip_files(environ, home):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
        for section in ("install", "global"):
            if address := parser.get(section, "index-url", fallback=""):
                return address.strip()
    return ""


def handed_to_uv(environ: Mapping[str, str] | None = None, home: Path | None = None) -> dict[str, str]:
    """Variables that make uv use the mirror that pip is set to, unless uv has settings of its own."""
    environ, home = os.environ if environ is None else environ, home or Path.home()
    told = any(environ.get(name) for name in UV_SETTINGS)
    if told or any(path.is_file() for path in uv_files(environ, home)):
        return {}
    mirror = pip_mirror(environ, home)
    return {"UV_DEFAULT_INDEX": mirror} if mirror else {}
