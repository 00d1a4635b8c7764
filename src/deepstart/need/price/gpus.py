"""What a GPU would change: an honest range, from how the network was trained on this machine.

A training step costs a GPU the start of each of its operations, its arithmetic, and moving its weights.
Small networks are bound by the first and gain little, whatever the GPU. How much of its peak a GPU reaches
is taken from how much of this processor's measured peak the same network reached here, with a cap, and
what is not training steps (reading, preparing, judging epochs) stays as it is.

Assumed, not measured: 4 to 15 microseconds to start an operation (10 to 60 on Apple's), 2 to 10 seconds
until a GPU is ready for the first step, and a backward pass of twice the forward pass.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent / "gpus.json"
#: Microseconds to start one operation; seconds until a GPU is ready.
LAUNCH_US, READY = (4.0, 15.0), (2.0, 10.0)
#: A training step's arithmetic in forward passes.
PASSES = 3.0
#: No network here is assumed to use more of a GPU's peak; at worst it uses this part of what it used here.
MOST_USED, WORST_PART, LEAST_USED = 0.35, 0.25, 0.002
#: Bytes moved a step for each weight: weights, gradients and the optimiser's two moments, read and written.
BYTES_PER_WEIGHT = 40.0


@dataclass(frozen=True)
class Gain:
    """One GPU: how long the same fit would take there.

    Args:
        name: of the GPU.
        low, high: seconds of the fit, best and worst case.
        faster_low, faster_high: times as fast as here; below 1: slower.
        steps_low, steps_high: the same for the training steps alone, without start and preparation.
        source: of the GPU's figures.
    """

    name: str
    low: float
    high: float
    faster_low: float
    faster_high: float
    steps_low: float
    steps_high: float
    source: str


@cache
def gpu_table() -> list[dict[str, Any]]:
    """The GPUs that are asked about."""
    return json.loads(TABLE.read_text(encoding="utf-8"))["gpus"]


def used_here(work: dict[str, Any]) -> float:
    """Part of this machine's measured peak that the network's training reached, 0 to 1."""
    flops = PASSES * work["flops_per_row"] * work["batch"]
    return float(min(flops / work["seconds_per_step"] / work["peak"], 1.0))


def measured(work: dict[str, Any]) -> bool:
    """Whether a fit's work says enough: it was counted, on a processor, for more than a moment."""
    needed = ("flops_per_row", "kernels", "peak", "steps", "batch", "seconds_per_step")
    return all(work.get(key) for key in needed) and not work.get("gpu")


def gain_of(gpu: dict[str, Any], work: dict[str, Any], fit_seconds: float) -> Gain:
    """How long a fit would take on a GPU of the table.

    Args:
        work: of the trial, see `meter.network_work`; `measured(work)` must hold.
        fit_seconds: of the same trial.
    """
    training = min(work["steps"] * work["seconds_per_step"], fit_seconds)
    rest = fit_seconds - training
    best, worst = (work["steps"] * seconds for seconds in _step_seconds(gpu, work))
    low, high = rest + READY[0] + best, rest + READY[1] + worst
    return Gain(
        gpu["name"],
        low,
        high,
        fit_seconds / high,
        fit_seconds / low,
        training / worst,
        training / best,
        gpu["source"],
    )


def _step_seconds(gpu: dict[str, Any], work: dict[str, Any]) -> tuple[float, float]:
    """Seconds of one training step, at best and at worst."""
    launch = [work["kernels"] * us * 1e-6 for us in gpu.get("launch_us", LAUNCH_US)]
    flops = PASSES * work["flops_per_row"] * work["batch"]
    moved = BYTES_PER_WEIGHT * work["parameters"] / (gpu["bandwidth"] * 1e9)
    used = used_here(work)
    at_best = min(MOST_USED, max(used, LEAST_USED))
    fastest, ordinary = (gpu["tf32"] or gpu["fp32"]) * 1e12, gpu["fp32"] * 1e12
    best = max(launch[0], flops / (fastest * at_best) + moved)
    worst = launch[1] + flops / (ordinary * max(at_best * WORST_PART, LEAST_USED / 4)) + 2 * moved
    return best, worst


def all_gains(work: dict[str, Any], fit_seconds: float) -> list[Gain]:
    """Every GPU of the table; empty when the work was not measured."""
    return [gain_of(gpu, work, fit_seconds) for gpu in gpu_table()] if measured(work) else []
