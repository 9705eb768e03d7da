"""Minor units: rounding, reading and writing, never through a float."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.domain.money import decimal_string, minor_units, round_half_up

AMOUNTS = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        pytest.param(6, 12, 1, id="a half goes up"),
        pytest.param(18, 12, 2, id="one and a half goes up to two, not to the even number below"),
        pytest.param(30, 12, 3, id="two and a half goes up to three, not to the even number"),
        pytest.param(5, 12, 0, id="less than a half goes down"),
        pytest.param(-6, 12, -1, id="minus a half goes away from zero"),
        pytest.param(-5, 12, 0, id="less than minus a half is nothing"),
        pytest.param(10**18 + 6, 12, 83_333_333_333_333_334, id="a number too fine for a float stays exact"),
    ],
)
def test_a_half_rounds_away_from_zero(numerator: int, denominator: int, expected: int) -> None:
    assert round_half_up(numerator, denominator) == expected


@given(AMOUNTS, st.integers(1, 1000))
def test_rounding_agrees_with_decimal_arithmetic(numerator: int, denominator: int) -> None:
    exact = Decimal(numerator) / Decimal(denominator)

    assert round_half_up(numerator, denominator) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("amount", "written"),
    [(0, "0.00"), (5, "0.05"), (50, "0.50"), (1234, "12.34"), (-5, "-0.05"), (-1234, "-12.34"), (100, "1.00")],
)
def test_an_amount_is_written_with_two_decimals(amount: int, written: str) -> None:
    assert decimal_string(amount) == written


@given(st.integers(0, 10**12))
def test_what_is_written_reads_back_the_same(amount: int) -> None:
    assert minor_units(decimal_string(amount)) == amount


@given(AMOUNTS)
def test_what_is_written_is_the_exact_hundredth(amount: int) -> None:
    assert Decimal(decimal_string(amount)) * 100 == amount


@pytest.mark.parametrize(
    "text",
    ["", "12", "12.5", "12.500", "12,50", ".50", "-1.00", "+1.00", " 1.00", "1.00 ", "1 000.00", "1e2.00", "१.००"],
)
def test_a_price_is_never_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=r"^expected an amount with two decimals such as '12.50', got "):
        minor_units(text)
