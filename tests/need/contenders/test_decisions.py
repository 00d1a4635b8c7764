"""Options of margin classifiers: the usual one stays unless another is clearly better."""

import numpy as np

from deepstart.need.contenders._decisions import CLEARLY, clearly_best


def misses(rng, rates, rows=600):
    """Wrong or right of options with these true error rates, on rows that are hard or easy for all."""
    hard = rng.uniform(size=rows)
    return [(0.7 * hard + 0.3 * rng.uniform(size=rows) < rate).astype(float) for rate in rates]


def test_of_level_options_the_usual_one_stays_far_more_often_than_by_the_least_mean():
    rng = np.random.default_rng(0)
    draws = [misses(rng, [0.3, 0.3, 0.3]) for _ in range(400)]
    kept = np.mean([clearly_best(draw) == 0 for draw in draws])
    by_mean = np.mean([np.argmin([m.mean() for m in draw]) == 0 for draw in draws])
    assert by_mean < 0.45
    assert kept > by_mean + 0.1


def test_an_option_that_errs_five_points_less_is_found():
    rng = np.random.default_rng(1)
    found = [clearly_best(misses(rng, [0.35, 0.35, 0.30])) == 2 for _ in range(200)]
    assert np.mean(found) > 0.95


def test_what_is_chosen_is_never_worse_on_the_held_out_rows_than_the_usual_one():
    rng = np.random.default_rng(2)
    for _ in range(200):
        tried = misses(rng, rng.uniform(0.2, 0.4, 4))
        chosen = tried[clearly_best(tried)]
        lead = tried[0] - chosen
        assert chosen is tried[0] or lead.mean() > CLEARLY * lead.std() / len(lead) ** 0.5


def test_options_that_agree_on_every_row_leave_the_usual_one():
    same = np.array([0.0, 1.0, 1.0])
    assert clearly_best([same, same.copy()]) == 0
