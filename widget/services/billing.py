"""To whom a quote is made out, and whether a VAT number has the right form. Nothing here asks the network."""

from stdnum.eu import vat
from stdnum.fr import siren

from widget.domain.quote import Customer
from widget.store.space import Space


def is_vat_number(number: str, country: str) -> bool:
    """Return whether this is a VAT number of this country by its form and check digits; nobody is asked."""
    prefix = "EL" if country == "GR" else country  # Greece writes its VAT numbers with its own letters
    # Other countries' checkers take a number without its prefix for theirs: the prefix is asked for.
    return vat.is_valid(number) and bool(vat.compact(number).startswith(prefix))


def is_siren(number: str) -> bool:
    """Return whether this is a SIREN by its form and check digit."""
    return bool(siren.is_valid(number))


def customer(space: Space) -> Customer:
    """Return to whom a quote for this space is made out: as the space told, else the space itself."""
    told = space.billing
    number, country = told.vat_number, told.country
    return Customer(
        space_id=space.id,
        space=space.name,
        name=told.name or space.name,
        address=tuple((told.address or "").splitlines()),
        country=country,
        siren=told.siren,
        vat_number=number,
        vat_number_valid=bool(number and country and is_vat_number(number, country)),
    )
