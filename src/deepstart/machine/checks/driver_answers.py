"""Is NVIDIA's driver installed, loaded and answering?"""

import re

from deepstart.machine import compat
from deepstart.machine.checks import attention, check, fault, fine, seen
from deepstart.machine.facts import Facts, Missing, version
from deepstart.machine.reading import (
    answering,
    cards,
    closed_nodes,
    cuda_devices,
    in_container,
    is_card,
    is_wsl2,
    nvidia_gpus,
    nvidia_nodes,
    only_some_cards_closed,
)  # fmt: skip


@check("driver-answers", layer="driver", after=("gpu-present", "gpu-sound"), platforms=("linux", "windows"))
def driver_answers(facts: Facts):
    """The first of these that fits is the cause; each explains those after it."""
    for look in (
        _working,
        _board,
        _firmware,
        _silent,
        _mismatch,
        _by_cuda,
        _closed,
        _without_access,
        _claimed,
        _refused,
        _not_built,
        _dropped,
        _without_nodes,
        _missing,
        _some_closed,
    ):
        answer = look(facts)
        if answer:
            return answer
    raise Missing("driver.smi", facts.problem("driver.smi") or "garbled")


def _working(facts):
    gpus = answering(facts)
    if not gpus:
        return None
    if any(gpu["driver_model"] == "TCC" for gpu in gpus) and is_wsl2(facts):
        return fault(
            "wsl-gpu-in-tcc-mode", seen("gpu", [g["name"] for g in gpus if g["driver_model"] == "TCC"])
        )
    return fine(seen("driver", gpus[0]["driver"], facts.source("driver.smi")))


def _board(facts):
    """The driver of a Jetson board is part of its system, which brings no nvidia-smi before JetPack 6."""
    if not facts.get("gpu.board"):
        return None
    if facts.get("driver.library_paths"):
        return fine(seen("driver-library", facts["driver.library_paths"], facts["gpu.board"]))
    return fault(
        "nvidia-driver-not-installed", seen("gpu", facts["gpu.board"]), seen("missing", "libcuda.so.1")
    )


_GSP = re.compile(r"Xid[^:]*\([^)]*\): (?:119|120)\b")


def _firmware(facts):
    """Xid 119 and 120: the processor on the card that the driver talks to does not come back."""
    log = [line for line in facts.get("driver.kernel_log", []) if _GSP.search(line)]
    return fault("gpu-firmware-timed-out", seen("kernel-says", log[-1], "dmesg")) if log else None


def _silent(facts):
    """A hanging nvidia-smi: the driver itself does not come back from the kernel."""
    if facts.get("driver.smi", {}).get("outcome") == "timeout":
        return fault("driver-does-not-answer", seen("nvidia-smi", "no answer within its limit", "nvidia-smi"))
    return None


def _mismatch(facts):
    module, library = facts.get("driver.module_version"), facts.get("driver.library_version")
    said = _said(facts)
    code = facts.get("driver.cuinit", {}).get("code")
    alone = in_container(facts) and not nvidia_nodes(facts)  # the image's own library, never used together
    differs = bool(module and library and version(module) != version(library)) and not alone
    if not (differs or "Driver/library version mismatch" in said or code == 803):
        return None
    shown = [seen("nvidia-smi", said[:200], "nvidia-smi")] if said else []
    if module:
        shown.append(seen("kernel-module", module, facts.source("driver.module_version")))
    if library:
        shown.append(seen("driver-library", library, facts.source("driver.library_version")))
    return fault("driver-kernel-userspace-mismatch", *shown)


def _by_cuda(facts):
    """A container may be given the part for computing and no nvidia-smi; CUDA itself proves the driver."""
    if not cuda_devices(facts):
        return None
    return fine(seen("cuInit", 0, "cuInit"), seen("nvidia-smi", _said(facts)[:200] or "-", "nvidia-smi"))


def _closed(facts):
    """Device files of another user or group: to this user nvidia-smi says `Insufficient Permissions`."""
    closed = closed_nodes(facts)
    if not closed or only_some_cards_closed(facts):
        return None
    shown = seen("nvidia-smi", _said(facts)[:200] or "-", "nvidia-smi")
    return fault("gpu-device-no-permission", shown, seen("closed", closed, facts.source("driver.nodes")))


def _without_nodes(facts):
    """The module runs and the library is here, only the device files between them are missing."""
    loaded = "nvidia" in facts.get("driver.modules", [])
    library = facts.get("driver.library_paths") and facts.get("driver.smi", {}).get("outcome") != "missing"
    if facts.get("os.wsl") or not (loaded and library) or facts.problem("driver.nodes") or _failed(facts):
        return None
    here = [node["path"] for node in facts["driver.nodes"]]
    card = any(map(is_card, here))
    missing = [
        path for path in ("/dev/nvidiactl", "" if card else "/dev/nvidia0") if path and path not in here
    ]
    if not missing:
        return None
    foreign = [path for path in missing if path in facts.get("driver.foreign_nodes", [])]
    shown = [seen("nvidia-smi", _said(facts)[:200] or "-", "nvidia-smi")]
    shown += [seen("kernel-module", "nvidia", facts.source("driver.modules"))]
    gone = [path for path in missing if path not in foreign]
    shown += [seen("missing", gone, facts.source("driver.nodes"))] if gone else []
    shown += [seen("foreign-node", foreign, facts.source("driver.nodes"))] if foreign else []
    return fault("nvidia-device-files-missing", *shown)


def _failed(facts):
    """What the kernel says of a card that does not start."""
    return [line for line in facts.get("driver.kernel_log", []) if "RmInitAdapter failed" in line]


def _said(facts):
    return facts.get("driver.smi", {}).get("text", "").strip()


def _without_access(facts):
    """In a container or under WSL the driver is the host's: what is missing here was not handed in."""
    if facts.get("os.wsl"):
        return _wsl(facts)
    if in_container(facts):
        given = nvidia_nodes(facts) or facts.get("driver.foreign_nodes")
        return (_without_nodes(facts) if given else None) or _container(facts)
    return None


def _wsl(facts):
    if facts.get("gpu.wsl_device") is False or "GPU access blocked by the operating system" in _said(facts):
        return fault(
            "wsl-needs-restart",
            seen("nvidia-smi", _said(facts)[:200] or "-"),
            seen("missing", "/dev/dxg"),
            layer="os",
        )
    paths = facts.get("driver.library_paths", [])
    if paths and not any("/wsl/" in path for path in paths):
        return fault("nvidia-driver-installed-inside-wsl", seen("driver-library", paths))
    closed = closed_nodes(facts, "/dev/dxg")
    if closed:
        return fault("gpu-device-no-permission", seen("closed", closed, facts.source("driver.nodes")))
    return fault("nvidia-driver-not-installed", seen("nvidia-smi", _said(facts)[:200] or "-"))


#: By kind of container: the cause when the GPU's files were not handed in.
NOT_HANDED_IN = {
    "kubernetes": "k8s-default-runtime-not-nvidia",
    "singularity": "singularity-without-nv",
}


def _container(facts):
    if facts["driver.nodes"] and nvidia_nodes(facts):
        return _lost(facts)
    kind = facts["container.kind"]
    cause = NOT_HANDED_IN.get(kind, "docker-run-without-gpus-flag")
    missing = ["/dev/nvidia0"] + ([] if facts.get("driver.library_paths") else ["libcuda.so.1"])
    shown = [seen("runs-in", kind), seen("missing", missing, facts.source("driver.nodes"))]
    wanted = facts.get("env.variables", {}).get("NVIDIA_VISIBLE_DEVICES")
    if wanted is not None:
        shown.append(seen("NVIDIA_VISIBLE_DEVICES", wanted, "environment"))
    return fault(cause, *shown, layer="container")


def _lost(facts):
    """The files are here and the container may not use them any more (nvidia-container-toolkit#48)."""
    if re.search(r"Unknown Error|Insufficient Permissions|access blocked by the operating", _said(facts)):
        return fault(
            "container-lost-gpu-access",
            seen("nvidia-smi", _said(facts)[:200], "nvidia-smi"),
            layer="container",
        )
    return None


def _claimed(facts):
    """Another driver took the card at boot."""
    modules = facts.get("driver.modules", [])
    takers = {card["driver"] for card in cards(facts)} & {"nouveau", "nova_core", "NovaCore", "nova"}
    if "nvidia" not in modules and (takers or {"nouveau", "nova_core"} & set(modules)):
        taken = sorted(takers) or [m for m in modules if m in ("nouveau", "nova_core")]
        return fault("nouveau-driver-owns-gpu", seen("card-driven-by", taken, facts.source("gpu.pci")))
    return None


_REFUSED = re.compile(
    r"Loading of (?:unsigned )?module|Lockdown: .*unsigned module|Key was rejected by service"
    r"|module verification failed.*nvidia",
    re.I,
)


def _refused(facts):
    """Secure Boot: the module is on the disk and the kernel does not take it."""
    log = [line for line in facts.get("driver.kernel_log", []) if _REFUSED.search(line)]
    loaded = "nvidia" in facts.get("driver.modules", [])
    on_disk = facts.get("os.kernel") in facts.get("driver.module_kernels", [])
    told = (
        facts.problem("driver.kernel_log") is None
    )  # a log that can be read and says nothing speaks against it
    if loaded or not (log or (facts.get("driver.secure_boot") and on_disk and not told)):
        return None
    return fault(
        "secure-boot-blocks-nvidia-module",
        seen("secure-boot", "on", facts.source("driver.secure_boot")),
        seen("kernel-says", log[0] if log else "-", "dmesg"),
    )


def _not_built(facts):
    """A module for another kernel than the running one: an update changed the kernel."""
    kernels, running = facts.get("driver.module_kernels", []), facts.get("os.kernel", "")
    if not kernels or running in kernels or "nvidia" in facts.get("driver.modules", []):
        return None
    return fault(
        "driver-module-missing-after-kernel-update",
        seen("running-kernel", running, facts.source("os.kernel")),
        seen("module-built-for", kernels, facts.source("driver.module_kernels")),
    )


def _dropped(facts):
    """The installed branch no longer drives this card, or only the other flavour of its module does."""
    log = facts.get("driver.kernel_log", [])
    legacy = [line for line in log if re.search(r"supported through the NVIDIA \d+|legacy", line, re.I)]
    flavor = [
        line
        for line in log
        if re.search(r"requires use of the NVIDIA open|not supported by open|OpenRm", line)
    ]
    if flavor:
        return fault(
            "wrong-kernel-module-flavor-open-vs-proprietary", seen("kernel-says", flavor[0], "dmesg")
        )
    found = facts.get("driver.module_version") or facts.get("driver.library_version")
    for gpu in nvidia_gpus(facts):
        last = compat.last_driver(gpu.capability) if gpu.capability else None
        if legacy or (found and last and version(found)[0] > version(last)[0]):
            shown = (
                seen("gpu", gpu.name),
                seen("driver", found or "-"),
                seen("last-driver", last or legacy[0]),
            )
            return fault("driver-branch-dropped-this-gpu", *shown)
    return None


def _missing(facts):
    """Nothing of NVIDIA's driver is here, or it is here and does not start."""
    outcome = facts.get("driver.smi", {}).get("outcome")
    here = bool(facts.get("driver.library_paths")) or "nvidia" in facts.get("driver.modules", [])
    if outcome == "missing" and not here:
        return fault(
            "nvidia-driver-not-installed",
            seen("gpu", [gpu.name for gpu in nvidia_gpus(facts)], facts.source("gpu.pci")),
            seen("missing", "nvidia-smi, libcuda.so.1", "PATH, loader"),
        )
    failed = _failed(facts)
    if outcome == "exit" and ("No devices were found" in _said(facts) or failed):
        shown = [seen("nvidia-smi", _said(facts)[:200] or "-", "nvidia-smi")]
        shown += [seen("kernel-says", failed[0], "dmesg")] if failed else []
        return fault("gpu-does-not-initialise", *shown)
    if outcome == "exit" and "couldn't communicate" in _said(facts):
        return fault("nvidia-driver-not-loaded", seen("nvidia-smi", _said(facts)[:200], "nvidia-smi"))
    return None


def _some_closed(facts):
    """Some of several cards are closed, and nothing else is known that silences the driver."""
    closed = closed_nodes(facts)
    shown = seen("closed", closed, facts.source("driver.nodes"))
    return attention("gpu-device-no-permission", shown) if closed else None
