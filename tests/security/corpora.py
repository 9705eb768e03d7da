"""The bad input that every wall is tried with, made from parts so that each line says what it is about."""

from itertools import product

#: What a page would run if it did not escape; each sets `window.__x` where it runs.
_RUN = ("window.__x=1", "window['__x']=1", "top.__x=1", "self.__x=1")
_MARKUP = (
    "<script>{}</script>",
    "<ScRiPt>{}</sCrIpT>",
    "<img src=x onerror={}>",
    "<img/src=x/onerror={}>",
    "<svg onload={}>",
    "<svg/onload={}>",
    "<body onload={}>",
    "<details open ontoggle={}>",
    "<input autofocus onfocus={}>",
    "<select autofocus onfocus={}>",
    "<video src=x onerror={}>",
    "<iframe srcdoc='<script>parent.{}</script>'>",
    "<a href=javascript:{}>x</a>",
    "<form action=javascript:{}><button>x</button></form>",
    "<object data=javascript:{}>",
    "<embed src=javascript:{}>",
    "<math href=javascript:{}>x</math>",
    "<marquee onstart={}>x</marquee>",
    "<style onload={}></style>",
    "<link rel=stylesheet href=x onerror={}>",
)
_BREAK_OUT = ("", "\"'>", "</textarea>", "</title>", "--></script>", "</strong></p>")
XSS = [
    before + markup.format(run)
    for number, (before, markup) in enumerate(product(_BREAK_OUT, _MARKUP))
    for run in (_RUN[number % len(_RUN)],)
]

#: `next` after sign-in that would lead elsewhere, or that browsers read in a way of their own.
_EVIL = "evil.example"
OPEN_REDIRECTS = [
    *(f"{scheme}{_EVIL}" for scheme in ("http://", "https://", "//", "///", "////", "http:", "https:", "http:/", "ftp://")),
    *(f"{slashes}{_EVIL}" for slashes in ("\\\\", "/\\", "\\/", "/\\/", "\\\\\\", "/\\\\", "//\\", "\\//")),
    *(f"/{space}/{_EVIL}" for space in ("\t", "\n", "\r", " ", "\x00", "\x0b", "\x0c", "\x1f", "\u00a0", "\u2028", "\ufeff")),
    *(f"{space}//{_EVIL}" for space in ("\t", "\n", "\r", " ", "\x00", "\u00a0", "\u3000")),
    *(f"{space}https://{_EVIL}" for space in ("\t", "\n", "\r", " ", "\x00", "\x01")),
    *(f"{name}:{rest}" for name in ("javascript", "JaVaScRiPt", "data", "vbscript", "file", "blob", "about", "view-source")
      for rest in ("alert(1)", f"//{_EVIL}", "text/html,<script>")),
    *(f"java{space}script:alert(1)" for space in ("\t", "\n", "\r")),
    *(f"//{name}" for name in (f"127.0.0.1@{_EVIL}", f"{_EVIL}:80", f"{_EVIL}%2f..", f"{_EVIL}/..", f"{_EVIL}#", f"{_EVIL}?",
                               "0x7f000001", "[::1]", "xn--e1afmkfd", "éviL.example")),
    *(f"{dots}//{_EVIL}" for dots in (".", "..", "./", "../", "~", "@", ":", "?", "#", ";")),
    *(f"http://127.0.0.1{rest}" for rest in ("", f"@{_EVIL}", f".{_EVIL}", f"\\@{_EVIL}", f"#@{_EVIL}", f"?@{_EVIL}")),
    *(f"/{mark}{_EVIL}" for mark in ("／", "∕", "⁄", "＼", "﹨", "。", "％2f")),
    *(f"/{_EVIL}{end}" for end in ("\r\nSet-Cookie: a=b", "\nLocation: //evil.example", "%0d\n", "\x7f", "\x85", "\u200b", "\u202e")),
    *(f"/{start}//{_EVIL}" for start in ("\u2029", "\u1680", "\u180e", "\u2003", "\u205f")), "", " ", ".", "..", "evil.example", "@evil.example", "?next=//evil.example", "#//evil.example", "/" + "a" * 600,
]  # fmt: skip

#: Cells that a spreadsheet would calculate.
_STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t=",
    "\r=",
    "\n=",
    " =",
    "＝",
    "＋",
    "－",
    "＠",
    "\x00=",
    "'=",
    '"=',
    "|=",
    "%=",
    ";=",
    ",=",
    "\u200b=",
)
CSV = [
    start + rest for start in _STARTS for rest in ("1+1", 'HYPERLINK("http://evil.example","x")', "cmd|' /C calc'!A0")
]

#: Paths that lead out of the folder of the site.
_UPS = (
    "../",
    "..\\",
    "%2e%2e/",
    "..%2f",
    "..%5c",
    "%2e%2e%2f",
    "..;/",
    "....//",
    "..%c0%af",
    "..%252f",
    ".%2e/",
    "%2e./",
)
_FILES = ("etc/passwd", "pyproject.toml", "widget/settings.py", "var/helpcentre.sqlite3", ".env", ".git/config")
TRAVERSALS = [
    f"{prefix}{up * 6}{name}" for prefix in ("/", "/assets/", "/widget/static/") for up in _UPS for name in _FILES
]

#: What people and machines type that software trips over: 130 of our own, and the families of the list of naughty strings.
_PLAIN = (
    "a",
    "é",
    "€",
    "ß",
    "œ",
    "ﬁ",
    "日本語",
    "العربية",
    "עברית",
    "👩‍👩‍👧‍👦",
    "🇫🇷",
    "𝔘𝔫𝔦",
    "Z̸͑a̵l̶g̸o̷",
    "e\u0301",
    "\u1e9b\u0323",
    "I\u0307",
    "ǅ",
)
_INVISIBLE = (
    "\u00a0",
    "\u202f",
    "\u200b",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u202e",
    "\u2066",
    "\u2069",
    "\u061c",
    "\u180e",
    "\ufffd",
)
_CONTROLS = tuple(chr(code) for code in (*range(1, 32), 127, *range(128, 160)))
_NUMBERS = (
    "0",
    "-1",
    "+1",
    "1e9",
    "1E400",
    "0x10",
    "0b1",
    "1_000",
    "1,5",
    "1.5",
    "1 234",
    "1\u00a0234",
    "1\u202f234",
    "1'234",
    "１２",
    "١٢",
    "Ⅻ",
    "½",
    "NaN",
    "Infinity",
    "-0",
    "00012",
    "2147483648",
    "9223372036854775808",
    "1" * 400,
    "12 €",
    "1 234,56 €",
    "douze",
    "null",
    "None",
    "true",
    "undefined",
    "2026-02-30",
    "2026-13-01",
    "0000-00-00",
    "9999-12-31",
    "2027-03-15T00:00:00Z",
    "31/02/2027",
    "1/1/1",
    "tomorrow",
)
_CODE = (
    "' OR 1=1 --",
    "'; DROP TABLE member;--",
    '" OR ""="',
    "1; SELECT pg_sleep(9)",
    "%' AND 1=0 UNION SELECT 1--",
    "{{7*7}}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{% include 'x' %}",
    "%s%s%s%n",
    "%(label)s",
    "{0}{users}",
    "$(id)",
    "`id`",
    "; id",
    "| id",
    "&& id",
    "../../etc/passwd",
    "file:///etc/passwd",
    "<!--#exec cmd=id-->",
    "<?php echo 1?>",
    "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>",
    '#read("secret.txt")',
    '#eval("1+1")',
    "=1+1",
    "\\u0000",
    "%00",
    "%0d%0aSet-Cookie: a=b",
    "\r\nBcc: x@evil.example",
    "=?utf-8?q?a=0D=0ABcc:_x@y?=",
    "FR00 0000 0000 0000",
    "FR12345678901",
    "732 829 320",
    "DE89370400440532013000",
)
_LONG = ("a" * 2_001, "é" * 5_000, " " * 3_000, "\n" * 3_000, "&" * 3_000, "%" * 3_000)
NAUGHTY = [
    *_PLAIN, *_INVISIBLE, *_CONTROLS, *_NUMBERS, *_CODE, *_LONG,
    *(left + hidden + right for left, hidden, right in product(("12", "Éva"), _INVISIBLE, ("3", "Dupont"))),
    *(text + mark for text, mark in product(_PLAIN, ("\u0301", "\u200d", "\ufe0f", "\u202e", "'", '"', "<", "&", "\\"))),
    *(before + text + after for before, after in (("<b>", "</b>"), ("{", "}"), ("[", "]")) for text in _NUMBERS),
    *(quote + text + quote for quote, text in product(("'", '"', "`", "«", "“"), _CODE)),
]  # fmt: skip
