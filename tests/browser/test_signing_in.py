"""The pages around signing in, and those of the vendor's own people: axe finds nothing in either language."""

import json
import time
from collections.abc import Iterator

import pytest
from joserfc.jwk import ECKey, KeySet
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import Service
from tests.browser.looking import axe
from tests.provider.hostile import sign
from widget.catalogue import DATA
from widget.cli import main

KEY = ECKey.generate_key("P-256", {"kid": "product"})
PRODUCT = "https://app.example.com"
THEIRS = {
    "Claire Martin": ["sessions"],
    "Sam Okafor": ["desk", "desk?q=atelier", "desk/atelier-nord?users=15"],
    "Léa Marchand": ["team", "team/feedback", "team/outbox"],
}


@pytest.fixture(params=["fr", "en"])
def reader(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[tuple[BrowserContext, str]]:
    context = chromium.new_context(locale=request.param, color_scheme="dark" if request.param == "en" else "light")
    context.set_default_timeout(30_000)
    yield context, request.param
    context.close()


@pytest.mark.parametrize("who", THEIRS)
def test_axe_finds_nothing_on_the_pages_of_who_is_signed_in(
    reader: tuple[BrowserContext, str], service: Service, who: str
) -> None:
    context, language = reader
    page = context.new_page()
    page.goto(f"{service.address}/widget/signin?next=/widget/{language}/change")
    found = {"signin": axe(page, "body")}
    with page.expect_navigation():
        page.get_by_role("button", name=who).click()

    for address in THEIRS[who]:
        page.goto(f"{service.address}/widget/{language}/{address}")
        assert page.locator("html").get_attribute("lang") == language
        found[address] = axe(page, "body")

    assert {address: faults for address, faults in found.items() if faults} == {}


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that only the product signs people in to."""
    folder = tmp_path_factory.mktemp("handed")
    (folder / "keys.json").write_text(json.dumps(KeySet([KEY]).as_dict(private=False)))
    trust = f'[product]\nissuer = "{PRODUCT}"\norigin = "{PRODUCT}"\nkeys_file = "keys.json"\n'
    (folder / "trust.toml").write_text(trust)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HELPCENTER_DATA", str(folder))
        assert main(["import", str(DATA / "demo.json")]) == 0
    running = Service(folder, "serve", HELPCENTER_TRUST=str(folder / "trust.toml"))
    yield running
    running.stop()


def posted(page: Page, service: Service, token: str) -> None:
    """Show what the hand-off answers to a token that the product's page posts."""
    headers = {"Origin": PRODUCT, "Sec-Fetch-Site": "cross-site"}
    told = page.request.post(f"{service.address}/widget/handoff", form={"token": token}, headers=headers)
    body = told.text()
    page.route("**/widget/handoff", lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
    page.goto(f"{service.address}/widget/handoff")
    page.unroute("**/widget/handoff")


def test_axe_finds_nothing_where_the_product_signs_people_in(
    reader: tuple[BrowserContext, str], handed: Service
) -> None:
    context, language = reader
    page, now = context.new_page(), int(time.time())
    person = {"sub": "claire", "email": "claire.martin@atelier-nord.example", "role": "administrator"}
    claims = {"iss": PRODUCT, "aud": handed.address, "space": "atelier-nord", "jti": f"jti-{language}"} | person
    token = sign({"alg": "ES256", "typ": "hand-off+jwt", "kid": "product"}, claims | {"iat": now, "exp": now + 60}, KEY)

    page.goto(f"{handed.address}/widget/signin?next=/widget/{language}/change")
    found = {"elsewhere": axe(page, "body")}
    for step, sent in (("refused", "x"), ("continue", token)):
        posted(page, handed, sent)
        assert page.locator(f"[data-step={step}]").count() == 1
        found[step] = axe(page, "body")

    assert {step: faults for step, faults in found.items() if faults} == {}
