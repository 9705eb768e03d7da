"""The feeds, the sitemap and the structured data by the grammars of their standards, and what these grammars refuse."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from lxml import etree

SCHEMAS = Path(__file__).with_name("schemas")
ATOM = etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))
SITEMAP = etree.XMLSchema(etree.parse(SCHEMAS / "sitemap.xsd"))
JSON_LD = Draft202012Validator(
    json.loads((SCHEMAS / "json-ld.json").read_text("utf-8")), format_checker=FormatChecker()
)


def faults(schema: etree.RelaxNG | etree.XMLSchema, text: bytes) -> list[str]:
    schema.validate(etree.fromstring(text))
    return [str(each.message) for each in schema.error_log]


@pytest.mark.parametrize("code", ["fr", "en"])
def test_each_feed_is_valid_by_the_grammar_of_atom(site: Path, code: str) -> None:
    assert faults(ATOM, (site / code / "feed.xml").read_bytes()) == []


def test_the_sitemap_is_valid_by_the_schema_of_sitemaps(site: Path) -> None:
    assert faults(SITEMAP, (site / "sitemap.xml").read_bytes()) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"<entry>", b"<entry><id>https://help.example/second</id>"),
        (b"T00:00:00Z</updated>", b"</updated>"),
        (b"<summary>", b"<abstract/><summary>"),
        (b' href="', b' address="'),
        (b"<title>", b'<title type="markdown">'),
        (b"<author><name>", b"<author><uri/><nom/><name>"),
    ],
)
def test_a_feed_that_is_not_atom_is_refused(site: Path, right: bytes, wrong: bytes) -> None:
    feed = (site / "fr" / "feed.xml").read_bytes()

    assert right in feed
    assert faults(ATOM, feed.replace(right, wrong, 1)) != []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"<loc>https://", b"<loc>/"),
        (b"</lastmod>", b" noon</lastmod>"),
        (b"</lastmod>", b"</lastmod><priority>2</priority>"),
        (b"<url>", b"<page/><url>"),
        (b'hreflang="fr"', b'hreflang="French"'),
        (b'rel="alternate" ', b""),
    ],
)
def test_a_sitemap_out_of_its_schema_is_refused(site: Path, right: bytes, wrong: bytes) -> None:
    sitemap = (site / "sitemap.xml").read_bytes()

    assert right in sitemap
    assert faults(SITEMAP, sitemap.replace(right, wrong, 1)) != []


def structured(file: Path) -> list[Any]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', file.read_text("utf-8"), re.DOTALL)
    return [json.loads(each) for each in found]


def test_the_structured_data_of_every_page_has_what_its_types_require_and_recommend(site: Path) -> None:
    found = [each for code in ("fr", "en") for file in (site / code).rglob("index.html") for each in structured(file)]

    assert len(found) == 36
    assert [error.message for each in found for error in JSON_LD.iter_errors(each)] == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"dateModified": "2', '"dateModified": "on 2'),
        ('"@type": "HowToStep"', '"@type": "Step"'),
        ('"headline"', '"title"'),
        ('"position": 2', '"position": "2"'),
        ('"image": "https:', '"image": "'),
        ('"text": ', '"text": "", "said": '),
    ],
)
def test_structured_data_that_are_wrong_are_refused(site: Path, right: str, wrong: str) -> None:
    (found,) = structured(site / "fr" / "abonnement" / "retrograder" / "index.html")
    text = json.dumps(found)

    assert right in text
    assert not JSON_LD.is_valid(json.loads(text.replace(right, wrong, 1)))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"@type": "Question"', '"@type": "Query"'),
        ('?"', '"'),
        ('"acceptedAnswer"', '"answer"'),
        ('"url": "https:', '"url": "'),
    ],
)
def test_questions_that_are_wrong_are_refused(site: Path, right: str, wrong: str) -> None:
    (found,) = structured(site / "fr" / "espace" / "utilisateurs" / "index.html")
    text = json.dumps(found)

    assert JSON_LD.is_valid(found)
    assert right in text
    assert not JSON_LD.is_valid(json.loads(text.replace(right, wrong, 1)))
