"""What MkDocs calls: thin, so that the folder also builds with a successor of MkDocs (decisions/0002).

static-i18n builds once per language, nested; every hook may run several times and gives the same result each time.
"""

import json
import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page as MkDocsPage

from widget import catalogue, languages
from widget.domain.refusal import Rule
from widget.helpcentre import facts, index
from widget.helpcentre.pages import PageError, Pages, read

log = logging.getLogger("mkdocs.hooks.helpcentre")
_not_found: dict[str, str] = {}


@lru_cache(maxsize=4)
def _pages(docs: str, _stamp: int) -> Pages:
    return read(Path(docs))


def _read(config: MkDocsConfig) -> Pages:
    docs = Path(config.docs_dir)
    stamp = max((path.stat().st_mtime_ns for path in docs.rglob("*.md")), default=0)
    try:
        return _pages(str(docs), stamp)
    except PageError as error:
        raise PluginError(str(error)) from None


def on_config(config: MkDocsConfig) -> None:
    """Check the articles before anything is built."""
    try:
        index.rule_paths(_read(config))
    except PageError as error:
        raise PluginError(str(error)) from None


@event_priority(-150)  # after static-i18n has made its files
def on_files(files: Files, config: MkDocsConfig) -> None:
    """Give each article the address of its slug; the file name stays the pairing key."""
    pages = _read(config)
    for file in files.documentation_pages():
        language, _, key = file.src_uri.removesuffix(".md").partition("/")
        page = pages.get(key, {}).get(language)
        if page and page.slug:
            file.dest_uri = f"{language}/{page.slug}/index.html"
            file.url = f"{language}/{page.slug}/"
            file.abs_dest_path = str(Path(config.site_dir) / file.dest_uri)


def on_page_markdown(markdown: str, page: MkDocsPage, config: MkDocsConfig, **_: Any) -> str:
    """Fill in facts, examples and the widget."""
    code = page.file.src_uri.partition("/")[0]
    language = languages.load().get(code)
    if language is None:
        return markdown
    paths = index.rule_paths(_read(config))
    source = Path(page.file.abs_src_path or "").read_text(encoding="utf-8")
    first_line = source[: source.find(markdown[:80])].count("\n") + 1
    try:
        return facts.fill(
            markdown, page.file.src_uri, first_line, catalogue.load(), language, lambda rule: paths[rule][code]
        )
    except PageError as error:
        raise PluginError(str(error)) from None


def on_page_context(context: dict[str, Any], page: MkDocsPage, config: MkDocsConfig, **_: Any) -> None:
    """Give the templates the translations of the page, and its related articles."""
    pages = _read(config)
    code, _slash, key = page.file.src_uri.removesuffix(".md").partition("/")
    _words(context, config, code)
    own = pages.get(key, {}).get(code)
    if own:
        context["translations"] = {each.language: each.path for each in pages[key].values()}
        context["related"] = index.related(pages, own)
        context["article"] = own
        if key == "index":
            context["articles"] = index.in_language(pages, code)


def on_template_context(context: dict[str, Any], config: MkDocsConfig, **_: Any) -> None:
    """Give the 404 page and the sitemap the words and pages they need."""
    _words(context, config, str(config.theme["language"]))
    context["pages"] = _read(config)


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:
    """Keep each language's 404 page: MkDocs itself writes only the last."""
    if template_name == "404.html":
        _not_found[str(config.theme["language"])] = output_content
    return output_content


@event_priority(-150)
def on_post_build(config: MkDocsConfig) -> None:
    """Write the 404 pages and the indexes that the service and the search read."""
    site = Path(config.site_dir)
    pages = _read(config)
    for code, html in _not_found.items():
        if code in languages.LOCALES and (site / code).is_dir():
            (site / code / "404.html").write_text(html, encoding="utf-8")
    (site / "articles.json").write_text(json.dumps(index.articles(pages), ensure_ascii=False), encoding="utf-8")
    for code in languages.LOCALES:
        entries = index.search_entries(pages, code, Path(config.docs_dir))
        (site / code).mkdir(exist_ok=True)
        (site / code / "search.json").write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")


def _words(context: dict[str, Any], config: MkDocsConfig, code: str) -> None:
    known = languages.load()
    context["lang_code"] = code if code in known else "en"
    context["t"] = known[context["lang_code"]].gettext
    context["language_names"] = {each.code: each.name for each in known.values()}
    context["site_root"] = str(config.site_url).rstrip("/")
    context["rules"] = list(Rule)
