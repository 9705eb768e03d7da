"""What people type, read by a small table of parsers: a value, or a code that says what to do about it."""

import re
import secrets
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from unicodedata import normalize
from urllib.parse import parse_qsl

from widget.domain.plan import Level
from widget.languages import Language
from widget.wording import N_

# A whole number, with groups of three parted by the spaces that French uses: plain, no-break, narrow no-break.
_WHOLE = re.compile(r"[0-9]{1,18}|[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3}){1,5}")
# The same where groups are parted by commas. In French a comma is the decimal sign: 3,100 is little more than 3.
_COMMAS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,5}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"[ \u00a0\u202f]")
# What may stand around a number or a day: pasted with it. Nothing else that Python takes for a space.
_BLANK = " \u00a0\u202f\t\r\n"
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_SHORT_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")

#: More than the names that fit into a body (web/body.py).
MOST_FIELDS = 2_000
#: The longest idempotency key: ours are shorter.
LONGEST_KEY = 200

MESSAGES = {
    "not_member": N_("%(label)s: no active member of the space has it. A quote is sent to members alone."),
    "sent_before": N_("%(label)s: this form was sent to somebody else before. Check the address and send it again."),
    "too_many_mails": N_("At most %(limit)s quotes an hour can be sent from a space. Try again later."),
    "required": N_("%(label)s: fill in this field."),
    "not_whole": N_("%(label)s: write a whole number in digits, such as 12."),
    "too_small": N_("%(label)s: the lowest is %(limit)s."),
    "too_large": N_("%(label)s: the highest is %(limit)s."),
    "not_a_choice": N_("%(label)s: choose one of the list."),
    "not_a_date": N_("%(label)s: this date does not exist. Example: 31/03/2027."),
    "not_in_range": N_("%(label)s: choose a day from %(earliest)s to %(latest)s."),
    "after_order": N_("%(label)s: this day must not be after the day of the order."),
    "repeated": N_("%(label)s: this field was sent twice. Reload the page and try again."),
    "unknown": N_("The form sent a field that is not known here. Reload the page and try again."),
    "example": N_(
        "You are signed in: the example no longer counts, and the result is that of your own subscription. Check it and"
        " send the form again."
    ),
    "too_long": N_("%(label)s: this text is too long; at most %(limit)s characters."),
    "control": N_("%(label)s: this text holds characters that cannot be printed."),
}
OLD_FORM = N_("This form is too old. Reload the page and try again.")
WISH = ("plan", "users", "zoom_licenses")
#: What the form of somebody's own subscription sends along, and the address of its days.
OWN = "own"
#: The try-out: the wish, and the example that it starts from.
SAMPLE = (*WISH, "interval", "in_plan", "in_users", "in_zoom_licenses", "active_users", "term_start", "on")
LABELS = {
    "plan": N_("Plan"),
    "users": N_("Number of users"),
    "zoom_licenses": N_("Number of Zoom licenses"),
    "interval": N_("Payment"),
    "in_plan": N_("Current plan"),
    "in_users": N_("Current users"),
    "in_zoom_licenses": N_("Current Zoom licenses"),
    "active_users": N_("Active users"),
    "term_start": N_("Start of the annual term"),
    "on": N_("Day of the order"),
    "reason": N_("Reason"),
    "comment": N_("Comment"),
    "member": N_("People"),
    "late_ack": N_("Confirmation"),
    "email": N_("E-mail address"),
    "find": N_("Find by name or address"),
}


def of_own_subscription(sent: str) -> bool:
    """Return whether a query or a form is of somebody's own subscription: once signed out, no example answers it."""
    return f"{OWN}=1" in sent.split("&")


class _Anything:
    """Holds every name: a form that passes over whatever it does not know."""

    def __contains__(self, _: object) -> bool:
        return True


ANYTHING = _Anything()


@dataclass
class Form:
    """A form as typed: `typed` goes back to the page as it came, `errors` are by field, in the order of the form.

    `many` holds the values of the fields that may come several times, such as tick boxes.
    """

    typed: dict[str, str]
    language: Language
    many: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def fail(self, name: str, code: str, **facts: object) -> None:
        """Note what is wrong with a field, once."""
        label = self.language.gettext(LABELS[name]) if name in LABELS else name
        self.errors.setdefault(name, self.language.gettext(MESSAGES[code]) % {"label": label, **facts})

    def whole(self, name: str, lowest: int, highest: int) -> int | None:
        """Return the whole number typed in a field, or None after noting what is wrong."""
        text = self.typed.get(name, "").strip(_BLANK)
        if not text:
            self.fail(name, "required")
            return None
        if self.language.group == "," and _COMMAS.fullmatch(text):
            text = text.replace(",", "")
        if not _WHOLE.fullmatch(text):
            below = re.fullmatch(r"-[0-9]{1,18}", text)
            self.fail(name, "too_small" if below else "not_whole", limit=self.language.number(lowest))
            return None
        value = int(_SPACES.sub("", text))
        if not lowest <= value <= highest:
            small = value < lowest
            limit = self.language.number(lowest if small else highest)
            self.fail(name, "too_small" if small else "too_large", limit=limit)
            return None
        return value

    def choice(self, name: str, choices: Sequence[str]) -> str | None:
        """Return the choice made, or None after noting that it is none of the list."""
        text = self.typed.get(name, "")
        if text not in choices:
            self.fail(name, "not_a_choice" if text else "required")
            return None
        return text

    def level(self, plans: Sequence[str], prefix: str = "") -> Level | None:
        """Return the plan, the users and the Zoom licenses typed, or None after noting what is wrong."""
        plan, users = self.choice(f"{prefix}plan", plans), self.whole(f"{prefix}users", 1, 100_000)
        licenses = self.whole(f"{prefix}zoom_licenses", 0, 100_000)
        return Level(plan, users, licenses) if plan and users and licenses is not None else None

    def day(self, name: str, earliest: date, latest: date) -> date | None:
        """Return the date typed (ISO, or day/month/year), or None after noting what is wrong."""
        text = self.typed.get(name, "").strip(_BLANK)
        if not text:
            self.fail(name, "required")
            return None
        iso, short = _ISO_DAY.fullmatch(text), _SHORT_DAY.fullmatch(text)
        parts = iso.groups() if iso else short.groups()[::-1] if short else None
        try:
            day = date(*map(int, parts)) if parts else None
        except ValueError:
            day = None
        if day is None:
            self.fail(name, "not_a_date")
            return None
        if not earliest <= day <= latest:
            bounds = {"earliest": self.language.date(earliest), "latest": self.language.date(latest)}
            self.fail(name, "not_in_range", **bounds)
            return None
        return day

    def text(self, name: str, longest: int) -> str:
        """Return a free text, or an empty one after noting what is wrong."""
        text = normalize("NFC", self.typed.get(name, "").replace("\r\n", "\n").strip())
        if len(text) > longest:
            self.fail(name, "too_long", limit=self.language.number(longest))
        elif _CONTROL.search(text):
            self.fail(name, "control")
        return text

    @property
    def is_example(self) -> bool:
        """Whether the example was sent, by somebody whose own subscription counts."""
        return self.errors.get("") == self.language.gettext(MESSAGES["example"])

    @property
    def summary(self) -> list[tuple[str, str]]:
        """Return the errors with the field that each leads to; an unknown field leads nowhere."""
        return [(name if name in LABELS else "", message) for name, message in self.errors.items()]


def new_key() -> str:
    """Return the key of one form, so that sending it twice is sending it once."""
    return secrets.token_urlsafe(12)


def is_key(text: str) -> bool:
    """Return whether a form's idempotency key can be ours, or is left out: short, and printable ASCII."""
    return len(text) <= LONGEST_KEY and text.isascii() and text.isprintable()


def parse(
    body: str,
    defaults: Mapping[str, str],
    known: Sequence[str],
    language: Language,
    *,
    many: Sequence[str] = (),
    ignored: Container[str] = (),
) -> Form:
    """Return the form that a query or a urlencoded body sends, over the defaults.

    A repeated field and an unknown one are errors of the form; neither is ever used. Fields of `many` may come several
    times; those of `ignored` are passed over.
    """
    form = Form(dict(defaults), language, many={name: [] for name in many})
    seen: set[str] = set()
    try:
        fields = parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace")
    except ValueError:  # more fields than any form of ours has
        fields = []
        form.fail("", "unknown")
    for name, value in fields:
        if name in form.many:
            form.many[name].append(value)
        elif name in known:
            if name in seen:
                form.fail(name, "repeated")
            else:
                form.typed[name] = value
            seen.add(name)
        elif name not in ignored:
            # Whoever signed in meanwhile, elsewhere, sends the example's form once: one sentence, not one a field.
            is_example = known is WISH and name in SAMPLE
            form.fail(*(("", "example") if is_example else (name[:40], "unknown")))
    return form
