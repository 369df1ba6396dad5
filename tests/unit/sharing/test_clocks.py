"""What the clocks of sharing say beside due dates."""

from zhengtong.sharing.rules import median_days


def test_a_median_between_two_replies_is_rounded_up_so_that_no_provider_looks_faster() -> None:
    assert median_days([3, 14]) == 9
    assert median_days([7]) == 7
    assert median_days([1, 2, 20]) == 2
