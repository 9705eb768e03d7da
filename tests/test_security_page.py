"""SECURITY.md says what the code does: each of its tables is held to what it describes. The limits: test_limits.py."""

import re
from base64 import b64decode
from dataclasses import asdict
from datetime import timedelta

from tests.security.test_own_code import FILES, importers, name_of, starters_of_sessions
from widget import catalogue
from widget.gateways import openid as gateway
from widget.gateways import product
from widget.logs import Event
from widget.services import hand_off, openid, sign_in, webhook
from widget.settings import ROOT
from widget.store.tables import metadata

PAGE = (ROOT / "SECURITY.md").read_text("utf-8")


def section(title: str) -> str:
    """Return the text below a heading, up to the next one."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def table(title: str) -> list[list[str]]:
    """Return the cells of each row of the table below a heading."""
    rows = [line.strip("| ").split(" | ") for line in section(title).splitlines() if line.startswith("| ")]
    assert len(rows) > 2, f"{title}: no table"
    return rows[2:]


def told(wait: timedelta) -> str:
    seconds = int(wait.total_seconds())
    for unit, size in (("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"


def test_how_long_each_part_of_a_sign_in_lasts_is_written_down() -> None:
    assert [how_long for _, how_long in table("Signing in")] == [
        told(each)
        for each in (
            sign_in.IDLE,
            sign_in.LONGEST,
            sign_in.FRESH,
            openid.PATIENCE,
            hand_off.PATIENCE,
            timedelta(seconds=product.LONGEST),
            timedelta(seconds=gateway.LEEWAY),
        )
    ]


def test_every_way_in_is_written_down_and_there_is_no_other() -> None:
    ways = {name.rpartition("/")[2].removesuffix(".py") for name in starters_of_sessions()}

    assert set(re.findall(r"`(\w+)`", section("Signing in").partition(".")[0])) == ways


def test_every_key_is_written_down_with_its_algorithms() -> None:
    kinds = {key: told for key, *told in table("Keys and whom they are for")}
    one = {timedelta(days=1): "a day", timedelta(hours=1): "an hour", timedelta(minutes=1): "a minute"}
    bits = len(b64decode(webhook.new_secret().removeprefix("whsec_"))) * 8

    assert kinds["the provider's"] == [
        f"{', '.join(gateway.ALGORITHMS)}; RSA from {gateway.SHORTEST_RSA} bits",
        f"fetched, kept for {one[gateway.KEEP]}",
        f"by the provider, found within {one[gateway.AGAIN]}",
    ]
    assert kinds["the product's"][0] == product.ALGORITHM
    assert kinds["the webhooks'"][0] == f"HMAC-SHA256, {bits} bits"
    assert f"both sign for {one[webhook.OVERLAP]}," in kinds["the webhooks'"][2]


def test_whoever_is_spoken_to_is_written_down_and_nobody_else_is() -> None:
    written = {re.sub(r"`widget/(.+)`", r"\1", row[1]) for row in table("Whom the service speaks to")}

    found = {name_of(path) for path in FILES if "create_engine" in path.read_text("utf-8")}
    assert written == found | set(importers("httpx2", "httpcore", "smtplib")) - {
        "gateways/bounded.py",  # how much of the provider's answer is read
        "gateways/tls.py",  # whom the system trusts
    }


def test_every_security_event_is_written_down() -> None:
    assert re.findall(r"`([a-z-]+)`", section("Logs").partition("`widget/logs.py`:")[2]) == [
        each.value for each in Event
    ]


def test_every_kind_of_data_is_written_down_with_how_long_it_is_kept() -> None:
    kept = asdict(catalogue.load().policies[-1].retention)

    assert {row[0].strip("`") for row in table("Personal data")} == {
        column.info["holds"] for each in metadata.sorted_tables for column in each.columns
    }
    assert {name: int(days) for name, days in re.findall(r"`(\w+)` (\d+)", section("Personal data"))} == kept
