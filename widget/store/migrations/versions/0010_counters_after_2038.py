"""The end of a counted period outlives 2038: its seconds no longer fit 32 bits then."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'


def upgrade() -> None:
    with op.batch_alter_table('rate_limit') as table:
        table.alter_column('ends_at', type_=sa.BigInteger(), existing_type=sa.Integer(), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('rate_limit') as table:
        table.alter_column('ends_at', type_=sa.Integer(), existing_type=sa.BigInteger(), existing_nullable=False)
