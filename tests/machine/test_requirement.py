"""The small reader of requirements agrees with `packaging`, the reference implementation."""

# ruff: noqa: E501 - tables of real values

import itertools

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from deepstart.machine import requirement

VERSIONS = [
    "1.0",
    "1.26.4",
    "2.0.0",
    "2.0.0rc1",
    "2.1.3",
    "2.15.1",
    "3.20.3",
    "4.21.1",
    "5.28.0",
    "2.9.1+cu128",
    "2.15.0.post1",
    "9.10.2.21",
]
SPECIFIERS = [
    ">=1.26.0,<2.2",
    "<2",
    "==2.9.1",
    "~=2.15.0",
    "~=2.15",
    "!=4.21.1,>=3.20.3",
    "==2.0.*",
    "!=2.0.*",
    ">1.0",
    "<=2.0.0",
    "",
    "<3.0.0,>=2",
]


@pytest.mark.parametrize(("version", "specifiers"), list(itertools.product(VERSIONS, SPECIFIERS)))
def test_a_version_satisfies_what_packaging_says_it_satisfies(version, specifiers):
    expected = SpecifierSet(specifiers).contains(version, prereleases=True)
    assert requirement.satisfies(version, specifiers) == expected


MARKERS = [
    'python_version < "3.13"', 'sys_platform == "linux" and platform_machine == "x86_64"', 'platform_system != "Windows"',
    'python_version >= "3.9" and (os_name == "nt" or implementation_name == "cpython")', 'sys_platform in "linux darwin"',
    'platform_machine not in "arm64 aarch64"', "python_full_version <= '3.11.0'",
]  # fmt: skip


@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.parametrize(
    "machine",
    [("3.11.7", "linux", "x86_64"), ("3.13.0", "windows", "amd64"), ("3.9.1", "macos", "arm64")],
    ids=str,
)
def test_a_marker_holds_where_packaging_says_it_holds(marker, machine):
    environment = requirement.environment(*machine, "CPython")
    assert requirement.applies(marker, environment) == Marker(marker).evaluate(environment)


@pytest.mark.parametrize(
    "text",
    [
        "numpy<2,>=1.26; python_version < '3.13'",
        "Jinja2 (>=2.4)",
        "nvidia-cudnn-cu12==9.1.0.70 ; platform_system == 'Linux'",
        "requests[socks]>=2",
    ],
)
def test_a_requirement_is_read_as_packaging_reads_it(text):
    expected, found = Requirement(text), requirement.read(text)
    assert found.name == expected.name.lower().replace("_", "-")
    assert SpecifierSet(found.specifiers) == expected.specifier


def test_what_cannot_be_read_counts_as_met():
    assert requirement.read("// nonsense") is None
    assert requirement.satisfies("banana", ">=2")
    assert requirement.satisfies("1.0", "what?")
