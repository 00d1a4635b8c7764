"""Everything that `need` found out, ready to be shown: as JSON, in the terminal, as a page."""

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from deepstart.findings import Finding
from deepstart.need.doubt import Doubt, doubt_about_labels
from deepstart.need.effort import efforts_of
from deepstart.need.ensembles import Ensembles, ensembles_of
from deepstart.need.evidence import RIVALS, Evidence
from deepstart.need.forecast import FEWEST_POINTS, Curve, compare_forecast, forecast_curve, make_curve
from deepstart.need.metrics import FEW_ROWS, Metric
from deepstart.need.pretrained import PRETRAINED, SecondAnswer, needs_weights, second_answer
from deepstart.need.price import Price, price_of
from deepstart.need.questions import (
    QUESTIONS,
    Answer,
    advice,
    advice_by_count,
    compute_answer,
    data_answer,
    interest_answer,
    limit_answer,
    measure_hardware,
    missing,
    percent,
    spoken_advice,
    spoken_seconds,
)
from deepstart.need.statistics import difference_json
from deepstart.need.trials import Trial
from deepstart.need.verdict import (
    Side,
    Verdict,
    chance_above_guessing,
    curve,
    decide,
    scarce,
    side_of,
    smallest_class,
)
from deepstart.words import joined, speaking_of, text

#: A point at this part of the rows or fewer tells what doubling them brings.
HALF = 0.6
#: How far curves are forecast, in times the rows seen.
FORECAST_TIMES = (1.41, 2.0, 2.83, 4.0)


@dataclass
class Result:
    """The answer to `do I need deep learning here?`, with all its evidence.

    Args:
        worth: least gain that would be worth a network, in units of the score.
        sides: the best of each family, by family; None where it could not race.
        curves: learning curves of both champions: {contender, family, points, forecast}.
        crossing: rows at which deep overtakes classical, as {n, low, high}; None: not in range.
        questions: the four answers.
        not_tried: {contender, why} of who did not race.
        findings: what was noticed about the data and the run.
        seconds: whole run, earlier runs of the same race included.
        doubt: what is wrong with the labels; None where that cannot be told.
        price: what each side costs, and what the gain costs.
        ensembles: what both sides would score as averages of their two best; None where there were none.
    """

    evidence: Evidence
    verdict: Verdict
    worth: float
    sides: dict[str, Side | None]
    curves: list[dict[str, Any]]
    crossing: dict[str, float | None] | None
    questions: dict[str, Answer]
    not_tried: list[dict[str, str]]
    findings: list[Finding]
    seconds: float
    doubt: Doubt | None = None
    second: SecondAnswer | None = None
    price: Price | None = None
    ensembles: Ensembles | None = None

    def training_seconds(self, family: str) -> float | None:
        """Of one training of a family's best on all rows, as the costs have it; None where it has none."""
        side = self.sides.get(family)
        if side is None:
            return None
        priced = self.price.sides.get(family) if self.price else None
        return priced.training.seconds if priced else side.fit_seconds

    @property
    def advice(self) -> str:
        """`strongly_recommended`, `recommended`, `think_hard`, `not_now`, or `unknown` without a yes."""
        return advice(self.questions)

    def spoken_advice(self, language: str | None = None) -> str:
        """The advice that follows from the four answers, as a sentence."""
        return spoken_advice(self.questions, language)

    def headline(self, language: str | None = None) -> str:
        """The verdict in one sentence."""
        return text(f"need.verdict.{self.verdict.kind}", language)

    def reason(self, language: str | None = None) -> str:
        """Why, with the figures."""
        with speaking_of(self.evidence.data.modality):
            return self._reason(self.verdict, language)

    def second_headline(self, language: str | None = None) -> str:
        """The answer with pre-trained weights in one sentence; empty where such weights are no question."""
        if self.second:
            return text(f"pretrained.verdict.{self.second.verdict.kind}", language)
        needed = needs_weights(self.evidence)
        if needed is None:
            return ""
        return joined(text("pretrained.show.needed", language), spoken_gain(needed, language))

    def second_reason(self, language: str | None = None) -> str:
        """Why, with the figures; or where the expected gain was published."""
        if self.second:
            with speaking_of(self.evidence.data.modality):
                return self._reason(self.second.verdict, language)
        needed = needs_weights(self.evidence)
        if not needed or needed["source"] is None:
            return ""
        source = text(f"pretrained.published.{needed['source']}", language)
        return text("pretrained.show.source", language, source=source)

    def _reason(self, verdict: Verdict, language: str | None) -> str:
        values = {"worth": spoken_points(self.worth)}
        if verdict.lead is not None and verdict.chances is not None:
            low, high = verdict.lead.interval()
            values |= {
                "lead": signed(verdict.lead.mean),
                "behind": points(abs(verdict.lead.mean)),
                "low": signed(low),
                "high": signed(high),
                "p_deep": percent(verdict.chances.deep),
                "rows": str(verdict.rows_to_settle),
            }
        return text(f"need.reason.{verdict.reason}", language, **values)

    def as_json(self) -> dict[str, Any]:
        """The contract of `need --json`."""
        with speaking_of(self.evidence.data.modality):
            return self._as_json()

    def _as_json(self) -> dict[str, Any]:
        data, verdict = self.evidence.data, self.verdict
        return {
            "verdict": verdict.kind,
            "reason": verdict.reason,
            "name": data.name,
            "modality": data.modality,
            "task": data.task,
            "metric": {"name": self.evidence.metric.name, "higher_is_better": True},
            "n": data.n,
            "best_classical": side_json(self.sides["classical"]),
            "best_deep": side_json(self.sides["deep"]),
            "difference": difference_json(verdict.lead, verdict.chances),
            "pretrained": pretrained_json(self),
            "worth": self.worth,
            "curves": self.curves,
            "crossing": self.crossing,
            "data": [f.as_json() for f in (*verdict.first, *self.findings)],
            "questions": {q: self.questions[q].as_json() for q in QUESTIONS},
            "advice": advice_by_count(self.questions),
            "missing": missing(self.questions),
            "not_tried": self.not_tried,
            "trials": len(self.evidence.store),
            "splits": len(self.evidence.champions["deep"]),
            "settled": self.evidence.settled,
            "interrupted": self.evidence.interrupted,
            "seconds": self.seconds,
            "labels": labels_json(self),
            "price": self.price.as_json() if self.price else None,
            "ensembles": self.ensembles.as_json() if self.ensembles else None,
            "effort": {family: asdict(effort) for family, effort in efforts_of(self.evidence).items()},
        }


def labels_json(result: Result) -> dict[str, Any] | None:
    """The estimated share of wrong labels, and the most doubtful rows."""
    if result.doubt is None:
        return None
    noise, rows, names = result.doubt.noise, result.doubt.rows, result.evidence.data.row_names
    called = np.asarray(names)[rows] if names is not None else rows
    doubtful = called[noise.order[: min(noise.doubtful, 50)]].tolist() if result.doubt.findings else []
    return {"wrong": noise.rate, "low": noise.low, "high": noise.high, "doubtful_rows": doubtful}


def pretrained_json(result: Result) -> dict[str, Any]:
    """The second question: with pre-trained weights; `verdict` is None where no such network was tested."""
    second = result.second
    return {
        "verdict": second.verdict.kind if second else None,
        "reason": second.verdict.reason if second else None,
        "best": side_json(second.side) if second else None,
        "difference": difference_json(second.verdict.lead, second.verdict.chances) if second else None,
        "splits": second.splits if second else 0,
        "needed": _needed_json(result.evidence),
    }


def _needed_json(evidence: Evidence) -> dict[str, Any] | None:
    needed = needs_weights(evidence)
    if needed is None or needed["source"] is None:
        return needed
    return {**needed, "source": text(f"pretrained.published.{needed['source']}")}


def spoken_gain(needed: dict[str, Any], language: str | None = None) -> str:
    """What pre-trained weights brought to others; empty where no published pair is known."""
    if needed["low"] is None:
        return ""
    ends = dict.fromkeys((points(needed["low"]), points(needed["high"])))
    return text("pretrained.show.gain", language, range="–".join(ends))


def side_json(side: Side | None) -> dict[str, Any] | None:
    """A side as JSON, with the contender's name for people."""
    return None if side is None else {**asdict(side), "label": label(side.name)}


def points(value: float) -> str:
    """A difference in points: 0.012 is 1.2."""
    return f"{100 * value:.1f}".removesuffix(".0")


def spoken_points(value: float) -> str:
    """An amount of points as people say it: 1 point, 2.5 points."""
    return text("need.amount.points", value=points(value), count=1 if points(value) == "1" else 2)


def signed(value: float) -> str:
    """A difference in points with its sign; a true minus."""
    return "0.0" if abs(value) < 0.0005 else f"{100 * value:+.1f}".replace("-", "−")


def spoken_score(score: float, low: float, high: float) -> str:
    """A score with the interval it lies in; a true minus.

    Example:
        >>> spoken_score(0.604, 0.5, 0.7), spoken_score(0.2, -0.1, 0.5)
        ('0.604 (0.500–0.700)', '0.200 (−0.100 – 0.500)')
    """
    return f"{three_digits(score)} {spoken_range(low, high)}"


def spoken_range(low: float, high: float) -> str:
    """The two ends of a score's interval in brackets; blanks keep a minus from running into the dash."""
    dash = "–" if low >= 0 else " – "
    return f"({three_digits(low)}{dash}{three_digits(high)})"


def three_digits(score: float) -> str:
    """A score as it is shown; a true minus."""
    return f"{score:.3f}".replace("-", "−")


def label(contender: str, language: str | None = None) -> str:
    """A contender's name for people."""
    return text(f"contenders.names.{contender}", language, default=contender)


def _not_tried(evidence: Evidence, verdict: Verdict) -> list[dict[str, str]]:
    messages = {t.job.contender: t.message for t in evidence.store if t.status == "failed"}
    out = []
    measured = {t.job.contender for t in evidence.store if t.ok}
    no_time = {name: "timeout" for name in evidence.contenders if name not in measured}
    for name, why in {**evidence.not_tried, **no_time}.items():
        key = f"contenders.why.{why}"
        sentence = text(f"need.why.{why}", default=text(key, default=why), message=messages.get(name, ""))
        if name in _pretrained_names() and why != "excluded" and (needed := needs_weights(evidence)):
            first = sentence.rstrip(".。")
            sentence = text("need.show.two_sentences", first=first, second=spoken_gain(needed)).strip()
        out.append({"contender": name, "why": sentence, "turn": _could_turn(name, why, verdict)})
    return out


def _pretrained_names() -> set[str]:
    from deepstart.need.contenders import all_contenders

    return {c.name for c in all_contenders() if c.pretrained}


def _could_turn(name: str, why: str, verdict: Verdict) -> str:
    """Whether a contender that did not race could have turned the verdict: `yes` or `no`.

    A rival of the side that won could have, unless it was refused for what it is (too slow, failed);
    on an open verdict any strong one could.
    """
    from deepstart.need.contenders import all_contenders

    known = {c.name: c for c in all_contenders()}[name]
    if verdict.kind in ("more_data", "unclear"):
        return "no" if known.strength == "weak" else "yes"
    loser = "classical" if verdict.kind == "deep_worth_it" else "deep"
    return "yes" if known.family == loser and (known.strength == "strong" or known.pretrained) else "no"


def _curves(evidence: Evidence, sides: dict[str, Side | None]) -> list[dict[str, Any]]:
    entries = []
    for family, side in sides.items():
        if side is not None:
            points = curve(evidence, side.name)
            entries.append(
                {
                    "contender": side.name,
                    "family": family,
                    "points": points,
                    "forecast": _forecast(points, evidence.metric),
                }
            )
    return entries


def _as_curve(points: list[dict[str, Any]]) -> Curve:
    # A band of 95 % is about four standard errors wide.
    stderr = [(p["high"] - p["low"]) / 4 for p in points]
    return make_curve([p["n"] for p in points], [p["mean"] for p in points], stderr, True)


def _forecast(points: list[dict[str, Any]], metric: Metric) -> list[dict[str, float]]:
    """The curve up to four times the rows, with 80 % intervals; nothing when it has too few points."""
    if len(points) < FEWEST_POINTS:
        return []
    fitted, last = _as_curve(points), points[-1]["n"]
    stderr = [(p["high"] - p["low"]) / 4 for p in points]
    values = forecast_curve(
        fitted.n,
        [p["mean"] for p in points],
        stderr,
        [last * t for t in FORECAST_TIMES],
        higher_is_better=True,
    )
    return [
        {"n": n, **{k: metric.possible(v) for k, v in zip(("mean", "low", "high"), found, strict=True)}}
        for n, *found in values
    ]


def _crossing(curves: list[dict[str, Any]]) -> dict[str, float | None] | None:
    """Where the side that trails overtakes; None: not within range, or not measurable."""
    by_family = {c["family"]: c["points"] for c in curves}
    shared = set.intersection(*({p["n"] for p in c["points"]} for c in curves)) if len(curves) == 2 else set()
    if len(shared) < FEWEST_POINTS:
        return None
    points = {f: [p for p in values if p["n"] in shared] for f, values in by_family.items()}
    deep, classical = _as_curve(points["deep"]), _as_curve(points["classical"])
    found = compare_forecast(deep, classical, furthest=FORECAST_TIMES[-1]).crossing
    # Without an upper end the data do not carry it: "some time later" is no forecast.
    carried = found.n is not None and found.high is not None
    return {"n": found.n, "low": found.low, "high": found.high} if carried else None


def gain_of_doubling(curves: list[dict[str, Any]], family: str) -> float | None:
    """What the last doubling of the rows gave this family, in units of the score.

    None where no sample of about half the rows or fewer was measured, and where the gain is within the
    error of the last point: two sizes that are close would tell of chance, many times enlarged.
    """
    for entry in curves:
        last = entry["points"][-1] if entry["points"] else None
        before = [p for p in entry["points"] if p["n"] <= HALF * last["n"]] if last else []
        if entry["family"] == family and last and before:
            gain = last["mean"] - before[-1]["mean"]
            error = (last["high"] - last["low"]) / 4  # a band of 95 % is about four errors wide
            return gain / math.log2(last["n"] / before[-1]["n"]) if abs(gain) > error else None
    return None


def _four_answers(
    evidence: Evidence,
    verdict: Verdict,
    price: Price,
    curves: list[dict[str, Any]],
    worth: float,
) -> dict[str, Answer]:
    """The three questions that evidence answers; interest is the person's."""
    name, rows = smallest_class(evidence.data)
    seconds = price.sides["deep"].training.seconds if "deep" in price.sides else None
    # Classical methods have reached their limit when either kind of network goes beyond it.
    second = second_answer(evidence, worth)
    if second and second.verdict.kind == "deep_worth_it":
        seconds, verdict = second.side.fit_seconds, second.verdict
    odds = verdict.chances
    rising = gain_of_doubling(curves, "classical")
    return {
        "data": data_answer(evidence.data.n, name, rows, FEW_ROWS, scarce=scarce(evidence)),
        "compute": compute_answer(measure_hardware(), seconds),
        "limit": limit_answer(verdict.kind, odds.deep if odds else None, rising, worth),
    }


def _longer_look(evidence: Evidence) -> list[Finding]:
    """What more time brought to a side that had been cut short."""
    if evidence.longer is None:
        return []
    short, longer = evidence.longer
    kind = "turned" if evidence.times > 1 else "confirmed"
    gain = evidence.difference([longer], [short]).mean
    values = {"name": label(longer.job.contender), "times": _ratio(short, longer), "gain": signed(gain)}
    values["seconds"] = spoken_seconds(longer.fit_seconds)
    return [Finding(f"longer-look-{kind}", "pass", "need", values)]


def _no_better_than_guessing(
    evidence: Evidence, verdict: Verdict, sides: dict[str, Side | None]
) -> list[Finding]:
    """A side whose best is rather below guessing; where neither can be told from it, that stands above."""
    if verdict.reason == "nothing-learned":
        return []
    chances = {family: chance_above_guessing(evidence, family) for family in sides}
    below = [s for f, s in sides.items() if s and (chance := chances[f]) is not None and chance < 0.5]
    return [Finding("no-better-than-guessing", "warn", "need", {"name": label(s.name)}) for s in below]


def _ratio(short: Trial, longer: Trial) -> str:
    """How many times the time a fit had, to two digits."""
    return f"{(longer.job.max_seconds or 1.0) / (short.job.max_seconds or 1.0):.2g}"


def _about(rows: float) -> str:
    """A number of rows to two digits, as nobody can plan them closer."""
    return f"{float(f'{rows:.1e}'):.0f}"


def _rows_as_lever(verdict: Verdict, curves: list[dict[str, Any]], worth: float) -> list[Finding]:
    """Where no network is needed but the classical curve still rises by more than `worth`: say so."""
    found = []
    for entry in curves:
        if verdict.kind == "classical_enough" and entry["family"] == "classical" and entry["forecast"]:
            now, then = entry["points"][-1]["mean"], entry["forecast"][-1]
            values = {
                k: signed(then[v] - now) for k, v in (("gain", "mean"), ("low", "low"), ("high", "high"))
            }
            if then["low"] - now > worth:
                values |= {"n": _about(then["n"]), "name": label(entry["contender"])}
                found.append(Finding("rows-are-the-lever", "pass", "need", values))
    return found


def make_result(evidence: Evidence, worth: float, interest: str | None, seconds: float) -> Result:
    """Read the verdict, the costs, the curves and the four answers from the evidence."""
    verdict = decide(evidence, worth)
    sides = {family: side_of(evidence, family) for family in RIVALS}
    curves, price = _curves(evidence, sides), price_of(evidence, verdict, worth)
    questions = {
        "interest": interest_answer(interest),
        **_four_answers(evidence, verdict, price, curves, worth),
    }
    findings = [f for f in evidence.data.notes if f not in verdict.first]
    doubt = doubt_about_labels(evidence, worth)
    if doubt and doubt.limits:
        verdict = replace(verdict, first=(*verdict.first, *doubt.findings))
    elif doubt:
        findings += doubt.findings
    findings += _no_better_than_guessing(evidence, verdict, sides)
    findings += _longer_look(evidence) + _rows_as_lever(verdict, curves, worth)
    if evidence.store.lost:
        findings.append(Finding("trials-not-saved", "warn", "need", {"lost": evidence.store.lost}))
    crossing = _crossing(curves)
    second = second_answer(evidence, worth)
    if second:
        curves += _curves(evidence, {PRETRAINED: second.side})
    return Result(
        evidence,
        verdict,
        worth,
        sides,
        curves,
        crossing,
        questions,
        _not_tried(evidence, verdict),
        findings,
        seconds,
        doubt=doubt,
        second=second,
        price=price,
        ensembles=ensembles_of(evidence, worth),
    )
