"""The service with three spaces, as the tests of the walls have it: one for the tests of a file."""

from collections.abc import Iterator

import pytest

from tests.web.world import World, opened


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened(tmp_path_factory.mktemp("world")) as made:
        yield made
