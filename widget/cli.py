"""Commands: demo, serve, migrate, import, export, apply-due, audit."""

import argparse
import logging
import os
import socket
import sys
from pathlib import Path

import uvicorn
from sqlalchemy import Engine

from widget import catalogue, logs
from widget.app import create_app, system_clock
from widget.catalogue import CatalogueError
from widget.services import demo, transfer
from widget.services.apply_due import NotAppliedError, apply_due
from widget.services.audit import AlteredError, verify
from widget.services.demo import DemoRefusedError
from widget.services.transfer_file import TransferError
from widget.settings import Settings, SettingsError, read
from widget.store.engine import StoreError, migrate, open_engine
from widget.web.articles import MissingSiteError
from widget.web.connection import MOST_CONNECTIONS, Connection

#: What stops a command with one line.
STOPS = (
    SettingsError,
    StoreError,
    CatalogueError,
    TransferError,
    MissingSiteError,
    NotAppliedError,
    AlteredError,
    DemoRefusedError,
    OSError,
)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return its exit code. What stops it is told in one line, never as a traceback."""
    parser = argparse.ArgumentParser(prog="widget", description="The help centre's service.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="migrate, import the demo data and serve, with demo sign-in")
    commands.add_parser("serve", help="serve the site and the widget")
    commands.add_parser("migrate", help="bring the database schema up to date")
    commands.add_parser("apply-due", help="bring due changes into force")
    commands.add_parser("audit", help="read the audit log again").add_argument("act", choices=["verify"])
    for name, text in (("import", "spaces (JSON) or members (CSV)"), ("export", "every space as JSON")):
        commands.add_parser(name, help=text).add_argument("file", type=Path)
    chosen = parser.parse_args(arguments)
    try:
        environment = dict(os.environ) | ({"HELPCENTER_DEMO": "1"} if chosen.command == "demo" else {})
        _run(chosen, read(environment))
    except STOPS as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(chosen: argparse.Namespace, settings: Settings) -> None:
    engine = open_engine(settings.database_url)
    migrate(engine)
    terms = catalogue.load()
    if settings.demo and chosen.command in {"demo", "serve"}:
        demo.refuse_elsewhere(engine, settings)
    if chosen.command == "import":
        if chosen.file.suffix == ".csv":
            print(transfer.import_members(engine, chosen.file, now=system_clock()))
        else:
            print(transfer.import_file(engine, terms, chosen.file, now=system_clock()))
    elif chosen.command == "export":
        print(transfer.export_file(engine, chosen.file))
    elif chosen.command == "apply-due":
        print(apply_due(engine, terms, now=system_clock()))
    elif chosen.command == "audit":
        found = verify(engine)
        print(f"{found.spaces} spaces, {found.events} audit events: every one fits its chain")
    elif chosen.command == "demo":
        transfer.import_file(engine, terms, demo.FILE, now=system_clock())
        _serve(settings, engine)
    elif chosen.command == "serve":
        _serve(settings, engine)


def _serve(settings: Settings, engine: Engine) -> None:
    app = create_app(settings, engine)
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(f"PORT {settings.port}: cannot be used ({error.strerror}); choose another") from None
    print(f"The help centre is at http://{settings.host}:{settings.port}/", flush=True)
    logs.configure(logging.WARNING if settings.demo else logging.INFO)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        http=Connection,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        limit_concurrency=MOST_CONNECTIONS,
    )
