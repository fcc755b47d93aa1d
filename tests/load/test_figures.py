"""The arithmetic of the benchmarks."""

import pytest

from tests.load.figures import pairwise_ratio, percentile, rates_by_part, spread


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


def test_rates_are_taken_part_by_part():
    # Given a drain that was looked at unevenly: ten a second for two seconds, then twenty a second
    seen = [(0.0, 0), (1.0, 10), (1.5, 15), (2.0, 20), (3.0, 40)]

    # Then each half has its own rate, though nobody looked when the first was over
    assert rates_by_part(seen, 40, 2) == [10.0, 20.0]
    assert rates_by_part(seen, 40, 4) == [10.0, 10.0, 20.0, 20.0]


def test_a_drain_that_stood_still_is_slow_in_the_part_in_which_it_did():
    seen = [(0.0, 0), (1.0, 10), (11.0, 10), (12.0, 20)]

    assert rates_by_part(seen, 20, 2) == [10.0, 0.9]


def test_what_was_never_done_has_no_rate():
    with pytest.raises(ValueError, match="never were 20 done"):
        rates_by_part([(0.0, 0), (1.0, 10)], 20, 2)
