"""Checks `deep-tensorflow`, `deep-torch`, `deep-jax`: what a child process saw when it computed.

One question for three frameworks, so one file.
"""

import re

from deepstart.machine import deep
from deepstart.machine.checks import attention, check, does_not_apply, fault, fine, seen
from deepstart.machine.facts import Facts, Missing
from deepstart.machine.reading import FRAMEWORKS, LABELS, gpu_builds, kept_off_gpu, working

#: Share of the largest value; TF32, which NVIDIA's cards use for float32, keeps about three digits.
TOLERANCE = 5e-3
BY_SIGNAL = {
    "SIGILL": "framework-illegal-instruction",
    "SIGSEGV": "framework-segfault",
    "SIGBUS": "framework-segfault",
}


_UNKNOWN_FLAG = re.compile(r"Unknown flags? in XLA_FLAGS")
#: Faults that explain why an import or a computation fails.
BEFORE = (
    "framework-installed", "imports-not-hidden", "cpp-library-fits", "windows-runtime-complete",
    "windows-openmp-present", "tensorflow-without-avx2-slip",
)  # fmt: skip
#: Faults that explain why a framework that computes lists no GPU.
BEFORE_GPU = (
    "driver-new-enough", "cuda-starts", "gpu-not-hidden", "gpu-open-for-computing", "gpu-slice-selected",
    "cuda-libraries-found", "cuda-no-stub", "cuda-not-shadowed", "cuda-libraries-whole", "cudnn-new-enough",
    "cudnn-dlls-complete", "build-has-kernels-for-gpu",
)  # fmt: skip


def _register(framework):
    @check("deep-" + framework, layer="framework", after=BEFORE)
    def computes(facts: Facts):
        """It imports, lists its devices, and each computes what the processor computes."""
        name = "deep." + framework
        if facts.problem(name) == "absent":
            return does_not_apply("not-deep")
        if facts.problem(name):
            raise Missing(name, facts.problem(name) or "garbled")
        return judge(framework, facts[name], facts)


def judge(framework, found, facts):
    """The verdict on one framework's child."""
    shown = [seen("installed", "%s %s" % (LABELS[framework], found["version"])), seen("step", found["step"])]
    if found["error"]:
        shown.append(seen("output", found["error"], "standard error"))
    if found["outcome"] == "timeout":
        return fault("framework-hangs", *shown, seen("seconds", found["seconds"]))
    if found["outcome"] == "signal":
        cause = BY_SIGNAL.get(found["signal"], "framework-crashes")
        return fault(cause, seen("signal", found["signal"]), *shown)
    if found["outcome"] != "ok":
        if _UNKNOWN_FLAG.search(found["error"]):
            flags = facts.get("env.variables", {}).get("XLA_FLAGS", "-")
            return fault("xla-flag-unknown", seen("XLA_FLAGS", flags, "environment"), *shown)
        imported = found["step"] not in ("start", "import")
        return fault("framework-does-not-compute" if imported else "framework-does-not-import", *shown)
    return _devices(framework, found, facts)


def _devices(framework, found, facts):
    devices = found["devices"]
    wrong = [d for d in devices if not d["difference"] <= TOLERANCE]
    if wrong:
        shown = seen("device", wrong[0]["device"]), seen("difference", "%.2g" % wrong[0]["difference"])
        return fault("device-computes-wrong", *shown, layer="hardware")
    slow = [_slow(device, facts) for device in devices]
    figures = [seen("device", figure(d)) for d in devices]
    return [s for s in slow if s] or fine(*figures, *_loaded(found))


def _slow(device, facts):
    gflops, gb_per_s = deep.expected(device["kind"], facts)
    shown = []
    if gflops and device["gflops"] < gflops:
        shown += [seen("gflops", round(device["gflops"], 1)), seen("expected-gflops", gflops)]
    if gb_per_s and device["gb_per_s"] < gb_per_s:
        shown += [seen("gb-per-s", round(device["gb_per_s"], 1)), seen("expected-gb-per-s", gb_per_s)]
    if not shown or device.get("busy"):
        return None
    return attention(
        "device-far-below-expected-speed", seen("device", device["device"]), *shown, layer="hardware"
    )


def figure(device):
    """`GPU:0 11200 GFLOP/s, 320 GB/s`"""
    return "%s %.0f GFLOP/s, %.1f GB/s" % (device["device"], device["gflops"], device["gb_per_s"])


def _loaded(found):
    """What was really loaded, for that is what counts: not what lies on the disk."""
    kinds = (("loaded-cuda", "libcudart"), ("loaded-cudnn", "libcudnn.so"))
    pairs = [(name, [p for p in found["libraries"] if start in p]) for name, start in kinds]
    return [seen(name, paths[0], "/proc/PID/maps") for name, paths in pairs if paths]


for _framework in FRAMEWORKS:
    _register(_framework)


@check("deep-sees-gpu", layer="framework", after=BEFORE_GPU)
def deep_sees_gpu(facts: Facts):
    """A build for GPUs lists one where the driver has one."""
    known = {name: facts.get("deep." + name) for name in FRAMEWORKS}
    tried = [b for b in gpu_builds(facts) if known[b.framework] and known[b.framework]["outcome"] == "ok"]
    if not tried or not working(facts):
        return does_not_apply("not-deep")
    blind = [b for b in tried if not _gpus(known[b.framework]) and not _meant(b, facts)]
    return [_blind(build, known[build.framework]) for build in blind] or fine(
        *(seen("gpu", gpu, b.label) for b in tried for gpu in _gpus(known[b.framework]))
    )


def _meant(build, facts):
    """A variable of the user's keeps it off the GPU, which another check tells."""
    return build.framework == "jax" and kept_off_gpu(facts) is not None


def _gpus(found):
    return [d["device"] for d in found["devices"] if d["kind"] == "gpu"]


def _blind(build, found):
    shown = [seen("installed", build.label), seen("device", [d["device"] for d in found["devices"]])]
    if isinstance(found.get("said"), str) and found["said"]:
        shown.append(seen("output", found["said"], "standard error"))
    return fault("framework-does-not-see-gpu", *shown)
