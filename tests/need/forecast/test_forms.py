"""The published forms find curves of their own shape."""

import numpy as np
import pytest

from deepstart.need.forecast.forms import all_forms

N = np.geomspace(16, 2048, 8)
NOISE = np.full(8, 0.002)
TRUTHS = {
    "pow3": lambda n: 0.08 + 1.2 * n**-0.5,
    "mmf4": lambda n: (0.5 * 40 + 0.05 * n**0.8) / (40 + n**0.8),
    "wbl4": lambda n: 0.05 + 0.6 * np.exp(-0.2 * n**0.35),
    "m1": lambda n: 0.9 * n**-0.3,
    "m2": lambda n: 0.08 + 1.2 * n**-0.5,
    "m3": lambda n: 0.9 * (1 / n + 0.004) ** 0.4,
    "m4": lambda n: 0.05 + 0.9 * n**-0.4,  # alpha = 0: a power law with an offset
    "bnsl": lambda n: 0.02 + 0.6 * n**-0.1 * (1 + (n / 200) ** 2) ** -0.25,
}


def test_every_form_has_a_truth_to_find_and_a_source():
    assert set(all_forms()) == set(TRUTHS)
    assert all("20" in form.source for form in all_forms().values())


@pytest.mark.parametrize("name", TRUTHS)
def test_a_form_forecasts_a_curve_of_its_own_shape_at_four_times_the_rows(name):
    fitted = all_forms()[name].fit(N, TRUTHS[name](N), NOISE)
    assert fitted(np.array([8192.0]))[0] == pytest.approx(TRUTHS[name](8192.0), rel=0.06)


@pytest.mark.parametrize("name", TRUTHS)
@pytest.mark.parametrize(
    "error", [np.full(8, 0.3), np.zeros(8), np.linspace(0.2, 0.4, 8)], ids=["flat", "zero", "rising"]
)
def test_a_form_stays_finite_on_odd_curves(name, error):
    fitted = all_forms()[name].fit(N, error, NOISE)
    assert np.isfinite(fitted(np.array([8192.0]))).all()
