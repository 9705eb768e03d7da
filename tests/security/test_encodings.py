"""Bodies in a form that none of ours has, packed or in parts: never unpacked, never a 500, nothing done."""

import gzip
import tracemalloc
from collections.abc import Callable

import pytest

from tests.services.conftest import contents
from tests.web.test_matrix import ROWS, path_to
from tests.web.world import World

#: 64 MB of one letter in 64 KB.
BOMB = gzip.compress(b"users=" + b"1" * 64 * 1024 * 1024)
PARTS = (
    b'--line\r\nContent-Disposition: form-data; name="token"\r\n\r\n%s\r\n'
    b'--line\r\nContent-Disposition: form-data; name="users"; filename="../../x"\r\n\r\n2\r\n--line--\r\n'
)
#: What answering a request may hold at a time, in bytes.
MOST = 5 * 1024 * 1024
#: Signing out asks for no field at all.
FORMS = [template for method, template in ROWS if method == "POST" and template != "/widget/signout"]
#: Forms of everybody, which lead on or say thanks whatever they understood.
ANYBODY = {"/widget/signin", "/widget/{language}/feedback", "/widget/{language}/searches"}
#: Answers that come before the body is read, or say that nothing in it was understood.
REFUSED = {400, 403, 404, 409, 413, 415, 422}


def rows(world: World) -> dict[str, list[dict[str, object]]]:
    """Return every row but what counts requests."""
    return {name: each for name, each in contents(world.engine).items() if name != "rate_limit"}


def send(world: World, template: str, body: bytes, **headers: str) -> int:
    world.client.cookies.clear()
    world.client.cookies.set("session", world.cookies["administrator"])
    path = path_to(template, dict(world.ids["own"]))
    return world.client.post(path, content=body, headers=headers, follow_redirects=False).status_code


def with_peak(act: Callable[[], int]) -> tuple[int, int]:
    """Return what an act returns, and the most memory that it held, in bytes."""
    tracemalloc.start()
    done = act()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return done, most


@pytest.mark.parametrize("template", FORMS)
def test_a_packed_body_is_never_unpacked(world: World, template: str) -> None:
    before = rows(world)
    packed = {"Content-Encoding": "gzip", "Content-Type": "application/x-www-form-urlencoded"}

    status, most = with_peak(lambda: send(world, template, BOMB, **packed))

    assert status in REFUSED | ({204, 303} if template in ANYBODY else set())
    assert most < MOST
    assert rows(world) == before


def test_a_service_that_unpacks_would_be_noticed() -> None:
    assert with_peak(lambda: len(gzip.decompress(BOMB)))[1] > MOST


@pytest.mark.parametrize("template", FORMS)
def test_a_body_in_parts_does_nothing(world: World, template: str) -> None:
    before = rows(world)

    body = PARTS % world.token("administrator").encode()
    status = send(world, template, body, **{"Content-Type": "multipart/form-data; boundary=line"})

    assert status in REFUSED | ({204, 303} if template in ANYBODY else set())
    assert rows(world) == before
