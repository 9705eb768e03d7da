"""Every table. Instants are UTC texts, days are civil dates in the space's zone, documents are JSON texts."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData()
#: What a column holds: something about a person, something of the contract, or neither. `widget privacy` goes by it.
PERSONAL, BILLING, TECHNICAL = {"holds": "personal"}, {"holds": "billing"}, {"holds": "technical"}
#: What a reader wrote whom nobody knows: kept for a time only, and searched for the name of who is shown or erased.
FREE_TEXT = {"holds": "free text"}
#: A person's e-mail address in a table that knows no member: the row is theirs.
ADDRESS = {"holds": "personal", "names": "member.email"}
#: A member's id without a foreign key: what it stands in outlives the member.
ACTOR = {"holds": "billing", "names": "member.id"}
#: What the first event of an audit log follows on.
FIRST_HASH = "0" * 64

space = Table(
    "space",
    metadata,
    Column("id", Text, primary_key=True, info=TECHNICAL),
    Column("name", Text, nullable=False, info=BILLING),
    Column("time_zone", Text, nullable=False, info=BILLING),
    Column("language", Text, nullable=False, info=BILLING),
    Column("locked", Boolean, nullable=False, info=BILLING),
    Column("archived", Boolean, nullable=False, server_default=false(), info=BILLING),
    # To whom a quote is made out; where it is not told, to the space itself, in the seller's country.
    Column("billing_name", Text, info=BILLING),
    Column("billing_address", Text, info=BILLING),
    Column("billing_country", Text, info=BILLING),
    Column("siren", Text, info=BILLING),
    Column("vat_number", Text, info=BILLING),
    Column("digest", Text, nullable=False, info=TECHNICAL),
)
subscription = Table(
    "subscription",
    metadata,
    Column("space_id", ForeignKey("space.id"), primary_key=True, info=TECHNICAL),
    Column("interval", Text, nullable=False, info=BILLING),
    Column("term_start", Date, info=BILLING),
    Column("plan", Text, nullable=False, info=BILLING),
    Column("users", Integer, nullable=False, info=BILLING),
    Column("zoom_licenses", Integer, nullable=False, info=BILLING),
    Column("version", Integer, nullable=False, info=TECHNICAL),
    Column("audit_sequence", Integer, nullable=False, server_default="0", info=TECHNICAL),
    Column("audit_hash", Text, nullable=False, server_default=FIRST_HASH, info=TECHNICAL),
)
billed_step = Table(
    "billed_step",
    metadata,
    Column("space_id", ForeignKey("subscription.space_id"), primary_key=True, info=TECHNICAL),
    Column("starts_on", Date, primary_key=True, info=BILLING),
    Column("plan", Text, nullable=False, info=BILLING),
    Column("users", Integer, nullable=False, info=BILLING),
    Column("zoom_licenses", Integer, nullable=False, info=BILLING),
    Column("price_book", Text, info=BILLING),
)
member = Table(
    "member",
    metadata,
    Column("id", Text, primary_key=True, info=TECHNICAL),
    Column("space_id", ForeignKey("space.id"), nullable=False, info=TECHNICAL),
    Column("name", Text, nullable=False, info=PERSONAL),
    Column("email", Text, nullable=False, info=PERSONAL),
    Column("role", Text, nullable=False, info=TECHNICAL),
    Column("state", Text, nullable=False, info=TECHNICAL),
    Column("last_seen", Date, info=PERSONAL),
    Column("language", Text, info=PERSONAL),
    UniqueConstraint("space_id", "email"),
)
staff = Table(
    "staff",
    metadata,
    Column("id", Text, primary_key=True, info=TECHNICAL),
    Column("issuer", Text, nullable=False, info=TECHNICAL),
    Column("subject", Text, nullable=False, info=PERSONAL),
    Column("name", Text, nullable=False, info=PERSONAL),
    Column("role", Text, nullable=False, info=TECHNICAL),
    UniqueConstraint("issuer", "subject"),
)
identity = Table(
    "identity",
    metadata,
    Column("issuer", Text, primary_key=True, info=TECHNICAL),
    Column("subject", Text, primary_key=True, info=PERSONAL),
    Column("space_id", ForeignKey("space.id"), primary_key=True, info=TECHNICAL),
    Column("member_id", ForeignKey("member.id"), nullable=False, info=TECHNICAL),
)
session = Table(
    "session",
    metadata,
    Column("id_hash", Text, primary_key=True, info=TECHNICAL),
    Column("member_id", ForeignKey("member.id"), info=TECHNICAL),
    Column("space_id", ForeignKey("space.id"), info=TECHNICAL),
    Column("staff_id", ForeignKey("staff.id"), info=TECHNICAL),
    Column("token", Text, nullable=False, info=TECHNICAL),
    Column("issuer", Text, info=TECHNICAL),
    Column("subject", Text, info=PERSONAL),
    Column("provider_session", Text, info=TECHNICAL),
    Column("browser", Text, nullable=False, info=PERSONAL),
    Column("created_at", Text, nullable=False, info=TECHNICAL),
    Column("seen_at", Text, nullable=False, info=TECHNICAL),
    Column("authenticated_at", Text, nullable=False, info=TECHNICAL),
    CheckConstraint("(member_id IS NULL) = (space_id IS NULL)", name="member_in_space"),
    CheckConstraint("(member_id IS NULL) <> (staff_id IS NULL)", name="member_or_staff"),
    Index("session_of_member", "space_id", "member_id"),
    Index("session_of_subject", "issuer", "subject"),
)
attempt = Table(
    "attempt",
    metadata,
    Column("id_hash", Text, primary_key=True, info=TECHNICAL),
    Column("kind", Text, nullable=False, info=TECHNICAL),
    Column("browser_hash", Text, nullable=False, info=TECHNICAL),
    Column("data", Text, nullable=False, info=TECHNICAL),
    Column("expires_at", Text, nullable=False, info=TECHNICAL),
)
used_token = Table(
    "used_token",
    metadata,
    Column("issuer", Text, primary_key=True, info=TECHNICAL),
    Column("token_id", Text, primary_key=True, info=TECHNICAL),
    Column("expires_at", Text, nullable=False, info=TECHNICAL),
)
draft = Table(
    "draft",
    metadata,
    Column("id", Text, primary_key=True, info=TECHNICAL),
    Column("space_id", ForeignKey("space.id"), nullable=False, info=TECHNICAL),
    Column("member_id", ForeignKey("member.id"), nullable=False, info=TECHNICAL),
    Column("plan", Text, nullable=False, info=BILLING),
    Column("users", Integer, nullable=False, info=BILLING),
    Column("zoom_licenses", Integer, nullable=False, info=BILLING),
    Column("reason", Text, info=BILLING),
    Column("comment", Text, nullable=False, info=PERSONAL),
    Column("reviewed", Text, info=BILLING),
    Column("created_at", Text, nullable=False, info=TECHNICAL),
)
placed_order = Table(
    "placed_order",
    metadata,
    Column("id", Text, primary_key=True, info=TECHNICAL),
    Column("space_id", ForeignKey("space.id"), nullable=False, info=TECHNICAL),
    Column("draft_id", ForeignKey("draft.id"), nullable=False, unique=True, info=TECHNICAL),
    Column("member_id", ForeignKey("member.id"), nullable=False, info=TECHNICAL),
    Column("placed_at", Text, nullable=False, info=BILLING),
    Column("placed_on", Date, nullable=False, info=BILLING),
    Column("preview", Text, nullable=False, info=BILLING),
    Index("order_of_space", "space_id"),
)
pending_change = Table(
    "pending_change",
    metadata,
    Column("id", Text, primary_key=True, info=TECHNICAL),
    Column("space_id", ForeignKey("space.id"), nullable=False, info=TECHNICAL),
    Column("order_id", ForeignKey("placed_order.id"), info=TECHNICAL),
    Column("state", Text, nullable=False, info=BILLING),
    Column("due_on", Date, nullable=False, info=BILLING),
)
# rule: one-pending-change
Index(
    "one_pending_change",
    pending_change.c.space_id,
    unique=True,
    sqlite_where=text("state = 'scheduled'"),
    postgresql_where=text("state = 'scheduled'"),
)
# A quote changes nothing. What it promises is its document, never changed; what becomes of it is its state.
quote = Table(
    "quote",
    metadata,
    Column("number", Text, primary_key=True, info=BILLING),
    Column("space_id", ForeignKey("space.id"), nullable=False, info=TECHNICAL),
    Column("member_id", ForeignKey("member.id"), nullable=False, info=TECHNICAL),
    Column("draft_id", ForeignKey("draft.id"), nullable=False, info=TECHNICAL),
    Column("year", Integer, nullable=False, info=BILLING),
    Column("sequence", Integer, nullable=False, info=BILLING),
    Column("previous", Integer, info=BILLING),
    Column("document", Text, nullable=False, info=PERSONAL),
    Column("issued_at", Text, nullable=False, info=BILLING),
    Column("valid_until", Date, nullable=False, info=BILLING),
    Column("state", Text, nullable=False, info=BILLING),
    Column("settled_at", Text, info=BILLING),
    Column("order_id", ForeignKey("placed_order.id"), unique=True, info=TECHNICAL),
    UniqueConstraint("year", "sequence"),
    Index("quote_of_space", "space_id"),
    Index("quote_ending", "state", "valid_until"),
    # No number is skipped: each but the first of a year points to the one before it.
    ForeignKeyConstraint(["year", "previous"], ["quote.year", "quote.sequence"]),
    CheckConstraint(
        "(sequence = 1 AND previous IS NULL) OR (sequence > 1 AND previous IS NOT NULL AND previous = sequence - 1)",
        "no_gap",
    ),
    CheckConstraint("state IN ('open', 'accepted', 'expired', 'superseded', 'withdrawn')", "known_state"),
    CheckConstraint("(state = 'accepted') = (order_id IS NOT NULL)", "accepted_is_ordered"),
    CheckConstraint("(state = 'open') = (settled_at IS NULL)", "settled_once"),
)
quote_counter = Table(
    "quote_counter",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False, info=BILLING),
    Column("last", Integer, nullable=False, info=BILLING),
)
quote_pdf = Table(
    "quote_pdf",
    metadata,
    Column("number", ForeignKey("quote.number"), primary_key=True, info=BILLING),
    Column("sha256", Text, nullable=False, info=TECHNICAL),
    Column("content", LargeBinary, nullable=False, info=PERSONAL),
)
survey_answer = Table(
    "survey_answer",
    metadata,
    Column("order_id", ForeignKey("placed_order.id"), primary_key=True, info=TECHNICAL),
    Column("reason", Text, nullable=False, info=BILLING),
    Column("comment", Text, nullable=False, info=PERSONAL),
    Column("language", Text, nullable=False, info=BILLING),
)
audit_event = Table(
    "audit_event",
    metadata,
    Column("space_id", ForeignKey("space.id"), primary_key=True, info=TECHNICAL),
    Column("sequence", Integer, primary_key=True, info=TECHNICAL),
    Column("at", Text, nullable=False, info=BILLING),
    Column("actor", Text, nullable=False, info=ACTOR),
    Column("kind", Text, nullable=False, info=BILLING),
    Column("data", Text, nullable=False, info=BILLING),
    Column("previous_hash", Text, nullable=False, info=TECHNICAL),
    Column("hash", Text, nullable=False, info=TECHNICAL),
)
idempotency = Table(
    "idempotency",
    metadata,
    Column("space_id", ForeignKey("space.id"), primary_key=True, info=TECHNICAL),
    Column("operation", Text, primary_key=True, info=TECHNICAL),
    Column("key", Text, primary_key=True, info=TECHNICAL),
    Column("request_hash", Text, nullable=False, info=TECHNICAL),
    Column("answer", Text, nullable=False, info=TECHNICAL),
)
rate_limit = Table(
    "rate_limit",
    metadata,
    Column("key", Text, primary_key=True, info=TECHNICAL),
    Column("count", Integer, nullable=False, info=TECHNICAL),
    Column("ends_at", BigInteger, nullable=False, info=TECHNICAL),
)
outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True, info=TECHNICAL),
    Column("space_id", ForeignKey("space.id"), nullable=False, info=TECHNICAL),
    Column("sequence", Integer, nullable=False, info=TECHNICAL),
    Column("kind", Text, nullable=False, info=BILLING),
    Column("at", Text, nullable=False, info=BILLING),
    Column("member_id", ForeignKey("member.id"), info=TECHNICAL),
    Column("facts", Text, nullable=False, info=BILLING),
    Column("private", Text, nullable=False, info=PERSONAL),
    UniqueConstraint("space_id", "sequence"),
)
delivery = Table(
    "delivery",
    metadata,
    Column("id", Text, primary_key=True, info=TECHNICAL),
    Column("outbox_id", ForeignKey("outbox.id"), nullable=False, index=True, info=TECHNICAL),
    Column("channel", Text, nullable=False, info=TECHNICAL),
    Column("target", Text, nullable=False, info=ADDRESS),
    Column("language", Text, nullable=False, info=TECHNICAL),
    Column("state", Text, nullable=False, info=TECHNICAL),
    Column("attempts", Integer, nullable=False, info=TECHNICAL),
    Column("available_at", Text, nullable=False, info=TECHNICAL),
    Column("lease", Text, info=TECHNICAL),
    Column("leased_until", Text, info=TECHNICAL),
    Column("error", Text, nullable=False, info=TECHNICAL),
    Column("settled_at", Text, info=TECHNICAL),
    Index("delivery_waiting", "state", "available_at"),
)
webhook = Table(
    "webhook",
    metadata,
    Column("id", Text, primary_key=True, info=TECHNICAL),
    Column("url", Text, nullable=False, info=TECHNICAL),
    Column("secret", Text, nullable=False, info=TECHNICAL),
    Column("old_secret", Text, info=TECHNICAL),
    Column("old_until", Text, info=TECHNICAL),
    Column("state", Text, nullable=False, info=TECHNICAL),
    Column("added_at", Text, nullable=False, info=TECHNICAL),
)
# What readers say of an article: no person, no address; but a comment may hold what somebody wrote about themselves.
feedback = Table(
    "feedback",
    metadata,
    Column("id", Text, primary_key=True, info=TECHNICAL),
    Column("at", Text, nullable=False, info=TECHNICAL),
    Column("article", Integer, nullable=False, info=TECHNICAL),
    Column("section", Text, nullable=False, info=TECHNICAL),
    Column("language", Text, nullable=False, info=TECHNICAL),
    Column("version", Text, nullable=False, info=TECHNICAL),
    Column("helpful", Boolean, nullable=False, info=TECHNICAL),
    Column("comment", Text, nullable=False, info=FREE_TEXT),
)
search_miss = Table(
    "search_miss",
    metadata,
    Column("language", Text, primary_key=True, info=TECHNICAL),
    Column("words", Text, primary_key=True, info=FREE_TEXT),
    Column("count", Integer, nullable=False, info=TECHNICAL),
    Column("last_on", Date, nullable=False, info=TECHNICAL),
)
mail_choice = Table(
    "mail_choice",
    metadata,
    Column("space_id", ForeignKey("space.id"), primary_key=True, info=TECHNICAL),
    Column("deadline_reminders", Boolean, nullable=False, info=TECHNICAL),
)
calendar_feed = Table(
    "calendar_feed",
    metadata,
    Column("token_hash", Text, primary_key=True, info=TECHNICAL),
    Column("space_id", ForeignKey("space.id"), nullable=False, unique=True, info=TECHNICAL),
    Column("member_id", ForeignKey("member.id"), nullable=False, info=TECHNICAL),
    Column("created_at", Text, nullable=False, info=TECHNICAL),
)
