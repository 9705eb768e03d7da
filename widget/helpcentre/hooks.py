"""What MkDocs calls: thin, so that the folder also builds with a successor of MkDocs (decisions/0002).

static-i18n builds once per language, nested; every hook may run several times and gives the same result each time.
"""

import json
import logging
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import AnchorLink

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
from widget.languages import Language
from widget.rendering import asset, led_to
from widget.settings import ROOT
from widget.wording import N_

log = logging.getLogger("mkdocs.plugins.helpcentre")


@dataclass(frozen=True, slots=True)
class _Articles:
    """What was read and checked before anything is built, and what articles are filled from, by language."""

    pages: Pages
    marks: Mapping[str, frozenset[str]]
    published: Mapping[str, permalinks.Published]
    sources: Mapping[str, facts.Sources]


#: What a host says by itself, its title and what to do: nothing is there, or the service behind it does not answer.
WITHOUT_SERVICE = {
    "404.html": (
        N_("There is nothing at this address"),
        N_("The page may have moved. Look for it, or start from the list of articles."),
    ),
    "503.html": (N_("The service does not answer"), N_("The articles stay readable. Try again in a moment.")),
}
#: What all languages' builds share, set by the first. Not in the configuration: static-i18n deep-copies that.
_shared: dict[str, Any] = {}
#: The cards are drawn while the pages are built: typst needs the processor, not the interpreter.
_beside = ThreadPoolExecutor(1)
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


def _articles() -> _Articles:
    articles: _Articles = _shared["articles"]
    return articles


def _article(page: MkDocsPage) -> Page | None:
    language, _, key = page.file.src_uri.removesuffix(".md").partition("/")
    return _articles().pages.get(key, {}).get(language)


@event_priority(-150)  # after static-i18n has chosen the language
def on_config(config: MkDocsConfig) -> None:
    """Read and check the articles before anything is built: once, not for each language."""
    if not _nested(config):
        with _stopping():
            _shared["articles"] = _read(Path(config.docs_dir))
        cache = ROOT / config.extra["cache"] / "cards"
        _shared["cards"] = _beside.submit(cards.draw, cache, _articles().pages)
    toc = config.mdx_configs.setdefault("toc", {})
    toc["permalink_title"] = config.extra["words"]["permalink"]


def _nested(config: MkDocsConfig) -> bool:
    """Return whether this build is one that static-i18n started inside the first."""
    return bool(config.plugins["i18n"].building)  # type: ignore[attr-defined]  # static-i18n's own


def _read(docs: Path) -> _Articles:
    pages = read(docs)
    index.check_names(pages)
    parity.check(pages)
    checks.check(pages)
    search.check(pages)
    index.rule_paths(pages)
    index.check_homes(pages)
    published = permalinks.registry(docs)
    permalinks.moved(pages, published)
    terms, on = catalogue.load(), build_day.facts_on()
    sources = {code: facts.Sources(terms, on, language, pages) for code, language in languages.load().items()}
    return _Articles(pages, index.marks(pages), published, sources)


def on_env(env: Environment, config: MkDocsConfig, **_: Any) -> None:
    """Compile each template once: every language, and the next build, finds it in the cache."""
    folder = ROOT / config.extra["cache"] / f"templates-{version('jinja2')}"
    folder.mkdir(parents=True, exist_ok=True)
    env.bytecode_cache = FileSystemBytecodeCache(str(folder))
    env.globals["asset"] = asset
    _shared["env"] = env


@event_priority(-150)  # after static-i18n has made its files
def on_files(files: Files, config: MkDocsConfig) -> None:
    """Give each article the address of its slug; the file name stays the pairing key."""
    for file in files.documentation_pages():
        language, _, key = file.src_uri.removesuffix(".md").partition("/")
        page = _articles().pages.get(key, {}).get(language)
        if page and page.slug:
            file.dest_uri = f"{language}/{page.slug}/index.html"
            file.url = f"{language}/{page.slug}/"
            file.abs_dest_path = str(Path(config.site_dir) / file.dest_uri)


def on_page_markdown(markdown: str, page: MkDocsPage, **_: Any) -> str:
    """Fill in facts, examples and the widget, below the title from the front matter."""
    article = _article(page)
    if article is None:
        return markdown
    with _stopping():
        sources = _articles().sources[article.language]
        return f"# {article.title} {{ #top }}\n\n{_note(article)}{facts.fill(article, sources)}"


def _note(article: Page) -> str:
    known, original = languages.load(), _articles().pages[article.key][languages.ORIGINAL]
    found = parity.state(article, original)
    if found is parity.State.CURRENT:
        return ""
    return translations.note(found, original, known[article.language], known[original.language].name)


def on_page_content(html: str, page: MkDocsPage, **_: Any) -> str:
    """Keep the text of each article for the search; give each heading its lasting link."""
    article = _article(page)
    if article is None:
        return html
    _built[article.file] = html
    _space(page.toc, languages.load()[article.language])
    return permalinks.in_headings(html, article)


def _space(entries: Iterable[AnchorLink], language: Language) -> None:
    """Give the table of contents its no-break spaces again: Markdown makes each space of a heading a plain one."""
    for entry in entries:
        entry.title = language.spaced(entry.title)
        _space(entry.children, language)


def on_page_context(context: dict[str, Any], page: MkDocsPage, config: MkDocsConfig, **_: Any) -> None:
    """Give the templates the translations of the page, and its related articles."""
    article = _article(page)
    _words(context, config, article.language if article else "en")
    if article is None:
        return
    context["article"] = article
    context["og_locale"] = languages.LOCALES[article.language]
    context["version"] = index.version(article)
    home = _articles().pages[HOME][article.language]
    context["json_ld"] = structured.json_ld(article, home, page.content or "", context["site_root"])
    context["reviewed"] = languages.load()[article.language].date(article.reviewed)
    context["translations"] = {each.language: each.path for each in _articles().pages[article.key].values()}
    with _stopping():
        context["related"] = index.related(_articles().pages, article, _articles().marks)


def on_template_context(context: dict[str, Any], config: MkDocsConfig, **_: Any) -> None:
    """Give the 404 page and the sitemap the words and pages they need."""
    _words(context, config, str(config.theme["language"]))
    context["pages"] = _articles().pages


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> None:
    """Keep each language's 404 page and feed: MkDocs itself writes only the last."""
    if template_name == "404.html":
        code = str(config.theme["language"])
        _not_found[code] = output_content
        _feeds[code] = _partial("feed", config, code, {"feed": structured.changed(_articles().pages, code)})


def _partial(name: str, config: MkDocsConfig, code: str, values: dict[str, Any]) -> str:
    context = {"config": config, **values}
    _words(context, config, code)
    env: Environment = _shared["env"]
    return env.get_template(f"partials/{name}.html").render(context)


@event_priority(-150)  # after static-i18n has built the other languages
def on_post_build(config: MkDocsConfig) -> None:
    """Write the 404 pages, the lasting links, and what the service and the search read: once, at the end."""
    if _nested(config):
        return
    site, pages = Path(config.site_dir), _articles().pages
    root, published = str(config.site_url).rstrip("/"), _articles().published
    for code in languages.LOCALES:
        (site / code).mkdir(exist_ok=True)
        (site / code / "ticket.html").write_text(_partial("ticket", config, code, {}), encoding="utf-8")
        if code in _not_found:
            (site / code / "404.html").write_text(_not_found[code], encoding="utf-8")
            (site / code / "feed.xml").write_text(_feeds[code], encoding="utf-8")
        _write(site / code / "search-index.json", search.search_index(pages, code, _built))
    for name, (title, line) in WITHOUT_SERVICE.items():
        said = {"known": languages.load(), "title": title, "line": line}
        (site / name).write_text(_partial("lost", config, languages.ORIGINAL, said), encoding="utf-8")
    (site / "robots.txt").write_text(structured.robots(root), encoding="utf-8")
    permalinks.write(site, root, pages, published)
    told = {"figures": build_day.figures(), "address": root}
    cards.write(site, _shared["cards"].result())
    _write(site / "articles.json", index.articles(pages) | permalinks.as_json(pages, published) | told)
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
