"""The personal sentence: an administrator's own figures, for nobody else, and kept nowhere."""

from datetime import date

import pytest
from starlette.testclient import TestClient

from tests.builders import a_subscription, billed_as, level
from tests.terms import TERMS
from tests.web.people import sign_in
from widget import languages
from widget.domain.subscription import SINCE_EVER, Subscription
from widget.panels import About, yours


@pytest.mark.parametrize(
    ("name", "code", "lead", "text"),
    [
        (
            "Claire Martin",
            "fr",
            "Votre abonnement :",
            "Premium, 12 utilisateurs, 4 licences Zoom, pour 3 120,00 € par an. Renouvellement le 8 mai 2027 ; pour "
            "payer moins à partir de ce jour, commandez au plus tard le 8 avril 2027, ce jour compris.",
        ),
        (
            "Claire Martin",
            "en",
            "Your subscription:",
            "Premium, 12 users, 4 Zoom licenses, for €3,120.00 per year. Renewal on 8 May 2027; to pay less from that "
            "day, order by 8 April 2027, that day included.",
        ),
        (
            "Olivia Hughes",
            "en",
            "Your subscription:",
            "Premium, 8 users, 2 Zoom licenses, for €188.00 per month. There is no notice: a lower price starts on "
            "1 December 2026.",
        ),
    ],
)
def test_an_administrator_reads_their_own_figures(
    client: TestClient, name: str, code: str, lead: str, text: str
) -> None:
    sign_in(client, name)

    answer = client.get(f"/widget/{code}/yours")

    said = {key: value.replace("\u00a0", " ").replace("\u202f", " ") for key, value in answer.json().items()}
    assert said == {"lead": lead, "text": text}
    assert answer.headers["content-language"] == code


HAS = {
    "Claire Martin": "Premium, 12 users, 4 Zoom licenses, for €3,120.00 per year.",
    "Olivia Hughes": "Premium, 8 users, 2 Zoom licenses, for €188.00 per month.",
}


@pytest.mark.parametrize(
    ("name", "about", "text"),
    [
        (
            "Claire Martin",
            "upgrade",
            "What you add today is yours at once, and counts in the price from 1 December 2026; one invoice covers the "
            "months until the renewal, on 8 May 2027.",
        ),
        ("Claire Martin", "cancel", "A subscription canceled by 8 April 2027, that day included, ends on 8 May 2027."),
        (
            "Claire Martin",
            "billing",
            "What you save today is used from the next regular invoice on, that of 8 May 2027.",
        ),
        (
            "Olivia Hughes",
            "upgrade",
            "What you add today is yours at once, and counts in the price from 1 December 2026.",
        ),
        (
            "Olivia Hughes",
            "cancel",
            "A subscription canceled by 1 December 2026, that day included, ends on 1 January 2027.",
        ),
        (
            "Olivia Hughes",
            "billing",
            "What you save today is used from the next regular invoice on, that of 1 December 2026.",
        ),
    ],
)
def test_each_article_says_of_the_own_subscription_what_it_is_about(
    client: TestClient, name: str, about: str, text: str
) -> None:
    sign_in(client, name)

    said = client.get(f"/widget/en/yours?about={about}").json()["text"]

    assert said.replace("\u00a0", " ").replace("\u202f", " ") == f"{HAS[name]} {text}"


@pytest.mark.parametrize("about", ["", "Cancel", "<b>"])
def test_no_sentence_is_about_anything_else(client: TestClient, about: str) -> None:
    sign_in(client, "Claire Martin")

    assert client.get("/widget/en/yours", params={"about": about}).status_code == 404


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2027, 5, 31), "counts in the price from 1 June 2027; one invoice covers"),
        (date(2027, 6, 1), "counts in the price from 1 July 2027."),
    ],
)
def test_an_upgrade_in_the_last_month_before_the_renewal_has_no_invoice_of_its_own(on: date, said: str) -> None:
    yearly = a_subscription(term_start=date(2026, 7, 1))

    text = yours(yearly, on=on, terms=TERMS, language=languages.load()["en"], about=About.UPGRADE)

    assert said in text.replace("\u00a0", " ")


def said_of(subscription: Subscription, on: date, about: About) -> str:
    """Return the English sentence about a subscription, with plain spaces."""
    text = yours(subscription, on=on, terms=TERMS, language=languages.load()["en"], about=about)
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize("about", list(About))
def test_what_is_in_use_is_named_where_something_else_is_billed(about: About) -> None:
    added = a_subscription(
        level("essential", 3, 0), term_start=None, billed=billed_as((SINCE_EVER, level("essential", 1, 0)))
    )

    text = said_of(added, date(2027, 3, 15), about)

    assert text.startswith(
        "Essential, 3 users, 0 Zoom licenses in use; billed today: Essential, 1 user, 0 Zoom licenses, for €"
    )


RENEWAL = date(2027, 7, 1)


@pytest.mark.parametrize(
    ("on", "said"),
    [
        pytest.param(
            date(2027, 3, 15),
            "Going back up to Premium, 20 users, 4 Zoom licenses costs nothing until 30 June 2027: it is paid already.",
            id="the old price still runs",
        ),
        pytest.param(date(2027, 6, 15), None, id="what is added counts from the renewal on"),
        pytest.param(date(2027, 7, 15), None, id="the new price has started"),
    ],
)
def test_going_back_up_to_what_is_paid_is_said_to_cost_nothing(on: date, said: str | None) -> None:
    less = level(users=15)
    lowered = a_subscription(less, billed=billed_as((SINCE_EVER, level()), (RENEWAL, less)))

    text = said_of(lowered, on, About.UPGRADE)

    assert text.endswith(said) if said else "costs nothing" not in text


def test_a_plan_that_is_to_drop_is_nothing_to_go_back_up_to() -> None:
    lower = level("essential")
    dropping = a_subscription(term_start=None, billed=billed_as((SINCE_EVER, level()), (date(2027, 4, 1), lower)))

    assert "costs nothing" not in said_of(dropping, date(2027, 3, 15), About.UPGRADE)


@pytest.mark.parametrize("about", [About.DOWNGRADE, About.UPGRADE, About.CANCEL])
def test_a_locked_contract_is_told_whom_to_write_to_and_no_day_to_order_by(about: About) -> None:
    text = said_of(a_subscription(locked=True), date(2027, 3, 15), about)

    assert "order by" not in text
    assert "What you add" not in text
    assert text.endswith("A locked contract cannot be changed here: write to support@workspace.example.")


def test_after_the_notice_deadline_the_sentence_says_so() -> None:
    late = a_subscription(term_start=date(2026, 7, 1))

    said = yours(late, on=date(2027, 6, 2), terms=TERMS, language=languages.load()["fr"])

    assert "la date limite de préavis, le 1er\u00a0juin 2027, est passée" in said
    assert "un tarif plus bas attend le renouvellement suivant." in said


@pytest.mark.parametrize("name", [None, "Karim Benali"])
def test_nobody_else_reads_any(client: TestClient, name: str | None) -> None:
    if name:
        sign_in(client, name)

    answer = client.get("/widget/fr/yours")

    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("name", [None, "Claire Martin"])
def test_the_answer_is_kept_nowhere(client: TestClient, name: str | None) -> None:
    if name:
        sign_in(client, name)

    headers = client.get("/widget/fr/yours").headers

    assert (headers["cache-control"], headers["vary"]) == ("no-store", "Cookie")


@pytest.mark.parametrize(
    ("address", "french", "english"),
    [
        ("/policy", "/fr/regles/", "/en/rules/"),
        ("/price-book", "/fr/facturation/prix-et-plans/", "/en/billing/prices-and-plans/"),
    ],
)
def test_the_rules_and_the_prices_have_neutral_addresses(
    client: TestClient, address: str, french: str, english: str
) -> None:
    for language, path in (("fr", french), ("en", english)):
        for each in (address, f"{address}/"):
            answer = client.get(each, headers={"Accept-Language": language}, follow_redirects=False)
            assert (answer.status_code, answer.headers["location"]) == (302, path)
    assert client.get(f"{address}?lang=en", follow_redirects=False).headers["location"] == english
