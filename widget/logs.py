"""Logs: one JSON object a line, and the closed list of what is told about security.

No line holds a query string, a name, an address, a comment, a token, an IBAN or a VAT number: what an exception says
may hold what somebody typed, so only its class, the database's code of it, and where it was raised are kept.
"""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum

#: A note on an exception that stands in the log.
TOLD = "told in the log"
#: The id of the request that is being answered: in each line, on each error page and in each problem document.
request_id: ContextVar[str] = ContextVar("request_id", default="")
_security = logging.getLogger("widget.security")


class Event(StrEnum):
    """Everything that is worth a look when somebody tries the walls, and nothing else."""

    SIGNED_IN = "signed-in"
    SIGN_IN_REFUSED = "sign-in-refused"
    SIGNED_OUT = "signed-out"
    SESSION_OVER = "session-over"
    SESSIONS_ENDED = "sessions-ended"
    HOST_REFUSED = "host-refused"
    CROSS_ORIGIN_REFUSED = "cross-origin-refused"
    FORM_REFUSED = "form-refused"
    NOT_ALLOWED = "not-allowed"
    TOO_MANY = "too-many"
    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    STATE_VIEWED = "state-viewed"


def tell(event: Event, **facts: str | int) -> None:
    """Log a security event with facts that are ids and figures, never words of a person."""
    level = logging.INFO if event in {Event.SIGNED_IN, Event.SIGNED_OUT, Event.STATE_VIEWED} else logging.WARNING
    _security.log(level, "%s", event.value, extra={"facts": facts})


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if found := request_id.get():
            line["request"] = found
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            if code := _code(record.exc_info[1]):
                line["code"] = code
            line["raised"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(record.exc_info[2])
            ]
        return json.dumps(line, ensure_ascii=False)


def _code(error: BaseException | None) -> str | None:
    """Return what the database calls an error, such as SQLITE_FULL or 42501; None where it has no name for it."""
    fault = getattr(error, "orig", None)
    found: str | None = getattr(fault, "sqlite_errorname", None) or getattr(fault, "sqlstate", None)
    return found


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line tells more than the one before: what was answered Starlette raises again, for uvicorn to tell."""
    error = record.exc_info[1] if record.exc_info else None
    return record.name != "uvicorn.error" or TOLD not in getattr(error, "__notes__", ())


def configure(level: int) -> None:
    """Send every log line of the process to standard error, from this level on; libraries from warnings on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    handler.addFilter(_is_news)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("widget").setLevel(level)
