"""The documented nginx configurations, run as they are: the site and the service on one host, and on two hosts of one
domain; and the try-out in a frame of somebody else's site. Over https, in Chromium."""

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin
from urllib.request import HTTPSHandler, ProxyHandler, build_opener
from urllib.request import Request as UrlRequest

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.browser.conftest import Service
from tests.browser.looking import press
from tests.running import free_port
from widget.settings import ROOT

NGINX = next(
    (
        found
        for found in (shutil.which("nginx"), "/usr/sbin/nginx", str(ROOT / ".cache/nginx/usr/sbin/nginx"))
        if found and Path(found).exists()
    ),
    "",
)
MIME = next(
    (path for path in (Path("/etc/nginx/mime.types"), ROOT / ".cache/nginx/etc/nginx/mime.types") if path.exists()),
    None,
)
pytestmark = pytest.mark.skipif(not NGINX or MIME is None, reason="nginx is not installed, and Debian's cannot be had")
ARTICLE = "/fr/abonnement/retrograder/"


class Hosts:
    """Both configurations behind one nginx, a service for each, and a foreign page that shows the try-out."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.one, self.help, self.service, self.friend, self.stranger = (
            f"https://{name}.localhost:{self.port}"
            for name in ("one.vendor", "help.vendor", "service.vendor", "friend", "stranger")
        )
        build(folder / "site", self.service, self.help)
        (folder / "trust.toml").write_text(f'[sites]\nhelp = "{self.help}"\nframes = ["{self.friend}"]\n')
        common = {"HELPCENTER_PROXIES": "127.0.0.1"}
        trust = {"HELPCENTER_TRUST": str(folder / "trust.toml")}
        self.services = [
            Service(folder / "one", HELPCENTER_ADDRESS=self.one, **common),
            Service(folder / "two", HELPCENTER_ADDRESS=self.service, **common, **trust),
        ]
        frame = f'<iframe src="{self.service}/widget/fr/embed" width="600" height="900" title="widget"></iframe>'
        (folder / "foreign").mkdir()
        (folder / "foreign" / "index.html").write_text(f"<!doctype html><title>Foreign</title>{frame}")
        certificate(folder)
        self.nginx = self.start()

    def configuration(self) -> str:
        """Return the documented files, with names, ports and folders of this machine."""
        one, two = ((ROOT / "deploy" / f"nginx-{name}.conf").read_text("utf-8") for name in ("one-host", "two-hosts"))
        one = one.replace("help.example.com", "one.vendor.localhost").replace("127.0.0.1:8000", self.at(0))
        one = one.replace("/srv/help-centre/site", str(ROOT / "site"))
        two = two.replace("example.com", "vendor.localhost").replace("127.0.0.1:8000", self.at(1))
        two = two.replace("/srv/help-centre/site", str(self.folder / "site"))
        two = re.sub(r"(https://\w+\.vendor\.localhost)(?=[/$])", rf"\1:{self.port}", two)
        foreign = two[two.index("server {") : two.index("server {", two.index("server {") + 1)]
        foreign = foreign.replace("help.vendor.localhost", "friend.localhost stranger.localhost")
        foreign = re.sub(r"\n    include [^\n]*", "", foreign).replace("site;", "foreign;")
        servers = (one + two + foreign).replace("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl")
        user = "user root;" if os.getuid() == 0 else ""
        return f"""daemon off; {user} pid {self.folder}/pid; error_log {self.folder}/error.log;
events {{}}
http {{ access_log off; include {MIME}; client_body_temp_path {self.folder}/t1; proxy_temp_path {self.folder}/t2;
fastcgi_temp_path {self.folder}/t3; uwsgi_temp_path {self.folder}/t4; scgi_temp_path {self.folder}/t5;
{servers.replace("/etc/ssl", str(self.folder))} }}"""

    def at(self, number: int) -> str:
        return f"127.0.0.1:{self.services[number].port}"

    def start(self) -> subprocess.Popen[bytes]:
        file = self.folder / "nginx.conf"
        file.write_text(self.configuration())
        process = subprocess.Popen(
            [NGINX, "-c", str(file), "-p", str(self.folder), "-e", str(self.folder / "error.log")]
        )
        for _ in range(600):  # the machine may be busy
            try:
                self.headers(f"https://127.0.0.1:{self.port}/robots.txt", "one.vendor.localhost")
                return process
            except URLError:
                time.sleep(0.1)
        raise RuntimeError((self.folder / "error.log").read_text())

    def headers(self, address: str, host: str) -> Message:
        """Return the headers that an address answers with, whatever the status."""
        trusting = ssl.create_default_context(cafile=str(self.folder / "help-centre.pem"))
        trusting.check_hostname = False
        opener = build_opener(ProxyHandler({}), HTTPSHandler(context=trusting))
        try:
            with opener.open(UrlRequest(address, headers={"Host": host}), timeout=20) as answer:  # noqa: S310 -- ours
                found: Message = answer.headers
                return found
        except HTTPError as error:
            with error:
                return error.headers

    def stop(self) -> None:
        self.nginx.terminate()
        self.nginx.wait(10)
        for each in self.services:
            each.stop()


def build(target: Path, service: str, site: str) -> None:
    """Build the site for a service on another host, as deploy/nginx-two-hosts.conf says."""
    environment = os.environ | {"HELPCENTER_SERVICE": service, "SITE_URL": f"{site}/", "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(target)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def certificate(folder: Path) -> None:
    """Write a certificate for every host of the test, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "vendor.localhost")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("*.vendor.localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "help-centre.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "help-centre.key").write_bytes(key.private_bytes(*plain))


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    folder = tmp_path_factory.mktemp("hosts")
    folder.chmod(0o755)
    running = Hosts(folder)
    yield running
    running.stop()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(ignore_https_errors=True)
    context.set_default_timeout(30_000)
    yield context
    context.close()


def watched(page: Page) -> tuple[list[str], list[str]]:
    """Return the methods of the requests, and what the content policy blocked, as they come."""
    methods: list[str] = []
    blocked: list[str] = []
    page.on("request", lambda request: methods.append(request.method))
    page.on("console", lambda message: blocked.append(message.text) if "Content Security" in message.text else None)
    return methods, blocked


def reduces(page: Page, article: str) -> None:
    """Sign in from the article, order two Zoom licenses less inside it, and see the receipt."""
    page.goto(article)
    page.get_by_label("Nombre d’utilisateurs").fill("17")
    expect(page.locator(".sw-panel")).to_contain_text("17 utilisateurs")
    page.get_by_role("link", name="Connectez-vous pour utiliser votre abonnement").click()
    page.get_by_role("button", name="Claire Martin").click()
    expect(page).to_have_url(article)
    expect(page.locator(".sw-state")).to_contain_text("Atelier Nord")
    page.get_by_label("Nombre d’utilisateurs").fill("12")
    page.get_by_label("Nombre de licences Zoom").fill("2")
    expect(page.locator(".sw-panel")).to_contain_text("2 licences Zoom")
    page.get_by_role("button", name="Suivant", exact=True).click()
    page.get_by_label("Un projet est terminé").check()
    page.get_by_role("button", name="Suivant", exact=True).click()
    page.get_by_role("button", name="Passer commande").click()
    expect(page.get_by_role("heading", name="Votre commande est passée")).to_be_visible()


def test_one_host_serves_the_site_and_the_service(hosts: Hosts, context: BrowserContext) -> None:
    page = context.new_page()
    _, blocked = watched(page)

    reduces(page, hosts.one + ARTICLE)

    assert page.url.startswith(f"{hosts.one}/widget/fr/")
    cookies = {
        each["name"]: each for each in context.cookies() if each["name"] in {"__Host-session", "__Secure-signed_in"}
    }
    assert {name: (each["secure"], each["httpOnly"], each["sameSite"]) for name, each in cookies.items()} == {
        "__Host-session": (True, True, "Lax"),
        "__Secure-signed_in": (True, False, "Lax"),
    }
    assert blocked == []
    page.goto(f"{hosts.one}/en/nothing-here/")
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("host", ["one", "help"])
def test_a_page_without_its_last_slash_leads_to_the_one_with_it_and_a_folder_without_a_page_is_none(
    hosts: Hosts, context: BrowserContext, host: str
) -> None:
    page, origin = context.new_page(), getattr(hosts, host)

    page.goto(f"{origin}{ARTICLE.rstrip('/')}?users=12")

    expect(page).to_have_url(f"{origin}{ARTICLE}?users=12")
    answers = [page.goto(f"{origin}{path}") for path in ("/assets/", "/assets", "/fr/nothing-here")]
    assert [each and each.status for each in answers] == [404, 404, 404]
    expect(page.locator("html")).to_have_attribute("lang", re.compile("fr|en"))


@pytest.mark.parametrize("path", [ARTICLE, "/widget/fr/change", "/widget/fr/support"])
def test_over_https_the_language_is_remembered_in_a_cookie_of_https_alone(
    hosts: Hosts, context: BrowserContext, path: str
) -> None:
    page = context.new_page()
    page.goto(hosts.one + path)

    with page.expect_navigation(url="**/en/**"):
        page.get_by_role("link", name="English").first.click()

    chosen = [(each["name"], each["value"], each["secure"]) for each in context.cookies() if "language" in each["name"]]
    assert chosen == [("__Secure-language", "en", True)]
    page.goto(f"{hosts.one}/a/1001/")
    expect(page).to_have_url(f"{hosts.one}/en/subscription/downgrade/")


@pytest.mark.parametrize("path", ["/fr/", "/fr/nothing-here/", "/robots.txt", ARTICLE])
def test_the_header_file_says_through_nginx_what_the_service_says_itself(hosts: Hosts, path: str) -> None:
    host = f"one.vendor.localhost:{hosts.port}"
    names = [*json.loads((ROOT / "site" / "headers.json").read_text("utf-8")), "Strict-Transport-Security"]

    through = hosts.headers(f"https://127.0.0.1:{hosts.port}{path}", host)
    itself = hosts.headers(f"http://{hosts.at(0)}{path}", host)

    assert {name: through.get_all(name) for name in names} == {name: itself.get_all(name) for name in names}
    assert "script-src 'self' 'sha256-" in through["Content-Security-Policy"]


def test_while_the_service_restarts_the_site_answers_what_it_can_and_a_page_says_the_rest(
    hosts: Hosts, context: BrowserContext
) -> None:
    page = context.new_page()
    for each in hosts.services:
        each.stop()
    try:
        told = {}
        for path in ("/", "/a/1001/", "/policy", "/price-book/", ARTICLE):
            answer = page.goto(hosts.one + path)
            page.wait_for_url(re.compile("/(fr|en)/"))
            told[path] = answer and answer.status
        assert told == dict.fromkeys(told, 200)
        for address in ("/widget/fr/change", "/widget/en/support"):
            for origin in (hosts.one, hosts.service):
                answer = page.goto(origin + address)
                assert answer is not None
                assert (answer.status, answer.headers["retry-after"]) == (503, "30")
                said = {"fr": "Le service ne répond pas", "en": "The service does not answer"}[address[8:10]]
                expect(page.get_by_role("heading", name=said)).to_be_visible()
                expect(page.locator("h1:visible")).to_have_count(1)  # its script is there, and its dress
                articles = page.goto(urljoin(page.url, f"/{address[8:10]}/"))
                assert articles is not None
                assert articles.ok
        answers = [page.goto(hosts.one + path) for path in ("/support/", "/a/9999/")]
        assert [each and each.status for each in answers] == [503, 404]
    finally:
        for each in hosts.services:
            each.start()


@pytest.mark.parametrize("path", ["/policy", "/price-book/"])
def test_without_javascript_the_rules_and_the_prices_lead_to_the_readers_language(
    hosts: Hosts, chromium: Browser, path: str
) -> None:
    context = chromium.new_context(ignore_https_errors=True, java_script_enabled=False, locale="fr-FR")
    page = context.new_page()

    page.goto(hosts.one + path)

    expect(page).to_have_url(re.compile(f"^{hosts.one}/fr/"))
    context.close()


@pytest.mark.parametrize("path", ["/fr/", "/assets/site.css", "/assets/minisearch/minisearch-7.2.0.min.js"])
def test_only_what_changes_its_name_with_its_content_is_kept_as_the_service_says_itself(
    hosts: Hosts, path: str
) -> None:
    told = [
        hosts.headers(f"https://127.0.0.1:{hosts.port}{path}", f"{host}.vendor.localhost") for host in ("one", "help")
    ]
    itself = hosts.headers(f"http://{hosts.at(0)}{path}", "127.0.0.1")

    assert [each.get_all("Cache-Control") for each in told] == [itself.get_all("Cache-Control")] * 2


def test_the_address_of_the_support_page_leads_to_it(hosts: Hosts) -> None:
    host = f"one.vendor.localhost:{hosts.port}"

    told = hosts.headers(f"https://127.0.0.1:{hosts.port}/support/", host)

    assert told["Content-Language"] in {"fr", "en"}


def test_two_hosts_of_one_domain_work_as_one_without_a_preflight(hosts: Hosts, context: BrowserContext) -> None:
    page = context.new_page()
    methods, blocked = watched(page)

    reduces(page, hosts.help + ARTICLE)

    assert page.url.startswith(f"{hosts.service}/widget/fr/")
    assert (methods.count("OPTIONS"), blocked) == (0, [])
    domains = {each["name"]: each["domain"] for each in context.cookies() if each["name"] != "__Secure-language"}
    assert domains == {"__Host-session": "service.vendor.localhost", "__Secure-signed_in": ".vendor.localhost"}


@pytest.mark.parametrize(("path", "query"), [("/support/", ""), ("/support", ""), ("/support", "?q=notice&lang=fr")])
def test_the_address_of_the_support_page_leads_from_the_site_to_the_service_with_what_was_chosen(
    hosts: Hosts, context: BrowserContext, path: str, query: str
) -> None:
    page = context.new_page()
    page.goto(f"{hosts.help}{path}{query}")

    expect(page).to_have_url(re.compile(f"^{hosts.service}/widget/(fr|en)/support{re.escape(query)}$"))


def test_an_article_on_the_sites_host_names_the_service_that_answers_for_its_embedding(
    hosts: Hosts, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(hosts.help + ARTICLE)
    link = page.locator("link[type='application/json+oembed']").get_attribute("href")

    answer = page.goto(link or "")

    assert answer
    assert (answer.status, answer.json()["title"]) == (200, "Rétrograder votre abonnement")
    assert answer.json()["thumbnail_url"].startswith(f"{hosts.help}/cards/fr/")


def test_with_javascript_off_the_form_lands_on_the_services_own_page(hosts: Hosts, chromium: Browser) -> None:
    context = chromium.new_context(ignore_https_errors=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(hosts.help + ARTICLE)

    press(page.get_by_role("button", name="Calculer"))

    expect(page).to_have_url(f"{hosts.service}/widget/fr/change")
    context.close()


def test_another_site_gets_no_answer_with_the_readers_cookies(hosts: Hosts, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{hosts.service}/widget/signin")
    page.get_by_role("button", name="Claire Martin").click()
    page.wait_for_url(lambda address: "/signin" not in address)
    page.goto(f"{hosts.friend}/")
    ask = "(url) => fetch(url, {credentials: 'include'}).then((answer) => answer.status, () => 'blocked')"

    assert page.evaluate(ask, f"{hosts.service}/widget/fr/change") == "blocked"


def test_a_named_site_shows_the_try_out_in_a_frame_without_cookies(hosts: Hosts, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{hosts.service}/widget/signin")
    page.get_by_role("button", name="Claire Martin").click()
    page.wait_for_url(lambda address: "/signin" not in address)
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if "/embed" in request.url else None)

    page.goto(f"{hosts.friend}/")
    frame = page.frame_locator("iframe")
    frame.get_by_label("Nombre d’utilisateurs").fill("16")

    expect(frame.locator(".sw-panel")).to_contain_text("16 utilisateurs")
    frame.get_by_role("button", name="Calculer").click()
    expect(frame.locator("[name=users]")).to_have_value("16")
    expect(frame.locator(".sw-proposed")).to_be_hidden()
    assert "Atelier Nord" not in frame.locator("body").inner_text()
    assert len(sent) >= 3
    assert [each.url for each in sent if "cookie" in each.all_headers()] == []
    frame.get_by_role("link", name="Connectez-vous pour utiliser votre abonnement").click()
    expect(page).to_have_url(re.compile(f"^{hosts.service}/widget/signin"))


def test_no_other_site_shows_anything_in_a_frame(hosts: Hosts, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{hosts.stranger}/")

    expect(page.frame_locator("iframe").locator(".sw")).to_have_count(0)
    answer = page.goto(f"{hosts.service}/widget/fr/change")
    assert answer is not None
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
