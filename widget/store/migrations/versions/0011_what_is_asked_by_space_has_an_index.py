"""What is asked by space, by person or by its end is found without reading every row."""

from alembic import op

revision = '0011'
down_revision = '0010'

INDEXES = {
    'order_of_space': ('placed_order', ['space_id']),
    'quote_of_space': ('quote', ['space_id']),
    'quote_ending': ('quote', ['state', 'valid_until']),
    'session_of_member': ('session', ['space_id', 'member_id']),
    'session_of_subject': ('session', ['issuer', 'subject']),
}


def upgrade() -> None:
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table)
