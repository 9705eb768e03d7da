"""What MkDocs calls: thin, so that the folder also builds with a successor of MkDocs (decisions/0002).

static-i18n builds once per language, nested; every hook may run several times and gives the same result each time.
"""

import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page as MkDocsPage

from widget import catalogue, headers, languages
from widget.helpcentre import (
    build_day,
    cards,
    checks,
    facts,
    index,
    parity,
    permalinks,
    search,
    structured,
    translations,
)
from widget.helpcentre.pages import HOME, Page, PageError, Pages, read
from widget.rendering import led_to
from widget.settings import ROOT

log = logging.getLogger("mkdocs.plugins.helpcentre")

#: What a language's build leaves for the end, when the last one writes everything.
_not_found: dict[str, str] = {}
_feeds: dict[str, str] = {}
_built: dict[str, str] = {}


@contextmanager
def _stopping() -> Iterator[None]:
    """Turn what is wrong with the articles or the data into the error that stops MkDocs."""
    try:
        yield
    except (PageError, catalogue.CatalogueError) as error:
        raise PluginError(str(error)) from None


def _pages(config: MkDocsConfig) -> Pages:
    pages: Pages = config.extra["helpcentre_pages"]
    return pages


def _article(page: MkDocsPage, config: MkDocsConfig) -> Page | None:
    language, _, key = page.file.src_uri.removesuffix(".md").partition("/")
    return _pages(config).get(key, {}).get(language)


@event_priority(-150)  # after static-i18n has chosen the language
def on_config(config: MkDocsConfig) -> None:
    """Read and check the articles before anything is built."""
    with _stopping():
        pages = read(Path(config.docs_dir))
        parity.check(pages)
        checks.check(pages)
        index.rule_paths(pages)
        index.check_homes(pages)
        published = permalinks.registry(Path(config.docs_dir))
        permalinks.moved(pages, published)
    config.extra["helpcentre_pages"] = pages
    config.extra["helpcentre_marks"] = index.marks(pages)
    config.extra["helpcentre_published"] = published
    toc = config.mdx_configs.setdefault("toc", {})
    toc["permalink_title"] = config.extra["words"]["permalink"]


@event_priority(-150)  # after static-i18n has made its files
def on_files(files: Files, config: MkDocsConfig) -> None:
    """Give each article the address of its slug; the file name stays the pairing key."""
    for file in files.documentation_pages():
        language, _, key = file.src_uri.removesuffix(".md").partition("/")
        page = _pages(config).get(key, {}).get(language)
        if page and page.slug:
            file.dest_uri = f"{language}/{page.slug}/index.html"
            file.url = f"{language}/{page.slug}/"
            file.abs_dest_path = str(Path(config.site_dir) / file.dest_uri)


def on_page_markdown(markdown: str, page: MkDocsPage, config: MkDocsConfig, **_: Any) -> str:
    """Fill in facts, examples and the widget, below the title from the front matter."""
    article = _article(page, config)
    if article is None:
        return markdown
    with _stopping():
        sources = facts.Sources(
            terms=catalogue.load(),
            facts_on=build_day.facts_on(),
            language=languages.load()[article.language],
            pages=_pages(config),
        )
        return f"# {article.title} {{ #top }}\n\n{_note(article, config)}{facts.fill(article, sources)}"


def _note(article: Page, config: MkDocsConfig) -> str:
    known, original = languages.load(), _pages(config)[article.key][languages.ORIGINAL]
    found = parity.state(article, original)
    if found is parity.State.CURRENT:
        return ""
    return translations.note(found, original, known[article.language], known[original.language].name)


def on_page_content(html: str, page: MkDocsPage, config: MkDocsConfig, **_: Any) -> str:
    """Keep the text of each article for the search; give each heading its lasting link."""
    article = _article(page, config)
    if article is None:
        return html
    _built[article.file] = html
    return permalinks.in_headings(html, article)


def on_page_context(context: dict[str, Any], page: MkDocsPage, config: MkDocsConfig, **_: Any) -> None:
    """Give the templates the translations of the page, and its related articles."""
    article = _article(page, config)
    _words(context, config, article.language if article else "en")
    if article is None:
        return
    context["article"] = article
    context["og_locale"] = languages.LOCALES[article.language]
    context["version"] = index.version(article)
    home = _pages(config)[HOME][article.language]
    context["json_ld"] = structured.json_ld(article, home, page.content or "", context["site_root"])
    context["reviewed"] = languages.load()[article.language].date(article.reviewed)
    context["translations"] = {each.language: each.path for each in _pages(config)[article.key].values()}
    with _stopping():
        context["related"] = index.related(_pages(config), article, config.extra["helpcentre_marks"])


def on_template_context(context: dict[str, Any], config: MkDocsConfig, **_: Any) -> None:
    """Give the 404 page and the sitemap the words and pages they need."""
    _words(context, config, str(config.theme["language"]))
    context["pages"] = _pages(config)


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> None:
    """Keep each language's 404 page and feed: MkDocs itself writes only the last."""
    if template_name == "404.html":
        code = str(config.theme["language"])
        _not_found[code] = output_content
        _feeds[code] = _partial("feed", config, code, {"feed": structured.changed(_pages(config), code)})


def _partial(name: str, config: MkDocsConfig, code: str, values: dict[str, Any]) -> str:
    context = {"config": config, **values}
    _words(context, config, code)
    return config.theme.get_env().get_template(f"partials/{name}.html").render(context)


@event_priority(-150)  # after static-i18n has built the other languages
def on_post_build(config: MkDocsConfig) -> None:
    """Write the 404 pages, the lasting links, and what the service and the search read: once, at the end."""
    if config.plugins["i18n"].building:  # type: ignore[attr-defined]  # static-i18n says so while it builds a language
        return
    site, pages = Path(config.site_dir), _pages(config)
    for code in languages.LOCALES:
        (site / code).mkdir(exist_ok=True)
        (site / code / "ticket.html").write_text(_partial("ticket", config, code, {}), encoding="utf-8")
        if code in _not_found:
            (site / code / "404.html").write_text(_not_found[code], encoding="utf-8")
            (site / code / "feed.xml").write_text(_feeds[code], encoding="utf-8")
        _write(site / code / "search-index.json", search.search_index(pages, code, _built))
    (site / "robots.txt").write_text(structured.robots(str(config.site_url).rstrip("/")), encoding="utf-8")
    root, published = str(config.site_url).rstrip("/"), config.extra["helpcentre_published"]
    permalinks.write(site, root, pages, published)
    figures = {"figures": build_day.figures()}
    cards.write(site, ROOT / config.extra["cache"] / "cards", pages)
    _write(site / "articles.json", index.articles(pages) | permalinks.as_json(pages, published) | figures)
    for line in translations.told(pages):
        log.info("%s", line)
    new = permalinks.unrecorded(pages, published)
    if new:
        log.info("not in docs/%s yet, run `make permalinks`: %s", permalinks.REGISTRY, ", ".join(new))
    with _stopping():
        service = config.extra.get("service", "")
        if service:
            _lead_to(site, service)
        _write_headers(site, service)


def _lead_to(site: Path, service: str) -> None:
    """Let the pages ask a service on another host; the files of the element come with the pages."""
    for page in sorted(site.rglob("*.html")):
        page.write_text(led_to(page.read_text(encoding="utf-8"), service), encoding="utf-8")
    shutil.copytree(ROOT / "widget" / "static", site / "widget" / "static", dirs_exist_ok=True)


def _write_headers(site: Path, service: str) -> None:
    """Write the security headers of the built pages, one list of hashes for all, for each way to serve them."""
    scripts: set[str] = set()
    for page in sorted(site.rglob("*.html")):
        html = page.read_text(encoding="utf-8")
        if blocked := headers.unsafe(html):
            raise PageError(f"{page.relative_to(site)}: {blocked!r} would be blocked by the content security policy")
        scripts |= headers.script_hashes(html)
    sent = headers.security_headers(headers.content_policy(scripts, service=service))
    _write(site / "headers.json", sent)
    for name, text in (
        ("_headers", headers.for_netlify(sent)),
        ("headers.nginx", headers.for_nginx(sent)),
        ("headers.caddy", headers.for_caddy(sent)),
    ):
        (site / name).write_text(text, encoding="utf-8")


def _write(path: Path, values: object) -> None:
    path.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")


def _words(context: dict[str, Any], config: MkDocsConfig, code: str) -> None:
    known = languages.load()
    context["lang_code"] = code
    context["t"] = known[code].gettext
    context["language_names"] = {each.code: each.name for each in known.values()}
    context["site_root"] = str(config.site_url).rstrip("/")
