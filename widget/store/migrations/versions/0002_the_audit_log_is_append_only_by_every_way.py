"""The audit log is append-only by every way"""

from alembic import op

revision = '0002'
down_revision = '0001'



def upgrade() -> None:
    """Close the ways round the triggers of 0001: REPLACE deletes without one, TRUNCATE has no rows."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER audit_event_no_replace BEFORE INSERT ON audit_event WHEN EXISTS "
            "(SELECT 1 FROM audit_event WHERE space_id = NEW.space_id AND sequence = NEW.sequence) "
            "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        )
        return
    op.execute(
        "CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_event_no_replace")
        return
    op.execute("DROP TRIGGER audit_event_no_truncate ON audit_event")
