"""Signing in at an OpenID provider: the right way in, and every lie refused with a clean page and a line in the log."""

import asyncio
import gzip
import html
import logging
import re
import socket
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, RSAKey
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.testclient import TestClient

from tests.gateways.receivers import certificate, http_trap, status
from tests.loop import in_a_loop
from tests.provider.hostile import ACCESS_TOKEN, GONE, REFRESH_TOKEN, Hostile, running, sign
from tests.services.conftest import contents
from tests.web.conftest import Today, engine_of
from tests.web.people import token as form_token
from tests.web.test_limits import use_up
from widget import catalogue
from widget.app import create_app
from widget.catalogue import DATA
from widget.gateways.openid import LET_BE, Asked, OpenIdProvider, ProviderError
from widget.services.limits import Limit
from widget.services.transfer import import_file
from widget.settings import read
from widget.store.engine import migrate, open_engine
from widget.trust import Provider

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CLAIRE = {"email": "Claire.Martin@atelier-nord.example", "email_verified": True, "groups": ["space:atelier-nord:admin"]}
TRUST = """
[provider]
issuer = "{issuer}"
client_id = "help-centre"

[[grant]]
claim = "groups"
pattern = "space:(?P<space>[a-z0-9-]+):admin"
role = "administrator"

[[grant]]
claim = "groups"
pattern = "space:(?P<space>[a-z0-9-]+):member"
role = "user"

[[grant]]
claim = "groups"
pattern = "support"
role = "support"

[[grant]]
claim = "workspaces"
space = "id"
role = "role"
roles = {{ owner = "administrator", guest = "user" }}
"""


@pytest.fixture(scope="module")
def clock() -> Today:
    return Today()


@pytest.fixture(scope="module")
def honest(clock: Today) -> Iterator[Hostile]:
    with running(clock()) as state:
        yield state


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, honest: Hostile, clock: Today) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("openid")
    trust = folder / "trust.toml"
    trust.write_text(TRUST.format(issuer=honest.address))
    settings = read({"HELPCENTER_DATA": str(folder), "HELPCENTER_TRUST": str(trust)})
    engine = open_engine(settings.database_url)
    migrate(engine)
    import_file(engine, catalogue.load(), DATA / "demo.json", now=clock())
    app = create_app(settings, engine, clock)
    with TestClient(app, base_url=settings.address, headers={"Sec-Fetch-Site": "same-origin"}) as client:
        yield client
    engine.dispose()


@pytest.fixture
def provider(honest: Hostile, clock: Today) -> Hostile:
    clock.instant += timedelta(hours=9)  # what was remembered of the test before is over
    honest.clock = clock()
    honest.tricks, honest.userinfo, honest.asked = {}, dict(CLAIRE), []
    return honest


@pytest.fixture
def client(service: TestClient, provider: Hostile) -> TestClient:
    assert provider.tricks == {}
    service.cookies.clear()
    service.headers["Accept-Language"] = "fr"
    return service


def callback_of(client: TestClient) -> str:
    """Go to the provider as the browser would, and return the address that it sends the browser back to."""
    sent = client.get("/widget/signin", params={"next": "/widget/fr/change"}, follow_redirects=False)
    assert sent.status_code == 303, sent.text
    return at_provider(sent)


def at_provider(sent: httpx2.Response) -> str:
    """Follow to the provider, and return the address that it leads back to."""
    with httpx2.Client(verify=False, trust_env=False) as browser:
        return str(browser.get(sent.headers["location"]).headers["location"])


def come_back(client: TestClient, address: str | None = None) -> httpx2.Response:
    parts = urlsplit(address or callback_of(client))
    answer: httpx2.Response = client.get(f"{parts.path}?{parts.query}", follow_redirects=False)
    return answer


def refused(answer: httpx2.Response, status: int = 400) -> str:
    assert answer.status_code == status, answer.text
    assert "session" not in [name.split("=")[0] for name in answer.headers.get_list("set-cookie")]
    assert answer.headers["content-language"] == "fr"
    text = html.unescape(answer.text)
    assert "Vous n’êtes pas connecté" in text
    return text


def test_the_choice_of_a_space_is_not_tried_again_and_again(client: TestClient) -> None:
    assert client.post("/widget/signin/space", data={"attempt": "x"}).status_code == 400
    use_up(client, Limit.SIGN_IN, "")

    assert client.post("/widget/signin/space", data={"attempt": "x"}).status_code == 429


def test_an_administrator_signs_in_and_comes_back_to_where_they_were(client: TestClient) -> None:
    sent = client.get("/widget/signin", params={"next": "/widget/fr/sessions"}, follow_redirects=False)

    asked = parse_qs(urlsplit(sent.headers["location"]).query)
    assert asked["redirect_uri"] == ["http://127.0.0.1:8000/widget/signin/back"]
    assert (asked["response_type"], asked["code_challenge_method"], asked["max_age"]) == (["code"], ["S256"], ["28800"])
    assert [len(asked[name][0]) for name in ("state", "nonce", "code_challenge")] == [43, 43, 43]
    assert re.fullmatch(r"attempt=[\w-]{43}; HttpOnly; Max-Age=600; Path=/; SameSite=lax", sent.headers["set-cookie"])
    back = at_provider(sent)
    entered = come_back(client, back)
    assert (entered.status_code, entered.headers["location"]) == (303, "/widget/fr/sessions")
    page = client.get("/widget/fr/sessions").text
    assert "Claire Martin, Atelier Nord" in page
    assert "token" not in str(entered.headers).replace("no-store", "")


def events(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.name == "widget.security"]


def test_who_signs_in_and_out_is_told(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "widget.security")

    assert come_back(client).status_code == 303
    client.post("/widget/signout", follow_redirects=False)

    assert events(caplog) == ["signed-in", "signed-out"]


@pytest.mark.parametrize("site", ["cross-site", "", None])
def test_another_site_signs_nobody_in_behind_their_back(client: TestClient, site: str | None) -> None:
    headers = {name: value for name, value in client.headers.items() if name != "sec-fetch-site"}
    address = "/widget/signin?next=/widget/en/sessions"

    with TestClient(client.app, base_url=str(client.base_url), headers=headers) as led:
        asked = led.get(address, headers={} if site is None else {"Sec-Fetch-Site": site}, follow_redirects=False)

    assert (asked.status_code, asked.headers.get_list("set-cookie")) == (200, [])
    assert "Continue only if you want to sign in here." in asked.text
    (again,) = re.findall(r'href="(/widget/signin[^"]*)"', asked.text)
    assert again == "/widget/signin?next=%2Fwidget%2Fen%2Fsessions"
    assert client.get(again, follow_redirects=False).status_code == 303  # the person's own click


@pytest.mark.parametrize(
    ("then", "other"),
    [
        ("/widget/fr/change?plan=premium&users=12", "/widget/en/change?plan=premium&amp;users=12"),
        ("/fr/abonnement/retrograder/#change=users:12", "/en/subscription/downgrade/#change=users:12"),
        ("/nowhere/", "/widget/en/change"),
        ("//elsewhere.example/", "/widget/en/change"),
        ("", "/widget/en/change"),
    ],
)
def test_the_page_that_asks_leads_on_in_the_other_language_with_what_a_ticket_proposed(
    client: TestClient, then: str, other: str
) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Accept-Language": "fr"}

    asked = client.get("/widget/signin", params={"next": then}, headers=headers)

    assert "<title>Connectez-vous pour continuer" in asked.text
    assert re.findall(r'<a href="([^"]*)" lang="en"', asked.text) == [other]


def test_no_token_of_the_provider_reaches_the_browser(client: TestClient) -> None:
    entered = come_back(client)
    read = client.get("/widget/fr/change")
    sent = entered.text + str(entered.headers) + read.text + str(read.headers) + str(dict(client.cookies))

    for token in ("eyJ", ACCESS_TOKEN, REFRESH_TOKEN):
        assert token not in sent
        assert token not in str(contents(engine_of(client)))
    assert not [name for name in client.cookies if name not in {"session", "signed_in", "attempt"}]


Trick = dict[str, Any]
OTHER = "https://other.example"
KEY = ECKey.generate_key("P-256", {"kid": "one"})
RSA: Trick = {"id_token_signing_alg_values_supported": ["RS256"]}
with warnings.catch_warnings():
    warnings.simplefilter("ignore", SecurityWarning)  # the library says what the guard then refuses
    SHORT, LONG = (RSAKey.generate_key(bits, {"kid": "one"}) for bits in (1024, 2048))
NOW = int(START.timestamp())
HUGE = "x" * 2_000_000
BOMB = gzip.compress(b'{"access_token":"' + b"x" * 20_000_000 + b'"}')
LIES: dict[str, tuple[Trick, str]] = {
    "a callback of another issuer": ({"callback": {"iss": OTHER}}, "callback-issuer"),
    "no issuer in the callback, although promised": ({"callback": {"iss": GONE}}, "callback-issuer"),
    "metadata of another issuer": ({"metadata": {"issuer": OTHER}}, "metadata-issuer"),
    "no signature, and the metadata lists it": (
        {"header": {"alg": "none"}, "metadata": {"id_token_signing_alg_values_supported": ["none", "ES256"]}},
        "signature",
    ),
    "nothing but unsigned is listed": (
        {"header": {"alg": "none"}, "metadata": {"id_token_signing_alg_values_supported": ["none"]}},
        "signature",
    ),
    "the public key as a shared secret": (
        {"header": {"alg": "HS256"}, "metadata": {"id_token_signing_alg_values_supported": ["HS256", "ES256"]}},
        "signature",
    ),
    "no ID token": ({"token": {"id_token": GONE}}, "no-id-token"),
    "an ID token that is a number": ({"token": {"id_token": 7}}, "no-id-token"),
    "another issuer": ({"claims": {"iss": OTHER}}, "id-token-iss"),
    "another audience": ({"claims": {"aud": "somebody-else"}}, "id-token-aud"),
    "an empty audience": ({"claims": {"aud": []}}, "id-token-aud"),
    "several audiences, authorized for nobody": ({"claims": {"aud": ["help-centre", "b"]}}, "id-token-azp"),
    "authorized for another": ({"claims": {"azp": "somebody-else"}}, "id-token-azp"),
    "another nonce": ({"claims": {"nonce": "n" * 43}}, "id-token-nonce"),
    "no nonce": ({"claims": {"nonce": GONE}}, "id-token-nonce"),
    "expired": ({"claims": {"exp": 1}}, "id-token-exp"),
    "no expiry": ({"claims": {"exp": GONE}}, "id-token-exp"),
    "not yet valid": ({"claims": {"nbf": 2_000_000_000 + NOW}}, "id-token-nbf"),
    "issued in the future": ({"claims": {"iat": 2_000_000_000 + NOW}}, "id-token-iat"),
    "no subject": ({"claims": {"sub": GONE}}, "id-token-sub"),
    "an empty subject": ({"claims": {"sub": ""}}, "id-token-sub"),
    "a subject that is a list": ({"claims": {"sub": ["claire"]}}, "id-token-sub"),
    "no time of the proof": ({"claims": {"auth_time": GONE}}, "id-token-auth_time"),
    "a proof of the future": ({"claims": {"auth_time": 2_000_000_000 + NOW}}, "id-token-auth_time"),
    "a proof older than was asked for": ({"claims": {"auth_time": 1}}, "stale"),
    "an access token as an ID token": ({"header": {"typ": "at+jwt"}}, "token-kind"),
    "a logout token as an ID token": ({"header": {"typ": "logout+jwt"}}, "token-kind"),
    "a critical extension": ({"alter": lambda _: CRITICAL}, "signature"),
    "an access token that the hash does not fit": ({"claims": {"at_hash": "x" * 22}}, "id-token-at_hash"),
    "signed by another key": ({"signed_by": KEY}, "signature"),
    "signed by a key that is too short": (
        {"header": {"alg": "RS256"}, "metadata": RSA, "published": SHORT, "signed_by": SHORT},
        "signature",
    ),
    "another person at userinfo": ({"userinfo_answer": JSONResponse({"sub": "karim"})}, "userinfo-sub"),
    "nobody at userinfo": ({"userinfo_answer": JSONResponse({})}, "userinfo-sub"),
    "a token of another type": ({"token": {"token_type": "mac"}}, "token-type"),
    "the code is refused": ({"token_answer": JSONResponse({"error": "invalid_grant"}, 400)}, "code-refused"),
    "two megabytes of token": ({"token_answer": JSONResponse({"id_token": HUGE})}, "too-large"),
    "a token that unfolds to twenty megabytes": (
        {"token_answer": Response(BOMB, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})},
        "too-large",
    ),
    "an ID token of 40 kilobytes": ({"claims": {"padding": "x" * 40_000}}, "too-large"),
    "keys that are none": ({"keys_answer": JSONResponse({"keys": "none"})}, "keys"),
    "no keys": ({"keys_answer": JSONResponse({"keys": []})}, "keys"),
    "the person stopped": ({"callback": {"code": GONE, "error": "access_denied"}}, "denied"),
    "the provider refused": ({"callback": {"code": GONE, "error": "server_error"}}, "provider-refused"),
    "no code": ({"callback": {"code": GONE}}, "callback-code"),
    "two codes": ({"callback": {"code": "a&code=b"}}, "callback-fields"),
    "another state": ({"callback": {"state": "s" * 43}}, "state"),
    "no state": ({"callback": {"state": GONE}}, "state"),
    "endpoints without encryption": ({"metadata": {"token_endpoint": "http://id.example/token"}}, "metadata-endpoint"),
    "keys in a file": ({"metadata": {"jwks_uri": "file:///etc/passwd"}}, "metadata-endpoint"),
    "no strict proof key": ({"metadata": {"code_challenge_methods_supported": ["plain"]}}, "metadata-pkce"),
}
CRITICAL = "eyJhbGciOiJFUzI1NiIsImtpZCI6Im9uZSIsImNyaXQiOltdfQ.e30.c2lnbmF0dXJl"
SILENT: dict[str, Trick] = {
    "a page instead of a token": {"token_answer": HTMLResponse("<h1>Bad gateway</h1>", 502)},
    "a list instead of a token": {"token_answer": JSONResponse([1])},
    "a page instead of userinfo": {"userinfo_answer": HTMLResponse("<h1>hello</h1>")},
    "userinfo fails": {"userinfo_answer": JSONResponse({}, 500)},
    "keys fail": {"keys_answer": JSONResponse({}, 503)},
    "keys lead elsewhere": {"keys_answer": RedirectResponse(OTHER)},
    "metadata fails": {"metadata_answer": JSONResponse({}, 503)},
    "metadata is a page": {"metadata_answer": HTMLResponse("<h1>hello</h1>")},
    "metadata leads elsewhere": {"metadata_answer": RedirectResponse(OTHER)},
    "metadata is nested without end": {"metadata_answer": Response("[" * 100_000, media_type="application/json")},
}


@pytest.mark.filterwarnings("ignore:Key size should be")
@pytest.mark.parametrize("lie", LIES)
def test_a_lie_signs_nobody_in_and_is_logged(
    client: TestClient, provider: Hostile, lie: str, caplog: pytest.LogCaptureFixture
) -> None:
    provider.tricks, reason = LIES[lie]
    caplog.set_level(logging.INFO, "widget.security")

    first = client.get("/widget/signin", params={"next": "/widget/fr/change"}, follow_redirects=False)
    answer = first
    if first.status_code == 303:
        answer = come_back(client, at_provider(first))

    refused(answer, 502 if reason.startswith("metadata") else 400)
    assert [(each.getMessage(), vars(each)["facts"]) for each in caplog.records] == [
        ("sign-in-refused", {"reason": reason})
    ]
    assert client.get("/widget/fr/sessions", follow_redirects=False).status_code == 303


def test_the_shortest_key_that_is_long_enough_signs_in(client: TestClient, provider: Hostile) -> None:
    provider.tricks = {"header": {"alg": "RS256"}, "metadata": RSA, "published": LONG, "signed_by": LONG}

    first = client.get("/widget/signin", params={"next": "/widget/fr/change"}, follow_redirects=False)
    answer = come_back(client, at_provider(first))

    assert answer.status_code == 303


@pytest.mark.parametrize("fault", SILENT)
def test_a_provider_that_does_not_answer_is_told_as_such(
    client: TestClient, provider: Hostile, clock: Today, fault: str
) -> None:
    provider.tricks = SILENT[fault]

    answer = client.get("/widget/signin", params={"next": "/widget/fr/change"}, follow_redirects=False)
    if answer.status_code == 303:
        answer = come_back(client, at_provider(answer))

    assert "Le service de connexion ne répond pas. Réessayez dans un instant." in refused(answer, 503)
    provider.tricks = {}
    clock.instant += LET_BE
    provider.clock = clock()
    assert come_back(client).status_code == 303


@pytest.mark.parametrize("fault", ["metadata fails", "keys fail"])
def test_a_provider_that_was_silent_while_the_clock_ran_ahead_is_asked_again_once_it_is_right(
    client: TestClient, provider: Hostile, clock: Today, fault: str
) -> None:
    provider.tricks = SILENT[fault]
    clock.instant += timedelta(days=1)
    provider.clock = clock()
    led = client.get("/widget/signin", params={"next": "/widget/fr/change"}, follow_redirects=False)
    refused(come_back(client, at_provider(led)) if led.status_code == 303 else led, 503)
    provider.tricks = {}
    clock.instant -= timedelta(days=1)
    provider.clock = clock()

    assert come_back(client).status_code == 303


@pytest.mark.parametrize("fault", ["metadata fails", "keys fail"])
def test_a_silent_provider_is_let_be_for_a_while_so_that_nobody_else_waits_for_it(
    client: TestClient, provider: Hostile, clock: Today, fault: str
) -> None:
    def signed_in() -> httpx2.Response:
        led: httpx2.Response = client.get("/widget/signin?next=/fr/", follow_redirects=False)
        return come_back(client, at_provider(led)) if led.status_code == 303 else led

    provider.tricks = SILENT[fault]
    refused(signed_in(), 503)
    provider.tricks = {}

    refused(signed_in(), 503)

    clock.instant += LET_BE
    provider.clock = clock()
    assert signed_in().status_code == 303


def test_the_articles_are_there_while_more_people_wait_for_a_silent_provider_than_there_are_threads(
    tmp_path: Path, clock: Today
) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as silent:
        trust = tmp_path / "trust.toml"
        trust.write_text(TRUST.format(issuer=f"http://127.0.0.1:{silent.getsockname()[1]}"))
        settings = read({"HELPCENTER_DATA": str(tmp_path), "HELPCENTER_TRUST": str(trust)})
        engine = open_engine(settings.database_url)
        migrate(engine)
        try:
            statuses = in_a_loop(read_meanwhile(create_app(settings, engine, clock), settings.address, waiting=45))
        finally:
            engine.dispose()

    assert statuses == [200] + [503] * 45


async def read_meanwhile(app: Starlette, address: str, *, waiting: int) -> list[int]:
    """Return what an article answers while nobody who signs in has an answer yet, and what those get in the end."""
    there = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(
        transport=there, base_url=address, headers={"Sec-Fetch-Site": "same-origin"}
    ) as browser:
        sign_ins = [asyncio.create_task(browser.get("/widget/signin?next=/fr/")) for _ in range(waiting)]
        await asyncio.sleep(0.5)  # all have begun
        article = await browser.get("/fr/")
        assert not any(each.done() for each in sign_ins)
        return [article.status_code, *(each.status_code for each in await asyncio.gather(*sign_ins))]


def test_a_provider_that_cannot_prove_its_name_is_told_nothing(tmp_path: Path) -> None:
    server, _ = certificate(tmp_path)  # right in every way, but for who vouches for it
    with http_trap(status(200), tls=server) as trap:
        there = OpenIdProvider(
            Provider(f"https://localhost:{trap.port}", "help-centre", None, ("openid",)), "https://x"
        )
        with pytest.raises(ProviderError, match=r"^certificate$"):
            there.authorization(Asked("n", "v" * 43, 0, START), "state", language="fr")

        assert trap.requests == []


@pytest.mark.parametrize(
    ("said", "status"), [("urn:two-factors", 303), ("urn:password", 400), (GONE, 400), (7, 400)], ids=str
)
def test_a_proof_of_another_kind_than_was_asked_for_signs_nobody_in(
    client: TestClient, provider: Hostile, said: Any, status: int
) -> None:
    context = client.app.state.context  # type: ignore[attr-defined]  # a Starlette application
    asked = replace(context.provider.provider, acr=("urn:two-factors", "urn:passkey"))
    context.provider.provider, before = asked, context.provider.provider
    provider.tricks = {"claims": {"acr": said}}

    sent = client.get("/widget/signin", params={"next": "/widget/fr/change"}, follow_redirects=False)
    answer = come_back(client, at_provider(sent))
    context.provider.provider = before

    assert parse_qs(urlsplit(sent.headers["location"]).query)["acr_values"] == ["urn:two-factors urn:passkey"]
    assert answer.status_code == status


def test_a_callback_counts_once_and_in_the_browser_that_asked(client: TestClient) -> None:
    address = callback_of(client)
    mine = dict(client.cookies)

    client.cookies.clear()
    client.cookies.set("attempt", "b" * 43)
    refused(come_back(client, address))  # somebody else's browser is led to my sign-in
    client.cookies.clear()
    for name, value in mine.items():
        client.cookies.set(name, value)
    first, again = come_back(client, address), come_back(client, address)

    assert first.status_code == 303
    refused(again)


def test_a_sign_in_that_took_too_long_begins_again(client: TestClient, clock: Today) -> None:
    address = callback_of(client)
    clock.instant += timedelta(minutes=10)

    assert "a trop duré" in refused(come_back(client, address))


def test_new_keys_of_the_provider_are_found(client: TestClient, provider: Hostile, clock: Today) -> None:
    assert come_back(client).status_code == 303
    client.cookies.clear()
    clock.instant += timedelta(minutes=2)
    provider.clock = clock()
    new = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})
    provider.tricks = {"signed_by": new, "published": new, "header": {"kid": "two"}}

    assert come_back(client).status_code == 303


def test_a_key_that_a_token_brings_along_is_never_fetched(client: TestClient, provider: Hostile) -> None:
    trap = f"{provider.address}/trap"
    provider.tricks = {
        "header": {"jku": trap, "x5u": trap, "jwk": KEY.as_dict(private=False)},
        "signed_by": KEY,
    }

    refused(come_back(client))

    assert provider.asked == []


def changes(token: str) -> Iterator[str]:
    """Yield the token with one character changed at many places, a part dropped, doubled or swapped."""
    for place in range(0, len(token), 8):
        other = "A" if token[place] != "A" else "B"
        yield token[:place] + other + token[place + 1 :]
    header, claims, signature = token.split(".")
    yield from (f"{header}.{claims}", f"{header}.{claims}.", f"..{signature}", "", ".", "..", f"{token}.{signature}")
    yield from (f"{claims}.{header}.{signature}", f" {token}", f"{token}=", f"{header}.{claims}.{signature}\x00")


def changed(number: int, token: str) -> str:
    return list(changes(token))[number]


def test_no_changed_token_signs_anybody_in(client: TestClient, provider: Hostile, clock: Today) -> None:
    sample = sign({"alg": "ES256", "kid": "one"}, provider.claims({"client_id": "help-centre", "nonce": "n" * 43}), KEY)
    count = len(list(changes(sample)))
    counts = {"refused": 0, "entered": 0}

    for number in range(count):
        clock.instant += timedelta(minutes=2)
        provider.clock = clock()
        provider.tricks = {"alter": partial(changed, number)}
        client.cookies.clear()
        answer = come_back(client)
        counts["entered" if answer.status_code == 303 else "refused"] += answer.status_code in {303, 400}

    assert counts["entered"] == 0
    assert counts["refused"] == count >= 60


def test_the_second_shape_of_claims_gives_spaces_and_roles_too(client: TestClient, provider: Hostile) -> None:
    provider.userinfo = {
        "email": "olivia.hughes@harbour-studio.example",
        "email_verified": True,
        "sub": "olivia",
        "workspaces": [{"id": "harbour-studio", "role": "owner"}, {"id": "atelier-nord", "role": "unheard-of"}, "x"],
    }
    provider.tricks = {"claims": {"sub": "olivia"}}

    assert come_back(client).status_code == 303

    assert "Olivia Hughes, Harbour Studio" in client.get("/widget/fr/sessions").text


@pytest.mark.parametrize(
    "changed",
    [
        {"groups": []},
        {"groups": "space:unknown-space:admin"},
        {"groups": ["space:harbour-studio:admin"]},
        {"email_verified": False, "sub": "new"},
        {"email_verified": "true", "sub": "new"},
        {"email": "zoe.perrin@atelier-nord.example", "sub": "zoe"},
        {"email": "nobody@atelier-nord.example", "sub": "new"},
        {"sub": "a-second-account-with-her-address"},
    ],
    ids=[
        "no group",
        "unknown space",
        "another space",
        "unverified",
        "verified as a text",
        "inactive",
        "nobody",
        "taken",
    ],
)
def test_who_belongs_nowhere_is_told_whom_to_ask(
    client: TestClient, provider: Hostile, changed: dict[str, Any]
) -> None:
    assert come_back(client).status_code == 303  # Claire is known by now
    client.cookies.clear()
    provider.userinfo |= changed
    provider.tricks = {"claims": {"sub": changed["sub"]}} if "sub" in changed else {}

    assert "Votre compte n’appartient à aucun espace ici." in refused(come_back(client), 403)


def test_a_known_person_is_known_by_their_subject_whatever_their_address(client: TestClient, provider: Hostile) -> None:
    assert come_back(client).status_code == 303
    client.cookies.clear()
    provider.userinfo |= {"email": "claire.new-name@elsewhere.example", "email_verified": False}

    assert come_back(client).status_code == 303

    assert "Claire Martin, Atelier Nord" in client.get("/widget/fr/sessions").text


def test_a_role_taken_away_at_the_provider_is_gone_at_the_next_sign_in(client: TestClient, provider: Hostile) -> None:
    assert come_back(client).status_code == 303
    before = client.cookies["session"]
    form = {"token": form_token(client.get("/widget/fr/space").text), "act": "calendar"}
    calendar = re.findall(r"/widget/calendar/[^<]+\.ics", client.post("/widget/fr/space", data=form).text)[0]
    client.cookies.clear()
    assert client.get(calendar).status_code == 200
    provider.userinfo |= {"groups": ["space:atelier-nord:member"]}

    assert come_back(client).status_code == 303

    assert client.get(calendar).status_code == 404
    assert "Vous n’êtes pas administrateur de cet espace" in html.unescape(client.get("/widget/fr/change").text)
    client.cookies.clear()
    client.cookies.set("session", before)
    assert (
        client.get("/widget/fr/sessions", follow_redirects=False).status_code == 303
    )  # the old role's session is over
    provider.userinfo = dict(CLAIRE)
    client.cookies.clear()
    assert come_back(client).status_code == 303
    assert client.get("/widget/fr/change").text.count("Atelier Nord") > 0


def test_who_belongs_to_several_spaces_chooses_one(client: TestClient, provider: Hostile) -> None:
    provider.tricks = {"claims": {"sub": "several"}}
    provider.userinfo = {
        "sub": "several",
        "email": "tom.baker@harbour-studio.example",
        "email_verified": True,
        "groups": ["space:harbour-studio:member", "support"],
    }

    page = come_back(client)

    assert (page.status_code, "Quel espace" in page.text) == (200, True)
    attempt = re.search(r'name="attempt" value="([^"]+)"', page.text)
    assert attempt is not None
    stranger = client.post("/widget/signin/space", data={"attempt": "x", "space": "harbour-studio"})
    refused(stranger)
    form = {"attempt": attempt[1], "space": "harbour-studio"}
    entered = client.post("/widget/signin/space", data=form, follow_redirects=False)
    assert entered.status_code == 303
    assert "Tom Baker, Harbour Studio" in client.get("/widget/fr/sessions").text
    refused(client.post("/widget/signin/space", data=form))  # once


def test_an_order_sends_to_the_provider_for_a_new_proof(client: TestClient, provider: Hostile, clock: Today) -> None:
    assert come_back(client).status_code == 303
    clock.instant += timedelta(minutes=16)
    provider.clock = clock()

    sent = client.get("/widget/signin", params={"next": "/widget/fr/change"}, follow_redirects=False)

    asked = parse_qs(urlsplit(sent.headers["location"]).query)
    assert (asked["max_age"], asked["prompt"]) == (["0"], ["login"])
    before = client.cookies["session"]
    back = at_provider(sent)
    assert come_back(client, back).status_code == 303
    assert client.cookies["session"] != before


def test_a_provider_that_skips_the_new_proof_is_refused(client: TestClient, provider: Hostile, clock: Today) -> None:
    assert come_back(client).status_code == 303
    proof = int(clock().timestamp())
    clock.instant += timedelta(minutes=16)
    provider.clock = clock()
    provider.tricks = {"claims": {"auth_time": proof}}

    text = refused(come_back(client))

    assert "ne vous a pas redemandé qui vous êtes" in text


def logout_token(provider: Hostile, **changed: Any) -> str:
    now = int(provider.clock.timestamp())
    claims = {
        "iss": provider.address,
        "aud": "help-centre",
        "sub": "claire-at-the-provider",
        "iat": now,
        "exp": now + 120,
        "jti": f"logout-{now}",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    } | changed
    header = {"alg": "ES256", "kid": "one", "typ": "logout+jwt"}
    return sign(header, {name: value for name, value in claims.items() if value is not GONE}, provider.key)


def end(client: TestClient, token: str) -> httpx2.Response:
    answer: httpx2.Response = client.post(
        "/widget/signin/ended", data={"logout_token": token}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    return answer


def test_the_provider_ends_a_persons_sessions(client: TestClient, provider: Hostile) -> None:
    assert come_back(client).status_code == 303
    token = logout_token(provider)

    ended, again = end(client, token), end(client, token)

    assert (ended.status_code, ended.headers["cache-control"]) == (200, "no-store")
    assert (again.status_code, again.json()) == (400, {"error": "invalid_request"})
    assert client.get("/widget/fr/sessions", follow_redirects=False).status_code == 303


def test_the_provider_ends_one_session_by_its_own_name_for_it(client: TestClient, provider: Hostile) -> None:
    provider.tricks = {"claims": {"sid": "at-work"}}
    assert come_back(client).status_code == 303

    other = end(client, logout_token(provider, sub=GONE, sid="at-home", jti="a"))
    still = client.get("/widget/fr/sessions", follow_redirects=False).status_code
    mine = end(client, logout_token(provider, sub=GONE, sid="at-work", jti="b"))

    assert (other.status_code, still, mine.status_code) == (200, 200, 200)
    assert client.get("/widget/fr/sessions", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": OTHER},
        {"aud": "somebody-else"},
        {"events": GONE},
        {"events": {"other": {}}},
        {"events": {"http://schemas.openid.net/event/backchannel-logout": 1}},
        {"nonce": "n"},
        {"jti": GONE},
        {"jti": ""},
        {"iat": 1},
        {"iat": GONE},
        {"exp": 1},
        {"sub": GONE},
        {"sub": 7},
    ],
    ids=str,
)
def test_a_logout_token_that_is_none_ends_nothing(
    client: TestClient, provider: Hostile, changed: dict[str, Any]
) -> None:
    assert come_back(client).status_code == 303

    assert end(client, logout_token(provider, **changed)).status_code == 400

    assert client.get("/widget/fr/sessions").status_code == 200


def test_without_a_provider_there_is_no_way_in(tmp_path: Path) -> None:
    settings = read({"HELPCENTER_DATA": str(tmp_path)})
    engine = open_engine(settings.database_url)
    migrate(engine)
    with TestClient(create_app(settings, engine), base_url=settings.address) as client:
        answers = [client.get(f"/widget/signin{rest}").status_code for rest in ("", "/back", "/ended", "/space")]
    engine.dispose()

    assert answers == [404, 404, 404, 404]
