"""The real site, built once; a copy of its sources that a test may spoil; and small folders of articles."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copytree

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.running import free_port, until_it_answers
from widget.domain.refusal import Rule
from widget.settings import ROOT

#: The sections that a folder of articles needs before it is complete.
EVERY_RULE = "".join(f"\n## About {rule} {{ #{rule} .rule }}\n" for rule in Rule)


#: 24 November 2026, noon: the articles show the terms in force that day, whenever the tests run.
BUILT_ON = "1795521600"


def build(folder: Path, on: str = BUILT_ON, address: str = "https://help.example/") -> subprocess.CompletedProcess[str]:
    """Build the site whose mkdocs.yml is in `folder` into its `site`, as `make docs` does."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--clean"],
        cwd=folder,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1", "SITE_URL": address, "SOURCE_DATE_EPOCH": on},
        capture_output=True,
        text=True,
        check=False,
    )


def copy_of_sources(folder: Path, *, code_too: bool = False) -> Path:
    """Return `folder` with the articles copied, the code too where its data are to change, and the rest linked."""
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    (folder / "overrides").symlink_to(ROOT / "overrides")
    if code_too:
        shutil.copytree(ROOT / "widget", folder / "widget", ignore=shutil.ignore_patterns("__pycache__"))
    else:
        (folder / "widget").symlink_to(ROOT / "widget")
    return folder


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder of sources and its site as long as it is needed; yield the address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with serve(folder, folder / "site", port) as process:
        try:
            until_it_answers(address, process)
            yield address
        finally:
            process.terminate()


def serve(folder: Path, site: Path, port: int) -> subprocess.Popen[str]:
    """Start `widget demo` of the sources in `folder`, with this site."""
    environment = {"PORT": str(port), "HELPCENTER_DATA": str(folder / "var"), "HELPCENTER_SITE": str(site)}
    return subprocess.Popen(
        [sys.executable, "-m", "widget", "demo"],
        cwd=folder,
        env=os.environ | environment | {"PYTHONPATH": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of what the site is built from, for a test to spoil."""
    return copy_of_sources(tmp_path)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = copy_of_sources(tmp_path_factory.mktemp("helpcentre"))
    built = build(folder)
    assert built.returncode == 0, built.stderr
    return folder / "site"


class Articles:
    """A folder of small articles, correct unless a test says otherwise."""

    def __init__(self, docs: Path) -> None:
        self.docs = docs
        self.numbers = iter(range(1001, 1100))

    def write(self, key: str, text: str = "", only: str = "", /, **front: object) -> None:
        """Write an article in both languages, or in `only` one, with these front-matter lines and text."""
        values: dict[str, object] = {
            "title": key.capitalize(),
            "slug": key,
            "number": next(self.numbers),
            "summary": f"About {key}.",
            "related": "[]",
            "reviewed": "2026-11-24",
        } | front
        lines = "".join(f"{name}: {value}\n" for name, value in values.items() if value is not None)
        for language in [only] if only else ["fr", "en"]:
            path = self.docs / language / f"{key}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"---\n{lines}---\n{text}", encoding="utf-8")


@pytest.fixture
def articles(tmp_path: Path) -> Articles:
    """An empty folder of articles."""
    return Articles(tmp_path)


def policy_for(site: Path) -> str:
    """Return a content security policy that allows the theme's inline scripts by hash, and nothing unsafe."""
    scripts = {
        script
        for file in site.rglob("*.html")
        for attributes, script in re.findall(r"<script([^>]*)>(.*?)</script>", file.read_text("utf-8"), re.DOTALL)
        if " src=" not in attributes and " type=" not in attributes
    }
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts
    )
    return f"default-src 'none'; script-src 'self' {hashes}; style-src 'self'; img-src 'self' data:; connect-src 'self'"


@pytest.fixture(scope="module")
def address(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site, served as files, with the widget's files beside them."""
    folder = tmp_path_factory.mktemp("served") / "site"
    copytree(site, folder)
    copytree(ROOT / "widget" / "static", folder / "widget" / "static")
    policy = policy_for(site)

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]  # as socketserver calls it

        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", policy)
            super().end_headers()

        def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
            """Answer what is missing as a static host does, with the site's 404.html."""
            if code != 404:
                return super().send_error(code, message, explain)
            body = (folder / "404.html").read_bytes()
            self.send_response(404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)
            return None

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def context(chromium: Browser, address: str) -> Iterator[BrowserContext]:
    made = chromium.new_context(base_url=address, locale="en-GB")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
