"""The report of `need`: one HTML file that a reader can defend the answer with, or attack it."""

import base64
import datetime
import io
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from deepstart.findings import UserError, reason_of
from deepstart.need.effort import STATES, Effort, efforts_of
from deepstart.need.evidence import RIVALS, Evidence
from deepstart.need.price.speak import (
    cascade_sentence,
    energy_sentence,
    gpu_basis,
    gpu_rows,
    gpu_sentence,
    job_note,
    ladder_rows,
    price_cells,
    rough,
    time_sentence,
    weak_sentence,
)
from deepstart.need.questions import QUESTIONS, advice_note, measure_hardware, percent, spoken_seconds
from deepstart.need.result import FORECAST_TIMES, Result, label, signed, spoken_points
from deepstart.need.terminal import second_chances, second_costs, side_cells
from deepstart.need.trials import Trial
from deepstart.need.verdict import dummy_trials
from deepstart.show.charts import Bar, Line, interval_chart, line_chart
from deepstart.show.html import render
from deepstart.words import first_of, joined, speaking_of, text

#: How many values of a row its card shows.
CELLS_SHOWN = 8
#: Rows shown on each side of "where each side errs", and the side of a picture's thumbnail in pixels.
EXAMPLES, THUMBNAIL = 8, 96
#: Classes are listed when the two sides' recall differs by more than this many standard errors.
CLASS_GAP, MOST_CLASSES = 2.0, 12
PACKAGES = ("numpy", "scikit-learn", "lightgbm", "catboost", "keras", "tensorflow-cpu", "tensorflow")


def write_report(result: Result, path: Path) -> None:
    """Write the page to `path`, in the current language.

    Raises:
        UserError: the file cannot be written.
    """
    page = make_page(result)
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UserError("need.report-unwritable", path=path, error=reason_of(error)) from error


def make_page(result: Result) -> str:
    """The whole page as text."""
    with speaking_of(result.evidence.data.modality):
        return _page(result)


def _page(result: Result) -> str:
    evidence = result.evidence
    return render(
        "need.html",
        result=result,
        verdict=result.verdict,
        name=evidence.data.name,
        intro=_intro(result),
        chances=_chances(result),
        second_costs=second_costs(result),
        second_chances=second_chances(result),
        questions=[(q, result.questions[q]) for q in QUESTIONS],
        advice_note=advice_note(result.questions, result.verdict.kind),
        curves=_curves_chart(result),
        outlook=_outlook(result),
        costs=_costs(result),
        ladder=_ladder_chart(evidence),
        gpu=_gpu(result),
        cascade=cascade_sentence(result.price) if result.price else "",
        rungs=ladder_rows(result.price) if result.price else [],
        weak=weak_sentence(result.price) if result.price else "",
        ensembles=_ensembles(result),
        classes=_classes(evidence),
        errors=_errors(evidence),
        doubtful=_doubtful(result),
        method=_method(result),
        sources=[(label(c.name), c.source) for c in evidence.contenders.values()],
        next_step=_next_step(result),
        footer=text("need.report.footer", date=datetime.date.today().isoformat()),
    )


def _intro(result: Result) -> str:
    data = result.evidence.data
    return text(
        "need.show.race",
        name=data.name,
        n=data.n,
        task=text(f"need.task.{data.task}"),
        metric=text(f"need.metric.{result.evidence.metric.name}"),
        worth=spoken_points(result.worth),
    )


def _chances(result: Result) -> str:
    odds = result.verdict.chances
    if odds is None:
        return ""
    values = {
        "deep": percent(odds.deep),
        "equal": percent(odds.equivalent),
        "classical": percent(odds.classical),
    }
    return text("need.show.chances", worth=spoken_points(result.worth), **values)


def _curves_chart(result: Result) -> str:
    lines = [
        Line(
            label(c["contender"]),
            c["family"],
            [(p["n"], p["mean"], p["low"], p["high"]) for p in c["points"]],
            [(p["n"], p["mean"], p["low"], p["high"]) for p in c["forecast"]],
        )
        for c in result.curves
        if c["points"]
    ]
    if not any(len(line.points) > 1 for line in lines):
        return ""
    marks = []
    if dummies := dummy_trials(result.evidence):
        score = result.evidence.score(dummies).mean
        lowest = min(p[1] for line in lines for p in line.points)
        if lowest - score < 0.4:  # farther away it would press the curves flat
            marks.append((score, text("need.report.guessing")))
    if result.doubt and result.doubt.findings and result.evidence.metric.name == "accuracy":
        marks.append((result.doubt.noise.ceiling, text("need.report.ceiling")))
    metric = text(f"need.metric.{result.evidence.metric.name}")
    return line_chart(
        lines,
        x_label=text("need.report.rows_trained"),
        y_label=metric,
        marks=marks,
        description=text("need.report.curves_caption"),
    )


def _outlook(result: Result) -> str:
    """Whether the sides change places with more rows, in a sentence; empty without both sides' curves."""
    last = max((c["points"][-1]["n"] for c in result.curves if c["points"]), default=0)
    if not last or len({c["family"] for c in result.curves}) < len(RIVALS):
        return ""
    if result.crossing is None:
        if not all(c["forecast"] for c in result.curves if c["family"] in RIVALS):
            return ""
        return text("need.report.no_crossing", n=int(last * FORECAST_TIMES[-1]))
    values: dict[str, Any] = {k: "…" if v is None else int(v) for k, v in result.crossing.items()}
    return text("need.report.crossing", **values)


def _costs(result: Result) -> dict[str, Any]:
    sides, price = {f: s for f, s in result.sides.items() if s}, result.price
    prices = price.sides if price else {}
    columns = [
        [
            *side_cells(s, result.training_seconds(f)),
            f"{rough(s.one_row_ms)} ms",
            *price_cells(prices.get(f)),
        ]
        for f, s in sides.items()
    ]
    names = [text(f"need.show.{name}") for name in ("best", "score", "fit", "predict", "memory", "size")]
    names += [text("need.report.one_row"), text("need.price.energy"), text("need.price.job")]
    rows = [(name, [column[i] for column in columns]) for i, name in enumerate(names) if columns]
    return {"sides": [{"family": f} for f in sides], "rows": rows, "notes": _cost_notes(result)}


def _cost_notes(result: Result) -> list[str]:
    """What the figures of the costs mean, and what the gain costs in time."""
    price = result.price
    if price is None or not price.sides:
        return []
    notes = [job_note(price)]
    if len(price.sides) == 2:
        deep, classical = price.sides["deep"].job, price.sides["classical"].job
        notes.append(
            text(
                "need.price.full_job",
                deep=spoken_seconds(deep.seconds),
                classical=spoken_seconds(classical.seconds),
                times=rough(deep.seconds / max(classical.seconds, 1e-3)),
            )
        )
    return [note for note in (*notes, time_sentence(result, price), energy_sentence(price)) if note]


def _ensembles(result: Result) -> str:
    """How the lead would read if each side averaged its two best."""
    found = result.ensembles
    if found is None:
        return ""
    low, high = found.lead.interval()
    plus = text("need.report.plus")
    return text(
        "need.report.ensembles",
        **{family: plus.join(label(name) for name in found.members[family][:2]) for family in RIVALS},
        lead=signed(found.lead.mean), low=signed(low), high=signed(high), p=percent(found.odds.deep),
        worth=spoken_points(result.worth),
    )  # fmt: skip


def _gpu(result: Result) -> dict[str, Any] | None:
    """What a GPU would change: a sentence, the table, and what the estimate rests on."""
    price = result.price
    if price is None or price.gpu is None:
        return None
    return {"sentence": gpu_sentence(price), "rows": gpu_rows(price), "basis": gpu_basis(price)}


def _largest_trials(evidence: Evidence) -> list[Trial]:
    """Of every contender the trial on most rows of the first split, most rows first, then best score."""
    largest: dict[str, Trial] = {}
    for trial in evidence.counted():
        if trial.ok and trial.job.split == 0 and trial.job.contender in evidence.contenders:
            known = largest.get(trial.job.contender)
            if known is None or trial.job.n > known.job.n:
                largest[trial.job.contender] = trial
    return sorted(largest.values(), key=lambda t: (-t.job.n, -evidence.test_score(t)[0]))


def _ladder_chart(evidence: Evidence) -> str:
    bars = []
    for trial in _largest_trials(evidence):
        score, low, high = evidence.test_interval(trial)
        family = evidence.contenders[trial.job.contender].family
        css = family if family in RIVALS else "soft"
        note = text("need.report.ladder_note", n=trial.job.n)
        bars.append(Bar(label(trial.job.contender), css, score, low, high, note))
    return interval_chart(bars, description=text("need.report.ladder_caption")) if bars else ""


def _first_pair(evidence: Evidence) -> tuple[Trial, Trial] | None:
    deep, classical = evidence.champions["deep"], evidence.champions["classical"]
    return (deep[0], classical[0]) if deep and classical else None


def _classes(evidence: Evidence) -> list[dict[str, Any]] | None:
    """Classes on which the two sides' recall differs by more than chance; None where there are none."""
    pair = _first_pair(evidence)
    if pair is None or evidence.data.task != "classification":
        return None
    truth = evidence.truth(0)
    right = {
        family: trial.test.argmax(axis=1) == truth
        for family, trial in zip(("deep", "classical"), pair, strict=True)
        if trial.test is not None
    }
    rows = []
    for code, name in enumerate(evidence.data.classes):
        members = truth == code
        if members.sum() < 5:
            continue
        gap = right["deep"][members].astype(float) - right["classical"][members]
        error = (gap.std() + 1 / len(gap)) / len(gap) ** 0.5
        if abs(gap.mean()) > CLASS_GAP * error:
            recall = {
                f: text("need.amount.percent", value=f"{100 * right[f][members].mean():.0f}") for f in right
            }
            rows.append({"name": name, "n": int(members.sum()), "gap": abs(gap.mean()), **recall})
    return sorted(rows, key=lambda r: -r["gap"])[:MOST_CLASSES]


def _errors(evidence: Evidence) -> dict[str, Any] | None:
    """Rows that only one side gets right, as cards; the surest mistakes first."""
    pair = _first_pair(evidence)
    if pair is None:
        return None
    if evidence.data.task == "regression":
        return _regression_errors(evidence, *pair)
    deep, classical = pair
    assert deep.test is not None
    assert classical.test is not None
    truth = evidence.truth(0)
    rows = np.arange(len(truth))
    deep_right, classical_right = deep.test.argmax(1) == truth, classical.test.argmax(1) == truth
    trust = deep.test[rows, truth] - classical.test[rows, truth]
    counts: dict[str, Any] = {
        "both": int((deep_right & classical_right).sum()),
        "neither": int((~deep_right & ~classical_right).sum()),
        "only_deep": int((deep_right & ~classical_right).sum()),
        "only_classical": int((~deep_right & classical_right).sum()),
    }

    def cards(chosen: np.ndarray, order: np.ndarray, wrong: np.ndarray) -> list[dict[str, str]]:
        picked = np.flatnonzero(chosen)
        picked = picked[np.argsort(order[picked])][:EXAMPLES]
        return [_card(evidence, int(i), evidence.data.classes[wrong[i].argmax()]) for i in picked]

    sentence = text("need.report.errors_text", **counts)
    metric = evidence.metric.name
    if metric != "accuracy":
        sentence = joined(sentence, text("need.report.errors_by_class", metric=text(f"need.metric.{metric}")))
    return {
        "sentence": sentence,
        "titles": "only_",
        "said": "said",
        "deep": cards(deep_right & ~classical_right, -trust, classical.test),
        "classical": cards(~deep_right & classical_right, trust, deep.test),
    }


def _regression_errors(evidence: Evidence, deep: Trial, classical: Trial) -> dict[str, Any]:
    truth = evidence.truth(0)
    assert deep.test is not None
    assert classical.test is not None
    nearer = np.abs(classical.test - truth) - np.abs(deep.test - truth)
    best, worst = np.argsort(-nearer)[:EXAMPLES], np.argsort(nearer)[:EXAMPLES]
    return {
        "sentence": text("need.report.errors_regression"),
        "titles": "nearer_",
        "said": "predicted",
        "deep": [_card(evidence, int(i), f"{classical.test[i]:.4g}") for i in best if nearer[i] > 0],
        "classical": [_card(evidence, int(i), f"{deep.test[i]:.4g}") for i in worst if nearer[i] < 0],
    }


def _doubtful(result: Result) -> list[dict[str, str]]:
    """Cards of the rows whose labels are most doubtful; none where labels give no cause."""
    doubt = result.doubt
    if doubt is None or not doubt.findings:
        return []
    worst = doubt.noise.order[: min(max(doubt.noise.doubtful, 1), 2 * EXAMPLES)]
    classes = result.evidence.data.classes
    return [_row_card(result.evidence, int(doubt.rows[i]), classes[doubt.noise.better[i]]) for i in worst]


def _card(evidence: Evidence, place: int, said: str) -> dict[str, str]:
    return _row_card(evidence, int(evidence.splits[0].test[place]), said)


def _row_card(evidence: Evidence, row: int, said: str) -> dict[str, str]:
    data = evidence.data
    truth = data.classes[data.y[row]] if data.task == "classification" else f"{data.y[row]:.4g}"
    name = str(row + 1) if data.row_names is None else str(data.row_names[row])
    card = {"name": name, "truth": str(truth), "said": said, "picture": "", "text": ""}
    if data.modality == "image":
        card["picture"] = picture_address(data.X[row])
    elif data.modality == "text":
        words = str(data.X[row])
        card["text"] = words[:200] + ("…" if len(words) > 200 else "")
    elif data.modality == "table":
        cells = [cell(data.schema[i], data.X[row, i]) for i in range(len(data.schema))]
        card["text"] = "; ".join(first_of(cells, CELLS_SHOWN))
    return card


def cell(column: Any, value: float) -> str:
    """A column's name and value, as a person reads it."""
    if np.isnan(value):
        return f"{column.name}: –"
    if column.kind == "date":
        shown = spoken_date(value)
    else:
        shown = column.levels[int(value)] if column.levels else f"{value:.4g}"
    return f"{column.name}: {shown[:40]}"


def spoken_date(seconds: float) -> str:
    """Seconds since 1970 as a day, with the time of day where it is not midnight.

    Example:
        >>> spoken_date(1674000000.0), spoken_date(1674050700.0), spoken_date(-86400.0)
        ('2023-01-18', '2023-01-18 14:05', '1969-12-31')
    """
    try:
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=round(seconds))
    except OverflowError:  # beyond the years that a date has
        return f"{seconds:.4g}"
    if moment.time() == datetime.time():
        return moment.date().isoformat()
    return moment.isoformat(" ", "seconds" if moment.second else "minutes")


def picture_address(pixels: np.ndarray) -> str:
    """A picture, uint8 (height, width, channels), as a data address: small, and crisp when tiny."""
    from PIL import Image

    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    small = max(image.size) <= THUMBNAIL // 2
    scale = THUMBNAIL / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    image = image.resize(size, Image.Resampling.NEAREST if small else Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "WEBP", quality=80)
    return "data:image/webp;base64," + base64.b64encode(out.getvalue()).decode()


def _method(result: Result) -> list[str]:
    evidence, hardware = result.evidence, measure_hardware()
    split = evidence.splits[0]
    count = max(len(evidence.champions[f]) for f in RIVALS)
    values: dict[str, Any] = {
        "count": count,
        "train": len(split.train),
        "test": len(split.test),
        "validation": len(split.validation),
    }
    lines = [text("need.report.method_given", **values)] if evidence.data.part is not None else []
    gpu = hardware.gpu or text("need.report.no_gpu")
    from deepstart import __version__

    return [
        *lines,
        text("need.report.method_splits", **values),
        text(
            "need.report.method_time",
            seconds=spoken_seconds(result.seconds),
            trials=len(evidence.store),
        ),
        *(_effort_line(family, effort) for family, effort in efforts_of(evidence).items()),
        text("need.report.method_bayes"),
        text(
            "need.report.method_versions",
            version=__version__,
            packages=_versions(),
            seed=evidence.seed,
            hardware=text(
                "need.report.cores", cores=hardware.cores, memory=round(hardware.memory_gib), gpu=gpu
            ),
        ),
    ]


def _effort_line(family: str, effort: Effort) -> str:
    """What a side got, and which of its strong contenders did not have their time."""
    by_state = {state: [label(n) for n, s in effort.strong.items() if s == state] for state in STATES}
    values: dict[str, Any] = {
        "methods": effort.methods,
        "fits": effort.fits,
        "seconds": spoken_seconds(effort.seconds),
    }
    sentences = [text(f"need.report.effort.{family}", **values)]
    for state, names in by_state.items():
        if names:
            sentences.append(text(f"need.report.effort.{state}", names=names))
    return joined(*sentences)


def _versions() -> list[str]:
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return found


def _next_step(result: Result) -> str:
    classical, deep = result.sides["classical"], result.sides["deep"]
    return text(
        f"need.report.next_{result.verdict.kind}",
        classical=label(classical.name) if classical else "–",
        deep=label(deep.name) if deep else "–",
        seconds=spoken_seconds(result.training_seconds("classical") or 0.0) if classical else "–",
    )
