"""The price of the gain in words, for the terminal and the report."""

from deepstart.need.durations import Duration
from deepstart.need.price import NOTICED, ROWS_PREDICTED, Price, SidePrice
from deepstart.need.price.energy import Energy, watts_of
from deepstart.need.price.gpus import gpu_table
from deepstart.need.questions import spoken_seconds, unit_of_seconds
from deepstart.need.result import Result, label, points, signed, spoken_range, three_digits
from deepstart.words import text

#: GPUs that the sentence names: one that is free to use, one that many have, one that is fast.
EXAMPLES = ("T4 (Google Colab)", "RTX 3060", "RTX 4090")
#: Energy below this, in watt-hours, is said as such.
LEAST_ENERGY = 0.001


def rough(value: float) -> str:
    """Two significant figures, without an exponent.

    Example:
        >>> rough(0.01234), rough(1.26), rough(1234.0)
        ('0.012', '1.3', '1200')
    """
    shown = f"{float(f'{value:.2g}'):f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def spoken_energy(energy: Energy | None) -> str:
    """Watt-hours as a range."""
    if energy is None:
        return "–"
    if energy.high < LEAST_ENERGY:
        return text("need.price.below", value=rough(LEAST_ENERGY))
    return text("need.price.range", low=rough(energy.low), high=rough(energy.high))


def spoken_duration(duration: Duration) -> str:
    """Seconds with their interval in the same unit, the interval only where it says something."""
    unit, size = unit_of_seconds(duration.seconds)
    middle, low, high = (rough(s / size) for s in (duration.seconds, duration.low, duration.high))
    spoken = text(f"need.duration.{unit}", value=middle)
    return spoken if low == high else f"{spoken} ({low} – {high})"


def price_cells(side: SidePrice | None) -> list[str]:
    """Energy of a training and the whole job, as shown in tables."""
    return [spoken_energy(side.energy), spoken_duration(side.job)] if side else ["–", "–"]


def job_note(price: Price) -> str:
    """What the whole job is, and whether time ended it."""
    note = text("need.price.job_note", n=price.rows, rows=ROWS_PREDICTED)
    deep = price.sides.get("deep")
    limited = deep is not None and deep.limited >= 0.5
    return text("need.price.both", first=note, second=text("need.price.job_limited")) if limited else note


def energy_sentence(price: Price) -> str:
    """How the energy was found."""
    energies = [side.energy for side in price.sides.values() if side.energy]
    if not energies:
        return ""
    watts = watts_of(energies[0].processor)
    values = {"processor": watts.processor, "low": rough(watts.low), "high": rough(watts.high)}
    sentence = text(f"need.price.energy_{energies[0].how}", **values)
    return (
        text("need.price.both", first=sentence, second=text("need.price.energy_gpu"))
        if price.on_gpu
        else sentence
    )


def time_sentence(result: Result, price: Price) -> str:
    """What the network's points cost in time."""
    if price.extra_hours is None or result.verdict.lead is None:
        return ""
    if price.extra_hours <= 0:
        return text("need.price.no_longer")
    extra = spoken_seconds(price.extra_hours * 3600)
    if price.points_per_hour is None:
        return text("need.price.no_gain", extra=extra)
    lead = points(result.verdict.lead.mean)
    if price.extra_hours * 3600 < NOTICED:
        return text("need.price.cheap_time", lead=lead, extra=extra)
    rate, low, high = (_rate(value) for value in price.points_per_hour)
    return text("need.price.per_hour", lead=lead, extra=extra, rate=rate, low=low, high=high)


def _rate(value: float) -> str:
    return ("−" if value < 0 else "") + rough(abs(value))


def gpu_sentence(price: Price) -> str:
    """What a GPU would change, with a few examples."""
    if price.gpu is None:
        return ""
    whole = price.gpu.effect in ("none", "sooner", "others")
    examples = [
        text(
            "need.price.gpu.example",
            name=gain.name,
            low=rough(gain.faster_low if whole else gain.steps_low),
            high=rough(gain.faster_high if whole else gain.steps_high),
        )
        for name in EXAMPLES
        for gain in price.gpu.gains
        if gain.name == name
    ]
    limited = round(100 * price.sides["deep"].limited)
    return text(
        f"need.price.gpu.{price.gpu.effect}",
        examples=text("need.price.joint").join(examples),
        limited=limited,
        others=[label(name) for name in price.gpu.others],
    )


def gpu_rows(price: Price) -> list[dict[str, str]]:
    """The table of GPUs."""
    if price.gpu is None:
        return []
    memory = {gpu["name"]: gpu["memory"] for gpu in gpu_table()}
    return [
        {
            "name": gain.name,
            "memory": f"{memory[gain.name]} GB" if memory[gain.name] else "–",
            "training": text(
                "need.price.gpu.to", low=spoken_seconds(gain.low), high=spoken_seconds(gain.high)
            ),
            "steps": text("need.price.gpu.to", low=rough(gain.steps_low), high=rough(gain.steps_high)),
            "whole": text("need.price.gpu.to", low=rough(gain.faster_low), high=rough(gain.faster_high)),
            "source": gain.source,
        }
        for gain in price.gpu.gains
    ]


def gpu_basis(price: Price) -> str:
    """What the estimate rests on."""
    if price.gpu is None:
        return ""
    return text(
        "need.price.gpu.basis",
        used=rough(100 * price.gpu.used),
        kernels=price.gpu.kernels,
        flops=rough(price.gpu.flops_per_row / 1e6),
    )


def cascade_sentence(price: Price) -> str:
    """The cascade, when it is worth something."""
    found = price.cascade
    if found is None or not found.worth_showing:
        return ""
    return text(
        "need.price.cascade.text",
        share=rough(100 * found.share),
        margin=rough(100 * found.margin),
        score=f"{found.score:.3f}",
        deep=f"{found.deep:.3f}",
        classical=f"{found.classical:.3f}",
        cost=rough(100 * found.cost / found.deep_cost),
    )


def ladder_rows(price: Price) -> list[dict[str, str]]:
    """The classical side by strength."""
    return [
        {
            "strength": text(f"need.strength.{rung.strength}"),
            "name": label(rung.contender),
            "score": three_digits(rung.score),
            "range": spoken_range(rung.low, rung.high),
            "rows": str(rung.n),
            "seconds": spoken_seconds(rung.fit_seconds),
        }
        for rung in price.ladder
    ]


def weak_sentence(price: Price) -> str:
    """How the verdict would have read with only a weak classical side; empty where that one is no weaker."""
    weak = price.weak
    if weak is None or weak.lead <= weak.true_lead:
        return ""
    return text(
        "need.price.ladder.turned" if weak.kind != weak.true_kind else "need.price.ladder.same",
        name=label(weak.contender),
        lead=signed(weak.lead),
        true=signed(weak.true_lead),
        verdict=text(f"need.price.verdict.{weak.kind}"),
    )
