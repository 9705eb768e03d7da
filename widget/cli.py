"""Every command: its arguments, what runs it, and what stops it."""

import argparse
import errno
import gc
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal

import uvicorn
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette

from widget import catalogue, logs
from widget.app import create_app, create_post, system_clock
from widget.catalogue import CatalogueError
from widget.domain.terms import Terms
from widget.gateways.webhook import AddressError
from widget.services import backup, demo, feedback, outbox, privacy, sessions, transfer, transfer_file, webhook
from widget.services.alone import LeftError
from widget.services.apply_due import apply_due
from widget.services.audit import AlteredError, refuse_altered, verify
from widget.services.backup import FencedError
from widget.services.demo import DemoRefusedError
from widget.services.outbox import UnknownDeliveryError
from widget.services.privacy import PrivacyError
from widget.services.sessions import NobodyError
from widget.services.terms import refuse_missing_versions
from widget.services.transfer_file import TransferError
from widget.services.webhook import UnknownWebhookError
from widget.services.work import Worker
from widget.settings import Settings, SettingsError, read
from widget.store.engine import (
    DamagedError,
    StoreError,
    broken,
    migrate,
    open_engine,
    refuse_missing,
    refuse_unwritable,
)
from widget.web.articles import MissingSiteError
from widget.web.connection import MOST_CONNECTIONS, Connection
from widget.web.server import Server

log = logging.getLogger("widget")
#: What stops a command with one line.
STOPS = (
    SettingsError,
    StoreError,
    CatalogueError,
    TransferError,
    MissingSiteError,
    LeftError,
    DemoRefusedError,
    AddressError,
    UnknownDeliveryError,
    PrivacyError,
    NobodyError,
    UnknownWebhookError,
    FencedError,
    OSError,
)

#: What serves, sends or applies: never from a restored copy, over an audit log that somebody altered, or without a
#: price book or a policy that something was promised by.
ACTS = frozenset({"demo", "serve", "work", "apply-due"})

#: What makes a database where there is none; everything else refuses.
MAKES = frozenset({"demo", "migrate", "import"})


#: What leaves the schema as it finds it: a copy is taken before an upgrade, by the program that is to upgrade.
LEAVES = frozenset({"backup"})


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return its exit code. What stops it is told in one line, never as a traceback."""
    parser = argparse.ArgumentParser(prog="widget", description="The help centre's service.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="migrate, import the demo data and serve, with demo sign-in")
    commands.add_parser("serve", help="serve the site and the widget")
    commands.add_parser("work", help="send messages and apply what is due, beside the service or instead of it")
    commands.add_parser("migrate", help="bring the database schema up to date")
    commands.add_parser("apply-due", help="bring due changes into force")
    commands.add_parser("audit", help="read the audit log again").add_argument("act", choices=["verify"])
    commands.add_parser("accept-restored", help="let a restored copy take its original's place")
    for name, text in (
        ("import", "spaces (JSON) or members (CSV)"),
        ("export", "every space (JSON), or every member (CSV)"),
        ("backup", "copy the SQLite file while it is in use, and prove the copy"),
        ("restore", "put a copy where the database is to be; it acts only after accept-restored"),
    ):
        commands.add_parser(name, help=text).add_argument("file", type=Path)
    said = commands.add_parser("feedback", help="what readers say of the articles, and search in vain")
    said.add_argument("--csv", type=Path, metavar="FILE", help="write every answer into a file instead")
    _outbox_arguments(commands)
    asked = commands.add_parser("privacy", help="what is held about a person: export it, or erase it")
    asked.add_argument("act", choices=["export", "erase"])
    asked.add_argument("person", help="an e-mail address, or the id of a member or of one of the staff")
    ended = commands.add_parser("sessions", help="sign people out: everybody in a space, or one person everywhere")
    ended.add_argument("act", choices=["end"])
    whose = ended.add_mutually_exclusive_group(required=True)
    whose.add_argument("--space", help="the id of a space")
    whose.add_argument("--subject", help="what the provider or the product calls the person")
    ended.add_argument("--issuer", help="who calls them so; without it, whoever does")
    chosen = parser.parse_args(arguments)
    os.umask(0o077)  # what is written here holds everything about everybody: only its owner reads it
    try:
        environment = dict(os.environ) | ({"HELPCENTER_DEMO": "1"} if chosen.command == "demo" else {})
        _run(chosen, read(environment))
    except (DamagedError, AlteredError) as error:
        print(error, file=sys.stderr)
        return os.EX_CONFIG  # to start again is of no use before somebody put a copy in its place
    except STOPS as error:
        print(error, file=sys.stderr)
        return 1
    except DBAPIError as error:  # a full disk, a lock that never ends, a server that goes away
        print(broken(error), file=sys.stderr)
        return 1
    return 0


def _outbox_arguments(commands: Any) -> None:
    sent = commands.add_parser("outbox", help="messages: what waits, what was given up on").add_subparsers(
        dest="act", required=True
    )
    sent.add_parser("list", help="what waits and what was given up on").add_argument("--all", action="store_true")
    sent.add_parser("show", help="a delivery with its message").add_argument("delivery")
    sent.add_parser("retry", help="send a delivery again, or all that were given up on").add_argument(
        "delivery", nargs="?"
    )
    hooks = commands.add_parser("webhook", help="the endpoints that are told what happens").add_subparsers(
        dest="act", required=True
    )
    hooks.add_parser("list", help="the endpoints")
    hooks.add_parser("add", help="a new endpoint; prints its secret, once").add_argument("url")
    for act, text in (
        ("rotate", "a new secret; the old one signs too for a day"),
        ("enable", "after an answer 410"),
        ("disable", "tell it nothing for now"),
        ("remove", "for good"),
    ):
        hooks.add_parser(act, help=text).add_argument("webhook")


def _run(chosen: argparse.Namespace, settings: Settings) -> None:
    engine = open_engine(settings.database_url)
    if chosen.command == "restore":  # into a place where there is no database yet
        print(backup.restore(engine, chosen.file))
        return
    _ready(chosen.command, engine)
    terms = catalogue.load()  # a wrong price book or policy stops every command that reads the database
    if chosen.command in ACTS:
        refuse_missing_versions(engine, terms)
    if settings.demo and chosen.command in {"demo", "serve"}:
        demo.refuse_elsewhere(engine, settings)
    commands: dict[str, Callable[[argparse.Namespace, Settings, Engine], None]] = {
        "demo": partial(_demo, terms),
        "serve": _serve,
        "work": _work,
        "migrate": lambda *_: None,  # done already, as before nearly each command
        "apply-due": partial(_apply_due, terms),
        "import": partial(_import, terms),
        "export": _export,
        "backup": _backup,
        "accept-restored": _accept_restored,
        "audit": _audit,
        "feedback": _feedback,
        "outbox": _outbox,
        "webhook": _webhook,
        "privacy": _privacy,
        "sessions": _sessions,
    }
    commands[chosen.command](chosen, settings, engine)


def _ready(command: str, engine: Engine) -> None:
    if command not in MAKES:
        refuse_missing(engine)
    if command in ACTS | MAKES:
        refuse_unwritable(engine)
    if command not in LEAVES:
        migrate(engine, thorough=command in ACTS)
    if command in ACTS:
        backup.refuse_fenced(engine)
        refuse_altered(engine)


def _demo(terms: Terms, chosen: argparse.Namespace, settings: Settings, engine: Engine) -> None:
    transfer.import_file(engine, terms, demo.FILE, now=system_clock())
    _serve(chosen, settings, engine)


def _import(terms: Terms, chosen: argparse.Namespace, _settings: Settings, engine: Engine) -> None:
    if chosen.file.suffix.lower() == ".csv":
        print(transfer.import_members(engine, chosen.file, now=system_clock()))
    else:
        print(transfer.import_file(engine, terms, chosen.file, now=system_clock()))


def _apply_due(terms: Terms, _chosen: argparse.Namespace, _settings: Settings, engine: Engine) -> None:
    logs.configure(logging.INFO)
    print(apply_due(engine, terms, now=system_clock()))


def _audit(_chosen: argparse.Namespace, _settings: Settings, engine: Engine) -> None:
    found = verify(engine)
    print(f"{found.spaces} spaces, {found.events} audit events: every one fits its chain")


def _feedback(chosen: argparse.Namespace, _settings: Settings, engine: Engine) -> None:
    if chosen.csv is None:
        print(feedback.report(engine))
        return
    transfer_file.write(chosen.csv, feedback.as_csv(engine))
    print(f"written: {chosen.csv}")


def _work(_chosen: argparse.Namespace, settings: Settings, engine: Engine) -> None:
    logs.configure(logging.INFO)
    _warn_of_mail(settings)
    worker = Worker(create_post(settings, engine))
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: worker.stop.set())
    print("The worker runs.", flush=True)
    worker.run()


def _export(chosen: argparse.Namespace, _settings: Settings, engine: Engine) -> None:
    export = transfer.export_members if chosen.file.suffix.lower() == ".csv" else transfer.export_file
    print(export(engine, chosen.file))


def _backup(chosen: argparse.Namespace, _settings: Settings, engine: Engine) -> None:
    print(backup.take(engine, chosen.file))


def _accept_restored(_chosen: argparse.Namespace, _settings: Settings, engine: Engine) -> None:
    print(backup.accept(engine))


def _outbox(chosen: argparse.Namespace, _settings: Settings, engine: Engine) -> None:
    if chosen.act == "list":
        print("\n".join(outbox.listed(engine, delivered=chosen.all)) or "nothing waits, nothing was given up on")
    elif chosen.act == "show":
        print(outbox.shown(engine, chosen.delivery))
    else:
        print(f"{outbox.send_again(engine, chosen.delivery, now=system_clock())} to be sent again")


def _webhook(chosen: argparse.Namespace, settings: Settings, engine: Engine) -> None:
    if chosen.act == "list":
        for each in webhook.listed(engine):
            print(each.id, each.state, each.url)
    elif chosen.act == "add":
        print(*webhook.add(engine, chosen.url, private=settings.demo, now=system_clock()))
    elif chosen.act == "rotate":
        print(webhook.rotate(engine, chosen.webhook, now=system_clock()))
    else:
        states = {"enable": "enabled", "disable": "disabled", "remove": "removed"}
        webhook.set_state(engine, chosen.webhook, states[chosen.act], now=system_clock())
        print(chosen.webhook, states[chosen.act])


def _privacy(chosen: argparse.Namespace, _settings: Settings, engine: Engine) -> None:
    if chosen.act == "export":
        print(json.dumps(privacy.export(engine, chosen.person), ensure_ascii=False, indent=2))
    else:
        spaces = privacy.erase(engine, chosen.person, now=system_clock())
        print(f"erased from {len(spaces)} spaces: {', '.join(spaces)}" if spaces else "erased")  # staff have no space


def _sessions(chosen: argparse.Namespace, _settings: Settings, engine: Engine) -> None:
    logs.configure(logging.INFO)
    now = system_clock()
    if chosen.space is not None:
        ended = sessions.end_in_space(engine, chosen.space, now=now)
    else:
        ended = sessions.end_of_subject(engine, chosen.subject, issuer=chosen.issuer, now=now)
    print(f"{ended} sessions ended")


def _serve(_chosen: argparse.Namespace, settings: Settings, engine: Engine) -> None:
    app = create_app(settings, engine)
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            port = error.errno in {errno.EADDRINUSE, errno.EACCES}
            wrong = f"PORT {settings.port}" if port else f"HOST {settings.host}"
            raise SettingsError(f"{wrong}: cannot be used ({error.strerror}); choose another") from None
    print(f"The help centre is at {settings.here}/", flush=True)
    logs.configure(logging.WARNING if settings.demo else logging.INFO)
    _warn_of_site(settings, app.state.context.articles.address)
    if settings.worker:
        _warn_of_mail(settings)
    # When everything is answered uvicorn raises the signal again that stopped it: being asked to stop is no failure.
    signal.signal(signal.SIGTERM, lambda *_: None)
    # What is there by now stays: the collector, which looked through all of it, made an answer in thousands wait 65 ms.
    gc.collect()
    gc.freeze()
    with suppress(KeyboardInterrupt):  # so is Ctrl+C
        Server(configured(app, settings, port=settings.port)).run()


def _warn_of_mail(settings: Settings) -> None:
    if settings.smtp is None and not settings.demo:
        facts = {"folder": str(settings.maildir)}
        log.warning("mail is sent to nobody: HELPCENTER_SMTP_HOST is not set", extra={"facts": facts})


def _warn_of_site(settings: Settings, built: str) -> None:
    reached = settings.trust.site or settings.address
    if built != reached and not settings.demo:
        facts = {"built": built, "reached": reached}
        log.warning("the site was built for another address: SITE_URL of `make docs`", extra={"facts": facts})


def configured(
    app: Starlette, settings: Settings, *, port: int, lifespan: Literal["on", "off"] = "on"
) -> uvicorn.Config:
    """Return how the service is served: our own connections, no access log, and only trusted proxies believed."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=port,
        lifespan=lifespan,
        http=Connection,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        limit_concurrency=MOST_CONNECTIONS,
    )
