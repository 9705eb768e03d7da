"""Alembic's entry: the connection comes from widget/store/engine.py, which also holds the lock."""

from alembic import context

from widget.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
