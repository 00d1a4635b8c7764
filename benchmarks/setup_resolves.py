"""Whether every set of versions that `setup` may pin resolves, for each platform and Python.

    python benchmarks/setup_resolves.py [--only tensorflow]

Runs `uv pip compile --python-platform` with wheels only. Needs uv and a network. A set that comes from an
index of its own (PyTorch's) is told apart when that index cannot be reached: then the same versions are
resolved from the usual index, which shows that they fit together and not that the tagged builds are there.
"""

import argparse
import os
import re
import subprocess
import sys
from dataclasses import replace

from deepstart.start.environment.decide import pin_sets

#: What uv calls a platform, with the C library or macOS that the set was pinned for.
UV_PLATFORMS = {
    "linux_x86_64": "x86_64-manylinux_2_28",
    "linux_aarch64": "aarch64-manylinux_2_28",
    "macos_arm64": "aarch64-apple-darwin",
    "macos_x86_64": "x86_64-apple-darwin",
    "windows_x86_64": "x86_64-pc-windows-msvc",
}
#: Sets that are there for older C libraries are resolved for them.
OLD_LINUX = {("tensorflow", "2.20.0"): "manylinux2014", ("torch", "2.5.1"): "manylinux2014"}


def uv_platform(pins, platform):
    old = OLD_LINUX.get((pins.framework, pins.version))
    return f"{platform.removeprefix('linux_')}-{old}" if old else UV_PLATFORMS[platform]


def resolves(pins, platform, python):
    """`ok`, `ok untagged` (its own index cannot be reached, the usual one has these versions) or why not."""
    told = compiled(pins, platform, python)
    if pins.index and pins.index.split("/")[2] in told and "request" in told:
        plain = tuple(re.sub(r"\+\w+$", "", r) for r in pins.requirements)
        told = compiled(replace(pins, index="", requirements=plain), platform, python)
        return "ok untagged" if told == "ok" else told
    return told


def compiled(pins, platform, python):
    """`ok`, or what uv says against it."""
    command = [
        "uv", "pip", "compile", "-", "--quiet", "--no-header", "--only-binary", ":all:",
        "--python-version", python, "--python-platform", uv_platform(pins, platform),
    ]  # fmt: skip
    if pins.index:
        command += ["--extra-index-url", pins.index]
    answer = subprocess.run(
        command,
        input="\n".join(pins.requirements),
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "MACOSX_DEPLOYMENT_TARGET": pins.macos, "UV_HTTP_TIMEOUT": "20"},
    )
    return "ok" if answer.returncode == 0 else " ".join(answer.stderr.split())[:300]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    only, bad = parser.parse_args().only, 0
    for pins in pin_sets():
        if only and pins.framework != only:
            continue
        for platform in pins.platforms:
            results = {python: resolves(pins, platform, python) for python in pins.python}
            bad += sum(not r.startswith("ok") for r in results.values())
            told = ", ".join(f"{python} {result}" for python, result in results.items())
            print(f"{pins.framework} {pins.version} {pins.build:5} {platform:15} {told}", flush=True)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
