"""Whether every set of versions that `setup` may pin resolves, for each platform and Python.

    python benchmarks/setup_resolves.py [--only tensorflow]

Runs `uv pip compile --python-platform` with wheels only. Needs uv and a network. A set that comes from an
index of its own (PyTorch's) is told apart when that index cannot be reached.
"""

import argparse
import os
import subprocess
import sys

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
    """`ok`, `unreachable` (the set's own index) or the reason why not."""
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
    if answer.returncode == 0:
        return "ok"
    unreachable = pins.index and pins.index.split("/")[2] in answer.stderr and "request" in answer.stderr
    return "unreachable" if unreachable else " ".join(answer.stderr.split())[:300]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    only, bad = parser.parse_args().only, 0
    for pins in pin_sets():
        if only and pins.framework != only:
            continue
        for platform in pins.platforms:
            results = {python: resolves(pins, platform, python) for python in pins.python}
            bad += sum(r not in ("ok", "unreachable") for r in results.values())
            told = ", ".join(f"{python} {result}" for python, result in results.items())
            print(f"{pins.framework} {pins.version} {pins.build:5} {platform:15} {told}", flush=True)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
