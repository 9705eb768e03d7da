"""What stops a command is one clear line and a non-zero exit, and nothing is changed."""

import io
import json
import os
import resource
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.running import free_port
from widget import catalogue
from widget.catalogue import DATA
from widget.cli import main

#: The account of Unix that owns nothing.
NOBODY = 65_534
#: What to do with a database from which nothing may start.
WAY_BACK = "move it away, then put a copy in its place by `widget restore`"


#: What goes on until it is stopped, where nothing stops it: it gets a process of its own.
LASTING = frozenset({"demo", "serve", "work"})


def run(command: list[str], data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command. One that ends runs in this process: a new one takes a second to start."""
    settings = os.environ | {"HELPCENTER_DATA": str(data)} | environment
    if command[0] in LASTING:
        return subprocess.run(
            [sys.executable, "-m", "widget", *command],
            env=settings,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    out, err, mask = io.StringIO(), io.StringIO(), os.umask(0o022)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for key, value in settings.items():
            patch.setenv(key, value)
        try:
            code = main(command)
        except SystemExit as stopped:  # an argument that there is not
            code = int(stopped.code or 0)
    os.umask(mask)
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())


def import_solo(data: Path) -> None:
    """Make a database with the smallest space of the demo."""
    spaces = json.loads((DATA / "demo.json").read_text("utf-8"))["spaces"]
    (data / "solo.json").write_text(
        json.dumps({"format": 1, "spaces": [each for each in spaces if each["id"] == "solo"]})
    )
    run(["import", str(data / "solo.json")], data)


def run_with_room(bytes_: int, command: list[str], data: Path) -> subprocess.CompletedProcess[str]:
    """Run a command while no file may grow beyond so many bytes, as on a full disk."""
    return subprocess.run(
        [sys.executable, "-m", "widget", *command],
        env=os.environ | {"HELPCENTER_DATA": str(data)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_damaged_database_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "helpcentre.sqlite3"
    file.write_bytes(b"this is no database" * 100)

    stopped = run(["migrate"], tmp_path)

    told = f"{file}: cannot be used as the database: damaged (file is not a database); {WAY_BACK}\n"
    assert (stopped.returncode, stopped.stderr) == (78, told)
    assert file.read_bytes() == b"this is no database" * 100


def damage(file: Path) -> bytes:
    """Overwrite a page in the middle, which nothing but a look at the whole file finds, and return what is there."""
    content = bytearray(file.read_bytes())
    content[4096 * 9 : 4096 * 10] = b"\xff" * 4096
    file.write_bytes(content)
    return bytes(content)


def test_what_acts_looks_at_the_whole_file_first(tmp_path: Path) -> None:
    run(["migrate"], tmp_path)
    damaged = damage(tmp_path / "helpcentre.sqlite3")

    stopped = run(["apply-due"], tmp_path)

    assert (stopped.returncode, stopped.stderr.count("\n")) == (78, 1)
    assert stopped.stderr.startswith(f"{tmp_path}/helpcentre.sqlite3: cannot be used as the database: damaged (")
    assert stopped.stderr.endswith(f"; {WAY_BACK}\n")
    assert (tmp_path / "helpcentre.sqlite3").read_bytes() == damaged


@pytest.mark.parametrize("command", [["migrate"], ["outbox", "list"], ["feedback"], ["audit", "verify"], ["apply-due"]])
def test_what_has_nothing_to_write_waits_for_nobody_who_writes(tmp_path: Path, command: list[str]) -> None:
    run(["migrate"], tmp_path)
    with closing(sqlite3.connect(tmp_path / "helpcentre.sqlite3", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")

        done = run(command, tmp_path)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    run(["migrate"], tmp_path)
    connection = sqlite3.connect(tmp_path / "helpcentre.sqlite3")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()

    stopped = run(["migrate"], tmp_path)

    assert stopped.returncode == 1
    assert stopped.stderr == "the database has schema 9999, newer than this program; install the newer one\n"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    stopped = run(["migrate"], tmp_path / "file")

    assert stopped.returncode == 1
    assert "choose another HELPCENTER_DATA" in stopped.stderr


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that every account may look into."""
    folder = Path(mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("closed", ["", "helpcentre.sqlite3"], ids=["the folder", "the file"])
def test_a_database_that_may_only_be_read_stops_what_would_write(open_folder: Path, closed: str) -> None:
    run(["import", str(DATA / "demo.json")], open_folder)
    for each in (open_folder, open_folder / "helpcentre.sqlite3"):
        each.chmod(0o777)
    (open_folder / closed).chmod(0o555)
    me = os.geteuid()
    if not me:
        os.seteuid(NOBODY)  # who administers the machine may write everywhere
    try:
        stopped = run(["apply-due"], open_folder)
    finally:
        os.seteuid(me)

    assert stopped.returncode == 1
    assert stopped.stderr.startswith(f"{open_folder / closed}: cannot be written; run this as its owner")


@pytest.mark.parametrize("name", ["what?", "100%41", "a#b", "é à"])
def test_a_folder_may_be_called_anything(tmp_path: Path, name: str) -> None:
    made = run(["migrate"], tmp_path / name)
    copied = run(["backup", str(tmp_path / name / "copy")], tmp_path / name)

    assert (made.returncode, copied.returncode) == (0, 0)
    assert [each.name for each in tmp_path.iterdir()] == [name]
    assert {each.name for each in (tmp_path / name).iterdir()} >= {"helpcentre.sqlite3", "copy"}


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        stopped = run(["demo"], tmp_path, PORT=port)

    assert stopped.returncode == 1
    assert stopped.stderr == f"PORT {port}: cannot be used (Address already in use); choose another\n"


@pytest.mark.parametrize("host", ["10.99.99.99", "no-such-machine.invalid"])
def test_an_address_that_is_not_of_this_machine_is_named(tmp_path: Path, host: str) -> None:
    run(["migrate"], tmp_path)

    stopped = run(["serve"], tmp_path, HOST=host)

    assert (stopped.returncode, stopped.stderr.count("\n")) == (1, 1)
    assert stopped.stderr.startswith(f"HOST {host}: cannot be used (")


@pytest.mark.parametrize(("command", "warned"), [("serve", ["address", "mail"]), ("work", ["mail"])])
def test_a_service_whose_site_or_mail_leads_elsewhere_warns_at_its_start(
    tmp_path: Path, command: str, warned: list[str]
) -> None:
    run(["migrate"], tmp_path)
    environment = os.environ | {"HELPCENTER_DATA": str(tmp_path), "HELPCENTER_ADDRESS": "https://help.example.com"}
    told = {
        "address": {"built": "http://127.0.0.1:8000", "reached": "https://help.example.com"},
        "mail": {"folder": str(tmp_path / "mail")},
    }

    command_line, environment = [sys.executable, "-m", "widget", command], environment | {"PORT": str(free_port())}
    with subprocess.Popen(command_line, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        lines = [json.loads(process.stderr.readline()) for _ in warned]
        process.kill()  # asked to stop before it serves it would not hear

    assert [line | told[each] for each, line in zip(warned, lines, strict=True)] == lines
    assert {line["level"] for line in lines} == {"warning"}


def test_a_missing_site_is_named_with_what_to_do(tmp_path: Path) -> None:
    stopped = run(["demo"], tmp_path, HELPCENTER_SITE=str(tmp_path / "nowhere"))

    assert stopped.returncode == 1
    assert stopped.stderr.endswith("the site is not built; run `make docs`\n")


def test_the_demo_refuses_a_public_address(tmp_path: Path) -> None:
    stopped = run(["demo"], tmp_path, HOST="0.0.0.0")  # noqa: S104 -- the address that must be refused

    assert stopped.returncode == 1
    assert "the demo sign-in is for this machine alone" in stopped.stderr


@pytest.mark.parametrize("command", ["demo", "serve"])
@pytest.mark.parametrize("what", ["address", "provider", "data", "host"])
def test_the_demo_sign_in_starts_nowhere_but_in_a_demo(tmp_path: Path, command: str, what: str) -> None:
    trust = tmp_path / "trust.toml"
    trust.write_text(
        '[provider]\nissuer = "https://id.example"\nclient_id = "help"\n'
        '[[grant]]\nclaim = "groups"\npattern = "(?P<space>.+)"\nrole = "user"\n'
    )
    real = tmp_path / "real.json"
    demo = json.loads((DATA / "demo.json").read_text("utf-8"))
    real.write_text(json.dumps(demo | {"spaces": [demo["spaces"][0] | {"id": "a-customer"}]}))
    wrong = {
        "address": {"HELPCENTER_ADDRESS": "https://help.example.com"},
        "provider": {"HELPCENTER_TRUST": str(trust)},
        "host": {"HOST": "0.0.0.0"},  # noqa: S104 -- the address that must be refused
    }
    made = run(["import", str(real)] if what == "data" else ["migrate"], tmp_path)
    assert made.returncode == 0

    stopped = run([command], tmp_path, HELPCENTER_DEMO="1", **wrong.get(what, {}))

    assert (stopped.returncode, stopped.stderr.count("\n")) == (1, 1)
    assert "demo" in stopped.stderr
    connection = sqlite3.connect(tmp_path / "helpcentre.sqlite3")
    spaces = [row[0] for row in connection.execute("SELECT id FROM space")]
    connection.close()
    assert spaces == (["a-customer"] if what == "data" else [])


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("PORT", "http", "PORT is 'http': expected a number from 1 to 65535"),
        (
            "HELPCENTER_ADDRESS",
            "https://help.example.com/fr",
            "HELPCENTER_ADDRESS is 'https://help.example.com/fr': expected an origin such as https://help.example.com",
        ),
        (
            "HELPCENTER_TRUST",
            "/nowhere.toml",
            "HELPCENTER_TRUST: /nowhere.toml: cannot be read: No such file or directory",
        ),
        ("HELPCENTER_DEMO", "yes", "HELPCENTER_DEMO is 'yes': expected 0 or 1"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, key: str, value: str, expected: str) -> None:
    stopped = run(["serve"], tmp_path, **{key: value})

    assert (stopped.returncode, stopped.stderr) == (1, expected + "\n")


@pytest.mark.parametrize("command", [["serve"], ["work"], ["apply-due"], ["audit", "verify"], ["export", "x.json"]])
def test_a_missing_database_is_named_and_none_is_made(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELPCENTER_DATA", str(tmp_path / "mistyped"))

    code = main(command)

    told = f"{tmp_path}/mistyped/helpcentre.sqlite3: there is no database; check HELPCENTER_DATA, or make one with"
    assert (code, capsys.readouterr().err) == (1, f"{told} `widget migrate`\n")
    assert not (tmp_path / "mistyped" / "helpcentre.sqlite3").exists()


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("mysql://root@localhost/x", "HELPCENTER_DATABASE: expected an address that starts with postgresql+psycopg://"),
        (
            "postgresql+psycopg://me:secret@host:port/x",
            "HELPCENTER_DATABASE: not an address such as postgresql+psycopg",
        ),
        ("postgresql+psycopg://me:secret@127.0.0.1:1/x", "x: cannot be used as the database: connection failed: "),
        ("sqlite:////proc/nowhere/x.sqlite3", "/proc/nowhere: cannot be written"),
        ("sqlite:////proc/version", "/proc/version: cannot be used as the database: "),
    ],
)
def test_a_wrong_database_is_told_in_one_line_without_its_password(
    address: str, told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELPCENTER_DATABASE", address)

    code = main(["migrate"])

    said = capsys.readouterr().err
    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith(told)
    assert "secret" not in said


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "policies.toml",
            "notice_months = 1 ",
            "notice_month = 1 ",
            "policies.toml.policy[1].notice_months: expected a whole number from 1 to 11, found nothing",
        ),
        (
            "price-books.toml",
            'currency = "EUR"',
            "currency = 1",
            "price-books.toml.price_book[1].currency: expected one of EUR, CHF, GBP, USD, found 1",
        ),
    ],
)
def test_a_wrong_key_of_the_data_files_stops_the_start(
    tmp_path: Path,
    file: str,
    old: str,
    new: str,
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(DATA, tmp_path / "data")
    text = (DATA / file).read_text("utf-8")
    assert old in text
    (tmp_path / "data" / file).write_text(text.replace(old, new, 1), "utf-8")
    monkeypatch.setenv("HELPCENTER_DATA", str(tmp_path))
    monkeypatch.setattr(catalogue.load, "__defaults__", (tmp_path / "data",))

    assert main(["migrate"]) == 1

    assert capsys.readouterr().err == told + "\n"


@pytest.mark.parametrize("command", ["demo", "serve", "work", "apply-due"])
def test_a_price_book_that_was_taken_back_stops_the_start_and_is_named(tmp_path: Path, command: str) -> None:
    import_solo(tmp_path)
    with closing(sqlite3.connect(tmp_path / "helpcentre.sqlite3")) as connection, connection:
        connection.execute("UPDATE billed_step SET price_book = '2026-12'")

    stopped = run([command], tmp_path)

    assert (stopped.returncode, stopped.stdout) == (1, "")
    assert stopped.stderr == "price-books.toml: version 2026-12 is missing: something was promised by it; put it back\n"


def test_a_full_disk_is_told_in_one_line_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    run(["migrate"], tmp_path)
    file = tmp_path / "helpcentre.sqlite3"

    stopped = run_with_room(file.stat().st_size + 8192, ["import", str(DATA / "demo.json")], tmp_path)

    assert (stopped.returncode, stopped.stderr.count("\n")) == (1, 1)
    assert stopped.stderr.startswith("the database cannot be used: ")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM space").fetchone() == (0,)


def test_a_wrong_record_is_named_with_its_line_and_nothing_is_imported(tmp_path: Path) -> None:
    file = tmp_path / "spaces.json"
    file.write_text('{"format": 1, "spaces": [\n{"id": "x", "name": "X"}\n]}')

    stopped = run(["import", str(file)], tmp_path / "data")

    assert stopped.returncode == 1
    assert stopped.stderr.startswith("line 2: spaces.0: 'time_zone' is a required property")


def test_the_audit_log_is_verified_and_a_log_cut_short_is_named(tmp_path: Path) -> None:
    import_solo(tmp_path)
    sound = run(["audit", "verify"], tmp_path)
    with closing(sqlite3.connect(tmp_path / "helpcentre.sqlite3")) as connection, connection:
        connection.execute("UPDATE subscription SET audit_sequence = audit_sequence + 1")

    stopped = run(["audit", "verify"], tmp_path)

    assert (sound.returncode, sound.stdout) == (0, "1 spaces, 1 audit events: every one fits its chain\n")
    assert (stopped.returncode, stopped.stderr) == (78, "space solo: audit event 2 was altered or is missing\n")


@pytest.mark.parametrize("command", ["serve", "work", "apply-due"])
def test_nothing_acts_on_an_altered_log_and_one_line_says_what_to_do(tmp_path: Path, command: str) -> None:
    run(["import", str(DATA / "demo.json")], tmp_path)
    file = tmp_path / "helpcentre.sqlite3"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DROP TRIGGER audit_event_no_update")
        connection.execute("UPDATE audit_event SET kind = 'order.placed', data = 'no JSON' WHERE space_id = 'solo'")
        connection.execute("UPDATE subscription SET audit_sequence = 2 WHERE space_id = 'harbour-studio'")
    altered = file.read_bytes()

    stopped = run([command], tmp_path)

    spaces = (("harbour-studio", 2), ("solo", 1))
    told = "; ".join(f"space {name}: audit event {event} was altered or is missing" for name, event in spaces)
    assert (stopped.returncode, stopped.stderr) == (78, f"{file}: {told}; {WAY_BACK}\n")
    assert file.read_bytes() == altered


def test_a_person_is_exported_and_erased_by_their_address(tmp_path: Path) -> None:
    run(["import", str(DATA / "demo.json")], tmp_path)

    held = json.loads(run(["privacy", "export", "KARIM.BENALI@atelier-nord.example"], tmp_path).stdout)
    erased = run(["privacy", "erase", "karim.benali@atelier-nord.example"], tmp_path)
    again = run(["privacy", "export", "karim.benali@atelier-nord.example"], tmp_path)

    assert [row["name"] for row in held["member"]] == ["Karim Benali"]
    assert (erased.returncode, erased.stdout) == (0, "erased from 1 spaces: atelier-nord\n")
    assert (again.returncode, again.stderr) == (1, "nobody here has this address or id\n")


def test_an_erasure_whose_files_could_not_be_cleaned_says_so_and_is_ended_by_the_same_command(tmp_path: Path) -> None:
    run(["import", str(DATA / "demo.json")], tmp_path)
    file, command = tmp_path / "helpcentre.sqlite3", ["privacy", "erase", "karim.benali@atelier-nord.example"]
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE spare AS SELECT zeroblob(100000)")
        room = file.stat().st_size  # for the erasure, not for writing the whole file anew
        connection.execute("CREATE TABLE rest AS SELECT zeroblob(1000000)")
        connection.execute("DROP TABLE spare")

    full = run_with_room(room, command, tmp_path)
    still_full = run_with_room(room, command, tmp_path)
    ended = run(command, tmp_path)

    for stopped in (full, still_full):
        assert (stopped.returncode, stopped.stderr.count("\n")) == (1, 1)
        assert stopped.stderr.startswith("what was erased is not yet cleaned out of the files of the database (")
    told = "nobody here has this address or id; the files are clean of who was erased before\n"
    assert (ended.returncode, ended.stderr) == (1, told)
    assert b"Karim" not in file.read_bytes()


def test_one_of_the_staff_is_erased_by_their_id_from_no_space(tmp_path: Path) -> None:
    run(["import", str(DATA / "demo.json")], tmp_path)
    with closing(sqlite3.connect(tmp_path / "helpcentre.sqlite3")) as connection, connection:
        connection.execute("INSERT INTO staff VALUES ('sam', 'https://id.example', 'sam-1', 'Sam Okafor', 'support')")

    erased = run(["privacy", "erase", "sam"], tmp_path)

    assert (erased.returncode, erased.stdout) == (0, "erased\n")
    with closing(sqlite3.connect(tmp_path / "helpcentre.sqlite3")) as connection:
        assert connection.execute("SELECT name FROM staff").fetchall() == [("–",)]


def test_what_cannot_be_applied_is_told_by_its_class_and_its_place(tmp_path: Path) -> None:
    run(["import", str(DATA / "demo.json")], tmp_path)
    with closing(sqlite3.connect(tmp_path / "helpcentre.sqlite3")) as connection, connection:
        connection.execute("INSERT INTO pending_change VALUES ('c', 'atelier-nord', NULL, 'scheduled', '2026-01-01')")
        connection.execute("UPDATE space SET time_zone = 'Claire Martin' WHERE id = 'atelier-nord'")

    stopped = run(["apply-due"], tmp_path)

    log, told = stopped.stderr.splitlines()
    assert (stopped.returncode, json.loads(log)["error"]) == (1, "ZoneInfoNotFoundError")
    assert told == "due changes not applied, to be tried again: atelier-nord: ZoneInfoNotFoundError"
    assert "Martin" not in log


def test_migrate_makes_a_database_and_says_nothing(tmp_path: Path) -> None:
    made = run(["migrate"], tmp_path)

    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
    assert (tmp_path / "helpcentre.sqlite3").exists()


@pytest.mark.parametrize("name", ["members.csv", "MEMBERS.CSV"])
def test_members_are_read_from_csv_whatever_its_capitals(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("space,name,email,role,state,last_seen\n")

    done = run(["import", str(tmp_path / name)], tmp_path / "data")

    assert (done.returncode, done.stderr) == (0, "")


def test_feedback_is_told_and_written_as_csv(tmp_path: Path) -> None:
    run(["migrate"], tmp_path)

    told = run(["feedback"], tmp_path)
    written = run(["feedback", "--csv", str(tmp_path / "feedback.csv")], tmp_path)

    assert told.stdout == "0 answers\n0 searches without a result\n"
    assert written.returncode == 0
    head = (tmp_path / "feedback.csv").read_text("utf-8").splitlines()[0]
    assert head == "at,article,section,language,version,helpful,comment"


@pytest.mark.parametrize("command", [["export"], ["feedback", "--csv"]])
def test_what_was_written_before_stays_where_the_disk_is_full(tmp_path: Path, command: list[str]) -> None:
    run(["migrate"], tmp_path)
    (tmp_path / "files").mkdir()
    file = tmp_path / "files" / "written"
    file.write_text("yesterday's")

    stopped = run_with_room(10, [*command, str(file)], tmp_path)

    assert (stopped.returncode, stopped.stderr) == (1, f"{file}: cannot be written (File too large)\n")
    assert [(each.name, each.read_text()) for each in file.parent.iterdir()] == [("written", "yesterday's")]


def test_what_commands_write_only_its_owner_reads(tmp_path: Path) -> None:
    data, exported = tmp_path / "data", tmp_path / "exported"
    run(["import", str(DATA / "demo.json")], data)
    exported.write_text("yesterday's, which everybody reads")
    exported.chmod(0o644)
    run(["export", str(exported)], data)
    run(["feedback", "--csv", str(tmp_path / "feedback")], data)

    written = [data, *data.iterdir(), exported, tmp_path / "feedback"]
    modes = {each.name: oct(stat.S_IMODE(each.stat().st_mode)) for each in written}
    assert modes["helpcentre.sqlite3"] == "0o600"
    assert {name for name, mode in modes.items() if mode != "0o600"} == {"data"}
    assert modes["data"] == "0o700"


def test_a_device_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    run(["migrate"], tmp_path)
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)

    run(["export", str(tmp_path / "pipe")], tmp_path)

    assert json.loads(os.read(reader, 1000)) == {"format": 1, "spaces": []}
    assert (tmp_path / "pipe").is_fifo()
    os.close(reader)


def test_sessions_are_ended_by_a_command_which_says_what_it_cannot(tmp_path: Path) -> None:
    run(["import", str(DATA / "demo.json")], tmp_path)

    ended = run(["sessions", "end", "--space", "atelier-nord"], tmp_path)
    unknown = run(["sessions", "end", "--space", "nowhere"], tmp_path)
    nobody = run(["sessions", "end", "--subject", "s-1", "--issuer", "https://id.example"], tmp_path)
    unclear = run(["sessions", "end"], tmp_path)
    empty = [run(["sessions", "end", each, ""], tmp_path) for each in ("--space", "--subject")]

    assert (ended.returncode, ended.stdout) == (0, "0 sessions ended\n")
    assert (unknown.returncode, unknown.stderr) == (1, "no space has the id nowhere\n")
    assert (nobody.returncode, nobody.stderr) == (1, "nobody with this subject is signed in\n")
    assert unclear.returncode == 2
    told = ["no space has the id \n", "nobody with this subject is signed in\n"]  # a variable of the shell was not set
    assert [each.stderr for each in empty] == told
    assert "15 audit events" in run(["audit", "verify"], tmp_path).stdout
