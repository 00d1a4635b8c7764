"""Splits keep together what belongs together and show no test row to any choice."""

from dataclasses import replace

import numpy as np
import pytest

from deepstart.findings import UserError
from deepstart.need.audit import Wish
from deepstart.need.audit.time_order import time_order
from deepstart.need.data import Data
from deepstart.need.splits import bound_together, make_splits, windows_of_time


def made(n=200, classes=4, **more):
    rng = np.random.default_rng(0)
    y = np.arange(n) % classes
    return Data(
        "d", "table", "classification", rng.normal(size=(n, 2)), y, [str(c) for c in range(classes)], **more
    )


def test_each_row_is_tested_once_in_five_splits():
    splits = make_splits(made(), most=5)
    assert np.array_equal(np.sort(np.concatenate([s.test for s in splits])), np.arange(200))


def test_inner_validation_and_test_rows_are_apart_and_together_are_all_rows():
    for split in make_splits(made(), most=7):
        everything = np.concatenate([split.inner, split.validation, split.test])
        assert np.array_equal(np.sort(everything), np.arange(200))


def test_every_beginning_of_the_inner_rows_is_a_stratified_sample():
    data = made(n=400)
    split = make_splits(data, most=1)[0]
    for n in (40, 80, 160):
        counts = np.bincount(data.y[split.inner[:n]], minlength=4)
        assert counts.max() - counts.min() <= 2


@pytest.mark.parametrize("groups", [12, 1500])
def test_no_group_is_on_both_sides(groups):
    n = 4000
    data = made(n=n, groups=np.random.default_rng(1).integers(0, groups, n))
    for split in make_splits(data, most=6):
        assert not set(data.groups[split.train]) & set(data.groups[split.test])
        assert not set(data.groups[split.inner]) & set(data.groups[split.validation])


def test_groups_and_duplicates_that_touch_stay_together():
    data = made(n=8, classes=2, groups=np.array([0, 0, 1, 1, 2, 2, 3, 3]), duplicates=np.arange(8))
    data.duplicates[2] = data.duplicates[1]  # row 2 of group 1 is a copy of row 1 of group 0
    bound = bound_together(data)
    assert len(set(bound[:4])) == 1
    assert len(set(bound)) == 3


def test_a_split_that_came_with_the_data_is_kept():
    part = np.array([0] * 120 + [1] * 30 + [2] * 50)
    for split in make_splits(made(part=part), most=3):
        assert np.array_equal(np.sort(split.test), np.arange(150, 200))
        assert np.array_equal(np.sort(split.validation), np.arange(120, 150))


def test_time_is_split_forward():
    data = made(order=np.random.default_rng(2).permutation(200).astype(float))
    for split in make_splits(data, most=5):
        assert data.order[split.train].max() < data.order[split.test].min()
        assert data.order[split.inner].max() < data.order[split.validation].min()


@pytest.mark.parametrize("days", [9, 30, 150])
def test_no_moment_is_on_both_sides(days):
    data = made(n=900, order=np.random.default_rng(days).integers(0, days, 900).astype(float))
    splits = make_splits(data, most=5)
    assert len(splits) == 3
    for split in splits:
        assert data.order[split.train].max() < data.order[split.test].min()
        assert data.order[split.inner].max() < data.order[split.validation].min()
        assert len(split.test) == pytest.approx(180, rel=0.5)
    assert len(set(np.concatenate([s.test for s in splits]))) == sum(len(s.test) for s in splits)


def test_two_halves_of_time_make_one_window_and_one_moment_makes_none():
    ((past, test),) = windows_of_time(np.repeat([2021, 2022], 50))
    assert (past.max(), test.min()) == (49, 50)
    assert windows_of_time(np.zeros(100)) == []
    assert windows_of_time(np.repeat([2021, 2022], [10, 90])) == []
    assert windows_of_time(np.repeat([2021, 2022], [98, 2])) == []


def test_a_class_of_two_rows_and_a_regression_target_can_be_split():
    small = made(n=50)
    small.y = np.array([0] * 48 + [1] * 2)
    assert len(make_splits(small, most=5)) == 5
    regression = replace(small, task="regression", y=np.random.default_rng(0).normal(size=50), classes=[])
    assert all(len(s.test) == 10 for s in make_splits(regression, most=5))


def test_the_same_seed_gives_the_same_splits():
    first, again, other = (make_splits(made(), seed=s, most=2)[1] for s in (5, 5, 6))
    assert np.array_equal(first.inner, again.inner)
    assert not np.array_equal(first.inner, other.inner)


def few_sick(seed):
    """Twenty patients of ten rows, three of them sick."""
    rng = np.random.default_rng(seed)
    sick = np.isin(np.arange(20), rng.choice(20, 3, replace=False))
    data = made(n=200, classes=2, groups=np.repeat(np.arange(20), 10))
    return replace(data, y=np.repeat(sick, 10).astype(int))


@pytest.mark.parametrize("seed", range(5))
def test_of_two_classes_every_test_part_holds_both_though_groups_are_held_out_whole(seed):
    data = few_sick(seed)
    splits = make_splits(data, seed=seed)
    assert len(splits) == 10
    assert all(set(data.y[split.test]) == {0, 1} for split in splits)


def test_two_groups_can_be_held_out_in_turn():
    data = made(groups=np.arange(200) % 2)
    for split in make_splits(data, most=4):
        assert len(set(data.groups[split.test])) == 1
        assert not set(data.groups[split.test]) & set(data.groups[split.train])
        assert len(split.validation) > 0


def test_rows_bound_to_later_ones_are_not_learned_from():
    data = made(order=np.arange(200), groups=np.arange(200) % 40)
    data = replace(data, groups=np.where(data.order < 100, data.groups, data.groups + 20))
    for split in make_splits(data):
        assert not set(data.groups[split.test]) & set(data.groups[split.train])


@pytest.mark.parametrize("spread", [4, 60])
def test_in_time_no_group_is_on_both_sides_of_a_familys_choice_and_none_is_lost_to_its_champion(spread):
    """Patients come again soon, so that few bind the past to the latest rows; or whenever they like."""
    visits = np.arange(400) // 7 + np.random.default_rng(0).integers(0, spread, 400)
    data = made(n=400, groups=visits, order=np.arange(400.0))
    for split in make_splits(data, most=3):
        assert not np.isin(visits[split.inner], visits[split.validation]).any()
        assert np.isin(visits[split.rest], visits[split.validation]).all()
        assert sorted(split.train) == sorted({*split.inner, *split.validation, *split.rest})


def test_a_split_that_came_with_the_data_needs_no_finer_time(noticed_time):
    halves = np.repeat([0.0, 1.0], 100)
    assert noticed_time(made(part=np.arange(200) % 2, order=halves))
    with pytest.raises(UserError):
        noticed_time(made(order=np.r_[0.0, np.ones(199)]))


@pytest.fixture
def noticed_time():
    """Look for an order in time, as before a race; true where nothing was refused."""
    return lambda data: list(time_order(data, Wish())) == []
