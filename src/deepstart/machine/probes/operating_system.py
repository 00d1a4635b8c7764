"""The operating system: name, kernel, C and C++ library, WSL, Windows settings that matter."""

import os
import platform
import re

from deepstart.machine.facts import first_number
from deepstart.machine.probes import Unknown, probe, text_of


@probe("os.system", source="sys.platform")
def system_kind(system):
    return {"os.system": system.platform}


@probe("os.name", source="/etc/os-release", platforms=("linux",))
def name_linux(system):
    found = re.search(r'^PRETTY_NAME="?([^"\n]*)', text_of(system.read("/etc/os-release")), re.M)
    if not found:
        raise Unknown("garbled")
    return {"os.name": found.group(1)}


@probe("os.kernel", "os.wsl", source="/proc/sys/kernel/osrelease", platforms=("linux",))
def kernel(system):
    """WSL 1 has a made-up kernel of Microsoft's, WSL 2 a real one whose name says so."""
    release = text_of(system.read("/proc/sys/kernel/osrelease")).strip()
    if not release or "\ufffd" in release:
        raise Unknown("garbled")
    lower = release.lower()
    wsl = 0 if "microsoft" not in lower else 2 if "wsl2" in lower or "microsoft-standard" in lower else 1
    return {"os.kernel": release, "os.wsl": wsl}


@probe("os.libc", source="confstr, /lib/ld-musl-*", platforms=("linux",))
def libc(system):
    try:
        name, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").split()
        return {"os.libc": {"name": name, "version": version}}
    except (ValueError, OSError, AttributeError):
        pass
    loaders = [n for n in system.names("/lib") if n.startswith("ld-musl-")]
    if not loaders:
        raise Unknown("absent")
    found = re.search(r"Version ([\d.]+)", system.run("/lib/" + loaders[0]).errors)
    return {"os.libc": {"name": "musl", "version": found.group(1) if found else "0"}}


def _library_folders():
    return ("/usr/lib/%s-linux-gnu" % platform.machine(), "/usr/lib64", "/lib64", "/usr/lib")


@probe("os.libstdcxx", "os.libstdcxx_conda", source="libstdc++.so.6", platforms=("linux",))
def libstdcxx(system):
    """The system's and conda's. The real file's name ends in the version: libstdc++.so.6.0.30."""
    conda = system.environ.get("CONDA_PREFIX")
    return {
        "os.libstdcxx": next((v for v in (_libstdcxx(system, f) for f in _library_folders()) if v), None),
        "os.libstdcxx_conda": _libstdcxx(system, conda + "/lib") if conda else None,
    }


def _libstdcxx(system, folder):
    path = folder + "/libstdc++.so.6"
    found = re.search(r"\.so\.([\d.]+)$", system.resolve(path)) if system.exists(path) else None
    return found.group(1) if found else None


@probe("os.libgl", source="libGL.so.1", platforms=("linux",))
def libgl(system):
    """What a build of OpenCV with windows needs; images of containers seldom have it."""
    return {"os.libgl": any(system.exists(folder + "/libGL.so.1") for folder in _library_folders())}


@probe("os.name", "os.kernel", "os.macos_version", source="sw_vers", platforms=("macos",))
def name_macos(system):
    version = platform.mac_ver()[0] or text_of(system.run("sw_vers", "-productVersion")).strip()
    return {"os.name": "macOS " + version, "os.kernel": platform.release(), "os.macos_version": version}


@probe("os.name", "os.kernel", "os.windows_build", source="sys.getwindowsversion", platforms=("windows",))
def name_windows(system):
    release, version = platform.win32_ver()[:2]
    build = version.split(".")[-1] if version else ""
    return {"os.name": "Windows " + release, "os.kernel": version, "os.windows_build": first_number(build)}


@probe("os.windows_build", source="cmd.exe /c ver", platforms=("linux",), limit=4.0)
def windows_under_wsl(system):
    """The build of the Windows that WSL 2 runs on: `Microsoft Windows [Version 10.0.19045.3570]`."""
    command = "/mnt/c/Windows/System32/cmd.exe"
    if not system.exists(command):
        raise Unknown("absent")
    found = re.search(r"10\.0\.(\d+)", text_of(system.run(command, "/c", "ver", limit=3)))
    return {"os.windows_build": int(found.group(1)) if found else None}


@probe("os.long_paths", "os.vc_runtime", "os.libomp140", source="registry", platforms=("windows",))
def windows_settings(system):
    import winreg  # type: ignore[import-not-found,unused-ignore]

    key = r"SYSTEM\CurrentControlSet\Control\FileSystem"
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:  # type: ignore[attr-defined,unused-ignore]
        enabled = winreg.QueryValueEx(opened, "LongPathsEnabled")[0]  # type: ignore[attr-defined,unused-ignore]
    folder = system.environ.get("SystemRoot", r"C:\Windows") + r"\System32" + "\\"
    runtime = all(
        system.exists(folder + dll) for dll in ("msvcp140.dll", "msvcp140_1.dll", "vcruntime140_1.dll")
    )
    openmp = system.exists(folder + "libomp140.x86_64.dll")
    return {"os.long_paths": bool(enabled), "os.vc_runtime": runtime, "os.libomp140": openmp}
