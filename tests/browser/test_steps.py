"""Every situation of a subscription, and every step while something goes wrong, as a person meets them in Chromium."""

import re
from datetime import date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Service
from tests.browser.people import ANNUAL, LATE, MONTHLY, a_space, enter
from widget import languages
from widget.domain.calendar import add_months

DOWNGRADE = {"fr": "/fr/abonnement/retrograder/", "en": "/en/subscription/downgrade/"}
DOWN = "Le service ne répond pas."
FRENCH = languages.load()["fr"]


def today(zone: str = "Europe/Paris") -> date:
    """Return the running service's own day."""
    return datetime.now(ZoneInfo(zone)).date()  # noqa: TID251 -- of the clock that the service reads


def next_step(page: Page) -> None:
    page.get_by_role("button", name="Suivant", exact=True).click()


def to_survey(page: Page, service: Service, subscription: dict[str, object] = ANNUAL) -> str:
    """Lead an administrator to the survey inside the French article; return the space."""
    space = a_space(service, subscription)
    enter(page.context, service, space)
    page.goto(service.address + DOWNGRADE["fr"])
    expect(page.locator(".sw-state")).to_be_visible()
    page.locator("#sw-users").fill("10")
    next_step(page)
    expect(page.locator("[name=reason]").first).to_be_visible()
    return space


def test_a_late_order_is_confirmed_by_its_own_box_which_names_the_day_and_the_amount(
    service: Service, page: Page
) -> None:
    days = [today()]
    to_survey(page, service, LATE)
    page.get_by_label("Un projet est terminé").check()
    next_step(page)
    days += [today()]  # midnight may pass meanwhile
    price_dates = "|".join(re.escape(FRENCH.date(add_months(day - timedelta(days=350), 24))) for day in days)

    box = page.get_by_label(re.compile(f"Je comprends que le nouveau tarif commence le ({price_dates})"))
    expect(page.locator(".sw-dates")).to_contain_text("(dépassée)")
    page.get_by_role("button", name="Passer commande").click()
    expect(page.locator(".sw-summary")).to_contain_text("Cochez la case")
    page.locator(".sw-summary a").click()
    expect(box).to_be_focused()
    box.check()
    page.get_by_role("button", name="Passer commande").click()

    expect(page.get_by_role("heading", name="Votre commande est passée")).to_be_visible()


def test_a_locked_contract_shows_its_numbers_closed_and_a_letter_to_support_filled_in(
    service: Service, page: Page
) -> None:
    space = a_space(service, ANNUAL, locked=True)
    enter(page.context, service, space)
    page.goto(service.address + DOWNGRADE["fr"])

    expect(page.get_by_role("link", name="Écrire au support")).to_be_visible()
    expect(page.locator("#sw-users")).to_be_disabled()
    expect(page.locator("#sw-users")).to_have_value("12")
    letter = page.get_by_role("link", name="Écrire au support").get_attribute("href") or ""
    assert letter.startswith("mailto:support@workspace.example?subject=")
    assert f"{space}-1" in letter
    expect(page.locator(".sw-form button")).to_have_count(0)


def test_somebody_who_is_no_administrator_sees_why_not_and_whom_to_ask(service: Service, page: Page) -> None:
    space = a_space(service, ANNUAL, users=2)
    enter(page.context, service, space, "Person 1")
    page.goto(service.address + DOWNGRADE["fr"])

    expect(page.get_by_role("heading", name="Vous n’êtes pas administrateur de cet espace")).to_be_visible()
    expect(page.get_by_role("link", name=f"ada@{space}.example")).to_be_visible()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_url(service.address + "/fr/")


@pytest.mark.parametrize(
    ("subscription", "wish", "said"),
    [
        pytest.param(
            {"interval": "month", "plan": "free", "users": 3, "zoom_licenses": 0},
            {"users": "4"},
            "Avec le plan Gratuit, le nombre d’utilisateurs est d’au plus 3",
            id="the free plan has its limit",
        ),
        pytest.param(
            {"interval": "month", "plan": "essential", "users": 1, "zoom_licenses": 0},
            {"users": "0"},
            "le minimum est 1",
            id="a single user stays",
        ),
        pytest.param(
            ANNUAL | {"plan": "ultimate", "users": 3200, "zoom_licenses": 300},
            {"users": "3\u202f000"},
            "Utilisateurs\u00a0: 3\u202f000 au lieu de 3\u202f200",
            id="three thousand users",
        ),
        pytest.param(MONTHLY, {"users": "12"}, "il n’y a rien à modifier", id="the same numbers"),
    ],
)
def test_the_result_says_what_becomes_of_a_wish(
    service: Service, page: Page, subscription: dict[str, object], wish: dict[str, str], said: str
) -> None:
    enter(page.context, service, a_space(service, subscription))
    page.goto(service.address + "/widget/fr/change")
    for name, value in wish.items():
        page.locator(f"#sw-{name}").fill("")
        page.locator(f"#sw-{name}").fill(value)

    expect(page.locator(".sw-panel")).to_contain_text(said)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_day_of_the_order_is_that_of_the_space(service: Service, page: Page, zone: str) -> None:
    enter(page.context, service, a_space(service, MONTHLY, time_zone=zone))
    days = {FRENCH.date(today(zone))}
    page.goto(service.address + "/widget/fr/change?users=10")

    shown = page.locator(".sw-when").first.inner_text()
    days |= {FRENCH.date(today(zone))}  # midnight may pass meanwhile
    assert shown in {f"Jour de la commande\u00a0: {day}" for day in days}


def test_an_order_on_a_pending_change_says_what_it_replaces_and_undo_takes_it_back(
    service: Service, page: Page
) -> None:
    to_survey(page, service)
    page.get_by_label("Un projet est terminé").check()
    next_step(page)
    page.get_by_role("button", name="Passer commande").click()
    expect(page.get_by_role("heading", name="Votre commande est passée")).to_be_visible()

    page.goto(service.address + "/widget/fr/change?users=11")
    expect(page.locator(".sw-panel .sw-note", has_text="Cette commande remplace ce qui était prévu")).to_contain_text(
        "Premium, 10 utilisateurs, 4 licences Zoom"
    )
    page.locator(".sw-undo summary").click()
    page.get_by_role("button", name="Oui, annuler la baisse").click()
    expect(page.get_by_role("heading", name="La baisse est annulée")).to_be_visible()

    page.goto(service.address + "/widget/fr/change")
    expect(page.locator(".sw-undo")).to_have_count(0)
    expect(page.locator(".sw-state")).to_contain_text("Premium, 12 utilisateurs, 4 licences Zoom")


def test_back_in_the_article_finds_the_receipt_and_after_an_undo_the_review_to_order_again(
    service: Service, page: Page
) -> None:
    to_survey(page, service)
    page.get_by_label("Un projet est terminé").check()
    next_step(page)
    page.get_by_role("button", name="Passer commande").click()
    expect(page.get_by_role("heading", name="Votre commande est passée")).to_be_visible()
    receipt = page.url

    page.go_back()
    expect(page.get_by_role("heading", name="Votre commande est passée")).to_be_visible()
    expect(page).to_have_url(service.address + DOWNGRADE["fr"])
    page.locator(".sw-undo summary").click()
    page.get_by_role("button", name="Oui, annuler la baisse").click()
    expect(page.get_by_role("heading", name="La baisse est annulée")).to_be_visible()

    page.go_back()
    expect(page.get_by_role("heading", name="Vérifiez votre modification")).to_be_visible()
    expect(page.locator("[data-step=review]")).to_contain_text("Un projet est terminé")
    page.go_back()
    expect(page.get_by_label("Un projet est terminé")).to_be_checked()
    page.go_forward()
    page.get_by_role("button", name="Passer commande").click()
    expect(page.get_by_role("heading", name="Votre commande est passée")).to_be_visible()
    assert page.url != receipt
    page.goto(service.address + "/widget/fr/change")
    expect(page.locator(".sw-state")).to_contain_text("Premium, 10 utilisateurs, 4 licences Zoom")


def test_the_language_switch_takes_a_half_filled_survey_along_in_the_article(service: Service, page: Page) -> None:
    to_survey(page, service)
    page.get_by_label("Un projet est terminé").check()
    page.locator("#sw-comment").fill("Nous sommes moins nombreux")
    page.get_by_role("link", name="English").first.click()

    expect(page.get_by_role("heading", name="Why are you reducing your subscription?")).to_be_visible()
    expect(page).to_have_url(service.address + DOWNGRADE["en"])
    expect(page.get_by_label("A project is finished")).to_be_checked()
    expect(page.locator("#sw-comment")).to_have_value("Nous sommes moins nombreux")
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.get_by_role("heading", name="Check your change")).to_be_focused()


def test_a_half_filled_survey_waits_for_the_service_where_the_language_is_switched_while_it_is_down(
    service: Service, page: Page
) -> None:
    to_survey(page, service)
    page.get_by_label("Un projet est terminé").check()
    page.locator("#sw-comment").fill("Nous sommes moins nombreux")
    page.route(re.compile("/widget/(fr|en)/"), lambda route: route.abort())
    for language, down in (("English", "The service does not answer."), ("Français", DOWN), ("English", "The service")):
        page.get_by_role("link", name=language).first.click()
        expect(page.locator("subscription-widget > [role=status]")).to_contain_text(down)
    page.unroute_all()
    page.reload()

    expect(page.get_by_role("heading", name="Why are you reducing your subscription?")).to_be_visible()
    expect(page.get_by_label("A project is finished")).to_be_checked()
    expect(page.locator("#sw-comment")).to_have_value("Nous sommes moins nombreux")
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_the_language_switch_takes_every_page_along_with_what_is_typed(service: Service, page: Page) -> None:
    enter(page.context, service, a_space(service, LATE))
    page.goto(service.address + "/widget/fr/change")
    page.locator("#sw-users").fill("10")
    page.get_by_role("link", name="English").click()
    expect(page.locator("#sw-users")).to_have_value("10")
    page.get_by_role("button", name="Next", exact=True).click()
    page.locator("#sw-comment").fill("Half a word")
    page.get_by_role("link", name="Français").click()
    expect(page.get_by_role("heading", name="Pourquoi réduisez-vous")).to_be_visible()
    expect(page.locator("#sw-comment")).to_have_value("Half a word")
    page.get_by_label("Un projet est terminé").check()
    next_step(page)
    page.locator("[name=late_ack]").check()
    page.get_by_role("link", name="English").click()

    expect(page.get_by_role("heading", name="Check your change")).to_be_visible()
    expect(page.locator("[name=late_ack]")).to_be_checked()


def test_a_survey_that_is_sent_while_the_service_is_down_stays_as_typed(service: Service, page: Page) -> None:
    to_survey(page, service)
    page.get_by_label("Un projet est terminé").check()
    page.locator("#sw-comment").fill("Nous sommes moins nombreux")
    page.route("**/widget/**", lambda route: route.abort())
    next_step(page)

    expect(page.locator("subscription-widget > [role=status]")).to_contain_text(DOWN)
    expect(page.locator("#sw-comment")).to_have_value("Nous sommes moins nombreux")
    page.unroute_all()
    next_step(page)
    expect(page.get_by_role("heading", name="Vérifiez votre modification")).to_be_focused()


def test_on_the_steps_own_pages_too_nothing_is_lost_while_the_service_is_down_nor_by_back_and_forward(
    service: Service, page: Page
) -> None:
    enter(page.context, service, a_space(service, ANNUAL, users=12))
    page.goto(f"{service.address}/widget/fr/change?users=10")
    next_step(page)
    page.get_by_label("person.1@").check()
    page.route("**/widget/**", lambda route: route.abort())
    next_step(page)
    expect(page.locator("subscription-widget > [role=status]")).to_contain_text(DOWN)
    expect(page.get_by_label("person.1@")).to_be_checked()
    page.unroute_all()

    page.get_by_label("person.2@").check()
    next_step(page)
    expect(page.get_by_role("heading", name="Confirmez chaque nom")).to_be_visible()
    for name in ("person.1@", "person.2@"):
        page.get_by_label(name).check()
    page.get_by_role("button", name="Désactiver").click()
    page.get_by_label("Un projet est terminé").check()
    page.locator("#sw-comment").fill("Nous sommes moins nombreux")
    page.route("**/widget/**", lambda route: route.abort())
    next_step(page)
    expect(page.locator("subscription-widget > [role=status]")).to_contain_text(DOWN)
    page.unroute_all()
    next_step(page)
    expect(page.get_by_role("heading", name="Vérifiez votre modification")).to_be_visible()
    page.go_back()
    expect(page.locator("#sw-comment")).to_have_value("Nous sommes moins nombreux")
    expect(page.get_by_label("Un projet est terminé")).to_be_checked()
    page.go_forward()
    expect(page.get_by_role("heading", name="Vérifiez votre modification")).to_be_visible()


def test_the_review_and_the_receipt_are_printed_as_facts_without_what_can_be_pressed(
    service: Service, page: Page
) -> None:
    to_survey(page, service)
    page.get_by_label("Un projet est terminé").check()
    next_step(page)
    for step in ("review", "placed"):
        expect(page.locator(f"[data-step={step}]")).to_be_visible()
        page.emulate_media(media="print", color_scheme="dark")
        expect(page.locator(f"[data-step={step}] .sw-facts").first).to_be_visible()
        expect(page.locator(f"[data-step={step}] .sw-table").first).to_be_visible()
        assert page.locator(".sw :is(button, .sw-undo, .sw-actions, .sw-facts a):visible").count() == 0
        look = "s = getComputedStyle(document.querySelector('.sw')), [s.color, s.backgroundColor]"
        assert page.evaluate(look) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
        page.emulate_media(media="screen", color_scheme="light")
        if step == "review":
            page.get_by_role("button", name="Passer commande").click()


def test_a_survey_that_is_sent_after_the_session_ended_is_found_again_after_signing_in(
    service: Service, page: Page
) -> None:
    space = to_survey(page, service)
    page.locator("#sw-comment").fill("Nous sommes moins nombreux")
    page.context.clear_cookies()
    next_step(page)
    then = page.locator("[data-step=over] a").get_attribute("href") or ""
    enter(page.context, service, space)  # as signing in does
    page.goto(service.address + parse_qs(urlsplit(then).query)["next"][0])

    expect(page.locator("#sw-comment")).to_have_value("Nous sommes moins nombreux")
    assert page.evaluate("sessionStorage.length") == 0


SMALL = ANNUAL | {"plan": "essential", "users": 10, "zoom_licenses": 1}


def test_what_is_typed_before_ones_own_state_is_there_changes_nothing_else(service: Service, page: Page) -> None:
    enter(page.context, service, a_space(service, SMALL))
    held: list[Route] = []
    page.route("**/widget/fr/change", lambda route: held.append(route))
    page.goto(service.address + DOWNGRADE["fr"])
    page.locator("#sw-users").fill("7")
    page.wait_for_timeout(300)
    held[0].continue_()

    expect(page.locator(".sw-state")).to_be_visible()
    expect(page.locator("#sw-users")).to_have_value("7")
    expect(page.locator("#sw-zoom_licenses")).to_have_value("1")
    expect(page.locator("[name=plan][value=essential]")).to_be_checked()
    expect(page.locator(".sw-panel")).not_to_contain_text("Facture de mise à niveau")


@pytest.mark.parametrize("signed_in", [True, False])
def test_what_is_typed_before_the_script_is_there_stays_and_is_calculated(
    service: Service, page: Page, signed_in: bool
) -> None:
    if signed_in:
        enter(page.context, service, a_space(service, SMALL))
    held: list[Route] = []
    page.route("**/subscription-widget.js*", lambda route: held.append(route))
    page.goto(service.address + DOWNGRADE["fr"], wait_until="commit")
    page.locator("#sw-users").fill("9")
    held[0].continue_()

    expect(page.locator(".sw-panel")).to_contain_text("9 utilisateurs")
    expect(page.locator("#sw-users")).to_have_value("9")


def test_a_survey_that_is_too_long_moves_along_with_the_language(service: Service, page: Page) -> None:
    enter(page.context, service, a_space(service, ANNUAL))
    page.goto(service.address + "/widget/fr/change?users=10")
    next_step(page)
    page.get_by_label("Un projet est terminé").check()
    page.locator("#sw-comment").evaluate(
        "field => { field.removeAttribute('maxlength'); field.value = 'a'.repeat(2100); }"
    )
    next_step(page)
    expect(page.locator(".sw-summary")).to_be_visible()
    page.get_by_role("link", name="English").click()

    expect(page.get_by_role("heading", name="Why are you reducing")).to_be_visible()
    expect(page.locator("#sw-comment")).to_have_value("a" * 2100)
    expect(page.locator("[name=reason]:checked")).to_have_count(1)


def test_a_survey_on_its_own_page_that_is_sent_after_the_session_ended_is_found_again(
    service: Service, page: Page
) -> None:
    space = a_space(service, ANNUAL)
    enter(page.context, service, space)
    page.goto(service.address + "/widget/fr/change?users=10")
    next_step(page)
    page.locator("#sw-comment").fill("Nous sommes moins nombreux")
    survey = page.url
    page.context.clear_cookies()
    next_step(page)
    expect(page.locator("#sw-comment")).to_have_count(0)
    enter(page.context, service, space)
    page.goto(survey)

    expect(page.locator("#sw-comment")).to_have_value("Nous sommes moins nombreux")


def test_who_is_signed_out_elsewhere_is_told_so_in_the_panel_and_comes_back_to_what_they_typed(
    service: Service, page: Page
) -> None:
    space = a_space(service, ANNUAL)
    enter(page.context, service, space)
    page.goto(service.address + DOWNGRADE["fr"])
    expect(page.locator(".sw-state")).to_be_visible()
    page.locator("#sw-users").fill("9")
    days = page.get_by_role("link", name="Les dates pour votre calendrier")
    expect(days).to_be_visible()
    address = days.get_attribute("href")
    page.context.clear_cookies()
    page.locator("#sw-users").fill("10")

    panel = page.locator(".sw-panel")
    expect(panel).to_contain_text("Votre session est terminée")
    expect(page.locator("subscription-widget > [role=status]")).to_contain_text("Votre session est terminée")
    expect(panel).not_to_contain_text("€")
    panel.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/widget/signin\?next=%2Ffr%2Fabonnement%2Fretrograder%2F$"))
    enter(page.context, service, space)  # as signing in does
    page.goto(service.address + DOWNGRADE["fr"])
    expect(page.locator(".sw-state")).to_be_visible()
    expect(page.locator("#sw-users")).to_have_value("10")
    page.context.clear_cookies()
    page.get_by_role("link", name="Les dates pour votre calendrier").click()
    expect(page).to_have_url(re.compile(r"/widget/signin\?next="))
    assert address
    assert address.endswith("&own=1")


def test_an_order_that_is_sent_while_the_service_is_down_leaves_the_review_and_its_box_as_they_are(
    service: Service, page: Page
) -> None:
    to_survey(page, service, LATE)
    page.get_by_label("Un projet est terminé").check()
    next_step(page)
    page.locator("[name=late_ack]").check()
    page.route("**/widget/**", lambda route: route.abort())
    page.get_by_role("button", name="Passer commande").click()

    expect(page.locator("subscription-widget > [role=status]")).to_contain_text(DOWN)
    expect(page.locator("[name=late_ack]")).to_be_checked()
    page.unroute_all()
    page.get_by_role("button", name="Passer commande").click()
    expect(page.get_by_role("heading", name="Votre commande est passée")).to_be_visible()


def test_a_rule_opens_in_place_and_the_step_stays(service: Service, page: Page) -> None:
    to_survey(page, service)
    page.get_by_label("Un projet est terminé").check()
    next_step(page)
    page.evaluate("window.sameDocument = true")
    page.locator(".sw-why summary").first.click()
    page.locator(".sw-why[open] a").first.click()

    expect(page).to_have_url(service.address + DOWNGRADE["fr"] + "#seats-drop-at-once")
    expect(page.get_by_role("heading", name="Vérifiez votre modification")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(service.address + DOWNGRADE["fr"])
    expect(page.get_by_role("heading", name="Vérifiez votre modification")).to_be_visible()
    assert page.evaluate("window.sameDocument") is True


@pytest.mark.parametrize("form", ["#change=", "?"])
def test_a_proposal_fills_the_form_says_so_and_places_nothing(service: Service, page: Page, form: str) -> None:
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    enter(page.context, service, a_space(service, ANNUAL))
    values = (
        "plan:essential,users:16,zoom_licenses:2" if form == "#change=" else "plan=essential&users=16&zoom_licenses=2"
    )
    page.goto(service.address + DOWNGRADE["fr"] + form + values)

    expect(page.locator(".sw-state")).to_be_visible()
    expect(page.locator("#sw-users")).to_have_value("16")
    expect(page.locator("#sw-zoom_licenses")).to_have_value("2")
    expect(page.locator("input[value=essential]")).to_be_checked()
    expect(page.locator(".sw-proposed")).to_be_visible()
    expect(page.locator(".sw-panel")).to_contain_text("Essential, 16 utilisateurs, 2 licences Zoom")
    assert posted == []


@pytest.mark.parametrize(
    ("hash_", "users", "said"),
    [
        ("#change=users:0", "0", "le minimum est 1"),
        ("#change=users:douze", "douze", "écrivez un nombre entier"),
        ("#change=plan:gold,users:17", "17", "Premium, 17 utilisateurs"),
        ("#change=users:<img src=x onerror=alert(1)>", "15", "3\u202f600,00"),
        ("#change=users:%E0%A4%A", "15", "3\u202f600,00"),
        ("#change=token:x,action:y,users:18", "18", "Premium, 18 utilisateurs"),
        ("#change=__proto__:x,:::,,users", "15", "3\u202f600,00"),
        ("#change=__proto__:17,constructor:17,prototype:17,toString:17,users:19", "19", "Premium, 19 utilisateurs"),
        ("?__proto__[users]=17&constructor=17&toString=17&users=19", "19", "Premium, 19 utilisateurs"),
    ],
)
def test_a_wrong_or_hostile_proposal_is_ignored_or_told_kindly(
    service: Service, page: Page, hash_: str, users: str, said: str
) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a link ran a script: {dialog.message}"))
    page.goto(service.address + DOWNGRADE["fr"] + hash_)

    expect(page.locator(".sw-panel")).to_contain_text(said)
    expect(page.locator("#sw-users")).to_have_value(users)
    # What every object inherits is what it was, whatever a link names.
    assert page.evaluate("Object.keys(Object.prototype).length + Object.getOwnPropertyNames({}).length") == 0
    assert page.evaluate("typeof ({}).toString() + ({}).users + ({}).constructor.name") == "stringundefinedObject"


@pytest.mark.parametrize("code", ["fr", "en"])
def test_the_fields_of_the_example_come_when_they_are_looked_at_and_move_along(
    service: Service, page: Page, code: str
) -> None:
    other = "en" if code == "fr" else "fr"
    page.goto(service.address + DOWNGRADE[code])
    expect(page.locator(".sw-year:visible")).to_have_count(4)
    expect(page.locator(".sw-month:visible")).to_have_count(0)
    # Two fields of days cost as much as the rest of the widget, and any closed field makes a browser lay it out.
    expect(page.locator(".sw-sample :is(input, select)")).to_have_count(0)
    page.locator("#sw-users").fill("16")
    expect(page.locator(".sw-new dd")).to_contain_text(re.compile("3.760"))

    page.locator(".sw-sample summary").click()
    page.locator("#sw-in_users").fill("18")
    page.locator("#sw-on").fill("2027-06-15")
    page.locator("#sw-interval").select_option("month")
    expect(page.locator(".sw-month:visible")).to_have_count(4)
    expect(page.locator(".sw-year:visible")).to_have_count(0)
    page.locator("#sw-interval").select_option("year")

    expect(page.locator("#sw-on")).to_have_attribute("type", "date")
    expect(page.locator(".sw-price div").first).to_contain_text(re.compile("4.080"))
    page.locator(f"a[hreflang={other}]").first.click()
    expect(page).to_have_url(service.address + DOWNGRADE[other])
    expect(page.locator("#sw-in_users")).to_have_value("18")
    expect(page.locator("#sw-on")).to_have_value("2027-06-15")
    expect(page.locator("#sw-users")).to_have_value("16")


SAID = """(said) => { const within = document.querySelector(".sw"), found = [];
  const texts = document.createTreeWalker(within, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) if (texts.currentNode.data.includes(said)) found.push(texts.currentNode.parentNode.tagName);
  return found; }"""


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(
            "/fr/abonnement/retrograder/#change=users:abc,zoom_licenses:2", id="in the article, by its section"
        ),
        pytest.param("/fr/abonnement/retrograder/?users=abc&zoom_licenses=2", id="in the article, by its query"),
        pytest.param("/widget/fr/change?users=abc&zoom_licenses=2", id="on a page of its own"),
    ],
)
@pytest.mark.parametrize("signed_in", [False, True])
def test_a_wrong_number_in_a_link_is_said_once_in_the_summary_and_once_by_its_field(
    service: Service, page: Page, address: str, signed_in: bool
) -> None:
    if signed_in:
        enter(page.context, service, a_space(service, ANNUAL))
    page.goto(service.address + address)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".sw-summary")).to_be_visible()

    assert sorted(page.evaluate(SAID, "écrivez un nombre entier en chiffres")) == ["A", "P"]
    expect(page.locator("#sw-users")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#sw-users")).to_have_accessible_description(
        "Nombre d’utilisateurs\u00a0: écrivez un nombre entier en chiffres, comme 12."
    )
    page.locator(".sw-summary a").click()
    expect(page.locator("#sw-users")).to_be_focused()


def test_an_error_goes_with_the_answer_that_finds_its_field_right_and_the_other_stays(
    service: Service, page: Page
) -> None:
    page.goto(service.address + DOWNGRADE["fr"])
    page.locator("#sw-users").fill("douze")
    page.locator("#sw-zoom_licenses").fill("-1")
    page.get_by_role("button", name="Calculer").click()
    expect(page.locator(".sw-summary")).to_be_focused()
    page.locator("#sw-users").fill("12")

    expect(page.locator("#sw-users-error")).to_have_text("")
    expect(page.locator("#sw-users")).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator(".sw-summary li")).to_have_text(["Nombre de licences Zoom\u00a0: le minimum est 0."])
    expect(page.locator("#sw-zoom_licenses-error")).to_have_text("Nombre de licences Zoom\u00a0: le minimum est 0.")
    page.locator("#sw-zoom_licenses").fill("1")
    expect(page.locator(".sw-summary")).to_have_count(0)
    expect(page.locator(".sw [aria-invalid]")).to_have_count(0)
    expect(page.locator(".sw-panel")).to_contain_text("Premium, 12")


def test_each_line_of_the_result_opens_the_sentence_of_its_rule(service: Service, page: Page) -> None:
    enter(page.context, service, a_space(service, ANNUAL))
    page.goto(service.address + "/widget/fr/change?plan=essential&users=10&zoom_licenses=5")
    opened = {}
    for row in page.locator(".sw-table tr:has(.sw-why)").all():
        row.locator("summary").click()
        name = row.locator(".sw-why summary .sw-hidden").text_content() or ""
        opened[name.strip()] = row.locator(".sw-why a").first.get_attribute("href")

    where = "/fr/abonnement/"
    assert opened == {
        "Plan": f"{where}retrograder/#plan-drops-with-price",
        "Utilisateurs": f"{where}retrograder/#seats-drop-at-once",
        "Licences Zoom": f"{where}mettre-a-niveau/#available-at-once",
        "Tarif": f"{where}retrograder/#plan-drops-with-price",
        "Facture de mise à niveau": f"{where}mettre-a-niveau/#upgrade-invoice",
        "Payé mais inutilisable": f"{where}retrograder/#no-credit",
        "Date limite de préavis": f"{where}retrograder/#notice-period",
        "Date de renouvellement": f"{where}retrograder/#annual-price-date",
        "Dernier jour pour commander avec les mêmes dates": f"{where}retrograder/#best-day",
    }
