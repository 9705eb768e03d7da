"""The hand-off from the product: the documented example signs in after a yes; whatever else comes signs nobody in."""

import html
import json
import logging
import re
import runpy
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc.jwk import ECKey, KeySet
from starlette.testclient import TestClient

from tests.provider.hostile import GONE, sign
from tests.web.conftest import Today
from tests.web.people import order_of
from tests.web.test_limits import use_up
from widget import catalogue
from widget.app import create_app
from widget.catalogue import DATA
from widget.services.limits import Limit
from widget.services.transfer import import_file
from widget.settings import ROOT, read
from widget.store.engine import migrate, open_engine

EXAMPLE = runpy.run_path(str(ROOT / "deploy" / "hand_off.py"))
KEY = ECKey.generate_key("P-256", {"kid": "product"})
OTHER = ECKey.generate_key("P-256", {"kid": "product"})
PRODUCT, HERE = "https://app.example.com", "https://help.example.com"


@pytest.fixture(scope="module")
def clock() -> Today:
    return Today(datetime.fromtimestamp(int(time.time()), UTC))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, clock: Today) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("handed")
    (folder / "keys.json").write_text(json.dumps(KeySet([KEY]).as_dict(private=False)))
    (folder / "trust.toml").write_text(
        f'[product]\nissuer = "{PRODUCT}"\norigin = "{PRODUCT}"\nkeys_file = "keys.json"\n'
    )
    environment = {"HELPCENTER_DATA": str(folder), "HELPCENTER_TRUST": str(folder / "trust.toml")}
    settings = read(environment | {"HELPCENTER_ADDRESS": HERE})
    engine = open_engine(settings.database_url)
    migrate(engine)
    import_file(engine, catalogue.load(), DATA / "demo.json", now=clock())
    with TestClient(create_app(settings, engine, clock), base_url=HERE) as client:
        yield client
    engine.dispose()


@pytest.fixture
def client(service: TestClient, clock: Today) -> TestClient:
    clock.instant += timedelta(minutes=11)
    service.cookies.clear()
    service.headers["Accept-Language"] = "fr"
    return service


def claims(clock: Today, **changed: Any) -> dict[str, Any]:
    now = int(clock().timestamp())
    right = {
        "iss": PRODUCT,
        "aud": HERE,
        "sub": "claire-42",
        "email": "claire.martin@atelier-nord.example",
        "space": "atelier-nord",
        "role": "administrator",
        "iat": now,
        "exp": now + 60,
        "jti": f"jti-{now}",
    }
    return {name: value for name, value in (right | changed).items() if value is not GONE}


def token(clock: Today, key: ECKey = KEY, header: dict[str, Any] | None = None, **changed: Any) -> str:
    kind = {"alg": "ES256", "typ": "hand-off+jwt", "kid": "product"} | (header or {})
    return sign({name: value for name, value in kind.items() if value is not GONE}, claims(clock, **changed), key)


def hand_over(client: TestClient, text: str, *, origin: str = PRODUCT, then: str = "/fr/") -> httpx2.Response:
    headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
    form = {"token": text, "next": then}
    answer: httpx2.Response = client.post("/widget/handoff", data=form, headers=headers)
    return answer


def say_yes(client: TestClient, page: str) -> httpx2.Response:
    attempt = re.search(r'name="attempt" value="([^"]+)"', page)
    assert attempt, page
    headers = {"Sec-Fetch-Site": "same-origin"}
    form = {"attempt": attempt[1]}
    answer: httpx2.Response = client.post(
        "/widget/handoff/continue", data=form, headers=headers, follow_redirects=False
    )
    return answer


def test_the_documented_example_signs_in_after_a_yes(client: TestClient, clock: Today) -> None:
    clock.instant = datetime.fromtimestamp(int(time.time()), UTC)
    person = {"person": "claire-42", "email": "claire.martin@atelier-nord.example"}
    place = {"space": "atelier-nord", "role": "administrator"}
    text = EXAMPLE["hand_off_token"](KEY, issuer=PRODUCT, help_centre=HERE, **person, **place)

    asked = hand_over(client, text, then="/fr/abonnement/retrograder/")

    page = html.unescape(asked.text)
    assert (asked.status_code, asked.headers["cache-control"]) == (200, "no-store")
    assert "Continuer avec ce compte\N{NO-BREAK SPACE}: Claire Martin" in page
    assert "Atelier Nord" in page
    names = [cookie.split("=")[0] for cookie in asked.headers.get_list("set-cookie")]
    assert names == ["__Host-attempt"]
    entered = say_yes(client, asked.text)
    assert (entered.status_code, entered.headers["location"]) == (303, "/fr/abonnement/retrograder/")
    session, marker = entered.headers.get_list("set-cookie")
    assert re.fullmatch(r"__Host-session=[\w-]{43}; HttpOnly; Path=/; SameSite=lax; Secure", session)
    assert marker == "__Secure-signed_in=1; Path=/; SameSite=lax; Secure"
    assert "Claire Martin, Atelier Nord" in client.get("/widget/fr/sessions").text


def test_who_is_handed_over_is_told_once_they_said_yes(
    client: TestClient, clock: Today, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "widget.security")

    asked = hand_over(client, token(clock))
    before = [each.getMessage() for each in caplog.records if each.name == "widget.security"]
    say_yes(client, asked.text)

    assert before == []
    assert [each.getMessage() for each in caplog.records if each.name == "widget.security"] == ["signed-in"]


def signs_in(client: TestClient, clock: Today) -> httpx2.Response:
    return say_yes(client, hand_over(client, token(clock)).text)


def test_an_order_after_a_quarter_of_an_hour_is_placed_once_the_person_comes_from_the_product_again(
    client: TestClient, clock: Today
) -> None:
    signs_in(client, clock)
    client.headers["Sec-Fetch-Site"] = "same-origin"
    wish = {"plan": "premium", "users": "15", "zoom_licenses": "4"}
    review = client.post("/widget/fr/change", data=wish, follow_redirects=False).headers["location"]
    order = order_of(client.get(review).text)
    clock.instant += timedelta(minutes=16)

    led = client.post(review.replace("/review", "/order"), data=order, follow_redirects=False)
    told = client.get(led.headers["location"])

    assert (led.status_code, told.status_code) == (303, 200)
    assert "Ouvrez de nouveau ce centre d’aide depuis le produit." in told.text
    assert "vos choix sont conservés" in told.text
    assert f'href="{PRODUCT}"' in told.text
    assert signs_in(client, clock).headers["location"] == review
    placed = client.post(
        review.replace("/review", "/order"),
        data=order_of(client.get(review).text),
        follow_redirects=False,
    )
    assert placed.headers["location"].startswith("/widget/fr/orders/")
    clock.instant += timedelta(minutes=1)
    assert signs_in(client, clock).headers["location"] == "/fr/"  # the way was taken once


@pytest.mark.parametrize("way", ["//evil.example", "https://evil.example", "/\\evil.example", ""])
def test_no_way_is_kept_that_leads_elsewhere(client: TestClient, clock: Today, way: str) -> None:
    told = client.get("/widget/signin", params={"next": way})

    assert told.status_code == 200
    assert "evil" not in told.text
    assert [each for each in client.cookies if "way" in each] == []
    assert signs_in(client, clock).headers["location"] == "/fr/"


def test_who_is_not_signed_in_is_sent_to_the_product(client: TestClient) -> None:
    told = client.get("/widget/en/space")

    assert told.status_code == 200
    assert "Open this help center from there once more." in told.text
    assert client.post("/widget/signin", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 404


def test_who_is_sent_to_the_product_may_read_so_in_another_language_without_losing_their_way(
    client: TestClient, clock: Today
) -> None:
    told = client.get("/widget/signin?next=/widget/fr/quotes").text
    (other,) = re.findall(r'<a href="([^"]*)" lang="en"', told)

    again = client.get(other).text

    assert "Open this help center from there once more." in again
    assert signs_in(client, clock).headers["location"] == "/widget/en/quotes"


def test_the_example_has_twenty_lines_of_code() -> None:
    lines = (ROOT / "deploy" / "hand_off.py").read_text("utf-8").splitlines()

    assert len([line for line in lines if line.strip()]) <= 20


def test_a_token_counts_once_and_a_yes_too(client: TestClient, clock: Today) -> None:
    text = token(clock)
    asked = hand_over(client, text)

    again = hand_over(client, text)
    first, second = say_yes(client, asked.text), say_yes(client, asked.text)

    assert (asked.status_code, again.status_code) == (200, 400)
    assert (first.status_code, second.status_code) == (303, 400)


def test_a_yes_in_another_browser_signs_nobody_in(client: TestClient, clock: Today) -> None:
    asked = hand_over(client, token(clock))
    client.cookies.clear()

    refused = say_yes(client, asked.text)

    assert refused.status_code == 400
    assert "session" not in str(refused.headers.get_list("set-cookie"))


def test_asking_alone_signs_nobody_in_and_ends_no_session(client: TestClient, clock: Today) -> None:
    say_yes(client, hand_over(client, token(clock)).text)
    clock.instant += timedelta(minutes=2)

    hand_over(client, token(clock, sub="olivia", email="olivia.hughes@harbour-studio.example", space="harbour-studio"))

    assert "Claire Martin, Atelier Nord" in client.get("/widget/fr/sessions").text


@pytest.mark.parametrize("minutes", [-2, 1])
def test_a_token_of_another_minute_is_refused(client: TestClient, clock: Today, minutes: int) -> None:
    text = token(clock)
    clock.instant += timedelta(minutes=minutes)

    assert hand_over(client, text).status_code == 400


REFUSED: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://other.example"},
    "another audience": {"aud": "https://other.example"},
    "a list of audiences": {"aud": [HERE]},
    "no subject": {"sub": GONE},
    "an empty subject": {"sub": ""},
    "no space": {"space": GONE},
    "a space that is a list": {"space": ["atelier-nord"]},
    "no name of its own": {"jti": GONE},
    "no expiry": {"exp": GONE},
    "no time": {"iat": GONE},
    "a time that is a text": {"iat": "now"},
    "too long a life": {"exp": 4_000_000_000},
    "no life": {"exp": 1},
    "an unknown role": {"role": "owner"},
    "a role of the vendor's own": {"role": "support"},
    "an address that is a number": {"email": 7},
    "another kind": {"header": {"typ": "JWT"}},
    "no kind": {"header": {"typ": GONE}},
    "unsigned": {"header": {"alg": "none"}},
    "the public key as a secret": {"header": {"alg": "HS256"}},
    "another key": {"key": OTHER},
    "another key that it brings along": {
        "key": OTHER,
        "header": {"jku": "https://other.example/keys", "jwk": OTHER.as_dict(private=False)},
    },
    "an unknown key name": {"header": {"kid": "other"}},
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_token_that_is_not_right_signs_nobody_in(client: TestClient, clock: Today, case: str) -> None:
    answer = hand_over(client, token(clock, **REFUSED[case]))

    assert answer.status_code == 400
    assert "Vous n’êtes pas connecté" in html.unescape(answer.text)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "changed",
    [
        {"space": "unknown"},
        {"space": "harbour-studio"},
        {"email": "zoe.perrin@atelier-nord.example", "sub": "zoe"},
        {"email": GONE, "sub": "new"},
    ],
    ids=["unknown space", "another space", "inactive", "nobody"],
)
def test_who_belongs_nowhere_is_told_whom_to_ask(client: TestClient, clock: Today, changed: dict[str, Any]) -> None:
    assert hand_over(client, token(clock, **changed)).status_code == 403


@pytest.mark.parametrize("origin", ["https://other.example", "null", "https://app.example.com.other.example", HERE])
def test_only_the_products_own_pages_hand_over(client: TestClient, clock: Today, origin: str) -> None:
    assert hand_over(client, token(clock), origin=origin).status_code == 400


@pytest.mark.parametrize(
    "then", ["//other.example", "https://other.example", "/\\other.example", "javascript:alert(1)"]
)
def test_the_way_on_stays_on_this_site(client: TestClient, clock: Today, then: str) -> None:
    entered = say_yes(client, hand_over(client, token(clock), then=then).text)

    assert entered.headers["location"] == "/widget/fr/change"


def test_a_private_key_in_the_settings_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(json.dumps(KeySet([KEY]).as_dict(private=True)))
    (tmp_path / "trust.toml").write_text(
        f'[product]\nissuer = "{PRODUCT}"\norigin = "{PRODUCT}/"\nkeys_file = "keys.json"\nkeys = 1\n'
    )

    with pytest.raises(Exception, match="public P-256 keys alone") as stopped:
        read({"HELPCENTER_TRUST": str(tmp_path / "trust.toml")})

    assert "product.origin: expected an origin" in str(stopped.value)
    assert "product.keys: there is no such key" in str(stopped.value)


def test_neither_the_tokens_nor_the_yes_are_tried_again_and_again(client: TestClient, clock: Today) -> None:
    asked = hand_over(client, token(clock))
    use_up(client, Limit.SIGN_IN, "")

    again, yes = hand_over(client, token(clock, jti="another")), say_yes(client, asked.text)

    assert [each.status_code for each in (asked, again, yes)] == [200, 429, 429]
    assert "set-cookie" not in yes.headers
