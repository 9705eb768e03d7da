"""Signing in at a real OpenID provider in Chromium, with its own pages; signing out at either end."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import faults
from tests.provider.real import Signed, running

WORDS = {
    "fr": {
        "article": "/fr/abonnement/retrograder/",
        "sign in": "Connectez-vous pour utiliser votre abonnement",
        "next": "Suivant",
        "reason": "Un projet est terminé",
        "place": "Passer commande",
        "placed": "Votre commande est passée",
        "enter": "Se connecter",
        "sign out": "Se déconnecter",
        "stopped": "Vous avez interrompu la connexion.",
        "nowhere": "Votre compte n’appartient à aucun espace ici.",
        "elsewhere": "Vous avez suivi un lien depuis un autre site.",
        "refused": "La réponse du service de connexion n’a pas été acceptée.",
        "users": "Nombre d’utilisateurs",
        "licenses": "Nombre de licences Zoom",
    },
    "en": {
        "article": "/en/subscription/downgrade/",
        "sign in": "Sign in to use your own subscription",
        "next": "Next",
        "reason": "A project is finished",
        "place": "Place order",
        "placed": "Your order is placed",
        "enter": "Sign in",
        "sign out": "Sign out",
        "stopped": "You stopped on the sign-in page.",
        "nowhere": "Your account belongs to no space here.",
        "elsewhere": "You followed a link from another site.",
        "refused": "The answer of the sign-in service was not accepted.",
        "users": "Number of users",
        "licenses": "Number of Zoom licenses",
    },
}


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signed]:
    with running(tmp_path_factory.mktemp("signed")) as both:
        yield both


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()  # the content policy holds, as for a reader
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def at_provider(page: Page, person: str) -> None:
    """Fill in the provider's own pages: who, then consent where it is asked."""
    page.get_by_placeholder("Enter any login").fill(person)
    page.get_by_placeholder("and password").fill("anything")
    page.get_by_role("button", name="Sign-in").click()
    if page.get_by_role("button", name="Continue").count():
        page.get_by_role("button", name="Continue").click()


def change(signed: Signed, statement: str) -> None:
    file = signed.service.data / "helpcentre.sqlite3"
    with closing(sqlite3.connect(file, timeout=10)) as connection, connection:
        assert connection.execute(statement).rowcount > 0


@pytest.mark.parametrize("code", ["fr", "en"])
def test_an_administrator_signs_in_orders_with_a_new_proof_and_signs_out(signed: Signed, page: Page, code: str) -> None:
    words, address = WORDS[code], signed.service.address
    page.goto(address + words["article"])
    page.get_by_role("link", name=words["sign in"]).click()
    at_provider(page, "claire")
    expect(page).to_have_url(address + words["article"])
    expect(page.locator(".sw-state")).to_contain_text("Claire Martin")
    page.goto(f"{address}/widget/{code}/change")
    page.get_by_label(words["licenses"]).fill("3" if code == "fr" else "2")
    page.get_by_role("button", name=words["next"], exact=True).click()
    page.get_by_label(words["reason"]).check()
    page.get_by_role("button", name=words["next"], exact=True).click()
    expect(page.get_by_role("button", name=words["place"])).to_be_visible()
    review = page.url
    change(signed, "UPDATE session SET authenticated_at = '2026-01-01T00:00:00+00:00'")

    page.get_by_role("button", name=words["place"]).click()

    page.get_by_role("link", name=words["enter"], exact=True).click()
    at_provider(page, "claire")  # asked again, although the provider remembers her
    expect(page).to_have_url(review)
    page.get_by_role("button", name=words["place"]).click()
    expect(page.get_by_role("heading", name=words["placed"])).to_be_visible()
    page.goto(f"{address}/widget/{code}/change")
    page.get_by_role("button", name=words["sign out"]).click()
    expect(page).to_have_url(f"{address}/{code}/")
    page.goto(f"{address}/widget/{code}/change")
    expect(page.locator(".sw-state")).to_have_count(0)


@pytest.mark.parametrize("code", ["fr", "en"])
def test_who_stops_or_belongs_nowhere_finds_a_page_in_their_language(
    signed: Signed, chromium: Browser, code: str
) -> None:
    context = chromium.new_context(locale=code)
    page, words = context.new_page(), WORDS[code]
    page.goto(f"{signed.service.address}/widget/signin?next=/{code}/")

    page.get_by_role("link", name="[ Cancel ]").click()

    expect(page.locator(".sw")).to_contain_text(words["stopped"])
    page.goto(f"{signed.service.address}/widget/signin?next=/{code}/")
    at_provider(page, "stranger")
    expect(page.locator(".sw")).to_contain_text(words["nowhere"])
    assert "session" not in [cookie["name"] for cookie in context.cookies(signed.service.address)]
    context.close()


@pytest.mark.parametrize("code", ["fr", "en"])
def test_a_link_on_another_site_asks_before_it_leads_to_the_provider(signed: Signed, page: Page, code: str) -> None:
    words, sessions = WORDS[code], f"{signed.service.address}/widget/{code}/sessions"
    page.goto(f"{signed.service.address}/widget/signin?next=/widget/{code}/sessions")
    at_provider(page, "claire")
    page.context.clear_cookies(name="session")  # the provider still knows her, and would ask nothing

    page.goto("data:text/html," + quote(f'<a href="{sessions}">a ticket</a>'))
    page.get_by_role("link", name="a ticket").click()

    expect(page.locator("[data-step=ask]")).to_contain_text(words["elsewhere"])
    assert faults(page) == []
    assert "session" not in [cookie["name"] for cookie in page.context.cookies(signed.service.address)]
    page.get_by_role("link", name=words["enter"], exact=True).click()
    expect(page).to_have_url(sessions)
    expect(page.locator(".sw")).to_contain_text("Claire Martin")


def test_the_provider_takes_no_code_without_the_verifier_that_belongs_to_it(signed: Signed, page: Page) -> None:
    page.goto(f"{signed.service.address}/widget/signin?next=/en/")
    change(
        signed, "UPDATE attempt SET data = json_set(data, '$.verifier', 'another-verifier-of-the-right-length-000000')"
    )

    at_provider(page, "karim")

    expect(page.locator(".sw")).to_contain_text(WORDS["en"]["refused"])


def test_signing_out_at_the_provider_signs_out_here(signed: Signed, page: Page) -> None:
    address = signed.service.address
    page.goto(f"{address}/widget/signin?next=/widget/en/sessions")
    at_provider(page, "karim")
    expect(page.locator(".sw")).to_contain_text("Karim Benali")

    page.goto(f"{signed.issuer}/session/end?client_id=help-centre")
    with page.expect_navigation():
        page.get_by_role("button", name="Yes, sign me out").click()

    page.goto(f"{address}/widget/en/sessions")
    expect(page.get_by_placeholder("Enter any login")).to_be_visible()
