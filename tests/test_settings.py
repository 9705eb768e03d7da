"""The settings of mail, links and workers: every wrong key is named, a password never repeated."""

import pytest

from widget.settings import SettingsError, Smtp, read


def test_without_any_setting_mail_stays_here_and_links_lead_to_this_machine() -> None:
    settings = read({})

    assert (settings.smtp, settings.address, settings.worker) == (None, "http://127.0.0.1:8000", True)


def test_what_is_empty_counts_as_not_set() -> None:
    keys = ("HOST", "PORT", *(f"HELPCENTER_{name}" for name in ("DATA", "DATABASE", "SITE", "ADDRESS", "SMTP_PORT")))

    assert read(dict.fromkeys(keys, "")) == read({})


@pytest.mark.parametrize(("host", "here"), [("::1", "http://[::1]:9000"), ("127.0.0.1", "http://127.0.0.1:9000")])
def test_where_the_service_is_can_be_opened_as_it_is_printed(host: str, here: str) -> None:
    settings = read({"HOST": host, "PORT": "9000", "HELPCENTER_ADDRESS": "https://help.example"})

    assert (settings.here, settings.address) == (here, "https://help.example")


def test_a_mail_server_is_spoken_to_with_starttls_on_587() -> None:
    settings = read(
        {"HELPCENTER_SMTP_HOST": "mail.example", "HELPCENTER_SMTP_USER": "help", "HELPCENTER_SMTP_PASSWORD": "s3cret"}
    )

    assert settings.smtp == Smtp("mail.example", 587, "starttls", "help", "s3cret")


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"HELPCENTER_MAIL_FROM": "help\r\nBcc: x@y.example"}, "HELPCENTER_MAIL_FROM is"),
        ({"HELPCENTER_MAIL_FROM": "help"}, "HELPCENTER_MAIL_FROM is 'help'"),
        ({"HELPCENTER_DATABASE": "postgresql+psycopg://u:pw@db.example/h"}, "sslmode=verify-full"),
        ({"HELPCENTER_DATABASE": "postgresql+psycopg://db.example/h?sslmode=require"}, "sslmode=verify-full"),
        ({"HELPCENTER_DATABASE": "postgresql+psycopg:///h?host=/run/postgresql,db.example"}, "sslmode=verify-full"),
        ({"HELPCENTER_DATABASE": "postgresql+psycopg://u:p[w@db.example/h"}, "sslmode=verify-full"),
        ({"HELPCENTER_DATABASE": "postgresql+psycopg://db.example/h", "PGSSLMODE": "prefer"}, "sslmode=verify-full"),
        ({"HELPCENTER_DATABASE": "sqlite:///"}, "HELPCENTER_DATABASE: names no file"),
        ({"HELPCENTER_DATABASE": "sqlite:///?timeout=1"}, "HELPCENTER_DATABASE: names no file"),
        ({"HELPCENTER_DATABASE": "postgresql+psycopg://u:p#w@db.example/h"}, "sslmode=verify-full"),
        ({"HELPCENTER_DATABASE": "postgresql+psycopg:///h?hostaddr=203.0.113.5"}, "sslmode=verify-full"),
        ({"HELPCENTER_DATABASE": "postgresql+psycopg://localhost/h?hostaddr=203.0.113.5"}, "sslmode=verify-full"),
        ({"HELPCENTER_DATABASE": "postgresql+psycopg:///h?service=prod"}, "sslmode=verify-full"),
        ({"HELPCENTER_DATABASE": "postgresql+psycopg:///h?conninfo=host%3Ddb.example"}, "sslmode=verify-full"),
        ({"HELPCENTER_DATABASE": "postgresql+psycopg:///h?host=db.example&host=localhost"}, "sslmode=verify-full"),
        ({"HELPCENTER_DATABASE": "postgresql+psycopg:///h", "PGHOST": "db.example"}, "sslmode=verify-full"),
        ({"HELPCENTER_DATABASE": "postgresql+psycopg://localhost/h", "PGHOSTADDR": "203.0.113.5"}, "verify-full"),
        ({"HELPCENTER_DATABASE": "postgresql+psycopg:///h", "PGSERVICE": "p", "PGSSLMODE": "verify-full"}, "sslmode="),
        ({"PORT": "9" * 5_000}, "PORT is '999"),
        ({"HOST": "no name"}, "HOST is 'no name': expected an address or a name of this machine"),
        ({"HOST": "a..b"}, "HOST is 'a..b'"),
        ({"HELPCENTER_ADRESS": "https://help.example.com"}, "there is no such key; the nearest is HELPCENTER_ADDRESS"),
        ({"HELPCENTER_WORKER": "yes"}, "HELPCENTER_WORKER is 'yes': expected 0 or 1"),
        ({"HELPCENTER_SMTP_PORT": "25"}, "HELPCENTER_SMTP_PORT is set, but HELPCENTER_SMTP_HOST is not"),
        ({"HELPCENTER_SMTP_HOST": "x", "HELPCENTER_SMTP_PORT": "0"}, "HELPCENTER_SMTP_PORT is '0'"),
        ({"HELPCENTER_SMTP_HOST": "x", "HELPCENTER_SMTP_SECURITY": "ssl"}, "HELPCENTER_SMTP_SECURITY is 'ssl'"),
        ({"HELPCENTER_SMTP_HOST": "x", "HELPCENTER_SMTP_SECURITY": "none"}, "mail to another machine is encrypted"),
        ({"HELPCENTER_SMTP_HOST": "x", "HELPCENTER_SMTP_USER": "u"}, "HELPCENTER_SMTP_PASSWORD is missing"),
        ({"HELPCENTER_SMTP_HOST": "x", "HELPCENTER_SMTP_PASSWORD": "pw"}, "HELPCENTER_SMTP_USER is missing"),
    ],
)
def test_a_wrong_setting_is_named(environment: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError) as stopped:
        read(environment)

    (line,) = str(stopped.value).splitlines()
    assert told in line
    assert "pw" not in line


@pytest.mark.parametrize(
    "environment",
    [
        {"HELPCENTER_DATABASE": "postgresql+psycopg://u:pw@db.example/h?sslmode=verify-full"},
        {"HELPCENTER_DATABASE": "postgresql+psycopg://db.example/h", "PGSSLMODE": "verify-full"},
        {"HELPCENTER_DATABASE": "postgresql+psycopg://u:pw@localhost/h"},
        {"HELPCENTER_DATABASE": "postgresql+psycopg:///h?host=/run/postgresql"},
        {"HELPCENTER_DATABASE": "postgresql+psycopg:///h"},
        {"HELPCENTER_DATABASE": "postgresql+psycopg://localhost/h", "PGHOST": "db.example"},
        {"HELPCENTER_DATABASE": "postgresql+psycopg:///h?service=prod&sslmode=verify-full"},
        {"HELPCENTER_DATABASE": "sqlite:////srv/h.sqlite3"},
    ],
    ids=str,
)
def test_a_database_on_this_machine_or_one_that_proves_its_name_is_taken(environment: dict[str, str]) -> None:
    assert read(environment).database_url == environment["HELPCENTER_DATABASE"]


def test_all_wrong_settings_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as stopped:
        read({"PORT": "x", "HELPCENTER_MAIL_FROM": "y", "HELPCENTER_SMTP_HOST": "z", "HELPCENTER_SMTP_PORT": "w"})

    assert [line.split()[0] for line in str(stopped.value).splitlines()] == [
        "PORT",
        "HELPCENTER_MAIL_FROM",
        "HELPCENTER_SMTP_PORT",
    ]
