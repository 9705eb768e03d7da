"""The head of the audit log"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'


def upgrade() -> None:
    op.add_column('subscription', sa.Column('audit_sequence', sa.Integer(), server_default='0', nullable=False))
    op.add_column('subscription', sa.Column('audit_hash', sa.Text(), server_default='0' * 64, nullable=False))
    # What is logged already gets the head that it has today.
    last = "FROM audit_event WHERE audit_event.space_id = subscription.space_id ORDER BY sequence DESC LIMIT 1"
    op.execute(
        f"UPDATE subscription SET audit_sequence = (SELECT sequence {last}), audit_hash = (SELECT hash {last}) "
        "WHERE EXISTS (SELECT 1 FROM audit_event WHERE audit_event.space_id = subscription.space_id)"
    )


def downgrade() -> None:
    op.drop_column('subscription', 'audit_hash')
    op.drop_column('subscription', 'audit_sequence')
