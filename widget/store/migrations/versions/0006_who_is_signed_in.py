"""Who is signed in: identities, the vendor's people, sessions with their times, tokens that hold once"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'


def upgrade() -> None:
    """Sessions last hours: the old ones end here rather than being carried over."""
    op.drop_table('session')
    op.create_table('staff',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('issuer', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('issuer', 'subject')
    )
    op.create_table('identity',
    sa.Column('issuer', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('space_id', sa.Text(), nullable=False),
    sa.Column('member_id', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], ),
    sa.PrimaryKeyConstraint('issuer', 'subject', 'space_id')
    )
    op.create_table('session',
    sa.Column('id_hash', sa.Text(), nullable=False),
    sa.Column('member_id', sa.Text(), nullable=True),
    sa.Column('space_id', sa.Text(), nullable=True),
    sa.Column('staff_id', sa.Text(), nullable=True),
    sa.Column('token', sa.Text(), nullable=False),
    sa.Column('issuer', sa.Text(), nullable=True),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('provider_session', sa.Text(), nullable=True),
    sa.Column('browser', sa.Text(), nullable=False),
    sa.Column('created_at', sa.Text(), nullable=False),
    sa.Column('seen_at', sa.Text(), nullable=False),
    sa.Column('authenticated_at', sa.Text(), nullable=False),
    sa.CheckConstraint('(member_id IS NULL) = (space_id IS NULL)', name='member_in_space'),
    sa.CheckConstraint('(member_id IS NULL) <> (staff_id IS NULL)', name='member_or_staff'),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], ),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], ),
    sa.PrimaryKeyConstraint('id_hash')
    )
    op.create_table('attempt',
    sa.Column('id_hash', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('browser_hash', sa.Text(), nullable=False),
    sa.Column('data', sa.Text(), nullable=False),
    sa.Column('expires_at', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id_hash')
    )
    op.create_table('used_token',
    sa.Column('issuer', sa.Text(), nullable=False),
    sa.Column('token_id', sa.Text(), nullable=False),
    sa.Column('expires_at', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('issuer', 'token_id')
    )


def downgrade() -> None:
    for table in ('used_token', 'attempt', 'session', 'identity', 'staff'):
        op.drop_table(table)
    op.create_table('session',
    sa.Column('id_hash', sa.Text(), nullable=False),
    sa.Column('member_id', sa.Text(), nullable=False),
    sa.Column('space_id', sa.Text(), nullable=False),
    sa.Column('token', sa.Text(), nullable=False),
    sa.Column('created_at', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], ),
    sa.PrimaryKeyConstraint('id_hash')
    )
