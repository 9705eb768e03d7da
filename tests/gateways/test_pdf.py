"""The PDF of a quote: accessible, literal, complete, the same bytes for the same quote."""

import io
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pdfua
import pypdf
import pytest
from pypdf.generic import BooleanObject

from tests.builders import a_customer, a_subscription, a_vat, level
from tests.terms import TERMS
from widget import languages
from widget.domain.quote import Customer, Quote, draw_up
from widget.domain.vat import treatment, vat
from widget.gateways import pdf as paper
from widget.panels import quote_view
from widget.rendering import TEMPLATES

WORDS = languages.load()
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
ADDRESS = "https://help.example.org"
#: A canary beside the template, which no payload may read.
PAYLOADS = [
    '#read("quote.typ")',
    '#{ panic("x") }',
    '#import "quote.typ": *',
    "#sys.inputs",
    "$ x^2 $ *bold* _italic_ `raw`",
    "= Heading",
    "\\u{41} \\#",
    "@reference <label>",
    "// comment /* and */ ",
    '#image("/etc/passwd")',
    '"], [", "',
    "<script>alert(1)</script>",
    "&lt;b&gt; &amp; <b>",
    "<SARL> & Fils",
    '=HYPERLINK("http://x")',
    "+1; @SUM(A1)",
    "Name\u0009with a tab",
    "{{ 7*7 }} {% if %} %(x)s",
    "l’Été «\u00a0déjà\u00a0» — œuvre 1\u202f234,56\u00a0€",
]


def a_quote(
    language: str = "fr",
    *,
    customer: Customer | None = None,
    asked_by: str = "Claire Martin",
) -> Quote:
    return draw_up(
        a_subscription(level("premium", 12, 4), term_start=date(2026, 5, 8)),
        level("premium", 10, 2),
        on=date(2027, 3, 25),
        terms=TERMS,
        number="Q-2027-000123",
        language=language,
        time_zone="Europe/Paris",
        asked_by=asked_by,
        customer=customer or a_customer(),
    )


def render(quote: Quote) -> bytes:
    view = quote_view(quote, WORDS[quote.language], TERMS, ADDRESS)
    return paper.render("quote", view, author=quote.seller.name, language=quote.language, at=AT)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def squeezed(text: str) -> str:
    """Return a text without any space, as lines may break anywhere in a document."""
    return re.sub(r"\s", "", unicodedata.normalize("NFC", text))


@pytest.mark.parametrize("code", languages.LOCALES)
def test_the_validator_finds_nothing_against_pdf_ua(code: str, tmp_path: Path) -> None:
    path = tmp_path / "quote.pdf"
    path.write_bytes(render(a_quote(code)))

    assert pdfua.validate(str(path)).findings == ()


def test_the_validator_would_find_something(tmp_path: Path) -> None:
    plain = pypdf.PdfWriter(clone_from=io.BytesIO(render(a_quote())))
    del plain.root_object["/StructTreeRoot"]
    plain.write(tmp_path / "untagged.pdf")

    assert pdfua.validate(str(tmp_path / "untagged.pdf")).findings != ()


@pytest.mark.parametrize("code", languages.LOCALES)
def test_it_is_tagged_titled_says_its_language_and_its_standards(code: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(render(a_quote(code))))

    root: Any = reader.root_object
    assert root["/Lang"] == code
    assert root["/MarkInfo"]["/Marked"] == BooleanObject(True)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == BooleanObject(True)
    assert reader.metadata is not None
    assert reader.metadata.title == {"fr": "Devis Q-2027-000123", "en": "Quote Q-2027-000123"}[code]
    declared = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in declared
    assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in declared


def test_every_font_is_embedded() -> None:
    pages: list[Any] = list(pypdf.PdfReader(io.BytesIO(render(a_quote()))).pages)

    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()
        for page in pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    for font in fonts:
        assert {"/FontFile2", "/FontFile3"} & set(font["/FontDescriptor"].get_object())


def test_the_same_quote_gives_the_same_bytes() -> None:
    assert render(a_quote()) == render(a_quote())


@pytest.mark.parametrize("code", languages.LOCALES)
def test_everything_that_the_view_says_is_in_the_document(code: str) -> None:
    quote = a_quote(code)
    view = quote_view(quote, WORDS[code], TERMS, ADDRESS)
    said = [
        view["title"],
        *chain.from_iterable(view["facts"]),
        *view["seller"],
        *view["customer"],
        *view["head"],
        *chain.from_iterable(line.values() for line in view["lines"]),
        *chain.from_iterable(view["totals"]),
        *chain.from_iterable(view["mentions"]),
        *(each["accepted"] for each in view["windows"]),
        *chain.from_iterable(row for each in view["windows"] for row in each["effect"]),
    ]

    text = squeezed(text_of(render(quote)))

    assert len(said) > 50
    assert [each for each in said if squeezed(each) not in text] == []


MENTIONS = {
    "fr": {
        "its name": "Devis Q-2027-000123",
        "its day": "25\u00a0mars 2027",
        "its last day": "Valable jusqu’au 24\u00a0avril 2027, 23:59:59 (Europe/Paris)",
        "who asks": "Demandé par Claire Martin",
        "the seller's name, form and capital": "Workspace, SAS au capital de 10 000,00 €",
        "the seller's address": "1 rue de l’Exemple 75000 Paris",
        "the seller's register": "SIREN 000 000 000, RCS Paris",
        "the seller's VAT number": "Numéro de TVA : FR12000000000",
        "how to reach the seller": "Contact : sales@workspace.example",
        "the customer's name and address": "Client Atelier Nord SARL 12 quai de la Fosse 44000 Nantes",
        "the space": "Atelier Nord (atelier-nord)",
        "a line with quantity, unit price, discount": "Utilisateur, plan Premium 10 160,00 € par an aucune 1 600,00 €",
        "the net total": "Total hors TVA par an 2 200,00 €",
        "the VAT rate and amount": "TVA à 20 % 440,00 €",
        "the gross total": "Total TVA comprise par an 2 640,00 €",
        "the price date": "nouveau tarif : 8\u00a0mai 2027",
        "the renewal and the notice": "renouvelé le 8\u00a0mai 2027. Le préavis d’une baisse doit être donné au",
        "payment and late payment": "30\u00a0jours après sa date, sans escompte",
        "the recovery fee": "indemnité forfaitaire de recouvrement de 40,00 €",
        "the versions": "Règles 2026-11 et tarif de référence 2026-11 : https://help.example.org/a/1016/",
        "how to accept, and that it binds": "L’acceptation passe une commande, qui engage.",
        "the language": "Le texte français des conditions fait foi.",
    },
    "en": {
        "its name": "Quote Q-2027-000123",
        "its day": "25 March 2027",
        "its last day": "Valid until 24 April 2027, 23:59:59 (Europe/Paris)",
        "who asks": "Asked for by Claire Martin",
        "the seller's name, form and capital": "Workspace, SAS with a share capital of €10,000.00",
        "the seller's address": "1 rue de l’Exemple 75000 Paris",
        "the seller's register": "SIREN 000 000 000, RCS Paris",
        "the seller's VAT number": "VAT number: FR12000000000",
        "how to reach the seller": "Contact: sales@workspace.example",
        "the customer's name and address": "Customer Atelier Nord SARL 12 quai de la Fosse 44000 Nantes",
        "the space": "Atelier Nord (atelier-nord)",
        "a line with quantity, unit price, discount": "User, plan Premium 10 €160.00 per year no discount €1,600.00",
        "the net total": "Total without VAT per year €2,200.00",
        "the VAT rate and amount": "VAT at 20% €440.00",
        "the gross total": "Total with VAT per year €2,640.00",
        "the price date": "new price: 8 May 2027",
        "the renewal and the notice": "renewed on 8 May 2027. Notice of a decrease must be given by 8 April 2027",
        "payment and late payment": "due 30 days after its date, without discount for early payment",
        "the recovery fee": "fixed recovery fee of €40.00",
        "the versions": "Policy 2026-11 and price book 2026-11: https://help.example.org/a/1016/",
        "how to accept, and that it binds": "Acceptance places an order, which binds.",
        "the language": "The French text of the conditions prevails.",
    },
}


@pytest.mark.parametrize(
    ("code", "mention"),
    [pytest.param(code, each, id=f"{code}: {name}") for code in MENTIONS for name, each in MENTIONS[code].items()],
)
def test_it_names(code: str, mention: str) -> None:
    assert squeezed(mention) in squeezed(text_of(render(a_quote(code))))


def test_a_known_siren_and_vat_number_of_the_customer_are_named() -> None:
    customer = Customer(
        space_id="a",
        space="A",
        name="A",
        address=(),
        country="FR",
        siren="111 111 118",
        vat_number="FR44111111118",
        vat_number_valid=True,
    )

    text = squeezed(text_of(render(a_quote(customer=customer))))

    assert squeezed("SIREN 111 111 118 Numéro de TVA : FR44111111118") in text


@pytest.mark.parametrize(
    ("customer", "sentence"),
    [
        pytest.param(
            a_customer("BE", vat_number="BE0000000196", vat_number_valid=True), "Autoliquidation", id="Belgium"
        ),
        pytest.param(a_customer("BE"), "Aucun numéro de TVA valide du client n’est connu", id="Belgium, no number"),
        pytest.param(a_customer("CH"), "TVA non applicable : prestations fournies hors de l’Union", id="Switzerland"),
        pytest.param(a_customer("FR"), "La TVA est facturée au taux du pays du vendeur.", id="France"),
    ],
)
def test_the_sentence_of_its_vat_is_printed(customer: Customer, sentence: str) -> None:
    assert squeezed(sentence) in squeezed(text_of(render(a_quote(customer=customer))))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_whatever_a_name_holds_is_printed_as_it_is(payload: str) -> None:
    customer = Customer("a", payload, payload, (payload,), "FR", None, None, vat_number_valid=False)

    text = squeezed(text_of(render(a_quote(customer=customer, asked_by=payload))))

    assert text.count(squeezed(payload.replace("\t", "[U+0009]"))) == 4
    assert "#setdocument" not in text


def test_a_character_without_a_glyph_is_written_by_its_number() -> None:
    text = text_of(render(a_quote(asked_by="株式会社 🎉")))

    assert squeezed("[U+682A][U+5F0F][U+4F1A][U+793E] [U+1F389]") in squeezed(text)


def test_the_fonts_show_every_character_that_is_let_through() -> None:
    shown = [chr(each) for low, high in paper.SHOWN for each in range(low, high + 1)]

    text = text_of(render(a_quote(asked_by=" ".join(shown))))  # typst refuses a missing glyph

    missing = {each for each in shown if squeezed(each) and unicodedata.normalize("NFC", each) not in text}
    assert missing == {"\u00ad"}  # a soft hyphen shows where a line breaks, and nowhere else


def test_the_template_reads_data_alone() -> None:
    source = (TEMPLATES / "quote" / "quote.typ").read_text("utf-8")

    assert re.findall(r"\b(?:read|eval|include|import|image|plugin|csv|yaml|toml|xml)\(", source) == []
    assert source.count("sys.inputs") == 2  # the comment that says so, and the one place


def test_a_seller_without_vat_prints_its_own_sentence() -> None:
    exempt = vat(100, treatment("FR", number_valid=False, terms=a_vat(exempt=True)), a_vat(exempt=True))

    text = squeezed(text_of(render(replace(a_quote(), vat=exempt))))

    assert squeezed("TVA non applicable, art. 293 B du CGI.") in text
