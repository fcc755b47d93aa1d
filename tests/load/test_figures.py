"""The arithmetic of the benchmarks."""

import pytest

from tests.load.figures import pairwise_ratio, percentile, spread


def test_percentiles_are_values_that_were_measured():
    hundred = [*range(100, 0, -1)]

    assert percentile(hundred, 50) == 50
    assert percentile(hundred, 95) == 95
    assert percentile(hundred, 99) == 99
    assert percentile(hundred, 100) == 100


def test_a_percentile_of_few_values_is_the_next_higher_one():
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert percentile([3.0, 1.0, 2.0], 95) == 3.0
    assert percentile([4.0, 1.0], 50) == 1.0
    assert percentile([7.0], 1) == 7.0


def test_nothing_measured_has_no_percentile():
    with pytest.raises(IndexError):
        percentile([], 50)


def test_a_spread_is_in_milliseconds():
    assert spread([0.004, 0.001, 0.002, 0.003, 0.1]) == {
        "n": 5,
        "p50": 3.0,
        "p95": 100.0,
        "p99": 100.0,
        "longest": 100.0,
    }


def test_a_ratio_is_taken_within_each_round():
    # Given three rounds, in the last of which the machine was ten times slower for both
    ours, floors = [4.0, 6.0, 50.0], [2.0, 2.0, 20.0]

    # Then the slow round counts as any other: 2, 3 and 2.5
    assert pairwise_ratio(ours, floors) == 2.5


def test_rounds_without_their_partner_are_refused():
    with pytest.raises(ValueError, match="zip"):
        pairwise_ratio([1.0, 2.0], [1.0])
