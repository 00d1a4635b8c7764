"""What nvidia-smi says, asked in its query form; and what cuInit answers, asked in a child process."""

import json
import re
from typing import Tuple

from deepstart.machine.facts import first_number
from deepstart.machine.probes import Unknown, probe
from deepstart.machine.system import Reply

FIELDS = (
    "name",
    "driver_version",
    "memory.total",
    "memory.used",
    "compute_cap",
    "compute_mode",
    "mig.mode.current",
    "ecc.errors.uncorrected.volatile.total",
    "driver_model.current",
)
#: Drivers before 510 refuse the whole query when they do not know a field.
LATE_FIELDS = ("compute_cap", "mig.mode.current")


@probe("driver.smi", source="nvidia-smi", limit=22.0)
def nvidia_smi(system):
    fields: Tuple[str, ...] = FIELDS
    reply = _query(system, fields)
    if reply.outcome == "exit" and "not a valid field" in reply.text + reply.errors:
        fields = tuple(f for f in FIELDS if f not in LATE_FIELDS)
        reply = _query(system, fields)
    gpus = read_gpus(reply.text, fields) if reply.ok else []
    said = (reply.text + "\n" + reply.errors).strip()
    outcome = "garbled" if reply.ok and not gpus else reply.outcome
    return {
        "driver.smi": {
            "outcome": outcome,
            "text": "" if gpus else said[:1000],
            "gpus": gpus,
            "cuda": _cuda(system) if gpus else "",
        }
    }


def _query(system, fields) -> Reply:
    return system.run(
        "nvidia-smi", "--query-gpu=" + ",".join(fields), "--format=csv,noheader,nounits", limit=10
    )


def read_gpus(text, fields=FIELDS):
    """The GPUs in nvidia-smi's answer, one a line; lines of another form are left out."""
    found = []
    for line in text.splitlines():
        values = [v.strip() for v in line.split(",")]
        board = "nvgpu" in values[0]  # on Jetson boards almost everything is [N/A], the driver too
        if len(values) != len(fields) or not (board or re.match(r"\d+\.\d+", values[1])):
            continue
        row = {f: v for f, v in zip(fields, values) if not v.startswith(("[", "N/A"))}
        found.append(
            {
                "name": values[0][:80],
                "driver": row.get("driver_version", ""),
                "memory_mib": first_number(row.get("memory.total", "")),
                "used_mib": first_number(row.get("memory.used", "")),
                "capability": row.get("compute_cap"),
                "compute_mode": row.get("compute_mode"),
                "mig": row.get("mig.mode.current"),
                "ecc_errors": first_number(row.get("ecc.errors.uncorrected.volatile.total", "")),
                "driver_model": row.get("driver_model.current"),
            }
        )
    return found


def _cuda(system) -> str:
    """The newest CUDA that the driver can run, from the head of the table."""
    found = re.search(r"CUDA(?: UMD)? Version:?\s*(\d+\.\d+)", system.run("nvidia-smi", limit=10).text)
    return found.group(1) if found else ""


#: In place of cuInit's answer: there is no library that could be asked.
NO_LIBRARY = -1
#: Runs in a child, for libcuda may hang or crash. Exit codes of its own: 97 no library.
CUINIT = """
import ctypes, json, sys
name = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
try:
    cuda = ctypes.CDLL(name)
except OSError as error:
    sys.stderr.write(str(error))
    sys.exit(97)
code, version, count, gpus = cuda.cuInit(0), ctypes.c_int(0), ctypes.c_int(0), []
cuda.cuDriverGetVersion(ctypes.byref(version))
if code == 0:
    cuda.cuDeviceGetCount(ctypes.byref(count))
for index in range(min(count.value, 64)):
    device, name, size, numbers = ctypes.c_int(0), ctypes.create_string_buffer(100), ctypes.c_size_t(0), []
    cuda.cuDeviceGet(ctypes.byref(device), index)
    cuda.cuDeviceGetName(name, 99, device)
    cuda.cuDeviceTotalMem_v2(ctypes.byref(size), device)
    for attribute in (75, 76):
        number = ctypes.c_int(0)
        cuda.cuDeviceGetAttribute(ctypes.byref(number), attribute, device)
        numbers.append(number.value)
    gpus.append([name.value.decode("utf-8", "replace"), "%d.%d" % tuple(numbers), size.value >> 20])
print(json.dumps([code, version.value, count.value, gpus]))
"""
#: CUDA_ERROR_STUB_LIBRARY: what was loaded is a stand-in for linking only. Source: CUDA driver API, CUresult.
STUB = 34


@probe(
    "driver.cuinit",
    "driver.cuda_gpus",
    "driver.library_error",
    source="cuInit",
    platforms=("linux", "windows"),
)
def cuinit(system):
    """CUDA's own answer: 0 fine, 100 no device, 803 mismatch, 804 no compatibility, 999 unknown."""
    reply = system.run(system.executable, "-I", "-S", "-c", CUINIT, limit=10)
    if reply.code == 97:  # the loader finds no such library, or cannot load it
        answer = {"code": NO_LIBRARY, "cuda": "", "devices": 0}
        return {"driver.cuinit": answer, "driver.library_error": reply.errors.strip()[:300] or None}
    if not reply.ok:
        raise Unknown("timeout" if reply.outcome == "timeout" else "failed")
    try:
        code, version, count, *more = json.loads(reply.text)
        cuda = "%d.%d" % (version // 1000, version % 1000 // 10) if version else ""
        gpus = [{"name": n, "capability": c, "memory_mib": m} for n, c, m in (more[0] if more else ())]
    except (ValueError, TypeError):
        raise Unknown("garbled") from None
    return {"driver.cuinit": {"code": code, "cuda": cuda, "devices": count}, "driver.cuda_gpus": gpus}
