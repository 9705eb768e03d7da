"""Archived spaces; rate limits that survive a restart"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    op.add_column('space', sa.Column('archived', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table('rate_limit',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('ends_at', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('key')
    )


def downgrade() -> None:
    op.drop_table('rate_limit')
    op.drop_column('space', 'archived')
