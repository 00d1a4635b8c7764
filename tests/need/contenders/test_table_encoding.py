"""Tables are made into matrices by what the training part shows, and by nothing else."""

from datetime import UTC, datetime

import numpy as np
import pytest

from deepstart.need.contenders import _chooser, _tables
from deepstart.need.contenders._table_networks import RobustScaler
from deepstart.need.contenders._tables import Levels, TableMatrix, TableParts
from deepstart.need.data import Column, Schema

NAN = np.nan


def numbers(*names):
    return [Column(name, "number") for name in names]


def test_dates_become_year_month_weekday_and_hour():
    moments = [datetime(1969, 7, 20, 20, 17, tzinfo=UTC), datetime(2024, 2, 29, 23, 59, tzinfo=UTC)]
    found = _tables.calendar(np.array([m.timestamp() for m in moments] + [NAN]))
    wanted = [[m.timestamp(), m.year, m.month, m.weekday(), m.hour] for m in moments]
    np.testing.assert_array_equal(found, [*wanted, [NAN] * 5])


def test_a_level_that_training_did_not_show_gets_the_code_of_strangers():
    levels = Levels.of(np.array([5.0, 3.0, 5.0, NAN]))
    assert levels.codes(np.array([5.0, 3.0, NAN, 4.0, 99.0])).tolist() == [3, 2, 1, 0, 0]
    assert levels.size == 4


def test_rare_levels_are_strangers_when_there_are_too_many():
    assert Levels.of(np.array([1.0, 2, 2, 3, 3]), most=2).codes(np.array([1.0, 2, 3])).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("column", "is_one"),
    [
        (np.tile([1.0, 2, 3, NAN], 10), True),
        (np.tile([0.0, 1], 20), False),  # a number says the same
        (np.tile([1.0, 2, 2.5], 10), False),
        (np.arange(40.0), False),
    ],
)
def test_few_whole_numbers_may_be_a_category(column, is_one):
    assert _tables.looks_like_category(column) == is_one


def test_whole_numbers_are_numbers_categories_or_both():
    X = np.column_stack([np.tile([1.0, 2, 3], 10), np.linspace(0, 1, 30)])
    widths = {
        kind: (TableParts(integers=kind).fit(X).numbers(X).shape[1], TableParts(integers=kind).fit(X).sizes_)
        for kind in ("numbers", "categories", "both")
    }
    assert widths == {"numbers": (2, []), "categories": (1, [4]), "both": (2, [4])}


def test_many_columns_of_whole_numbers_are_counts():
    X = np.column_stack([np.roll(np.arange(300.0) % 30, i) for i in range(21)])
    assert TableParts(integers="categories").fit(X).sizes_ == []
    assert TableParts(integers="categories").fit(X[:, :20]).sizes_ == [31] * 20


def test_columns_that_tell_no_rows_apart_are_left_out():
    X = np.array([[1.0, NAN, 7, NAN], [2.0, NAN, 7, 7]])
    parts = TableParts(Schema(numbers("a", "empty", "constant", "holes"))).fit(X)
    np.testing.assert_array_equal(parts.numbers(X), X[:, [0, 3]])


def test_infinite_cells_are_missing_and_huge_ones_are_capped():
    np.testing.assert_array_equal(
        _tables.clean([[np.inf, -np.inf, 1e300, -3]]), [[NAN, NAN, _tables.LARGEST, -3]]
    )


def test_one_hot_columns_have_a_place_for_strangers():
    schema = Schema([Column("c", "category", ("a", "b", "z"))])
    matrix = TableMatrix(schema).fit(np.array([[0.0], [1], [0]]))
    np.testing.assert_array_equal(
        matrix.transform(np.array([[0.0], [1], [2]])), [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    )


def test_many_one_hot_columns_are_sparse_unless_a_method_cannot_read_that():
    X = np.arange(300.0)[:, None] % 250
    schema = Schema([Column("c", "category")])
    sparse, dense = (TableMatrix(schema, dense=dense).fit(X).transform(X) for dense in (False, True))
    np.testing.assert_array_equal(sparse.toarray(), dense)


def test_standardising_looks_at_training_rows_alone():
    train, new = np.array([[1.0], [3.0]]), np.array([[5.0]])
    np.testing.assert_allclose(TableMatrix().fit(train).transform(new), [[3.0]])


def test_a_row_divided_by_its_mean_forgets_its_level():
    X = np.array([[1.0, 2, 3, 6], [10, 20, 30, 60]])
    assert _tables.suits_row_mean(X)
    np.testing.assert_allclose(*_tables.by_row_mean(X))
    assert not _tables.suits_row_mean(-X)
    assert not _tables.suits_row_mean(X * [1, 1, 1, 1e6])


def test_texts_that_training_did_not_show_are_near_those_they_resemble():
    levels = ("the cat sat", "a cat sat there", "今天天气很好", "今天的天气好", "the cats sat", "天气今天好")
    codes = np.tile(np.arange(4.0), 5)
    found = _tables.TextColumn(levels, seed=0).fit(codes).transform(np.arange(6.0))
    near = (
        found
        / np.linalg.norm(found, axis=1, keepdims=True)
        @ (found / np.linalg.norm(found, axis=1)[:, None]).T
    )
    assert near[4, 0] > 0.5 > near[4, 2]
    assert near[5, 2] > 0.5 > near[5, 0]


def test_robust_scaling_keeps_an_outlier_within_three():
    X = np.array([0.0, 1, 2, 3, 1e9])[:, None]
    scaled = RobustScaler().fit(X).transform(X)[:, 0]
    assert scaled[2] == 0
    assert scaled[1] == pytest.approx(-0.5 / np.sqrt(1 + (0.5 / 3) ** 2))  # the middle half is 1 to 3
    assert 2.99 < scaled[4] <= 3


@pytest.mark.parametrize("seed", range(5))
def test_every_class_keeps_a_row_to_learn_from(seed):
    y = np.array([0] * 50 + [1] * 2 + [2])
    learn, judge = _chooser.holdout(y, True, seed)
    assert set(y[learn]) == {0, 1, 2}
    assert len(judge) == 10
    assert sorted([*learn, *judge]) == list(range(53))


def test_a_sample_of_rows_keeps_classes_of_one_row():
    y = np.array([0] * 500 + [1] * 500 + [2])
    rows = _chooser.sample_rows(y, True, 100, seed=0)
    assert len(rows) <= 102
    assert np.bincount(y[rows]).tolist() == [50, 50, 1]


def test_the_brier_score_is_that_of_its_definition():
    p, y = np.array([[0.7, 0.2, 0.1], [0.5, 0.5, 0.0]]), np.array([0, 2])
    assert _chooser.badness(p, y, np.ones(2)) == pytest.approx(
        (0.3**2 + 0.2**2 + 0.1**2 + 0.5**2 * 2 + 1) / 2
    )
    assert _chooser.badness(p, y, np.array([1.0, 0.0])) == pytest.approx(0.14)


def test_without_time_the_first_candidate_is_taken_unseen():
    best, scores = _chooser.choose("abc", lambda _: pytest.fail("evaluated"), _chooser.Deadline(0))
    assert (best, scores) == ("a", {})


def test_weights_make_each_class_count_the_same():
    chooser = _chooser.Chooser(balanced=True)
    codes, weights = chooser._learn_targets(np.array(["a", "a", "a", "b"]))
    np.testing.assert_allclose(np.bincount(codes, weights), [2, 2])
