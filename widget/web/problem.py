"""Errors for machines: RFC 9457 problem documents, in the language asked."""

from collections.abc import Collection
from dataclasses import dataclass

from starlette.datastructures import QueryParams
from starlette.responses import JSONResponse

from widget.languages import Language
from widget.logs import request_id
from widget.wording import N_

TITLES = {
    400: N_("The body is not JSON"),
    403: N_("This is not allowed here"),
    404: N_("There is nothing at this address"),
    405: N_("This address does not answer to this method"),
    408: N_("The request took too long to arrive"),
    413: N_("The body is too large"),
    415: N_("The body must be sent as application/json"),
    422: N_("Some fields are wrong"),
    429: N_("Too many requests in a short time"),
    500: N_("Something went wrong on our side"),
    501: N_("This format is not offered"),
    503: N_("Nothing can be kept at the moment"),
}
TYPES = {
    400: "not-json",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    408: "too-slow",
    413: "too-large",
    415: "unsupported-media-type",
    422: "invalid-fields",
    429: "too-many-requests",
    500: "internal-error",
    501: "format-not-offered",
    503: "unavailable",
}
HELP = {
    "not-json": N_("Send a JSON document in UTF-8, as the OpenAPI document of the calculator describes it."),
    "not-allowed": N_("Nothing was done. Open the page again on this site and try once more."),
    "not-found": N_("Check the address; the calculator is below /widget/api/v1."),
    "method-not-allowed": N_("The Allow header of the answer names the methods that this address takes."),
    "too-slow": N_("Nothing was done. Try again."),
    "too-large": N_("Send at most 64 KiB."),
    "unsupported-media-type": N_("Set the Content-Type header to application/json."),
    "invalid-fields": N_("The list of errors names each wrong field, a code and what is expected."),
    "too-many-requests": N_("Nothing was done. Wait as many seconds as the Retry-After header says, then try again."),
    "internal-error": N_("Nothing was changed. Try again; if it happens again, tell support."),
    "format-not-offered": N_("Ask for JSON."),
    "unavailable": N_("Nothing was changed. The articles stay readable; try again in a few minutes."),
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: its path, a stable code, and the figures of its sentence."""

    field: str
    code: str
    facts: dict[str, str | int]


def wrong_names(sent: QueryParams, known: Collection[str]) -> list[FieldError]:
    """Return an error for each name in a query that is not known here, and for each known one that is there twice."""
    found = [FieldError(name, "unknown", {}) for name in dict.fromkeys(sent) if name not in known]
    return found + [FieldError(name, "repeated", {}) for name in known if len(sent.getlist(name)) > 1]


MESSAGES = {
    "missing": N_("This field is missing."),
    "unknown": N_("This field is not known here."),
    "wrong_type": N_("This value is of the wrong type."),
    "too_small": N_("This value is too small: the lowest is %(limit)s."),
    "too_large": N_("This value is too large: the highest is %(limit)s."),
    "not_a_date": N_("This is not a date such as 2027-03-15."),
    "not_one_of": N_("This value must be one of: %(expected)s."),
    "unknown_plan": N_("No plan of this name is sold on that day; there are: %(expected)s."),
    "contradicts": N_("This value contradicts another: %(other)s."),
    "too_short": N_("At least one entry is needed."),
    "text_too_long": N_("This text is too long: at most %(limit)s characters."),
    "given_twice": N_("This field was sent twice."),
    "repeated": N_("This parameter was sent twice."),
    "too_long": N_("There are too many entries: the most is %(limit)s."),
}


#: So many errors an answer names at most: more than a question with a hundred steps has fields, and not thousands of
#: unknown names, which would make an answer many times as long as its question.
MOST_ERRORS = 500


def problem(
    status: int, language: Language, *, errors: list[FieldError] | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """Return the problem document for a status; every wrong field of a 422 at once."""
    body: dict[str, object] = {
        "type": f"/widget/problems/{TYPES[status]}",
        "title": language.gettext(TITLES[status]),
        "status": status,
        "detail": language.gettext(TITLES[status]),
        "instance": f"urn:request:{request_id.get()}",
    }
    if errors:
        errors = errors[:MOST_ERRORS]
        body["errors"] = [
            {"field": each.field, "code": each.code, "message": language.gettext(MESSAGES[each.code]) % each.facts}
            for each in errors
        ]
        body["detail"] = "; ".join(sorted({each.field or "body" for each in errors}))
    # In the language of the reader's cookie or browser: a cache has to keep them apart.
    told = {"Content-Language": language.code, "Vary": "Accept-Language, Cookie"} | (headers or {})
    return JSONResponse(body, status, told, media_type="application/problem+json")
