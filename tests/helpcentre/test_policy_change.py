"""A change of the policy is seen by every page, example, text of the widget and answer of the API."""

import json
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.helpcentre.conftest import BUILT_ON, build, copy_of_sources, serve, served
from tests.running import free_port


@dataclass(frozen=True)
class Changed:
    """The help centre with a notice of two months: its sources, its site, and its service's address."""

    folder: Path
    address: str

    def page(self, path: str) -> str:
        html = (self.folder / "site" / path.strip("/") / "index.html").read_text(encoding="utf-8")
        return re.sub(r"\s+", " ", html)

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path, timeout=60) as answer:  # noqa: S310 -- our own server
            return re.sub(r"\s+", " ", answer.read().decode())

    def post(self, path: str, body: object) -> dict[str, object]:
        sent = urllib.request.Request(  # noqa: S310 -- our own server
            self.address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(sent, timeout=60) as answer:  # noqa: S310 -- our own server
            said: dict[str, object] = json.load(answer)
        return said


@pytest.fixture(scope="module")
def two_months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources with a notice of two months instead of one, and their site."""
    folder = copy_of_sources(tmp_path_factory.mktemp("two-months"), code_too=True)
    policies = folder / "widget" / "data" / "policies.toml"
    text = policies.read_text(encoding="utf-8")
    assert "notice_months = 1 " in text
    policies.write_text(text.replace("notice_months = 1 ", "notice_months = 2 "), encoding="utf-8")
    built = build(folder)
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture(scope="module")
def changed(two_months: Path) -> Iterator[Changed]:
    with served(two_months) as address:
        yield Changed(two_months, address)


ONE_MONTH = re.compile(
    r"(au moins|at least) (un|one) mo(is|nth)|\((un mois|one month) |1er juin 2027 \(r|1 June 2027 \(m"
)


def test_no_page_of_either_language_says_the_old_notice_or_its_dates(site: Path, two_months: Path) -> None:
    def saying(folder: Path) -> set[str]:
        pages = folder.rglob("*.html")
        return {str(each.relative_to(folder)) for each in pages if ONE_MONTH.search(" ".join(each.read_text().split()))}

    assert saying(site) >= {
        f"{page}/index.html"
        for page in ("fr/abonnement/retrograder", "en/subscription/cancel", "fr/abonnement/calcul", "en/rules")
    }
    assert saying(two_months / "site") == set()


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("/fr/abonnement/retrograder/", "à condition de commander au moins 2 mois avant"),
        ("/en/subscription/downgrade/", "provided that you order at least 2 months before"),
        ("/fr/abonnement/retrograder/", "1er mai 2027 (dépassée)"),
        ("/en/subscription/downgrade/", "1 May 2027 (passed)"),
        ("/fr/abonnement/annuler/", "si vous annulez au moins 2 mois avant"),
        ("/en/subscription/cancel/", '<th scope="row">Last day</th><td><strong>31 October 2027</strong></td>'),
        ("/fr/regles/", ">2 mois</td>"),
        ("/en/rules/", "in good time: 2 months ahead"),
        ("/fr/abonnement/calcul/", "au plus tard le 1er mai 2027"),
    ],
)
def test_the_articles_say_the_new_notice_and_its_dates(changed: Changed, page: str, words: str) -> None:
    assert words in changed.page(page)


@pytest.mark.parametrize(("code", "deadline"), [("fr", "1er mai 2027"), ("en", "1 May 2027")])
def test_the_widget_follows_in_the_article_and_from_the_service(changed: Changed, code: str, deadline: str) -> None:
    path = {"fr": "/fr/abonnement/retrograder/", "en": "/en/subscription/downgrade/"}[code]
    (baked,) = re.findall(r"<subscription-widget.*?</subscription-widget>", changed.page(path))

    assert deadline in baked
    assert deadline in changed.get(f"/widget/{code}/change")


def test_the_api_follows(changed: Changed) -> None:
    asked = {
        "on": "2027-03-15",
        "subscription": {
            "interval": "year",
            "term_start": "2026-07-01",
            "plan": "premium",
            "users": 20,
            "zoom_licenses": 4,
            "active_users": 14,
        },
        "requested": {"plan": "premium", "users": 15, "zoom_licenses": 4},
    }

    assert changed.post("/widget/api/v1/preview", asked)["notice_deadline"] == "2027-05-01"
    policy = json.loads(changed.get("/widget/api/v1/policy"))
    assert policy["notice_months"] == 2
    (notice,) = [each["text"] for each in policy["rules"] if each["id"] == "notice-period"]
    assert "2 mois" in notice["fr"]
    assert "2 months" in notice["en"]


def test_the_service_refuses_a_site_that_was_built_with_other_figures(site: Path, two_months: Path) -> None:
    with serve(two_months, site, free_port()) as process:
        _, said = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "the site was built with other figures than the policy and the price book in force today" in said
    assert "run `make docs`" in said


def test_two_builds_on_two_days_are_the_same_while_no_other_version_comes_into_force(
    site: Path, tmp_path: Path
) -> None:
    folder = copy_of_sources(tmp_path)
    five_weeks_later = str(int(BUILT_ON) + 35 * 86_400)

    built = build(folder, five_weeks_later)

    assert built.returncode == 0, built.stderr
    ours, theirs = (
        {each.relative_to(root): each.read_bytes() for each in files(root)} for root in (site, folder / "site")
    )
    assert ours.keys() == theirs.keys()
    assert [str(name) for name in ours if ours[name] != theirs[name]] == []


def files(root: Path) -> list[Path]:
    """Every file of a site; the packed sitemap says when it was packed."""
    return [each for each in root.rglob("*") if each.is_file() and each.name != "sitemap.xml.gz"]
