"""The posterior is the published one where there are many splits, and honest where there are few."""

import numpy as np
import pytest
from scipy import stats

from deepstart.need.metrics import variance_of_difference
from deepstart.need.statistics import Posterior, chances, posterior_of_mean


def test_with_many_splits_and_the_whole_correction_it_is_the_test_of_corani_and_benavoli(monkeypatch):
    monkeypatch.setattr("deepstart.need.statistics.OVERLAP", 1.0)
    rng = np.random.default_rng(0)
    values = rng.normal(0.01, 0.02, 400)
    belief = posterior_of_mean(values, np.full(400, 0.02**2 / 1.25), test_share=0.2)
    scale = values.std(ddof=1) * np.sqrt(1 / 400 + 0.25)
    assert belief.scale == pytest.approx(scale, rel=0.01)
    assert belief.above(0.0) == pytest.approx(stats.t.sf(-values.mean() / scale, 399), abs=0.01)


def test_the_three_probabilities_add_up_to_one():
    odds = chances(Posterior(0.004, 0.01, 6), 0.01)
    assert odds.deep + odds.equivalent + odds.classical == pytest.approx(1)
    assert min(odds.deep, odds.equivalent, odds.classical) > 0


def test_more_splits_narrow_the_interval():
    one = posterior_of_mean(np.array([0.02]), np.array([1e-4]), test_share=0.2)
    ten = posterior_of_mean(np.full(10, 0.02), np.full(10, 1e-4), test_share=0.2)
    assert ten.interval()[1] - ten.interval()[0] < one.interval()[1] - one.interval()[0]


def test_repeats_on_one_test_set_do_not_remove_the_chance_of_its_rows():
    values = np.full(50, 0.02)
    belief = posterior_of_mean(values, np.full(50, 1e-4), test_share=0.2, same_test=True)
    assert belief.scale >= 0.01


def test_no_splits_are_refused():
    with pytest.raises(ValueError, match="cannot be paired"):
        posterior_of_mean(np.array([]), np.array([]), test_share=0.2)


def simulated_splits(rng, lead, splits, n=300):
    """Paired accuracies on overlapping splits; who gets a row right is the row's, training adds noise."""
    propensity = rng.choice([0, 1, -1], n, p=[0.9 - abs(lead), 0.05 + max(lead, 0), 0.05 + max(-lead, 0)])
    values, variances = [], []
    for number in range(splits):
        if number % 5 == 0:  # five folds, then a new shuffle
            folds = np.split(rng.permutation(n), 5)
        row = propensity[folds[number % 5]]
        values.append(row.mean() + rng.normal(0, 0.005))
        variances.append(row.var() / len(row) + 1 / len(row) ** 2)
    return np.array(values), np.array(variances)


@pytest.mark.parametrize("splits", [1, 2, 5, 10])
def test_without_a_difference_a_winner_is_claimed_in_under_five_of_a_hundred(splits):
    rng = np.random.default_rng(splits)
    claimed = 0
    for _ in range(400):
        values, variances = simulated_splits(rng, 0.0, splits)
        belief = posterior_of_mean(values, variances, test_share=0.2)
        claimed += belief.above(0.0) > 0.975 or belief.above(0.0) < 0.025
    assert claimed / 400 < 0.05


@pytest.mark.parametrize("splits", [1, 3, 10])
def test_a_95_percent_interval_covers_a_true_lead(splits):
    rng = np.random.default_rng(10 + splits)
    covered = 0
    for _ in range(400):
        values, variances = simulated_splits(rng, 0.08, splits)
        low, high = posterior_of_mean(values, variances, test_share=0.2).interval()
        covered += low <= 0.08 <= high
    assert covered / 400 > 0.92


def near_the_ceiling(rng, rows=300):
    """Two methods that are nearly perfect: their true lead, and what one test set shows of them."""
    rival, network = 1 - rng.uniform(0, 0.03, 2)
    both = rng.uniform(0, min(1 - rival, 1 - network))  # rows that neither gets right
    wrong = rng.choice(
        4, rows, p=[1 - (1 - rival) - (1 - network) + both, 1 - rival - both, 1 - network - both, both]
    )
    right = {"rival": ~np.isin(wrong, [1, 3]), "network": ~np.isin(wrong, [2, 3])}
    return network - rival, {side: (r.mean(), r - r.mean()) for side, r in right.items()}


def belief_of(score, influence, other=0.0):
    variance = variance_of_difference(influence, np.zeros_like(influence) + other)
    return posterior_of_mean(np.array([score]), np.array([variance]), test_share=0.2)


def test_near_a_perfect_score_a_lead_is_given_the_probability_that_it_has():
    rng = np.random.default_rng(0)
    plain, bounded, true = [], [], []
    for _ in range(1500):
        lead, shown = near_the_ceiling(rng)
        (score, influence), (rival, its) = shown["network"], shown["rival"]
        difference = belief_of(score - rival, influence, its)
        plain.append(chances(difference, 0.01).deep)
        known = chances(difference, 0.01, belief_of(score, influence), belief_of(rival, its))
        bounded.append(known.deep)
        true.append(lead > 0.01)
        assert known.deep + known.equivalent + known.classical == pytest.approx(1)

    def brier(said):
        return ((np.array(said) - true) ** 2).mean()

    assert brier(bounded) < brier(plain)
    sure = np.array(bounded) <= 0.05
    assert sure.sum() > 300
    assert np.array(true)[sure].mean() <= 0.05


def test_far_from_a_perfect_score_the_ceiling_changes_nothing():
    lead, network, rival = Posterior(0.02, 0.01, 6), Posterior(0.72, 0.02, 6), Posterior(0.7, 0.02, 6)
    assert chances(lead, 0.01, network, rival).deep == pytest.approx(lead.above(0.01), abs=1e-4)


def test_a_tie_at_the_top_leaves_no_room_for_a_lead():
    lead, network, rival = Posterior(0.0, 0.01, 5), Posterior(0.998, 0.002, 5), Posterior(0.998, 0.002, 5)
    assert chances(lead, 0.01, network, rival).deep < 0.01 < chances(lead, 0.01).deep


@pytest.mark.parametrize("training", [0.0, 0.002, 0.004])
def test_repeats_on_one_test_set_count_the_whole_chance_of_training(training):
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(400):
        of_rows = rng.normal(0, 0.002)  # one test set, shared by all repeats
        values = 0.01 + of_rows + rng.normal(0, training, 4)
        belief = posterior_of_mean(values, np.full(4, 0.002**2), test_share=0.2, same_test=True)
        low, high = belief.interval()
        covered += low <= 0.01 <= high
    assert covered / 400 > 0.9


def test_an_interval_ends_where_no_mean_can_be():
    few = {"values": np.array([0.6]), "row_variances": np.array([0.2]), "test_share": 0.2}
    assert posterior_of_mean(**few, bounds=(0.0, 1.0)).interval() == (0.0, 1.0)
    low, high = posterior_of_mean(**few).interval()
    assert low < 0
    assert high > 1
