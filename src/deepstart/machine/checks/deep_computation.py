"""Checks `deep-tensorflow`, `deep-torch`, `deep-jax`: what a child process saw when it computed.

One question for three frameworks, so one file.
"""

from deepstart.machine import deep
from deepstart.machine.checks import attention, check, does_not_apply, fault, fine, seen
from deepstart.machine.facts import Facts, Missing
from deepstart.machine.reading import FRAMEWORKS, LABELS, answering, gpu_builds

#: Share of the largest value; TF32, which NVIDIA's cards use for float32, keeps about three digits.
TOLERANCE = 5e-3
BY_SIGNAL = {
    "SIGILL": "framework-illegal-instruction",
    "SIGSEGV": "framework-segfault",
    "SIGBUS": "framework-segfault",
}


def _register(framework):
    @check("deep-" + framework, layer="framework")
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
        return fault("framework-does-not-import", *shown)
    return _devices(framework, found, facts)


def _devices(framework, found, facts):
    devices = found["devices"]
    wrong = [d for d in devices if not d["difference"] <= TOLERANCE]
    if wrong:
        shown = seen("device", wrong[0]["device"]), seen("difference", "%.2g" % wrong[0]["difference"])
        return fault("device-computes-wrong", *shown, layer="hardware")
    gpu_build = framework in {build.framework for build in gpu_builds(facts)}
    if gpu_build and answering(facts) and not any(d["kind"] == "gpu" for d in devices):
        return fault("framework-does-not-see-gpu", seen("device", [d["device"] for d in devices]))
    slow = [_slow(device, facts) for device in devices]
    figures = [seen("device", figure(d)) for d in devices]
    return [s for s in slow if s] or fine(*figures, *_loaded(found))


def _slow(device, facts):
    expected = deep.expected_gflops(device["kind"], facts)
    if expected is None or device["gflops"] >= expected or device.get("busy"):
        return None
    return attention(
        "device-far-below-expected-speed",
        seen("device", device["device"]),
        seen("gflops", round(device["gflops"], 1)),
        seen("expected-gflops", expected),
        layer="hardware",
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
