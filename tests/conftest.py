"""One profile for all property tests: the same examples on every machine, and no limit on how long one may take."""

from hypothesis import settings

settings.register_profile("the same everywhere", derandomize=True, max_examples=400, deadline=None, database=None)
settings.load_profile("the same everywhere")
