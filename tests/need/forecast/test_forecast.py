"""Forecasts hold on curves of known truth, in any units."""

import numpy as np
import pytest

from deepstart.findings import UserError
from deepstart.need.forecast import forecast_curve, make_curve
from deepstart.need.forecast.intervals import centre_and_traits, constants, interval
from deepstart.need.forecast.posterior import posterior, shape_grid, weighted_quantiles

N = np.geomspace(32, 1024, 6).round()


def power_law(n, offset=0.1, factor=1.5, exponent=0.5):
    return offset + factor * np.asarray(n, float) ** -exponent


def simulated(seed, points=8):
    """A noisy power law with random constants: n, error, standard error, true error at 4 times the rows."""
    rng = np.random.default_rng(seed)
    n = np.geomspace(32, 2048, points).round()
    law = {"offset": rng.uniform(0, 0.2), "factor": rng.uniform(1, 3), "exponent": rng.uniform(0.3, 0.7)}
    stderr = np.full(points, rng.uniform(0.002, 0.01))
    return n, power_law(n, **law) + rng.normal(0, stderr), stderr, power_law(4 * n[-1], **law)


def test_the_forecast_of_simulated_power_laws_is_near_and_its_intervals_hold():
    off, held = [], []
    for seed in range(150):
        n, error, stderr, truth = simulated(seed)
        [(_, mean, low, high)] = forecast_curve(n, error, stderr, [4 * n[-1]])
        off.append(abs(mean - truth))
        held.append(low <= truth <= high)
    stays = np.median([abs(simulated(s)[1][-1] - simulated(s)[3]) for s in range(150)])
    assert np.median(off) < 0.5 * stays
    assert np.mean(held) >= 0.75


def test_accuracy_and_error_of_the_same_curve_have_mirrored_forecasts():
    error = forecast_curve(N, power_law(N), to=[2048, 8192])
    accuracy = forecast_curve(N, 1 - power_law(N), to=[2048, 8192], higher_is_better=True)
    for (_, mean, low, high), (_, mean2, low2, high2) in zip(error, accuracy, strict=True):
        assert (mean2, low2, high2) == pytest.approx((1 - mean, 1 - high, 1 - low))


@pytest.mark.parametrize("unit", [1e-4, 37.0, 1e6])
def test_the_unit_of_an_error_does_not_matter(unit):
    plain = np.array(forecast_curve(N, power_law(N), to=[4096]))
    scaled = np.array(forecast_curve(N, unit * power_law(N), to=[4096]))
    assert scaled[:, 1:] == pytest.approx(unit * plain[:, 1:], rel=1e-6)


def test_percent_are_read_like_shares():
    share = forecast_curve(N, 1 - power_law(N), to=[4096], higher_is_better=True)[0]
    percent = forecast_curve(N, 100 * (1 - power_law(N)), to=[4096], higher_is_better=True)[0]
    assert percent[1:] == pytest.approx([100 * v for v in share[1:]])


def test_a_score_below_zero_such_as_r2_is_forecast_towards_one():
    r2 = 1 - 8 * N**-0.4
    [(_, mean, low, high)] = forecast_curve(N, r2, to=[4096], higher_is_better=True)
    assert r2[0] < 0
    assert low <= 1 - 8 * 4096**-0.4 <= high
    assert r2[-1] < mean < 1


def test_a_likelihood_without_a_known_best_value_keeps_its_order():
    [(_, mean, low, high)] = forecast_curve(N, -5 + 8 * N**-0.5, to=[4096])
    assert low < mean < high
    assert mean < (-5 + 8 * N**-0.5)[-1]


def test_a_plateau_stays_a_plateau():
    rng = np.random.default_rng(0)
    [(_, mean, low, high)] = forecast_curve(N, 0.2 + rng.normal(0, 0.002, 6), np.full(6, 0.002), [8192])
    assert mean == pytest.approx(0.2, abs=0.01)
    assert high - low < 0.08


def test_a_curve_that_gets_worse_is_not_promised_to_turn():
    [(_, mean, _, high)] = forecast_curve(N, np.linspace(0.2, 0.3, 6), np.full(6, 0.003), [2048])
    assert mean > 0.28
    assert high > 0.3


def test_intervals_widen_with_the_distance_and_with_the_noise():
    def width(noise, to):
        [(_, _, low, high)] = forecast_curve(N, power_law(N), np.full(6, noise), [to])
        return high - low

    assert width(0.003, 2048) < width(0.003, 4096) < width(0.003, 16384)
    assert width(0.003, 4096) < width(0.03, 4096)


def test_an_error_of_zero_is_forecast_as_zero():
    [(_, mean, low, high)] = forecast_curve(N, np.zeros(6), to=[4096])
    assert (mean, low) == pytest.approx((0, 0), abs=1e-6)
    assert high < 1e-3


def test_equal_n_are_averaged_and_order_does_not_matter():
    twice = forecast_curve([*N, N[0]], [*power_law(N), power_law(N[0])], to=[4096])
    shuffled = forecast_curve(N[::-1], power_law(N)[::-1], to=[4096])
    assert twice[0] == pytest.approx(shuffled[0])


def test_missing_standard_errors_are_estimated_from_the_roughness():
    rng = np.random.default_rng(3)
    n = np.geomspace(32, 4096, 15).round()
    curve = make_curve(n, power_law(n) + rng.normal(0, 0.01, 15))
    assert 0.003 < curve.stderr[0] < 0.03


def test_three_points_are_too_few():
    with pytest.raises(UserError) as raised:
        forecast_curve(N[:3], power_law(N[:3]), to=[4096])
    assert raised.value.values == {"count": 3, "fewest": 4}


def test_the_weights_of_the_shapes_are_probabilities():
    expected, weights = posterior(make_curve(N, power_law(N)), np.array([2048.0, 4096.0]))
    assert weights.sum() == pytest.approx(1)
    assert expected.shape == (2, 2 * shape_grid().shape[1])


def test_the_weighted_quantile_is_that_of_repeated_values():
    rng = np.random.default_rng(0)
    values, times = rng.normal(size=(3, 9)), rng.integers(1, 6, 9)
    [ours] = weighted_quantiles(values, times / times.sum(), (0.5,))
    slow = [np.sort(np.repeat(row, times))[int(np.ceil(times.sum() / 2)) - 1] for row in values]
    assert ours == pytest.approx(slow)


def test_other_constants_can_be_tried():
    curve = make_curve(N, power_law(N))
    shipped = constants()["reach"]
    doubled = {"reach": {**shipped, "high": [2 * v for v in shipped["high"]]}}
    to = np.array([4096.0])
    centre = centre_and_traits(curve, to)[0]
    _, _, high = interval(curve, to)
    _, _, higher = interval(curve, to, doubled)
    assert higher - centre == pytest.approx(2 * (high - centre))


@pytest.mark.parametrize("seed", range(20))
def test_the_expected_error_lies_inside_its_interval_and_never_below_zero(seed):
    rng = np.random.default_rng(seed)
    jumpy = np.abs(rng.normal(0.2, rng.choice([0.001, 0.05, 0.5]), 6))
    centre, low, high = interval(make_curve(N, jumpy), np.array([1100.0, 4096.0, 1e6]))
    assert (low >= 0).all()
    assert (low <= centre).all()
    assert (centre <= high).all()
