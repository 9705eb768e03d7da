"""What every quote must name: who sells, who buys, VAT, payment, notice, acceptance, the language that prevails."""

from widget import languages
from widget.domain.plan import Interval
from widget.domain.policy import Seller
from widget.domain.quote import Customer, Quote
from widget.domain.vat import Treatment, Vat
from widget.languages import Language
from widget.wording import N_, days

Row = tuple[str, str]
#: The articles that say how a quote is read and by which policy it is computed, by their lasting numbers.
READ_YOUR_QUOTE, POLICY = "/a/1009/", "/a/1016/"

VAT_SENTENCES = {
    Treatment.DOMESTIC: N_("VAT is charged at the rate of the seller’s country."),
    Treatment.WITHOUT_NUMBER: N_(
        "No valid VAT number of the customer is known: VAT is charged at the rate of the seller’s country."
    ),
    Treatment.REVERSE_CHARGE: N_(
        "Reverse charge: VAT is due by the customer (article 196 of Directive 2006/112/EC, article 283-2 of the French "
        "tax code)."
    ),
    Treatment.OUTSIDE: N_(
        "VAT not applicable: services supplied outside the European Union (article 44 of Directive 2006/112/EC, "
        "article 259-1 of the French tax code)."
    ),
    Treatment.EXEMPT: N_("VAT not applicable, article 293 B of the French tax code."),
}
TERM = {
    Interval.MONTH: N_("The subscription is paid by the month and renewed on the first of each month."),
    Interval.YEAR: N_(
        "The subscription is paid by the year and renewed on %(renewal)s. Notice of a decrease must be given by "
        "%(deadline)s, that day included; later notice counts for the renewal after."
    ),
}
PAYMENT = N_(
    "An invoice is due %(days)s after its date, without discount for early payment. Between professionals, late "
    "payment bears interest at three times the legal rate, and a fixed recovery fee of %(fee)s (article L441-10 of the "
    "French commercial code)."
)
PROMISE = N_(
    "The unit prices hold until the end of the last day, whatever happens to the price book. Until it is accepted, "
    "this quote changes nothing: no users, no price, no deadline."
)
ACCEPTANCE = N_(
    "A signed-in administrator of the space accepts on the page of this quote: %(page)s. Acceptance places an order, "
    "which binds. The address alone gives nobody the right to accept."
)
VERSIONS = N_("Policy %(policy)s and price book %(book)s: %(policy_link)s. How to read this quote: %(quote_link)s.")
PREVAILS = N_("%(language)s. The French text of the conditions prevails.")


def rate_text(rate: int, language: Language) -> str:
    """Return a rate in hundredths of a per cent as a reader writes it: "20%", in French "5,5 %"."""
    whole, rest = divmod(rate, 100)
    digits = f"{rest:02d}".rstrip("0")
    number = f"{whole}{language.decimal}{digits}" if digits else str(whole)
    return language.gettext(N_("%(number)s%%")) % {"number": number}


def vat_sentence(vat: Vat, language: Language) -> str:
    """Return the sentence that must be printed with this VAT."""
    return language.gettext(VAT_SENTENCES[vat.treatment])


def seller_lines(seller: Seller, currency: str, language: Language) -> list[str]:
    """Return who sells, line by line: name, form, capital, address, registration, VAT number, contact."""
    say = language.gettext
    form = say(N_("%(form)s with a share capital of %(capital)s"))
    return [
        f"{seller.name}, {form % {'form': seller.legal_form, 'capital': language.money(seller.capital, currency)}}",
        *seller.address,
        f"SIREN {seller.siren}, RCS {seller.registered_at}",
        _number(say(N_("VAT number")), seller.vat_number, language),
        _number(say(N_("Contact")), seller.email, language),
    ]


def customer_lines(customer: Customer, language: Language) -> list[str]:
    """Return to whom the quote is made out: name and address, SIREN and VAT number where they are known."""
    lines = [customer.name, *customer.address]
    if customer.siren:
        lines.append(f"SIREN {customer.siren}")
    if customer.vat_number:
        lines.append(_number(language.gettext(N_("VAT number")), customer.vat_number, language))
    return lines


def _number(name: str, value: str, language: Language) -> str:
    return f"{name}{language.gettext(N_(':'))} {value}"


def mentions(quote: Quote, language: Language, address: str) -> list[Row]:
    """Return the conditions, each with its heading; `address` is the service's origin, for the links."""
    say = language.gettext
    dates = {
        name: language.date(day) if day else ""
        for name, day in (("renewal", quote.renewal_date), ("deadline", quote.notice_deadline))
    }
    page = f"{address}/widget/{language.code}/quotes/{quote.number}"
    rows = [
        (N_("VAT"), vat_sentence(quote.vat, language)),
        (N_("Promise"), say(PROMISE)),
        (N_("Term and notice"), say(TERM[quote.interval]) % dates),
        (
            N_("Payment"),
            say(PAYMENT)
            % {
                "days": days(quote.seller.payment_days, language),
                "fee": language.money(quote.seller.recovery_fee, quote.currency),
            },
        ),
        (N_("Acceptance"), say(ACCEPTANCE) % {"page": page}),
        (
            N_("Rules"),
            say(VERSIONS)
            % {
                "policy": quote.policy,
                "book": quote.price_book,
                "policy_link": f"{address}{POLICY}",
                "quote_link": f"{address}{READ_YOUR_QUOTE}",
            },
        ),
        (N_("Language"), say(PREVAILS) % {"language": languages.load()[quote.language].name}),
    ]
    return [(say(name), text) for name, text in rows]
