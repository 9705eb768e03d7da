"""Every table. Instants are UTC texts, days are civil dates in the space's zone, documents are JSON texts."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint, text

metadata = MetaData()

space = Table(
    "space",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("digest", Text, nullable=False),
)
subscription = Table(
    "subscription",
    metadata,
    Column("space_id", ForeignKey("space.id"), primary_key=True),
    Column("interval", Text, nullable=False),
    Column("term_start", Date),
    Column("plan", Text, nullable=False),
    Column("users", Integer, nullable=False),
    Column("zoom_licenses", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)
billed_step = Table(
    "billed_step",
    metadata,
    Column("space_id", ForeignKey("subscription.space_id"), primary_key=True),
    Column("starts_on", Date, primary_key=True),
    Column("plan", Text, nullable=False),
    Column("users", Integer, nullable=False),
    Column("zoom_licenses", Integer, nullable=False),
    Column("price_book", Text),
)
member = Table(
    "member",
    metadata,
    Column("id", Text, primary_key=True),
    Column("space_id", ForeignKey("space.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("last_seen", Date),
    UniqueConstraint("space_id", "email"),
)
session = Table(
    "session",
    metadata,
    Column("id_hash", Text, primary_key=True),
    Column("member_id", ForeignKey("member.id"), nullable=False),
    Column("space_id", ForeignKey("space.id"), nullable=False),
    Column("token", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)
draft = Table(
    "draft",
    metadata,
    Column("id", Text, primary_key=True),
    Column("space_id", ForeignKey("space.id"), nullable=False),
    Column("member_id", ForeignKey("member.id"), nullable=False),
    Column("plan", Text, nullable=False),
    Column("users", Integer, nullable=False),
    Column("zoom_licenses", Integer, nullable=False),
    Column("reason", Text),
    Column("comment", Text, nullable=False),
    Column("reviewed", Text),
    Column("created_at", Text, nullable=False),
)
placed_order = Table(
    "placed_order",
    metadata,
    Column("id", Text, primary_key=True),
    Column("space_id", ForeignKey("space.id"), nullable=False),
    Column("draft_id", ForeignKey("draft.id"), nullable=False, unique=True),
    Column("member_id", ForeignKey("member.id"), nullable=False),
    Column("placed_at", Text, nullable=False),
    Column("placed_on", Date, nullable=False),
    Column("preview", Text, nullable=False),
)
pending_change = Table(
    "pending_change",
    metadata,
    Column("id", Text, primary_key=True),
    Column("space_id", ForeignKey("space.id"), nullable=False),
    Column("order_id", ForeignKey("placed_order.id")),
    Column("state", Text, nullable=False),
    Column("due_on", Date, nullable=False),
)
# rule: one-pending-change
Index(
    "one_pending_change",
    pending_change.c.space_id,
    unique=True,
    sqlite_where=text("state = 'scheduled'"),
    postgresql_where=text("state = 'scheduled'"),
)
survey_answer = Table(
    "survey_answer",
    metadata,
    Column("order_id", ForeignKey("placed_order.id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("language", Text, nullable=False),
)
audit_event = Table(
    "audit_event",
    metadata,
    Column("space_id", ForeignKey("space.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
idempotency = Table(
    "idempotency",
    metadata,
    Column("space_id", ForeignKey("space.id"), primary_key=True),
    Column("operation", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_hash", Text, nullable=False),
    Column("answer", Text, nullable=False),
)
