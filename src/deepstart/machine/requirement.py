"""Requirements of packages (`numpy<2,>=1.26; python_version < "3.13"`) and whether they are met.

A small reader for what stands in metadata, since neither pip nor `packaging` may be there. What it
cannot read it treats as met: this looks for clear contradictions, not for style.

Source: PEP 440 (versions), PEP 508 (requirements).
"""

import re
from functools import lru_cache
from typing import Any, Dict, NamedTuple, Optional, Tuple

_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;@)]*)\)?\s*(?:;(.*))?$", re.S)
_VERSION = re.compile(
    r"^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[.-]?(a|b|c|rc|alpha|beta|pre|preview|dev|post)[.-]?(\d*))?", re.I
)
_RANK = {
    "dev": -4,
    "a": -3,
    "alpha": -3,
    "b": -2,
    "beta": -2,
    "c": -1,
    "rc": -1,
    "pre": -1,
    "preview": -1,
    "post": 1,
}


class Requirement(NamedTuple):
    name: str
    specifiers: str
    marker: str


@lru_cache(maxsize=4096)
def read(text: str) -> Optional[Requirement]:
    """The parts of a requirement; None for one that cannot be read (an address, say)."""
    found = _REQUIREMENT.match(text)
    if not found:
        return None
    name = re.sub(r"[-_.]+", "-", found.group(1)).lower()
    return Requirement(name, found.group(2).strip(), (found.group(3) or "").strip())


@lru_cache(maxsize=4096)
def key(version: str) -> Optional[Tuple[Any, ...]]:
    """A version as something that compares as PEP 440 says; a local part (+cu121) counts for nothing."""
    found = _VERSION.match(version.strip())
    if not found:
        return None
    numbers = [int(n[:9]) for n in found.group(2).split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    kind = (found.group(3) or "").lower()
    return (int(found.group(1) or 0), tuple(numbers), _RANK.get(kind, 0), int((found.group(4) or "0")[:9]))


@lru_cache(maxsize=4096)
def satisfies(version: str, specifiers: str) -> bool:
    """Whether a version fits all specifiers, such as `>=1.26,<2.2,!=2.0.1`."""
    return all(_fits(version, s.strip()) for s in specifiers.split(",") if s.strip())


def _fits(version: str, specifier: str) -> bool:
    found = re.match(r"(===|~=|==|!=|<=|>=|<|>)\s*(\S+)$", specifier)
    have = key(version)
    if not found or have is None:
        return True
    operator, wanted_text = found.groups()
    if wanted_text.endswith(".*"):
        same = _starts_with(version, wanted_text[:-2])
        return same if operator == "==" else not same if operator == "!=" else True
    wanted = key(wanted_text)
    if wanted is None:
        return True
    if operator == "~=":
        return have >= wanted and _starts_with(version, wanted_text.rpartition(".")[0])
    if operator == "<" and have[:2] == wanted[:2] and wanted[2] == 0:
        return False  # 2.0rc1 is not what `<2.0` means
    return {
        "===": have == wanted, "==": have == wanted, "!=": have != wanted,
        "<=": have <= wanted, ">=": have >= wanted, "<": have < wanted, ">": have > wanted,
    }[operator]  # fmt: skip


def _starts_with(version: str, prefix: str) -> bool:
    """Whether the first numbers of a version are those of the prefix: 2.15.1 starts with 2.15."""
    have, wanted = _VERSION.match(version), _VERSION.match(prefix)
    if not have or not wanted:
        return True
    numbers = have.group(2).split(".") + ["0"] * 8
    return numbers[: wanted.group(2).count(".") + 1] == wanted.group(2).split(".")


_TOKEN = re.compile(r"\s*(\(|\)|'[^']*'|\"[^\"]*\"|[a-z_.]+|[<>=!~]+)")


def applies(marker: str, environment: Dict[str, str]) -> bool:
    """Whether a marker such as `python_version < "3.13" and sys_platform == "linux"` holds here."""
    if not marker:
        return True
    tokens = _TOKEN.findall(marker)
    try:
        value, rest = _either(tokens, environment)
    except (IndexError, KeyError):
        return False
    return value and not rest


def _either(tokens, environment):
    value, tokens = _both(tokens, environment)
    while tokens and tokens[0] == "or":
        other, tokens = _both(tokens[1:], environment)
        value = value or other
    return value, tokens


def _both(tokens, environment):
    value, tokens = _one(tokens, environment)
    while tokens and tokens[0] == "and":
        other, tokens = _one(tokens[1:], environment)
        value = value and other
    return value, tokens


def _one(tokens, environment):
    if tokens[0] == "(":
        value, tokens = _either(tokens[1:], environment)
        return value, tokens[1:]
    if tokens[1] == "not":  # a not in b
        return _operand(tokens[0], environment) not in _operand(tokens[3], environment), tokens[4:]
    left, operator, right = tokens[:3]
    named = left if left[0] not in "'\"" else right
    one, other = _operand(left, environment), _operand(right, environment)
    if operator == "in":
        return one in other, tokens[3:]
    if named in ("python_version", "python_full_version", "implementation_version"):
        return _fits(one, operator + other), tokens[3:]
    return {"==": one == other, "!=": one != other}.get(operator, False), tokens[3:]


def _operand(token, environment):
    return token[1:-1] if token[0] in "'\"" else environment[token]


def environment(python: str, system: str, machine: str, implementation: str) -> Dict[str, str]:
    """The names that markers use, for a machine that may not be this one."""
    return {
        "python_version": ".".join(python.split(".")[:2]),
        "python_full_version": python,
        "implementation_version": python,
        "sys_platform": {"windows": "win32", "macos": "darwin"}.get(system, "linux"),
        "platform_system": {"windows": "Windows", "macos": "Darwin"}.get(system, "Linux"),
        "os_name": "nt" if system == "windows" else "posix",
        "platform_machine": "AMD64" if system == "windows" and machine in ("amd64", "x86_64") else machine,
        "platform_python_implementation": implementation,
        "implementation_name": implementation.lower(),
        "platform_release": "",
        "platform_version": "",
        "extra": "",
    }
