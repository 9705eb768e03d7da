"""The language of a member, where it is known"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'


def upgrade() -> None:
    op.add_column('member', sa.Column('language', sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column('member', 'language')
