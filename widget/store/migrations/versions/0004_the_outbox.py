"""The outbox: messages, their deliveries, the webhooks that receive them, mail choices, calendar feeds"""


import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'


def upgrade() -> None:
    op.create_table('outbox',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('space_id', sa.Text(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('at', sa.Text(), nullable=False),
    sa.Column('member_id', sa.Text(), nullable=True),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('private', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('space_id', 'sequence')
    )
    op.create_table('delivery',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('outbox_id', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('available_at', sa.Text(), nullable=False),
    sa.Column('lease', sa.Text(), nullable=True),
    sa.Column('leased_until', sa.Text(), nullable=True),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('settled_at', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_delivery_outbox_id', 'delivery', ['outbox_id'])
    op.create_index('delivery_waiting', 'delivery', ['state', 'available_at'])
    op.create_table('webhook',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.Column('old_secret', sa.Text(), nullable=True),
    sa.Column('old_until', sa.Text(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('added_at', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('mail_choice',
    sa.Column('space_id', sa.Text(), nullable=False),
    sa.Column('deadline_reminders', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], ),
    sa.PrimaryKeyConstraint('space_id')
    )
    op.create_table('calendar_feed',
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('space_id', sa.Text(), nullable=False),
    sa.Column('member_id', sa.Text(), nullable=False),
    sa.Column('created_at', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], ),
    sa.PrimaryKeyConstraint('token_hash'),
    sa.UniqueConstraint('space_id')
    )


def downgrade() -> None:
    op.drop_table('calendar_feed')
    op.drop_table('mail_choice')
    op.drop_table('webhook')
    op.drop_table('delivery')
    op.drop_table('outbox')
