"""What each side costs here, and what the network's gain costs: time, energy, a GPU, cheaper ways to it."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from deepstart.need.durations import Duration, predict_seconds
from deepstart.need.effort import efforts_of
from deepstart.need.evidence import RIVALS, Evidence
from deepstart.need.price.cascade import Cascade, cascade_of
from deepstart.need.price.energy import Energy, energy_of
from deepstart.need.price.gpus import Gain, all_gains, measured, used_here
from deepstart.need.price.ladder import Rung, WeakRival, ladder_of, weak_rival
from deepstart.need.trials import Trial
from deepstart.need.verdict import Verdict

#: Rows whose prediction belongs to the whole job.
ROWS_PREDICTED = 10_000
#: A difference in training time below this many seconds is no price that anybody pays.
NOTICED = 60.0
#: What came of a strong network for lack of time.
LATE = ("cut_short", "not_done")
#: A GPU helps when even its cautious figure is this many times as fast.
HELPS = 1.5


@dataclass(frozen=True)
class SidePrice:
    """What one side costs on this machine.

    Args:
        training: seconds of one training on all rows, predicted from all fits of the champion; no less than
            the full fits took, which had fewer rows.
        job: the same with ROWS_PREDICTED rows predicted after it.
        energy: of one training on all rows; None where it was not measured.
        limited: part of the champion's full fits that their time limit ended, 0 to 1.
    """

    training: Duration
    job: Duration
    energy: Energy | None
    limited: float


@dataclass(frozen=True)
class Gpu:
    """What a GPU would change.

    Args:
        gains: every GPU of the table.
        used: part of this processor's peak that the network's training reached.
        kernels, flops_per_row: operations of a training step; arithmetic of predicting a row.
        effect: `none` (hardly faster), `sooner` (the fits ended by themselves), `others` (so did they, but
            other strong networks' did not), `verdict` (more training in the same time could turn the
            verdict), `tried` (a longer look has shown that it does not), `no-room` (no network could gain
            much more than what is worth it) or `confirms` (the verdict is for the network already).
        others: names of the strong networks beside the champion that their limit ended on the most rows.
    """

    gains: list[Gain]
    used: float
    kernels: int
    flops_per_row: float
    effect: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Price:
    """The price of the gain.

    Args:
        sides: by family; without those that have no champion.
        extra_hours: of training on all rows that the network takes more; negative: less.
        points_per_hour: gained for each of them, (mean, low, high); None when it takes or gains no more.
        gpu: None where the network was trained on one, or was not measured.
        cascade: None where it cannot be computed.
        ladder, weak: the classical side by strength, and how a weak one would have misled.
        rows: of the whole data.
        on_gpu: the network was trained on a GPU, whose energy is not counted.
    """

    sides: dict[str, SidePrice]
    extra_hours: float | None
    points_per_hour: tuple[float, float, float] | None
    gpu: Gpu | None
    cascade: Cascade | None
    ladder: list[Rung]
    weak: WeakRival | None
    rows: int
    on_gpu: bool = False

    def as_json(self) -> dict[str, Any]:
        """The additional keys of `need --json`."""
        out = asdict(self)
        out["rows_predicted"] = ROWS_PREDICTED
        if self.cascade:
            out["cascade"]["worth_showing"] = self.cascade.worth_showing
        return out


def price_of(evidence: Evidence, verdict: Verdict, worth: float) -> Price:
    """Read all prices from the evidence of a race."""
    sides = {f: found for f in RIVALS if (found := _side(evidence, f)) is not None}
    extra, per_hour = _gain_per_hour(sides, verdict)
    return Price(
        sides,
        extra,
        per_hour,
        _gpu(evidence, sides, verdict, worth),
        cascade_of(evidence),
        ladder_of(evidence),
        weak_rival(evidence, worth),
        evidence.data.n,
        any(t.work.get("gpu") for t in evidence.champions["deep"]),
    )


def _champion(evidence: Evidence, family: str) -> list[Trial]:
    """The final trials of the contender that was champion most often."""
    trials = evidence.champions[family]
    names = [t.job.contender for t in trials]
    return [t for t in trials if t.job.contender == max(names, key=names.count)]


def _side(evidence: Evidence, family: str) -> SidePrice | None:
    finals = _champion(evidence, family)
    if not finals:
        return None
    share = float(np.mean([t.ended_by == "time" for t in finals]))
    typical = float(np.median([t.fit_seconds for t in finals]))
    training = _training(evidence, finals) if share < 0.5 else None
    training = training.at_least(typical) if training else Duration(typical, *_spread(finals))
    energies = [e for t in finals if (e := energy_of(t)) is not None]
    energy = energies[len(energies) // 2].times(training.seconds / max(typical, 1e-6)) if energies else None
    per_row = float(np.median([t.predict_ms_per_row for t in finals]))
    return SidePrice(training, training.plus(ROWS_PREDICTED * per_row / 1000), energy, share)


def _training(evidence: Evidence, finals: list[Trial]) -> Duration | None:
    """One training on all rows, from every fit of the champion that ended by itself."""
    name = finals[0].job.contender
    fits = [t for t in evidence.counted() if t.ok and t.job.contender == name and t.ended_by != "time"]
    share = float(np.median([t.processor_share for t in fits])) if fits else 1.0
    return predict_seconds([(t.job.n, t.fit_seconds) for t in fits], evidence.data.n, share=share)


def _spread(finals: list[Trial]) -> tuple[float, float]:
    seconds = [t.fit_seconds for t in finals]
    return min(seconds), max(seconds)


def _gain_per_hour(
    sides: dict[str, SidePrice], verdict: Verdict
) -> tuple[float | None, tuple[float, float, float] | None]:
    if len(sides) < 2:
        return None, None
    extra = (sides["deep"].training.seconds - sides["classical"].training.seconds) / 3600
    if verdict.lead is None or extra <= 0 or verdict.lead.mean <= 0:
        return extra, None
    low, high = verdict.lead.interval()
    mean, low, high = (100 * value / extra for value in (verdict.lead.mean, low, high))
    return extra, (mean, low, high)


def _gpu(evidence: Evidence, sides: dict[str, SidePrice], verdict: Verdict, worth: float) -> Gpu | None:
    counted = [t for t in _champion(evidence, "deep") if measured(t.work)] if "deep" in sides else []
    if not counted:
        return None
    trial = counted[0]
    gains = all_gains(trial.work, trial.fit_seconds)
    looked_at = evidence.longer[1].job.contender if evidence.longer else ""
    tried = looked_at == trial.job.contender and evidence.times == 1
    late, full = _late(evidence, (trial.job.contender, looked_at)), evidence.nothing_to_win(worth)
    limited = sides["deep"].limited
    effect = gpu_effect(gains, limited, verdict.kind, tried=tried, others=bool(late) and not full)
    if effect == "verdict" and full:
        effect = "no-room"
    return Gpu(gains, used_here(trial.work), trial.work["kernels"], trial.work["flops_per_row"], effect, late)


def _late(evidence: Evidence, but: tuple[str, ...]) -> tuple[str, ...]:
    """The strong networks that lacked time, but for those that are spoken of anyway."""
    strong = efforts_of(evidence)["deep"].strong
    return tuple(name for name, state in strong.items() if state in LATE and name not in but)


def gpu_effect(
    gains: list[Gain], limited: float, kind: str, *, tried: bool = False, others: bool = False
) -> str:
    """What a GPU would change about the verdict: see `Gpu.effect`.

    Args:
        limited: part of the champion's full fits that their limit ended.
        kind: of the verdict.
        tried: several times the time was tried.
        others: strong networks beside the champion were ended by their limit.
    """
    if others and limited < 0.5 and kind != "deep_worth_it":
        return "others"
    # Where time ended the fits, a GPU's start-up is paid once and what counts is how fast it steps.
    faster = sorted(g.steps_low if limited else g.faster_low for g in gains)
    if not faster or faster[-1] < HELPS:
        return "none"
    if limited < 0.5:
        return "sooner"
    if tried:
        return "tried"
    return "confirms" if kind == "deep_worth_it" else "verdict"
