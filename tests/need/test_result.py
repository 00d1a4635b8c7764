"""What the result says beside the verdict."""

import pytest

from deepstart.need.result import _rows_as_lever, gain_of_doubling
from deepstart.need.verdict import Verdict


def classical_curve(gain, half_width):
    """A curve that stands at 0.80 with 1,000 rows and is forecast at 4,000."""
    then = {
        "n": 3988.0,
        "mean": 0.80 + gain,
        "low": 0.80 + gain - half_width,
        "high": 0.80 + gain + half_width,
    }
    points = [{"n": 1000, "mean": 0.80, "low": 0.79, "high": 0.81}]
    return [{"contender": "text-nbsvm", "family": "classical", "points": points, "forecast": [then]}]


def test_where_rows_bring_more_than_a_network_would_have_to_that_is_said_with_its_interval():
    [found] = _rows_as_lever(
        Verdict("classical_enough", "no-gain", None, None), classical_curve(0.04, 0.01), 0.01
    )
    assert found.id == "rows-are-the-lever"
    assert (found.values["gain"], found.values["low"], found.values["high"]) == ("+4.0", "+3.0", "+5.0")
    assert "about 4000 rows" in found.sentence("what", "en")
    assert "4000" in found.sentence("what", "zh")


@pytest.mark.parametrize(
    ("kind", "gain", "half_width"),
    [("classical_enough", 0.02, 0.015), ("classical_enough", 0.0, 0.001), ("deep_worth_it", 0.04, 0.01)],
)
def test_an_unsure_or_flat_forecast_or_another_verdict_says_nothing_of_it(kind, gain, half_width):
    verdict = Verdict(kind, "no-gain", None, None)
    assert _rows_as_lever(verdict, classical_curve(gain, half_width), 0.01) == []


def points(*scores, half=0.01):
    return [{"n": n, "mean": s, "low": s - half, "high": s + half} for n, s in scores]


def test_doubling_is_told_from_a_point_at_half_the_rows_and_only_beyond_its_error():
    def curve(*scores):
        return [{"family": "classical", "points": points(*scores)}]

    assert gain_of_doubling(curve((250, 0.80), (500, 0.84), (850, 0.86), (1000, 0.88)), "classical") == (
        pytest.approx(0.04)
    )
    assert gain_of_doubling(curve((500, 0.879), (1000, 0.88)), "classical") is None
    assert gain_of_doubling(curve((850, 0.84), (1000, 0.88)), "classical") is None
    assert gain_of_doubling([], "classical") is None
