"""A quote in words: one view for its page, its PDF and its mail, so that they cannot differ."""

from typing import Any

from widget.domain.calendar import ONE_DAY
from widget.domain.lines import Direction
from widget.domain.plan import PriceBook
from widget.domain.quote import Effect, Fee, ItemDates, Offer, Quote, QuoteLine, Window
from widget.domain.terms import Terms
from widget.domain.vat import Vat
from widget.languages import Language
from widget.panels.quote_mentions import customer_lines, mentions, rate_text, seller_lines, vat_sentence
from widget.panels.words import DIRECTION_NAMES, INTERVALS, ITEM_NAMES, PER, fee_text, level_text, value_text
from widget.wording import N_

Row = tuple[str, str]
UNIT_NAMES = {"users": N_("User, plan %(plan)s"), "zoom_licenses": N_("Floating Zoom license")}


def quote_view(quote: Quote, language: Language, terms: Terms, address: str) -> dict[str, Any]:
    """Return what a quote says in a language, every day and amount written out; `address` is the service's origin.

    Only texts and lists of texts: a template places them.
    """
    say, book = language.gettext, terms.price_book_version(quote.price_book)
    return {
        "heading": say(N_("Quote")),
        "number": quote.number,
        "title": f"{say(N_('Quote'))} {quote.number}",
        "facts": _facts(quote, language),
        "seller": seller_lines(quote.seller, quote.currency, language),
        "customer": customer_lines(quote.customer, language),
        "head": [
            say(each) for each in (N_("Description"), N_("Quantity"), N_("Unit price"), N_("Discount"), N_("Amount"))
        ],
        "lines": [_line(each, quote, book, language) for each in quote.lines],
        "totals": totals(quote.vat, quote, book, language),
        "vat_sentence": vat_sentence(quote.vat, language),
        "windows": [window_view(each, quote, book, language) for each in quote.windows],
        "mentions": mentions(quote, language, address),
        "words": {
            "seller": say(N_("Seller")),
            "customer": say(N_("Customer")),
            "lines": say(N_("New fee")),
            "windows": say(N_("What happens, by the day of acceptance")),
            "accepted": say(N_("Accepted")),
            "effect": say(N_("What happens")),
            "mentions": say(N_("Conditions")),
            "page": say(N_("Page")),
            "colon": say(N_(":")),
        },
        "sample": say(N_("Sample prices of a demonstration: nothing is sold.")) if quote.sample_data else "",
    }


def _facts(quote: Quote, language: Language) -> list[Row]:
    say = language.gettext
    until = say(N_("%(day)s, 23:59:59 (%(zone)s)")) % {
        "day": language.date(quote.valid_until),
        "zone": quote.time_zone,
    }
    rows = [
        (N_("Number"), quote.number),
        (N_("Issued on"), language.date(quote.issued_on)),
        (N_("Valid until"), until),
        (N_("Asked for by"), quote.asked_by),
        (N_("Space"), f"{quote.customer.space} ({quote.customer.space_id})"),
        (N_("Change"), say(DIRECTION_NAMES[quote.direction])),
        (N_("Payment"), say(INTERVALS[quote.interval])),
    ]
    if quote.renewal_date and quote.notice_deadline:
        rows.append((N_("Renewal date"), language.date(quote.renewal_date)))
        rows.append((N_("Notice deadline"), language.date(quote.notice_deadline)))
    return [(say(name), value) for name, value in rows]


def _line(line: QuoteLine, quote: Quote, book: PriceBook, language: Language) -> dict[str, str]:
    plan = book.plan(quote.wish.plan).name[language.code]
    return {
        "text": language.gettext(UNIT_NAMES[line.item]) % {"plan": plan},
        "quantity": language.number(line.quantity),
        "unit": fee_text(line.unit_price, quote.interval, book, language),
        "discount": language.gettext(N_("no discount")),
        "amount": language.money(line.amount, book.currency),
    }


def totals(vat: Vat, quote: Quote, book: PriceBook, language: Language) -> list[Row]:
    """Return the net total, VAT at its rate, and the total with it, for a whole month or year."""
    say = language.gettext
    per = say(PER[quote.interval])
    return [
        (f"{say(N_('Total without VAT'))} {per}", language.money(vat.net, book.currency)),
        (
            say(N_("VAT at %(rate)s")) % {"rate": rate_text(vat.rate, language)},
            language.money(vat.amount, book.currency),
        ),
        (f"{say(N_('Total with VAT'))} {per}", language.money(vat.gross, book.currency)),
    ]


def window_view(window: Window, quote: Quote, book: PriceBook, language: Language) -> dict[str, Any]:
    """Return one window: the days of acceptance, and what happens when it is accepted on one of them."""
    days = {"first": language.date(window.first), "last": language.date(window.last)}
    accepted = N_("on %(last)s") if window.first == window.last else N_("from %(first)s to %(last)s")
    return {
        "accepted": language.gettext(accepted) % days,
        "effect": effect_rows(window.effect, quote, book, language),
    }


def offer_rows(offer: Offer, quote: Quote, terms: Terms, language: Language) -> list[Row]:
    """Return everything that an offer says, row by row, for two of them to be held side by side."""
    book = terms.price_book_version(quote.price_book)
    net, charged, gross = totals(offer.vat, quote, book, language)
    vat = f"{charged[0]}{language.gettext(N_(':'))} {charged[1]}. {vat_sentence(offer.vat, language)}"
    return [*effect_rows(offer.effect, quote, book, language), net, (language.gettext(N_("VAT")), vat), gross]


def effect_rows(effect: Effect, quote: Quote, book: PriceBook, language: Language) -> list[Row]:
    """Return what accepting leads to: each line that changes, each fee with its first day, the invoice, late notice."""
    say = language.gettext
    rows = [(say(ITEM_NAMES[each.item]), _item(each, book, language)) for each in effect.items if _changes(each)]
    rows += [_fee(each, quote, book, language) for each in effect.fees]
    for invoice in effect.invoices:
        vat = quote.vat.on(invoice.amount)
        text = say(N_("%(net)s without VAT, %(gross)s with VAT, for %(first)s to %(last)s")) % {
            "net": language.money(vat.net, book.currency),
            "gross": language.money(vat.gross, book.currency),
            "first": language.date(invoice.starts_on),
            "last": language.date(invoice.ends_on - ONE_DAY),
        }
        rows.append((say(N_("Upgrade invoice")), text))
    if effect.late_date:
        rows.append((say(N_("Late notice")), _late(effect, book, language)))
    return rows


def _changes(item: ItemDates) -> bool:
    return item.direction is not Direction.SAME


def _item(item: ItemDates, book: PriceBook, language: Language) -> str:
    say = language.gettext
    before, after = (value_text(value, book, language) for value in (item.before, item.after))
    usable = (
        say(N_("on the day of acceptance"))
        if item.at_once
        else language.date(item.usable_from)
        if item.usable_from
        else "–"
    )
    priced = language.date(item.priced_from) if item.priced_from else say(N_("unchanged"))
    if item.before == item.after:
        text = say(N_("stays %(after)s, the pending change is given up; new price: %(priced)s"))
        return text % {"after": after, "priced": priced}
    text = say(N_("%(before)s → %(after)s; applies: %(usable)s; new price: %(priced)s"))
    return text % {"before": before, "after": after, "usable": usable, "priced": priced}


def _fee(fee: Fee, quote: Quote, book: PriceBook, language: Language) -> Row:
    say = language.gettext
    level = level_text(fee.level, book, language)
    amount = fee_text(fee.amount, quote.interval, book, language)
    if fee.starts_on is None:
        return say(N_("Billed at first")), f"{amount} ({level})"
    return say(N_("Billed from %(day)s")) % {"day": language.date(fee.starts_on)}, f"{amount} ({level})"


def _late(effect: Effect, book: PriceBook, language: Language) -> str:
    say = language.gettext
    assert effect.late_date is not None  # noqa: S101 -- asked for where there is one
    text = say(N_("the notice deadline has passed, the lower price starts one term later, on %(day)s"))
    told = text % {"day": language.date(effect.late_date)}
    if effect.unused is None:
        return told
    amount = language.money(effect.unused.amount, book.currency)
    return told + say(N_("; paid for and no longer usable: %(amount)s")) % {"amount": amount}
