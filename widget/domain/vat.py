"""VAT on a quote: which rate, or why none. Rounded once per rate; told whether the VAT number is valid."""

from dataclasses import dataclass
from enum import StrEnum

from widget.domain.money import round_half_up

#: A rate is whole hundredths of a per cent: 20 % is 2000.
WHOLE = 10_000


class Treatment(StrEnum):
    """Why this rate: each has the sentence that must be printed."""

    DOMESTIC = "domestic"
    WITHOUT_NUMBER = "without-number"
    REVERSE_CHARGE = "reverse-charge"
    OUTSIDE = "outside"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class VatTerms:
    """The seller's side of VAT, part of the policy. Countries are ISO 3166 codes such as FR."""

    seller_country: str
    rate: int
    exempt: bool
    union: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vat:
    """VAT on a net amount, in minor units; `rate` is in hundredths of a per cent."""

    treatment: Treatment
    rate: int
    net: int
    amount: int

    @property
    def gross(self) -> int:
        """The amount with VAT."""
        return self.net + self.amount

    def on(self, net: int) -> "Vat":
        """Return VAT on another net amount, at the same rate and for the same reason."""
        return Vat(self.treatment, self.rate, net, round_half_up(net * self.rate, WHOLE))


def treatment(customer_country: str | None, *, number_valid: bool, terms: VatTerms) -> Treatment:
    """Return how VAT is charged to this customer; an unknown country counts as the seller's own.

    Within the union, a valid VAT number moves the duty to the customer; without one the seller charges its own rate.
    """
    if terms.exempt:
        return Treatment.EXEMPT
    if customer_country in (None, terms.seller_country):
        return Treatment.DOMESTIC
    if customer_country not in terms.union:
        return Treatment.OUTSIDE
    return Treatment.REVERSE_CHARGE if number_valid else Treatment.WITHOUT_NUMBER


def vat(net: int, why: Treatment, terms: VatTerms) -> Vat:
    """Return VAT on a net amount in minor units, rounded half up once."""
    rate = terms.rate if why in (Treatment.DOMESTIC, Treatment.WITHOUT_NUMBER) else 0
    return Vat(why, rate, 0, 0).on(net)
