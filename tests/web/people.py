"""What a person does in the pages: sign in, read a token, follow a form."""

import html
import re

from httpx2 import Response
from starlette.testclient import TestClient

HTML = {"Content-Type": "application/x-www-form-urlencoded"}


def sign_in(client: TestClient, name: str) -> None:
    page = client.get("/widget/signin").text

    people = re.findall(r'name="person" value="([0-9a-f]+)"', page)
    names = re.findall(r'type="submit">([^<]+)</button>', page)
    assert name in names, f"{name} is not among {names}"
    client.post("/widget/signin", data={"person": people[names.index(name)], "next": ""}, follow_redirects=False)


def token(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found, "the page has no form with a token"
    return found[1]


def order_of(page: str) -> dict[str, str]:
    """Return what the order's form on a review sends by itself."""
    form = re.search(r'<form[^>]* action="[^"]+/order".*?</form>', page, re.DOTALL)
    assert form, "the page offers no order"
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))


def surplus(page: str) -> list[str]:
    return re.findall(r'type="checkbox" name="member" value="([0-9a-f]+)"', page)


def rows(page: str) -> list[tuple[str, ...]]:
    """Return what the page says has changed since the review: the name, what was checked, what holds now."""
    found = re.findall(r"<tr><th scope=\"row\">(.*?)</th><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td></tr>", page)
    return [tuple(html.unescape(each) for each in row) for row in found]


def said(answer: Response) -> str:
    """Return what an answer says, without the id of the request, which is new each time."""
    return answer.text.replace(answer.headers["x-request-id"], "REQUEST")
