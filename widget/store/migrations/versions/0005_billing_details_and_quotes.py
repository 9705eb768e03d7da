"""To whom a space's quotes are made out; quotes, numbered without a gap, and their PDFs"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'

BILLING = ('billing_name', 'billing_address', 'billing_country', 'siren', 'vat_number')


def upgrade() -> None:
    for name in BILLING:
        op.add_column('space', sa.Column(name, sa.Text(), nullable=True))
    op.create_table('quote',
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('space_id', sa.Text(), nullable=False),
    sa.Column('member_id', sa.Text(), nullable=False),
    sa.Column('draft_id', sa.Text(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('previous', sa.Integer(), nullable=True),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('issued_at', sa.Text(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('settled_at', sa.Text(), nullable=True),
    sa.Column('order_id', sa.Text(), nullable=True),
    sa.CheckConstraint("(sequence = 1 AND previous IS NULL) OR (sequence > 1 AND previous IS NOT NULL AND previous = sequence - 1)", name='no_gap'),
    sa.CheckConstraint("state IN ('open', 'accepted', 'expired', 'superseded', 'withdrawn')", name='known_state'),
    sa.CheckConstraint("(state = 'accepted') = (order_id IS NOT NULL)", name='accepted_is_ordered'),
    sa.CheckConstraint("(state = 'open') = (settled_at IS NULL)", name='settled_once'),
    sa.ForeignKeyConstraint(['draft_id'], ['draft.id'], ),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['order_id'], ['placed_order.id'], ),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], ),
    sa.ForeignKeyConstraint(['year', 'previous'], ['quote.year', 'quote.sequence'], ),
    sa.PrimaryKeyConstraint('number'),
    sa.UniqueConstraint('order_id'),
    sa.UniqueConstraint('year', 'sequence')
    )
    op.create_table('quote_counter',
    sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('year')
    )
    op.create_table('quote_pdf',
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['number'], ['quote.number'], ),
    sa.PrimaryKeyConstraint('number')
    )


def downgrade() -> None:
    op.drop_table('quote_pdf')
    op.drop_table('quote_counter')
    op.drop_table('quote')
    for name in reversed(BILLING):
        op.drop_column('space', name)
