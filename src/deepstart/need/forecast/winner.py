"""Who will be ahead with more rows: from the paired difference, shrunk by what other curves did.

Forecasting two curves apart and subtracting loses to "who is ahead now stays ahead", since both errors
add up. Here the difference now, that of the forecasts and the kind of method (networks gain more
from rows) go into one logistic rule without intercept, so that swapping the two swaps the answer. Its
weights were learned on pairs of LCDB curves whose later part is known: see benchmarks/learn_forecast.py.
"""

from dataclasses import dataclass

import numpy as np

from deepstart.findings import UserError
from deepstart.need.forecast.curve import Curve, Scale
from deepstart.need.forecast.intervals import PROVEN_RATIO, centre_and_traits, constants, spread

#: A later winner is named only up to this many times the rows seen, and only when this likely.
#: Source: on LCDB 1.1 the present winner still leads at 2 times the rows in 96 %, at 8 times in 82 %.
CLAIM_RATIO, CLAIM_PROBABILITY = 4.0, 0.8
#: Names of the evidence, in the order of the learned weights.
EVIDENCE = (
    "last difference", "difference now", "difference now x log ratio", "difference of forecasts",
    "significance now", "network", "network x log ratio",
)  # fmt: skip


@dataclass(frozen=True)
class Crossing:
    """Where the one that trails overtakes, as far as the curves can tell.

    Args:
        n: rows at which it is as likely as not to be ahead; None: not within range.
        low: at fewer rows it is ahead with less than 10 %; None: nowhere in range with more.
        high: at more rows it is ahead with more than 90 %; None: not within range.
        seen: the crossing lies inside the curves and was measured, not forecast.
    """

    n: float | None
    low: float | None
    high: float | None
    seen: bool = False


@dataclass(frozen=True)
class Outlook:
    """Who is ahead now and later.

    Args:
        deep_ahead_now: probability that the network is ahead at the rows seen.
        deep_ahead: (n, probability) at 2, 4 and 8 times the rows seen.
        crossing: where the lead changes hands.
        unclear_beyond: more rows than this and nobody can say; None: clear as far as was tested.
        label_next: rows to have before asking again; None: more rows will not turn it.
    """

    deep_ahead_now: float
    deep_ahead: tuple[tuple[float, float], ...]
    crossing: Crossing
    unclear_beyond: float | None
    label_next: float | None


def aligned(curve_a: Curve, curve_b: Curve) -> tuple[Curve, Curve]:
    """Both with errors from the same best value, where each was guessed from its own scores."""
    bests = (curve_a.scale.best, curve_b.scale.best)
    best = max(bests) if curve_a.scale.higher_is_better else min(bests)

    def shifted(curve):
        scale = Scale(curve.scale.higher_is_better, best)
        return Curve(curve.n, curve.error + abs(best - curve.scale.best), curve.stderr, scale)

    return shifted(curve_a), shifted(curve_b)


def pair(curve_a: Curve, curve_b: Curve) -> tuple[Curve, Curve]:
    """Both curves at the numbers of rows that they share.

    Raises:
        UserError: they share fewer than two.
    """
    curve_a, curve_b = aligned(curve_a, curve_b)
    shared, at_a, at_b = np.intersect1d(curve_a.n, curve_b.n, return_indices=True)
    if len(shared) < 2:
        raise UserError("forecast.no-shared-points", count=len(shared))

    def pick(curve, at):
        return Curve(curve.n[at], curve.error[at], curve.stderr[at], curve.scale)

    return pick(curve_a, at_a), pick(curve_b, at_b)


def evidence(curve_a: Curve, curve_b: Curve, at_n: np.ndarray, deep: int = 0, learned=None) -> np.ndarray:
    """What speaks for a at each n: positive for a, negative for b; shape (len(at_n), 7).

    Args:
        deep: 1 where only a is a network, -1 where only b is, 0 otherwise.
        learned: constants to use instead of the ones that ship.
    """
    curve_a, curve_b = aligned(curve_a, curve_b)
    a, b = pair(curve_a, curve_b)
    difference, noise = b.error - a.error, np.hypot(a.stderr, b.stderr)
    at = np.append(a.n[-1], at_n)
    centres, spreads = zip(*(_centre_and_spread(c, at, learned) for c in (curve_a, curve_b)), strict=True)
    expected, unit = centres[1] - centres[0], np.hypot(*spreads)[1:]
    now, later = expected[0], expected[1:]
    ratio = np.log(np.maximum(at_n / a.n[-1], 1.0))
    sure = np.tanh(now / np.median(noise[-3:]) / 2)
    return np.column_stack([
        _damped(difference[-1] / unit),
        _damped(now / unit),
        _damped(now / unit) * ratio,
        _damped(later / unit),
        np.full_like(ratio, sure),
        np.full_like(ratio, deep),
        deep * ratio,
    ])  # fmt: skip


def _centre_and_spread(curve: Curve, at_n: np.ndarray, learned):
    centre, traits = centre_and_traits(curve, at_n)
    return centre, spread(curve, traits, learned)


def _damped(value):
    """Large evidence counts, but less than in proportion."""
    return np.sign(value) * np.log1p(np.abs(value))


def who_wins(curve_a: Curve, curve_b: Curve, at_n, *, deep: int = 0, by: float = 0.0):
    """Probability that a has less error than b at `at_n`, where the difference can be told at all.

    Args:
        at_n: rows, a number or shape (points,).
        deep: 1 where only a is a network, -1 where only b is, 0 otherwise or unknown.
        by: the lead that a must have, in units of the error.

    Returns:
        Between 0 and 1, of the shape of `at_n`.
    """
    curve_a, curve_b = aligned(curve_a, curve_b)
    rival = Curve(curve_b.n, np.maximum(curve_b.error - by, 0), curve_b.stderr, curve_b.scale)
    at = np.atleast_1d(np.asarray(at_n, float))
    weights = np.array(constants()["winner"])
    probability = 1 / (1 + np.exp(-evidence(curve_a, rival, at, deep) @ weights))
    return float(probability[0]) if np.ndim(at_n) == 0 else probability


def crossing(curve_a: Curve, curve_b: Curve, *, deep: int = 0, furthest: float = PROVEN_RATIO) -> Crossing:
    """Where the one that trails now overtakes, as an interval, or "not within range".

    Args:
        deep: 1 where only a is a network, -1 where only b is, 0 otherwise.
        furthest: how many times the rows seen are searched.
    """
    a, _ = pair(curve_a, curve_b)
    at = a.n[-1] * np.geomspace(1, furthest, 61)
    wins = who_wins(curve_a, curve_b, at, deep=deep)
    trailing = np.maximum.accumulate(1 - wins if wins[0] >= 0.5 else wins)
    n, low, high = (_first(at, trailing, share) for share in (0.5, 0.1, 0.9))
    if low is not None:
        return Crossing(n, low, high)
    return _seen_crossing(curve_a, curve_b) or Crossing(None, None, None)


def _first(at, probability, share) -> float | None:
    """The first n at which the probability reaches `share`."""
    return float(at[(probability >= share).argmax()]) if probability[-1] >= share else None


def _seen_crossing(curve_a: Curve, curve_b: Curve) -> Crossing | None:
    """The last change of hands inside the curves that is more than noise."""
    a, b = pair(curve_a, curve_b)
    difference, noise = b.error - a.error, np.hypot(a.stderr, b.stderr)
    clear = np.flatnonzero(np.abs(difference) > 2 * noise)
    change = np.flatnonzero(np.diff(np.sign(difference[clear])))
    if not len(change):
        return None
    before, after = clear[change[-1]], clear[change[-1] + 1]
    share = difference[before] / (difference[before] - difference[after])
    low, high = a.n[before], a.n[after]
    return Crossing(float(low * (high / low) ** share), float(low), float(high), seen=True)


def compare_forecast(
    deep: Curve, classical: Curve, furthest: float = PROVEN_RATIO, *, side: int = 1
) -> Outlook:
    """Whether a network would win with more rows, and how far that can be said at all.

    Args:
        side: 1 as the arguments say; 0 where nobody knows which of the two is a network.
    """
    last = pair(deep, classical)[0].n[-1]
    ratios = np.geomspace(1, furthest, 61)
    wins = who_wins(deep, classical, last * ratios, deep=side)
    later = tuple((float(last * r), float(np.interp(r, ratios, wins))) for r in (2.0, 4.0, 8.0))
    beyond = _clear_until(wins, ratios)
    changes_hands = crossing(deep, classical, deep=side, furthest=furthest)
    if beyond is None:
        return Outlook(float(wins[0]), later, changes_hands, None, None)
    more = np.clip(2 * beyond, 1.5, CLAIM_RATIO)
    return Outlook(float(wins[0]), later, changes_hands, float(last * beyond), _round_up(last * more))


def _clear_until(wins: np.ndarray, ratios: np.ndarray) -> float | None:
    """How many times the rows seen the winner is clear for; None: the same one, as far as was tested."""
    sure = np.maximum(wins, 1 - wins) >= CLAIM_PROBABILITY
    if sure.all() and len(set(wins > 0.5)) == 1:
        return None
    unclear = ~sure | (ratios > CLAIM_RATIO)
    return float(ratios[max(unclear.argmax() - 1, 0)])


def _round_up(n: float) -> float:
    """To two digits: nobody labels 3,847 rows."""
    step = 10 ** max(np.floor(np.log10(n)) - 1, 0)
    return float(np.ceil(n / step) * step)
