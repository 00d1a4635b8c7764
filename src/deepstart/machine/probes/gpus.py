"""Graphics processors on the bus: they show even when their driver is broken."""

import json
import re

from deepstart.machine.probes import Unknown, probe, text_of

VENDORS = {"0x10de": "nvidia", "0x1002": "amd", "0x8086": "intel"}
#: VGA and 3D controllers; AMD's for computing call themselves display controllers or accelerators.
KINDS = {"": ("0x0300", "0x0302"), "0x1002": ("0x0300", "0x0302", "0x0380", "0x1200")}
BUS = "/sys/bus/pci/devices"


@probe("gpu.pci", source=BUS, platforms=("linux",))
def pci_linux(system):
    slots = system.names(BUS)
    if not slots:
        raise Unknown("absent")
    cards = [card for card in (_card(system, slot) for slot in slots) if card]
    names = _names(system) if cards else {}
    return {"gpu.pci": [{**card, "name": names.get(card["slot"], "")} for card in cards]}


def _card(system, slot):
    folder = "%s/%s/" % (BUS, slot)
    kind = system.read(folder + "class").text.strip()
    vendor = system.read(folder + "vendor").text.strip()
    if not kind.startswith(KINDS.get(vendor, KINDS[""])):
        return None
    driver = system.resolve(folder + "driver") if system.exists(folder + "driver") else ""
    return {
        "slot": slot,
        "vendor": VENDORS.get(vendor, vendor),
        "device": system.read(folder + "device").text.strip(),
        "driver": driver.rpartition("/")[2],
    }


def _names(system):
    """Names by slot from lspci, where there is one: `0000:01:00.0 VGA ...: NVIDIA Corporation GA104`."""
    reply = system.run("lspci", "-D", limit=3)
    return dict(re.findall(r"^(\S+) [^:]*controller[^:]*: (.{1,120})$", reply.text, re.M)) if reply.ok else {}


@probe("gpu.wsl_device", source="/dev/dxg", platforms=("linux",))
def wsl_device(system):
    return {"gpu.wsl_device": system.exists("/dev/dxg")}


@probe("gpu.board", source="/proc/device-tree/model", platforms=("linux",))
def board(system):
    """NVIDIA's Jetson boards: their GPU is part of the processor and no PCI device."""
    model = system.read("/proc/device-tree/model").text.strip("\x00\n ")
    tegra = system.exists("/etc/nv_tegra_release") or system.exists("/dev/nvhost-ctrl-gpu")
    if not tegra and "jetson" not in model.lower():
        raise Unknown("absent")
    return {"gpu.board": model[:120] if "\ufffd" not in model and model else "NVIDIA Jetson"}


@probe("gpu.pci", source="Win32_VideoController", platforms=("windows",))
def pci_windows(system):
    """PowerShell and not wmic: wmic is gone from Windows 11 24H2."""
    command = (
        "Get-CimInstance Win32_VideoController | "
        "Select-Object Name,DriverVersion,PNPDeviceID,ConfigManagerErrorCode | ConvertTo-Json -Compress"
    )
    reply = system.run("powershell", "-NoProfile", "-NonInteractive", "-Command", command, limit=8)
    return {"gpu.pci": windows_cards(text_of(reply))}


def windows_cards(text):
    """The cards in the JSON that PowerShell prints: one object, or a list of them."""
    try:
        cards = json.loads(text or "[]")
    except ValueError:
        raise Unknown("garbled") from None
    cards = cards if isinstance(cards, list) else [cards]
    found = []
    for card in (c for c in cards if isinstance(c, dict)):
        ids = re.search(r"VEN_([0-9A-F]{4})&DEV_([0-9A-F]{4})", str(card.get("PNPDeviceID", "")), re.I)
        vendor = "0x" + ids.group(1).lower() if ids else ""
        found.append(
            {
                "slot": "",
                "vendor": VENDORS.get(vendor, vendor),
                "device": "0x" + ids.group(2).lower() if ids else "",
                # Code 0: the device works; anything else: Windows does not run its driver.
                "driver": str(card.get("DriverVersion") or "")
                if card.get("ConfigManagerErrorCode") == 0
                else "",
                "name": str(card.get("Name") or ""),
            }
        )
    return found


@probe("gpu.pci", source="system_profiler", platforms=("macos",))
def pci_macos(system):
    reply = system.run("system_profiler", "SPDisplaysDataType", "-json", limit=8)
    try:
        cards = json.loads(text_of(reply)).get("SPDisplaysDataType", [])
    except (ValueError, AttributeError):
        raise Unknown("garbled") from None
    return {"gpu.pci": [_mac_card(card) for card in cards if isinstance(card, dict)]}


def _mac_card(card):
    vendor = str(card.get("spdisplays_vendor", "")).lower()
    known = next((name for name in ("apple", "nvidia", "amd", "intel") if name in vendor), vendor)
    return {"slot": "", "vendor": known, "device": "", "driver": "", "name": str(card.get("sppci_model", ""))}
