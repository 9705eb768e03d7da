"""Facts and examples in the articles follow the policy, the price book and the rules, in both languages."""

import re
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest

from tests.helpcentre.conftest import EVERY_RULE, Articles
from tests.terms import TERMS
from widget import languages
from widget.domain.history import FIGURES, since
from widget.domain.policy import PlanDowngrade, Policy
from widget.domain.refusal import Rule
from widget.domain.terms import Terms
from widget.helpcentre import history, screens
from widget.helpcentre.facts import Sources, fill
from widget.helpcentre.pages import PageError, Pages, read
from widget.languages import Language
from widget.services import reminders
from widget.settings import ROOT
from widget.wording import rule_text

ON = date(2026, 11, 24)


@pytest.fixture(scope="module")
def pages() -> Pages:
    return read(ROOT / "docs")


def filled(pages: Pages, key: str, code: str, policy: Policy | None = None) -> str:
    """Return an article as it is filled in, as one line, without the French no-break spaces."""
    terms = Terms(TERMS.price_books, (policy,)) if policy else TERMS
    text = fill(pages[key][code], Sources(terms, ON, languages.load()[code], pages))
    return re.sub(r"\s+", " ", text)


def a_policy(**changes: object) -> Policy:
    return replace(TERMS.policy(ON), **changes)  # type: ignore[arg-type]  # each test names real fields


def row(name: str, value: str) -> str:
    return f'<tr><th scope="row">{name}</th><td>{value}</td></tr>'


@pytest.mark.parametrize(
    ("months", "code", "words", "deadline"),
    [
        (1, "fr", "au moins un mois avant la date de renouvellement", "1er juin 2027 (respectée)"),
        (1, "en", "at least one month before the renewal date", "1 June 2027 (met)"),
        (2, "fr", "au moins 2 mois avant la date de renouvellement", "1er mai 2027 (dépassée)"),
        (2, "en", "at least 2 months before the renewal date", "1 May 2027 (passed)"),
    ],
)
def test_the_downgrade_article_follows_the_notice_period(
    pages: Pages, months: int, code: str, words: str, deadline: str
) -> None:
    text = filled(pages, "downgrade", code, a_policy(notice_months=months))

    assert words in text
    assert row({"fr": "Date limite de préavis", "en": "Notice deadline"}[code], deadline) in text


@pytest.mark.parametrize(
    ("switch", "code", "said", "unsaid"),
    [
        (PlanDowngrade.WITH_PRICE, "fr", "Vous gardez [les fonctions", "Le plan inférieur s’applique dès la commande"),
        (PlanDowngrade.WITH_PRICE, "en", "You keep [the features", "The lower plan applies as soon as you order"),
        (PlanDowngrade.AT_ONCE, "fr", "Le plan inférieur s’applique dès la commande", "Vous gardez [les fonctions"),
        (PlanDowngrade.AT_ONCE, "en", "The lower plan applies as soon as you order", "You keep [the features"),
    ],
)
def test_an_article_says_what_a_switch_of_the_policy_decides(
    pages: Pages, switch: PlanDowngrade, code: str, said: str, unsaid: str
) -> None:
    text = filled(pages, "downgrade", code, a_policy(plan_downgrade=switch))

    assert said in text
    assert unsaid not in text


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("fr", {"receipts": "un devis qui expire dans 1 jour ;", "downgrade": "à environ 1 utilisateur actif ;"}),
        ("en", {"receipts": "a quote that expires in 1 day;", "downgrade": "for about 1 active user;"}),
    ],
)
def test_a_figure_of_one_has_its_noun_in_the_singular(pages: Pages, code: str, said: dict[str, str]) -> None:
    ones = a_policy(quote_reminder_days=1, zoom_users_per_license=1)

    for article, words in said.items():
        assert words in filled(pages, article, code, ones)


@pytest.mark.parametrize(("code", "last"), [("fr", "Dernier jour pour commander"), ("en", "Last day to order")])
def test_without_the_best_day_no_example_shows_one(pages: Pages, code: str, last: str) -> None:
    assert last in filled(pages, "downgrade", code)
    assert f'<th scope="row">{last}' not in filled(pages, "downgrade", code, a_policy(best_day=False))


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        (
            "fr",
            [
                row("Jour de la commande", "15 mars 2027"),
                row("Applicable à partir du", "15 mars 2027"),
                row("15 mars 2027 – 31 mars 2027", "<strong>440,00 € par mois</strong>"),
                row("À partir du 1er avril 2027", "<strong>360,00 € par mois</strong>"),
            ],
        ),
        (
            "en",
            [
                row("Day of the order", "15 March 2027"),
                row("Applies from", "15 March 2027"),
                row("15 March 2027 – 31 March 2027", "<strong>€440.00 per month</strong>"),
                row("From 1 April 2027", "<strong>€360.00 per month</strong>"),
            ],
        ),
    ],
)
def test_the_monthly_downgrade_in_march_is_worked_out(pages: Pages, code: str, rows: list[str]) -> None:
    text = filled(pages, "downgrade", code)

    for each in rows:
        assert each in text


@pytest.mark.parametrize(
    ("on", "state", "price_from"),
    [("2027-06-01", "1 June 2027 (met)", "1 July 2027"), ("2027-06-02", "1 June 2027 (passed)", "1 July 2028")],
)
def test_one_day_decides_between_this_renewal_and_the_next(
    articles: Articles, on: str, state: str, price_from: str
) -> None:
    block = f"::example{{interval=year term_start=2026-07-01 on={on} from=premium/20/4 to=premium/15/4}}"

    text = example(articles, block)

    assert row("Notice deadline", state) in text
    assert row(f"From {price_from}", "<strong>€3,600.00 per year</strong>") in text


def test_the_upgrade_examples_name_the_invoice(pages: Pages) -> None:
    assert row("Facture de mise à niveau", "200,00 € (1er avril 2027 – 30 juin 2027)") in filled(pages, "upgrade", "fr")
    assert row("Upgrade invoice", "€200.00 (1 April 2027 – 30 June 2027)") in filled(pages, "upgrade", "en")


def test_a_blocked_example_says_why_and_shows_no_fee(articles: Articles) -> None:
    text = example(
        articles,
        "::example{interval=month on=2027-03-15 active=14 from=premium/20/4 to=premium/12/4 refused=active-user-floor}",
    )

    assert "<strong>Not possible.</strong> You ask for fewer users (12) than there are active" in text
    assert "(14): deactivate 2 first." in text
    assert "€" not in text


def test_an_upgrade_that_lowers_something_tells_both_days(articles: Articles) -> None:
    text = example(
        articles, "::example{interval=year term_start=2026-07-01 on=2027-03-15 from=premium/15/4 to=essential/20/4}"
    )

    assert row("Applies from", "Plan: 1 July 2027<br>Users: 15 March 2027") in text


def example(articles: Articles, text: str) -> str:
    """Return the English article of this text, filled in."""
    articles.write("page", text + EVERY_RULE)
    pages = read(articles.docs)
    return fill(pages["page"]["en"], Sources(TERMS, ON, languages.load()["en"], pages))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Hello {{ notise }}.", "docs/en/page.md:10: {{ notise }}: unknown fact; there are notice, support_email"),
        ("Hello {{ no{tise }}.", "docs/en/page.md:10: {{ no{tise }}: unknown fact"),
        ("::exemple{on=2027-03-15}", "docs/en/page.md:10: ::exemple: unknown block; there are example, cancellation"),
        ("::widget{cancel}", "docs/en/page.md:10: ::widget{cancel}: unknown widget; there are change, upgrade"),
        (
            "::yours{trial}",
            "docs/en/page.md:10: ::yours{trial}: no sentence is about that; there are downgrade, upgrade",
        ),
        ("::articles{page nothing}", "docs/en/page.md:10: ::articles: nothing: no such article; there are page"),
        (
            "::example{interval=month}",
            "docs/en/page.md:10: ::example{interval=month}: write each of interval, on once",
        ),
        (
            "::example{interval=month on=2027-02-30 from=premium/2/0 to=premium/1/0}",
            "2027-02-30: write a day that there is, such as 2027-03-15 (day is out of range for month)",
        ),
        (
            "::example{interval=month on=2027-02-01 from=gold/2/0 to=premium/1/0}",
            "the price book of that day has no plan 'gold'",
        ),
        (
            "::example{interval=year on=2027-02-01 from=premium/2/0 to=premium/1/0}",
            "term_start goes with interval=year, and only with it",
        ),
        (
            "::example{interval=year term_start=2028-01-01 on=2027-02-01 from=premium/2/0 to=premium/1/0}",
            "term_start is after the day of the order",
        ),
        ("::if{notice=1}\n::end", "docs/en/page.md:10: ::if{notice=1}: unknown switch; there are plan_downgrade"),
        (
            "::if{plan_downgrade=withprice}\n::end",
            "::if{plan_downgrade=withprice}: plan_downgrade is with_price or at_once, not 'withprice'",
        ),
        ("::if{best_day=yes}\n::end", "docs/en/page.md:10: ::if{best_day=yes}: best_day is true or false, not 'yes'"),
        ("::if{best_day=true}\nText", "docs/en/page.md:10: ::if without ::end"),
        ("::end", "docs/en/page.md:10: ::end: each ::if{…} ends with one ::end"),
    ],
)
def test_what_cannot_be_filled_in_is_named_with_its_line(articles: Articles, text: str, message: str) -> None:
    front = {"widget": "change"} if "::widget" in text else {"hide": "[toc]"}
    articles.write("page", text + EVERY_RULE, **front)
    pages = read(articles.docs)

    with pytest.raises(PageError) as stopped:
        fill(pages["page"]["en"], Sources(TERMS, ON, languages.load()["en"], pages))

    assert message in str(stopped.value)


def test_french_punctuation_never_starts_a_line(articles: Articles) -> None:
    articles.write("page", "Prêt ? « Oui » : {{ trial_days }} !\n" + EVERY_RULE)
    pages = read(articles.docs)

    text = fill(pages["page"]["fr"], Sources(TERMS, ON, languages.load()["fr"], pages))

    assert text.startswith("Prêt\u202f? «\u00a0Oui\u00a0»\u00a0: 30\u00a0jours\u202f!")


def test_prices_are_those_in_force_on_the_day(articles: Articles) -> None:
    articles.write("page", "::prices" + EVERY_RULE)
    pages = read(articles.docs)
    before, after = (
        fill(pages["page"]["en"], Sources(TERMS, day, languages.load()["en"], pages))
        for day in (date(2026, 10, 31), date(2026, 11, 1))
    )

    assert ">€15.00</td>" in before
    assert ">€16.00</td>" in after


@pytest.mark.parametrize(
    ("code", "head", "most"),
    [("fr", "Licences Zoom au plus", "100 000"), ("en", "Zoom licenses at most", "100,000")],
)
def test_each_plan_says_how_many_zoom_licenses_it_takes(pages: Pages, code: str, head: str, most: str) -> None:
    for article in ("prices", "downgrade"):
        cells = re.findall(rf'<td data-label="{head}">(.*?)</td>', filled(pages, article, code))

        assert cells[:4] == ["0", most, most, most]


def test_the_reminders_of_the_article_are_those_that_are_sent(pages: Pages) -> None:
    text = filled(pages, "receipts", "en")

    days = [int(ahead.days) for _, ahead in reminders.AHEAD]
    assert f"**{max(days)} days, then {min(days)} days before the notice deadline**" in text
    assert f"a quote that expires in {TERMS.policy(ON).quote_reminder_days} days" in text


def test_every_figure_of_the_policy_is_told_by_name_or_left_out_on_purpose() -> None:
    assert {each.name for each in fields(Policy)} == {*history.NAMES, *history.UNTOLD}


@pytest.mark.parametrize(
    ("figure", "later"),
    [
        ("notice_months", 2),
        ("plan_downgrade", PlanDowngrade.AT_ONCE),
        ("best_day", False),
        ("zoom_users_per_license", 5),
        ("undo_cancel", False),
        ("card_needs_annual", False),
        ("support_email", "later@workspace.example"),
        ("finance_email", "later@workspace.example"),
    ],
)
def test_a_rule_holds_since_the_last_change_of_each_figure_that_its_sentence_names(figure: str, later: object) -> None:
    english, before, on = languages.load()["en"], TERMS.policy(ON), date(2027, 1, 1)
    after = replace(before, version="later", valid_from=on, **{figure: later})  # type: ignore[arg-type]  # as named
    terms = replace(TERMS, policies=(before, after))

    changed = {rule for rule in Rule if rule_text(rule, after, english) != rule_text(rule, before, english)}

    assert changed
    assert {rule for rule in Rule if since(FIGURES.get(rule, ()), terms, on) == after} >= changed


@pytest.mark.parametrize(("code", "alt"), [("fr", "Une liste"), ("en", "A list")])
def test_a_screen_is_the_picture_of_the_language_in_each_palette_with_its_words(
    articles: Articles, code: str, alt: str
) -> None:
    articles.write("page", f"![{alt}](screen:survey)" + EVERY_RULE)
    pages = read(articles.docs)

    text = fill(pages["page"][code], Sources(TERMS, ON, languages.load()[code], pages))

    images = re.findall(r'<img class="hc-(\w+)" src="([^"]+)" width="\d+" height="\d+" alt="([^"]+)"', text)
    assert images == [(each, f"/assets/screens/{code}-survey-{each}.webp", alt) for each in ("light", "dark")]
    for _, source, _ in images:
        assert (ROOT / "overrides" / source.strip("/")).read_bytes()[8:12] == b"WEBP"


def test_an_unknown_screen_is_named(articles: Articles) -> None:
    with pytest.raises(
        PageError, match=r"page\.md:9: screen:servey: no such screen; there are members, survey, review"
    ):
        example(articles, "![A list](screen:servey)")


def test_a_picture_ages_with_the_words_that_it_shows() -> None:
    french, english = languages.load()["fr"], languages.load()["en"]

    def ages(message: str) -> list[str]:
        reworded = replace(french, messages={**french.messages, message: "Autrement dit"})
        return [name for name in screens.SCREENS if shown(name, reworded) != shown(name, french)]

    assert ages("One reason") == ["survey"]
    assert ages("The price is too high") == ["survey", "review"]
    assert ages("per year") == ["review"]
    assert ages("Accept this quote") == []
    assert shown("survey", french) != shown("survey", english)


def test_a_picture_ages_with_the_policy_and_the_prices_of_the_day() -> None:
    english = languages.load()["en"]
    fewer_reasons = replace(TERMS, policies=(a_policy(downgrade_reasons=("other",)),))

    assert shown("survey", english, terms=fewer_reasons) != shown("survey", english)
    assert shown("review", english, on=date(2026, 10, 31)) != shown("review", english)


def shown(name: str, language: Language, terms: Terms = TERMS, on: date = ON) -> str:
    return screens.fingerprint(name, language, terms, on)


def test_a_picture_that_was_never_taken_is_out_of_date(tmp_path: Path) -> None:
    assert "fr-review" in screens.aged(tmp_path / "screens.json")
