"""The security headers: hashes of what runs inline, nothing unsafe, and one text for every server."""

import json
import re

import pytest

from widget.headers import (
    FINGERPRINTED,
    content_policy,
    for_caddy,
    for_netlify,
    for_nginx,
    script_hashes,
    security_headers,
    unsafe,
)
from widget.settings import ROOT

SENT = security_headers(content_policy(["'sha256-abc'"]))
TOLD = SENT | {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def test_the_hash_of_an_inline_script_is_the_one_that_browsers_compute() -> None:
    # The example of the CSP specification: the SHA-256 of `alert('Hello, world.');`.
    assert script_hashes("<p><script>alert('Hello, world.');</script>") == {
        "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    }


def test_scripts_from_files_and_data_blocks_need_no_hash() -> None:
    assert script_hashes('<script src="/a.js"></script><script type="application/ld+json">{}</script>') == set()


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<p style="color: red">', "<p style="),
        ("<style>p{}</style>", "<style"),
        ("<a class=x onclick='y()'>", "<a class=x onclick="),
        ('<p class="styled" data-on="x">', None),
        ("<script>if (a<b.style=0) 1</script>", None),
    ],
)
def test_markup_that_the_policy_would_block_is_found(html: str, found: str | None) -> None:
    assert unsafe(html) == found


def test_the_policy_allows_nothing_unsafe() -> None:
    policy = content_policy(["'sha256-abc'"], service="https://change.example.com")

    assert policy == (
        "default-src 'none'; script-src 'self' 'sha256-abc'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self' https://change.example.com; form-action 'self' https://change.example.com; "
        "manifest-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
    )


def test_every_server_is_told_the_same() -> None:
    assert [f'add_header {name} "{value}" always;' for name, value in TOLD.items()] == for_nginx(SENT).splitlines()
    for name, value in TOLD.items():
        assert f"  {name}: {value}\n" in for_netlify(SENT)
        assert f'\t\t{name} "{value}"\n' in for_caddy(SENT)


def test_a_caddy_file_is_one_snippet_in_which_nothing_is_replaced_and_only_what_is_fingerprinted_is_kept() -> None:
    tokens = re.findall(r'"[^"]*"|[^\s"]+', for_caddy(SENT))

    end = tokens.index("}")
    assert (tokens[:4], tokens[-1]) == (["(help_centre_headers)", "{", "header", "{"], "}")
    assert tokens[end + 1 : -1] == [
        *("@kept", "path", "/assets/stylesheets/*"),
        *("header", "@kept", "Cache-Control", '"public, max-age=31536000, immutable"'),
        *("header", "?Cache-Control", '"no-cache"'),
    ]
    pairs = tokens[4:end]
    assert {name: value.strip('"') for name, value in zip(pairs[::2], pairs[1::2], strict=True)} == TOLD
    assert [value for value in TOLD.values() if set(value) & set('{}`\\\n"$')] == []  # placeholders, quotes, variables


def test_the_build_leaves_the_headers_of_its_own_pages() -> None:
    site = ROOT / "site"
    sent = json.loads((site / "headers.json").read_text("utf-8"))
    hashes = {each for page in site.rglob("*.html") for each in script_hashes(page.read_text("utf-8"))}

    assert sent == security_headers(content_policy(hashes))
    assert (site / "_headers").read_text("utf-8") == for_netlify(sent)
    assert (site / "headers.nginx").read_text("utf-8") == for_nginx(sent)
    assert (site / "headers.caddy").read_text("utf-8") == for_caddy(sent)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("assets/stylesheets/main.57a0d79d.min.css", True),
        ("assets/minisearch/minisearch-7.2.0.min.js", True),
        ("assets/site.css", False),
        ("fr/abonnement/index.html", False),
    ],
)
def test_only_what_changes_its_name_with_its_content_is_kept_for_ever(name: str, kept: bool) -> None:
    assert bool(FINGERPRINTED.search(name)) == kept
