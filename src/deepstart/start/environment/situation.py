"""What of a machine decides its environment, read from a snapshot's facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from deepstart.machine import reading
from deepstart.machine.facts import Facts, Missing
from deepstart.machine.reading import Gpu


@dataclass(frozen=True)
class Situation:
    """One machine, as far as its environment depends on it.

    Args:
        system: `linux`, `windows` or `macos`.
        architecture: `x86_64` or `aarch64` (`arm64` on a Mac), as the Python there sees it.
        libc, libc_version: `glibc` or `musl`; empty elsewhere.
        macos_version, windows_build: of the system; empty and 0 elsewhere.
        wsl: it is Linux inside Windows.
        container: kind of container; empty: none.
        flags: what the processor can do; None: not known.
        gpus: NVIDIA's GPUs, also those whose driver does not answer.
        driver: version of the NVIDIA driver that answers; empty: none does.
        pythons: interpreters, version by path.
        bits: of the Python that asks, 32 or 64.
        conda: a conda environment is active.
        uv: uv is installed.
        free_mb: room on the disk of the home folder; None: not known.
        proxies: names of the proxy variables that are set.
        assumed: which usual machine it stands for, of which nothing was told (a key of TYPICAL); empty: it
            is a real one.
        card_named: somebody named its GPU.
    """

    system: str
    architecture: str
    libc: str = ""
    libc_version: str = ""
    macos_version: str = ""
    windows_build: int = 0
    wsl: bool = False
    container: str = ""
    flags: tuple[str, ...] | None = None
    gpus: tuple[Gpu, ...] = ()
    driver: str = ""
    pythons: Mapping[str, str] = field(default_factory=dict)
    bits: int = 64
    conda: bool = False
    uv: bool = False
    free_mb: int | None = None
    proxies: tuple[str, ...] = ()
    assumed: str = ""
    card_named: bool = False

    @property
    def platform(self) -> str:
        """As wheels are named in the tables: `linux_x86_64`, `macos_arm64` ..."""
        arm = self.architecture in ("aarch64", "arm64")
        if self.system == "macos":
            return "macos_arm64" if arm else "macos_x86_64"
        return f"{self.system}_{'aarch64' if arm else 'x86_64'}"


def architecture_of(facts: Facts) -> str:
    """The processor's architecture; a Python under Rosetta still runs on an Apple processor."""
    if facts.get("cpu.rosetta"):
        return "arm64"
    names = {"amd64": "x86_64", "x64": "x86_64"}
    seen = str(facts.get("cpu.architecture") or facts.get("python.machine") or "x86_64").lower()
    return names.get(seen, seen)


def gpus_of(facts: Facts) -> tuple[Gpu, ...]:
    try:
        return tuple(reading.nvidia_gpus(facts))
    except Missing:
        return ()


def answering_driver(facts: Facts) -> str:
    """Version of the driver when nvidia-smi answers for at least one GPU."""
    return next((gpu["driver"] for gpu in reading.answering(facts)), "")


#: Folders of stand-ins that may start nothing: pyenv's shims, the Windows store's placeholders.
STAND_INS = ("shims", "WindowsApps")


def pythons_of(facts: Facts) -> dict[str, str]:
    """Interpreters that could be used, version by path."""
    listed = [i for i in facts.get("python.interpreters", []) if i["version"]]
    found = {i["path"]: i["version"] for i in listed if not any(s in i["path"] for s in STAND_INS)}
    here, version = facts.get("python.executable"), facts.get("python.version")
    return {**found, here: version} if here and version else found


def situation_of(snapshot: Mapping, *, uv: bool) -> Situation:
    """What a snapshot tells about the environment to build.

    Args:
        snapshot: what `take_snapshot` gave, or a recorded one.
        uv: uv is installed there (no fact of a snapshot).
    """
    facts = Facts(snapshot)
    libc = facts.get("os.libc", {"name": "", "version": ""})
    flags = facts.get("cpu.flags")
    disk = facts.get("disk.home")
    return Situation(
        system=facts.get("os.system", "linux"),
        architecture=architecture_of(facts),
        libc=libc["name"],
        libc_version=libc["version"],
        macos_version=facts.get("os.macos_version", ""),
        windows_build=facts.get("os.windows_build", 0),
        wsl=bool(facts.get("os.wsl")),
        container=facts.get("container.kind", ""),
        flags=None if flags is None else tuple(flags),
        gpus=gpus_of(facts),
        driver=answering_driver(facts),
        pythons=pythons_of(facts),
        bits=facts.get("python.bits", 64),
        conda=facts.get("python.kind") == "conda",
        uv=uv,
        free_mb=disk["free_mib"] if disk else None,
        proxies=tuple(facts.get("network.proxies", ())),
    )
