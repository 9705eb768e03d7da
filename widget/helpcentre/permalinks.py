"""Links that last: `/a/<number>/` and `/a/<number>/<section>/`, neutral in language, and addresses that were renamed.

docs/published.txt lists every address ever published: `1001`, `1001/notice-period`, `/fr/essai/explorer/`.
A line is never removed. What is gone says where it leads now: `1010 -> 1003/backup`.
"""

import re
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from widget.helpcentre.pages import Page, PageError, Pages, read, text_of
from widget.languages import ORIGINAL

REGISTRY = "published.txt"
_LINE = re.compile(r"(?P<address>\S+?)(?: *-> *(?P<successor>\S+))?")
_ADDRESS = re.compile(r"[1-9][0-9]{3,}(/[a-z0-9][a-z0-9-]*)?|/[a-z]{2}/([a-z0-9-]+/)*")
_HEADING_LINK = re.compile(r'(<a class="headerlink" href=")#([^"]+)"')
_SUCCESSOR = re.compile(r"[1-9][0-9]{3,}(/[a-z0-9][a-z0-9-]*)?")
#: Neutral addresses beside `/a/…`, each with the article that it leads to: `/policy`, `/price-book`.
NAMED = {"policy": "policy", "price-book": "prices"}
HEAD = """\
# Every address ever published, one a line; `make permalinks` adds the new ones. A line is never removed: it stands in
# tickets. What is renamed, merged or retired says where it leads now: 1010 -> 1003/backup
"""


@dataclass(frozen=True, slots=True)
class Published:
    """A line of the registry: an address, where it leads when it is gone, and where it stands."""

    address: str
    successor: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Link:
    """Where a lasting address leads: path (with the section) and title by language."""

    paths: Mapping[str, str]
    titles: Mapping[str, str]
    number: int


def registry(docs: Path) -> dict[str, Published]:
    """Return every address ever published. Raises PageError for a line that is none, or is there twice."""
    path = docs / REGISTRY
    found: dict[str, Published] = {}
    lines = text_of(path, f"docs/{REGISTRY}").splitlines() if path.exists() else []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        read = _LINE.fullmatch(line.strip())
        if not read or not _ADDRESS.fullmatch(read["address"]) or not _SUCCESSOR.fullmatch(read["successor"] or "1000"):
            raise PageError(
                f"docs/{REGISTRY}:{number}: {line}: write an address such as 1001, 1001/section or /fr/slug/, "
                "and `-> 1002` or `-> 1002/section` after one that is gone"
            )
        if read["address"] in found:
            raise PageError(f"docs/{REGISTRY}:{number}: {read['address']} is there twice; remove one of the lines")
        found[read["address"]] = Published(read["address"], read["successor"], number)
    return found


def links(pages: Pages) -> dict[str, Link]:
    """Return where each present number, and each section of it, leads."""
    found: dict[str, Link] = {}
    for twins in pages.values():
        first = next(iter(twins.values()))
        number, titles = first.number, {code: page.title for code, page in twins.items()}
        found[str(number)] = Link({code: page.path for code, page in twins.items()}, titles, number)
        for anchor, heading in first.sections.items():
            # A translation that is still to be written has no section yet: its link leads to the page.
            found[f"{number}/{anchor}"] = Link(
                {
                    code: f"{page.path}#{anchor}" if anchor in page.sections else page.path
                    for code, page in twins.items()
                },
                {code: f"{page.title} – {page.sections.get(anchor, heading)}" for code, page in twins.items()},
                number,
            )
    return found


def moved(pages: Pages, published: Mapping[str, Published]) -> dict[str, Link]:
    """Return where each published address leads that is no longer there itself.

    Raises PageError, naming the line, for one that leads nowhere, in a circle, or on from an address that is there.
    """
    present = links(pages)
    paths = {page.path for twins in pages.values() for page in twins.values()}
    found: dict[str, Link] = {}
    for each in published.values():
        if each.address in present or each.address in paths:
            if each.successor:
                raise PageError(f"docs/{REGISTRY}:{each.line}: {_reused(each, pages, {*present, *published})}")
        else:
            found[each.address] = _followed(each, present, published)
    return found


def _reused(each: Published, pages: Pages, addresses: Collection[str]) -> str:
    """Return what to do where an address that is there leads on: tickets mean the article that had a number first."""
    back = f"remove `-> {each.successor}`"
    if not each.address.isdecimal():
        return f"{each.address} is there: {back}"
    (file,) = (twins[ORIGINAL].file for twins in pages.values() if str(twins[ORIGINAL].number) == each.address)
    free = max(_order(address)[0] for address in addresses) + 1
    return (
        f"{each.address} was another article's: choose another number for {file} (next free: {free}); only where that "
        f"article itself is back, {back}"
    )


def _followed(start: Published, present: Mapping[str, Link], published: Mapping[str, Published]) -> Link:
    seen, address = [start.address], _next(start.address, published)
    while address is not None and address not in seen:
        if address in present:
            return present[address]
        seen.append(address)
        address = _next(address, published)
    way = " -> ".join(seen if address is None else [*seen, address])
    raise PageError(
        f"docs/{REGISTRY}:{start.line}: {start.address} was published and leads nowhere ({way}): put it back, or write "
        f"`{start.address} -> ` and the number, or number/section, that answers for it now"
    )


def _next(address: str, published: Mapping[str, Published]) -> str | None:
    """Return the successor of an address; a section without one goes where its article went."""
    if address in published and published[address].successor:
        return published[address].successor
    article, _, section = address.partition("/")
    return _next(article, published) if article and section else None


def unrecorded(pages: Pages, published: Mapping[str, Published]) -> list[str]:
    """Return the present addresses that the registry lacks, in its order."""
    paths = [page.path for twins in pages.values() for page in twins.values() if page.slug]
    return sorted({*links(pages), *paths} - published.keys(), key=_order)


def record(pages: Pages, docs: Path) -> list[str]:
    """Add what the registry lacks, and return it."""
    published = registry(docs)
    moved(pages, published)
    new = unrecorded(pages, published)
    entries = {each.address: each for each in (*published.values(), *(Published(address, None, 0) for address in new))}
    lines = [
        f"{each.address} -> {each.successor}" if each.successor else each.address
        for each in sorted(entries.values(), key=lambda each: _order(each.address))
    ]
    (docs / REGISTRY).write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return new


def _order(address: str) -> tuple[int, str]:
    number = address.partition("/")[0]
    return (int(number) if number else 0, address)


def in_headings(html: str, page: Page) -> str:
    """Return an article with the lasting link of each section at its heading, where the theme has a plain anchor."""

    def lasting(found: re.Match[str]) -> str:
        section = f"{found[2]}/" if found[2] in page.sections else ""
        return f'{found[1]}/a/{page.number}/{section}"'

    return _HEADING_LINK.sub(lasting, html)


def named(pages: Pages) -> dict[str, Link]:
    """Return where the addresses that have a name of their own lead: the rules and the prices, as people read them."""
    present = links(pages)
    return {name: present[str(next(iter(pages[key].values())).number)] for name, key in NAMED.items() if key in pages}


def as_json(pages: Pages, published: Mapping[str, Published]) -> dict[str, Any]:
    """Return what the service answers lasting addresses from, and the addresses that were renamed."""
    gone = moved(pages, published)
    return {
        "named": {name: dict(link.paths) for name, link in named(pages).items()},
        "permalinks": {address: dict(link.paths) for address, link in _every(pages, gone)},
        "renamed": {
            address: _in_its_language(address, link.paths) for address, link in gone.items() if address[0] == "/"
        },
    }


def _in_its_language(address: str, by_language: Mapping[str, str]) -> str:
    code = address.split("/")[1]
    return by_language.get(code) or next(iter(by_language.values()))


def write(site: Path, root: str, pages: Pages, published: Mapping[str, Published]) -> None:
    """Write the static page of each lasting address: links in every language, and a script that chooses one."""
    gone = moved(pages, published)
    for address, link in _every(pages, gone):
        _write(site / "a" / address, _neutral(link, root))
    for name, link in named(pages).items():
        _write(site / name, _neutral(link, root))
    for address, link in gone.items():
        if address.startswith("/"):
            path, title = (_in_its_language(address, each) for each in (link.paths, link.titles))
            _write(site / address.strip("/"), _renamed(path, title, root))


def _every(pages: Pages, gone: Mapping[str, Link]) -> Iterator[tuple[str, Link]]:
    yield from links(pages).items()
    yield from ((address, link) for address, link in gone.items() if not address.startswith("/"))


def _write(folder: Path, html: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(html, encoding="utf-8")


def _neutral(link: Link, root: str) -> str:
    items = "".join(
        f'<p><a href="{path}" lang="{code}" hreflang="{code}">{escape(link.titles[code])}</a></p>\n'
        for code, path in link.paths.items()
    )
    first = next(iter(link.paths))
    title = escape(" / ".join(link.titles.values()))
    return _PAGE.format(
        code=first,
        title=title,
        meta=f'<meta property="og:title" content="{title}">\n'
        f'<meta property="og:image" content="{root}/cards/{first}/{link.number}.png">',
        body=f"<h1>Article {link.number}</h1>\n{items}",
    )


def _renamed(path: str, title: str, root: str) -> str:
    code = path.split("/")[1]
    return _PAGE.format(
        code=code,
        title=escape(title),
        meta=f'<link rel="canonical" href="{root}{path}">\n'
        f'<noscript><meta http-equiv="refresh" content="0; url={path}"></noscript>',
        body=f'<h1>{escape(title)}</h1>\n<p><a href="{path}" hreflang="{code}">{escape(title)}</a></p>\n',
    )


_PAGE = """\
<!doctype html>
<html lang="{code}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
{meta}
<link rel="stylesheet" href="/assets/site.css"></head>
<body class="hc-root"><main>
{body}</main>
<script src="/assets/root.js"></script></body>
</html>
"""


def _main() -> None:
    docs = Path(sys.argv[1])
    new = record(read(docs), docs)
    sys.stdout.write("".join(f"{address}\n" for address in new) or "nothing new\n")


if __name__ == "__main__":
    try:
        _main()
    except PageError as error:
        sys.exit(str(error))
