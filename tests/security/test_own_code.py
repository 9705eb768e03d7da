"""What our own code never does, read from its syntax: no shell, no code or template made of text, no weak primitive."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from widget.settings import ROOT

FILES = sorted((ROOT / "widget").rglob("*.py"))
#: Never called: these names, and these last names of whatever object (`environment.from_string`).
NEVER = frozenset(["eval", "exec", "compile", "__import__", "Template", "jinja2.Template"])
NEVER_OF_ANYTHING = frozenset(["from_string", "system", "popen", "Popen", "md5", "sha1"])
#: Modules that lead there, never imported; `random` is no source of secrets.
NEVER_IMPORTED = frozenset(["subprocess", "pickle", "marshal", "shelve", "code", "codeop", "random", "xml", "ctypes"])
#: Patterns that are not literal, each with what they are made of: nothing that a reader sends.
MADE_PATTERNS = {
    ("gateways/pdf.py", "compile"): "the characters that the fonts have",
    ("helpcentre/checks.py", "compile"): "the names of the months and of our units",
    ("helpcentre/index.py", "compile"): "the ids of the rules",
    ("store/names.py", "sub"): "a person's names, escaped: test_a_name_full_of_signs_is_taken_literally",
    ("trust.py", "compile"): "what the operator wrote into the trust file",
    ("web/site.py", "sub"): "literals of its callers",
}
#: Statements that are put together, each with what of: nothing that was sent.
MADE_STATEMENTS = {
    ("store/copy.py", "f'PRAGMA user_version={FENCED}'"): "a constant of the module",
    ("store/engine.py", "f'PRAGMA {pragma}'"): "constants of the module",
    ("store/engine.py", "f\"PRAGMA query_only={('ON' if reads else 'OFF')}\""): "one of two literals",
}
#: Where random bytes are no secret: an id of a log line; the key that makes a form sent twice count once.
NO_SECRETS = {("web/envelope.py", 8), ("web/forms.py", 12)}


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def dotted(node: ast.expr) -> str:
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


def called(source: str) -> set[str]:
    """Return what is called that never should be, and what is imported that leads there."""
    tree = ast.parse(source)
    names = {dotted(each.func) for each in calls(tree)}
    found = {name for name in names if name in NEVER or name.rpartition(".")[2] in NEVER_OF_ANYTHING}
    for node in ast.walk(tree):
        modules = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        modules += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        found |= {f"import {each}" for each in modules if each.partition(".")[0] in NEVER_IMPORTED}
    return found


def made_patterns(source: str) -> set[str]:
    """Return the functions of `re` that are given a pattern which is no literal."""
    named = [each for each in calls(ast.parse(source)) if dotted(each.func).startswith("re.") and each.args]
    return {
        dotted(each.func).removeprefix("re.")
        for each in named
        if dotted(each.func) not in {"re.escape"} and not isinstance(each.args[0], ast.Constant)
    }


def made_formats(source: str) -> list[str]:
    """Return the format strings that are neither a literal nor a message of ours."""
    found = []
    for each in calls(ast.parse(source)):
        if isinstance(each.func, ast.Attribute) and each.func.attr in {"format", "format_map"}:
            receiver = each.func.value
            literal = isinstance(receiver, ast.Constant) or (
                isinstance(receiver, ast.Call) and dotted(receiver.func) == "Markup"
            )
            found += [] if literal else [ast.unparse(receiver)]
    return found


def in_sql(source: str) -> list[str]:
    """Return what is given to SQLAlchemy's `text` or to a driver's `execute` as something else than a literal or a
    statement: a text put together."""
    found = []
    for each in calls(ast.parse(source)):
        name = dotted(each.func).rpartition(".")[2]
        if name in {"text", "exec_driver_sql", "literal_column", "execute", "executescript"} and each.args:
            first = each.args[0]
            if isinstance(first, ast.JoinedStr) or (
                isinstance(first, ast.BinOp) and isinstance(first.op, ast.Mod | ast.Add)
            ):
                found.append(ast.unparse(first))
    return found


def short_secrets(source: str) -> list[int]:
    """Return the sizes of random bytes below 128 bits; a size that is no literal counts as 0."""
    sizes = []
    for each in calls(ast.parse(source)):
        if dotted(each.func) in {"secrets.token_bytes", "secrets.token_hex", "secrets.token_urlsafe"}:
            said = each.args[0].value if each.args and isinstance(each.args[0], ast.Constant) else 0
            sizes.append(said if isinstance(said, int) else 0)
    return [size for size in sizes if size < 16]


def hashes(source: str) -> set[str]:
    """Return the names taken from hashlib."""
    tree = ast.parse(source)
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "hashlib"
    }


def modules(source: str) -> set[str]:
    """Return the first names of the modules that are imported, wherever."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def importers(*names: str) -> list[str]:
    """Return the files that import one of these modules."""
    return [name_of(path) for path in FILES if modules(path.read_text("utf-8")) & set(names)]


def starters_of_sessions() -> list[str]:
    """Return the files that begin a session: the ways to sign in."""
    begin = {"sign_in.begin", "sign_in.begin_staff"}
    return [
        name_of(path) for path in FILES if begin & {dotted(each.func) for each in calls(ast.parse(path.read_text()))}
    ]


def writers_of_logs(source: str) -> set[str]:
    """Return what gives log lines a place to go to."""
    return {
        name for each in calls(ast.parse(source)) if (name := dotted(each.func)).endswith(("Handler", "basicConfig"))
    }


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "widget").as_posix()


def test_no_code_no_command_and_no_template_is_made_of_text() -> None:
    assert {(name_of(path), each) for path in FILES for each in called(path.read_text("utf-8"))} == set()


def test_a_pattern_is_a_literal_or_is_known() -> None:
    assert {(name_of(path), each) for path in FILES for each in made_patterns(path.read_text("utf-8"))} == set(
        MADE_PATTERNS
    )


def test_a_format_is_a_literal_wherever_a_reader_is_answered() -> None:
    found = {(name_of(path), each) for path in FILES for each in made_formats(path.read_text("utf-8"))}

    assert {
        each for each in found if not each[0].startswith("helpcentre/")
    } == set()  # the build reads our articles alone


def test_no_statement_is_put_together() -> None:
    found = {(name_of(path), each) for path in FILES for each in in_sql(path.read_text("utf-8"))}

    # A migration runs before anybody is served, and takes nothing from anybody.
    assert {each for each in found if "/migrations/" not in each[0]} == set(MADE_STATEMENTS)


def test_every_hash_and_every_secret_has_128_bits_at_least() -> None:
    assert {each for path in FILES for each in hashes(path.read_text("utf-8"))} == {"sha256"}
    assert {(name_of(path), each) for path in FILES for each in short_secrets(path.read_text("utf-8"))} == NO_SECRETS


def test_only_the_gateways_and_the_database_engine_open_a_connection() -> None:
    # The two that import `socket` besides listen (server) and look whether a port is free (cli).
    assert importers("httpx2", "httpcore", "smtplib", "socket", "psycopg", "urllib3", "requests", "ftplib") == [
        "cli.py",
        "gateways/bounded.py",
        "gateways/mail.py",
        "gateways/openid.py",
        "gateways/tls.py",
        "gateways/webhook.py",
        "web/server.py",
    ]
    assert importers("http", "telnetlib", "xmlrpc", "aiohttp") == []
    assert [name for path in FILES for name in [name_of(path)] if "urllib.request" in path.read_text("utf-8")] == []


def test_what_is_signed_hashed_or_drawn_by_chance_is_done_by_libraries_for_it() -> None:
    ours = {"hashlib", "hmac", "secrets", "ssl", "joserfc", "authlib", "standardwebhooks"}

    assert importers("cryptography", "Crypto", "nacl", "jose", "jwt", "rsa", "ecdsa", "crypt") == []
    assert set(importers("joserfc", "authlib", "standardwebhooks")) == {
        "gateways/openid.py",
        "gateways/product.py",
        "services/deliver.py",
        "trust.py",
    }
    assert ours & {each for path in FILES for each in modules(path.read_text("utf-8"))} == ours - {"hmac"}


def test_a_session_begins_in_three_places_alone() -> None:
    assert starters_of_sessions() == ["services/demo.py", "services/hand_off.py", "services/openid.py", "web/demo.py"]


def test_log_lines_go_to_one_place_alone() -> None:
    found = {(name_of(path), each) for path in FILES for each in writers_of_logs(path.read_text("utf-8"))}

    assert found == {("logs.py", "logging.StreamHandler"), ("logs.py", "logging.basicConfig")}


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.system(what)",
        "import subprocess",
        "from pickle import loads",
        "eval(what)",
        "environment.from_string(what)",
        "jinja2.Template(what)",
        "hashlib.md5(what)",
    ],
)
def test_what_never_happens_would_be_found(source: str) -> None:
    assert called(source)


def test_what_is_made_of_text_would_be_found() -> None:
    assert made_patterns("re.search(what, text)") == {"search"}
    assert made_patterns("re.search(f'a{what}', text)") == {"search"}
    assert made_formats("what.format(1)") == ["what"]
    assert in_sql("connection.execute(text(f'SELECT {what}'))") == ["f'SELECT {what}'"]
    assert in_sql("connection.exec_driver_sql('SELECT %s' % what)") == ["'SELECT %s' % what"]
    assert short_secrets("secrets.token_hex(4)\nsecrets.token_urlsafe()") == [4, 0]
    assert hashes("hashlib.sha1(what)") == {"sha1"}
    assert modules("import a.b\ndef f():\n    from c.d import e\n    from . import f") == {"a", "c"}
    assert writers_of_logs("logging.handlers.RotatingFileHandler('x')") == {"logging.handlers.RotatingFileHandler"}
