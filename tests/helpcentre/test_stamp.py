"""What a build depends on besides files has a stamp: where it is another, make builds the site anew."""

import pytest

from widget.helpcentre.build_day import stamp


@pytest.mark.parametrize("name", ["HELPCENTER_SERVICE", "SITE_URL"])
def test_an_address_of_the_environment_makes_the_site_anew(name: str) -> None:
    first, second = ({name: f"https://{each}.example.com"} for each in ("one", "two"))

    assert len({stamp({}), stamp(first), stamp(second)}) == 3
    assert stamp(first) == stamp(first | {"PATH": "/bin"})
