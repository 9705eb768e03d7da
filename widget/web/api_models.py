"""The JSON of the calculator as pydantic models, strict: the OpenAPI document is made from them."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from widget.domain.calendar import FIRST_DAY, LAST_DAY
from widget.languages import LOCALES

#: The years that the calculator answers for, as a schema can say it.
DAY_PATTERN = "^(20[0-9][0-9]|2100)-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _iso_day(value: Any) -> date:
    # pydantic alone also takes 2026-03-17T00:00:00; the contract says civil dates.
    if not isinstance(value, str) or not _ISO_DAY.fullmatch(value):
        raise ValueError("not_a_date")
    day = date.fromisoformat(value)
    # pydantic alone would tell these bounds as Python writes them.
    if day < FIRST_DAY:
        raise PydanticCustomError("greater_than_equal", "too early", {"ge": FIRST_DAY.isoformat()})
    if day > LAST_DAY:
        raise PydanticCustomError("less_than_equal", "too late", {"le": LAST_DAY.isoformat()})
    return day


Day = Annotated[
    date,
    BeforeValidator(_iso_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": DAY_PATTERN}),
]


def _our_language(value: Any) -> str:
    if not isinstance(value, str) or value not in LOCALES:
        raise PydanticCustomError("literal_error", "not a language of ours", {"expected": ", ".join(LOCALES)})
    return value


OurLanguage = Annotated[str, BeforeValidator(_our_language), WithJsonSchema({"type": "string", "enum": list(LOCALES)})]
Users = Annotated[int, Field(ge=1, le=100_000)]
Count = Annotated[int, Field(ge=0, le=100_000)]


class Model(BaseModel):
    """Strict, and closed: an unknown field is an error."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Wish(Model):
    """What is asked."""

    plan: str
    users: Users
    zoom_licenses: Count


class BilledStep(Model):
    """What is paid from a day on."""

    from_: Day = Field(alias="from")
    plan: str
    users: Users
    zoom_licenses: Count


class SubscriptionFacts(Model):
    """The subscription as the caller knows it."""

    interval: Literal["month", "year"]
    term_start: Day | None = None
    plan: str
    users: Users
    zoom_licenses: Count
    active_users: Count
    pending_invitations: Count = 0
    locked: bool = False
    billed: Annotated[list[BilledStep], Field(min_length=1, max_length=100)] | None = None


class DayAsked(Model):
    """The day of a price book."""

    on: Day


class Question(Model):
    """One what-if."""

    on: Day | None = None
    language: OurLanguage | None = None
    subscription: SubscriptionFacts
    requested: Wish
