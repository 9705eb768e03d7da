"""`make audit` asks the real clients' advisory services: a known fault stops the check, silence claims nothing."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.running import free_port
from widget.settings import ROOT

NOTHING: dict[str, object] = {}
#: As osv.dev answers for a package of ours, and as npm's registry does for one of the test provider's.
PYTHON_FAULT = {
    "id": "PYSEC-2026-1",
    "details": "invented",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "jinja2"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}],
        }
    ],
}
NPM_FAULT = {
    "koa": [
        {
            "id": 1,
            "url": "https://advisories.example/1",
            "title": "invented",
            "severity": "high",
            "vulnerable_versions": "*",
        }
    ]
}


@contextmanager
def advisories(python: bool = False, npm: bool = False) -> Iterator[int]:
    """Run both services on one port, knowing of a fault or of none."""

    class Advisories(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/osv":
                asked = json.loads(sent)["package"]["name"]
                told: object = {"vulns": [PYTHON_FAULT]} if python and asked == "jinja2" else NOTHING
            else:
                told = NPM_FAULT if npm else NOTHING
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Advisories)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def audit(port: int) -> tuple[int, str]:
    """Run the command against the services on a port; return its exit code and what it says."""
    there = {
        "PIP_AUDIT_VULNERABILITY_SERVICE": "osv",
        "PIP_AUDIT_OSV_URL": f"http://127.0.0.1:{port}/osv",
        "npm_config_registry": f"http://127.0.0.1:{port}/",
        "npm_config_fetch_retries": "0",
    }
    done = subprocess.run(
        [str(ROOT / "scripts" / "audit"), sys.executable],
        cwd=ROOT,
        env=os.environ | there,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_where_nothing_is_known_it_says_so() -> None:
    with advisories() as port:
        assert audit(port) == (
            0,
            "audit: nothing known against the locked Python packages\n"
            "audit: nothing known against the npm packages of tests/provider\n"
            "audit: nothing known against the npm packages of drills/recheck\n",
        )


def test_a_known_fault_in_a_python_package_stops_the_check() -> None:
    with advisories(python=True) as port:
        code, told = audit(port)

    assert (code, "PYSEC-2026-1" in told) == (1, True)


def test_a_known_fault_in_an_npm_package_stops_the_check() -> None:
    with advisories(npm=True) as port:
        code, told = audit(port)

    assert (code, "https://advisories.example/1" in told) == (1, True)


def test_where_nobody_answers_nothing_is_claimed_and_the_check_goes_on() -> None:
    code, told = audit(free_port())

    assert code == 0
    assert told.count("NOT checked") == 3
    assert "nothing known" not in told
