"""The site against stock Material on the same articles, in one run: bytes of a cold visit, and build times."""

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

import brotli
from playwright.sync_api import Browser, sync_playwright

from tests.chromium import launch
from widget import catalogue, languages
from widget.helpcentre import build_day, facts, pages
from widget.settings import ROOT

Row = tuple[str, str, str]
ARTICLES = {"fr": "downgrade", "en": "downgrade"}
COPIES = (200, 1000)
STOCK = """
site_name: Stock
site_url: http://127.0.0.1:8000/
strict: true
theme: { name: material, font: false, features: [navigation.prune, navigation.sections, navigation.top, toc.follow] }
plugins:
  - search
  - i18n:
      docs_structure: folder
      languages:
        - { locale: fr, name: Français, default: true, build: true }
        - { locale: en, name: English, build: true }
markdown_extensions: [abbr, admonition, attr_list, def_list, md_in_html, tables, toc: { permalink: true }]
"""


class _Logged(SimpleHTTPRequestHandler):
    """Serves a folder, with the widget's own files beside it, and keeps the path of what was asked."""

    asked: list[str]

    def translate_path(self, path: str) -> str:
        plain = path.partition("?")[0]
        if plain.startswith("/widget/static/"):
            return str(ROOT / plain.lstrip("/"))
        return super().translate_path(path)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002 -- the base class gives it
        if str(int(code)) == "200":
            self.asked.append(self.translate_path(self.path))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    handler = type("Handler", (_Logged,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def cold(folder: Path) -> list[Row]:
    """Return the compressed bytes of a first visit to an article, ours against stock Material."""
    stock = stock_sources(folder / "stock-cold")
    _build(stock)
    rows = []
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        for code, key in ARTICLES.items():
            path = pages.read(ROOT / "docs")[key][code].path
            ours = _visit(browser, ROOT / "site", path)
            theirs = _visit(browser, stock / "site", f"/{key}/" if code == "fr" else f"/{code}/{key}/")
            figure = f"{ours / theirs:.2f} ({ours / 1000:.1f} KB against {theirs / 1000:.1f} KB)"
            rows.append((f"cold article, {code}, brotli, against stock Material", figure, "0.5"))
        browser.close()
    return rows


def _visit(browser: Browser, folder: Path, path: str) -> int:
    with _serving(folder) as (address, asked):
        context = browser.new_context()
        tab = context.new_page()
        tab.goto(address + path, wait_until="networkidle")
        context.close()
    return sum(len(brotli.compress(_file(name).read_bytes())) for name in asked)


def _file(name: str) -> Path:
    return Path(name) / "index.html" if Path(name).is_dir() else Path(name)


def builds(folder: Path) -> Iterator[Row]:
    """Yield the time to build our articles, and many generated ones, ours against stock Material.

    Both begin without a cache of their own. The processor's seconds are told too: they hold on a busy machine.
    """
    for copies in (0, *COPIES):
        ours, stock = (
            make(folder / f"{kind}-{copies}") for kind, make in (("ours", our_sources), ("stock", stock_sources))
        )
        for each in (ours, stock):
            _multiply(each / "docs", copies, stock=each == stock)
        times = 3 if copies < COPIES[-1] else 1
        pairs = [(_build(ours), _build(stock)) for _ in range(times)]
        (mine, my_cpu), (theirs, their_cpu) = (
            [median(each) for each in zip(*builds_of, strict=True)] for builds_of in zip(*pairs, strict=True)
        )
        what = f"{copies} generated articles" if copies else "our articles"
        figure = (
            f"{mine / theirs:.2f}x ({mine:.1f} s against {theirs:.1f} s); "
            f"processor {my_cpu / their_cpu:.2f}x ({my_cpu:.1f} s against {their_cpu:.1f} s)"
        )
        yield f"site build, {what}, two languages, against stock Material", figure, "1.5x"


def our_sources(folder: Path) -> Path:
    """Return a copy of what our site is built from."""
    shutil.copytree(ROOT / "docs", folder / "docs")
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    config = config.replace("omitted_files: warn", "omitted_files: ignore")  # the generated ones are in no menu
    (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
    for name in ("overrides", "widget"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def stock_sources(folder: Path) -> Path:
    """Return the same articles for stock Material: every fact and block filled in by our build, then plain Markdown."""
    known, terms, all_pages = languages.load(), catalogue.load(), pages.read(ROOT / "docs")
    on = build_day.facts_on()
    for twins in all_pages.values():
        for page in twins.values():
            sources = facts.Sources(terms=terms, facts_on=on, language=known[page.language], pages=all_pages)
            file = folder / page.file
            file.parent.mkdir(parents=True, exist_ok=True)
            text = re.sub(r"\]\(/[^)]*\)", "](index.md)", facts.fill(page, sources))
            text = re.sub(r'<img class="hc-dark".*?>', "", text)
            file.write_text(f"# {page.title}\n\n{text}", encoding="utf-8")
    # The same pictures, each once: stock Material has no light and dark of its own here.
    shutil.copytree(ROOT / "overrides" / "assets" / "screens", folder / "docs" / "assets" / "screens")
    (folder / "mkdocs.yml").write_text(STOCK, encoding="utf-8")
    return folder


def _multiply(docs: Path, copies: int, *, stock: bool) -> None:
    """Write as many more articles, from the real ones in turn, without what may be there only once.

    Ours are listed at home, as each article is.
    """
    for code in languages.LOCALES:
        originals = [path for path in sorted((docs / code).glob("*.md")) if path.stem != "index"]
        texts = [path.read_text(encoding="utf-8") for path in originals]
        for number in range(copies):
            text = texts[number % len(texts)]
            if not stock:
                text = re.sub(r"^slug: .*$", f"slug: generated/{number}", text, count=1, flags=re.MULTILINE)
                text = re.sub(r"^number: .*$", f"number: {100_000 + number}", text, count=1, flags=re.MULTILINE)
                text = re.sub(r"\{ #([a-z-]+) \.rule \}", r"{ #generated-\1 }", text)
            (docs / code / f"generated-{number}.md").write_text(text, encoding="utf-8")
        if copies and not stock:
            with (docs / code / "index.md").open("a", encoding="utf-8") as home:
                home.write(f"\n::articles{{{' '.join(f'generated-{number}' for number in range(copies))}}}\n")


def _build(folder: Path) -> tuple[float, float]:
    """Return the seconds that a build from nothing took, and those of the processor."""
    cache, compiled = folder / "cache", folder.parent / "compiled"
    shutil.rmtree(cache, ignore_errors=True)
    # Python keeps its compiled modules, as it does wherever it may write: importing them is no part of a build.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"NO_MKDOCS_2_WARNING": "1", "HELPCENTER_CACHE": str(cache), "PYTHONPYCACHEPREFIX": str(compiled)}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "mkdocs", "build", "--clean"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        for row in builds(Path(home)):
            print("| {} | {} | {} |".format(*row), flush=True)
