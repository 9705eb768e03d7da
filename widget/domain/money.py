"""Money is an integer of minor units (cents), without VAT. Nothing here ever sees a float."""


def round_half_up(numerator: int, denominator: int) -> int:
    """Return numerator / denominator as a whole number, a half rounded away from zero.

    Once for each amount that is invoiced, paid in vain or charged as VAT; never for what such an amount adds up.
    """
    if numerator < 0:
        return -round_half_up(-numerator, denominator)
    return (2 * numerator + denominator) // (2 * denominator)


def decimal_string(minor_units: int) -> str:
    """Return an amount as the API writes it: `1234` minor units are `"12.34"`."""
    sign = "-" if minor_units < 0 else ""
    units, cents = divmod(abs(minor_units), 100)
    return f"{sign}{units}.{cents:02d}"


def minor_units(decimal: str) -> int:
    """Return the minor units of a decimal string with two places: `"12.34"` is `1234`.

    Raises ValueError for anything else; a price is never guessed.
    """
    units, point, cents = decimal.partition(".")
    if not (units.isascii() and units.isdigit() and point and len(cents) == 2 and cents.isascii() and cents.isdigit()):
        raise ValueError(f"expected an amount with two decimals such as '12.50', got {decimal!r}")
    return int(units) * 100 + int(cents)
