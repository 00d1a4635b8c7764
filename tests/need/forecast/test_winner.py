"""Who wins later is said with the confidence that the curves give."""

import numpy as np
import pytest

from deepstart.findings import UserError
from deepstart.need.forecast import compare_forecast, crossing, make_curve, who_wins

N = np.geomspace(32, 2048, 8).round()
STEEP = make_curve(N, 0.02 + 3.0 * N**-0.5, np.full(8, 0.003))  # 0.086 at the end
FLAT = make_curve(N, 0.08 + 0.2 * N**-0.5, np.full(8, 0.003))  # 0.084 at the end
BAD = make_curve(N, 0.3 + 0.2 * N**-0.5, np.full(8, 0.003))


def test_swapping_the_two_swaps_the_answer():
    for deep in (-1, 0, 1):
        there, back = who_wins(STEEP, FLAT, 8192, deep=deep), who_wins(FLAT, STEEP, 8192, deep=-deep)
        assert there + back == pytest.approx(1)


def test_equal_curves_are_even():
    assert who_wins(FLAT, FLAT, 8192) == pytest.approx(0.5)


def test_a_clear_lead_stays():
    assert who_wins(FLAT, BAD, 4096) > 0.95


def test_the_steeper_curve_gains_with_more_rows():
    later = who_wins(STEEP, FLAT, np.array([2100, 4096, 16384]), deep=1)
    assert (np.diff(later) > 0).all()
    assert later[-1] > 0.8


def test_a_lead_that_must_be_large_is_less_likely():
    assert who_wins(STEEP, FLAT, 16384, by=0.03) < who_wins(STEEP, FLAT, 16384)


def test_a_network_gets_the_benefit_of_what_networks_did_elsewhere():
    assert who_wins(FLAT, FLAT, 16384, deep=1) > 0.5


def test_the_crossing_of_a_steep_and_a_flat_curve_holds_the_truth():
    flat = make_curve(N, 0.07 + 0.2 * N**-0.5, np.full(8, 0.003))
    truth = (2.8 / 0.05) ** 2  # 0.02 + 3 n^-.5 = 0.07 + 0.2 n^-.5
    found = crossing(STEEP, flat, deep=1)
    assert found.low < truth
    assert found.high is None or truth < found.high
    assert not found.seen


def test_a_hopeless_one_never_crosses_within_range():
    found = crossing(FLAT, BAD)
    assert (found.n, found.low, found.high) == (None, None, None)


def test_a_crossing_inside_the_curves_is_measured():
    down = make_curve(N, np.linspace(0.5, 0.1, 8), np.full(8, 0.003))
    level = make_curve(N, np.full(8, 0.3), np.full(8, 0.003))
    found = crossing(down, level)
    assert found.seen
    assert found.low < found.n < found.high <= N[-1]


def test_close_curves_are_unclear_and_name_how_much_to_label_next():
    outlook = compare_forecast(STEEP, FLAT)
    assert outlook.unclear_beyond is not None
    assert 1.4 * N[-1] < outlook.label_next <= 4.1 * N[-1]


def test_a_settled_race_asks_for_no_more_rows():
    outlook = compare_forecast(BAD, FLAT)
    assert outlook.deep_ahead_now < 0.05
    assert (outlook.unclear_beyond, outlook.label_next) == (None, None)


def test_scores_without_a_known_best_are_compared_as_they_are():
    ahead = make_curve(N, 2000 + 3 * np.log(N), np.full(8, 0.1), higher_is_better=True)
    behind = make_curve(N, 1990 + 2 * np.log(N), np.full(8, 0.1), higher_is_better=True)
    assert ahead.scale.best != behind.scale.best
    assert who_wins(ahead, behind, 4096) > 0.95
    assert who_wins(behind, ahead, 4096) < 0.05


def test_curves_without_shared_rows_cannot_be_compared():
    with pytest.raises(UserError):
        who_wins(FLAT, make_curve(N + 1, 0.1 + N**-0.5), 4096)
