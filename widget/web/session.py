"""Who asks: the session that a request's cookie names, and the cookies of a session."""

from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from widget.logs import Event, tell
from widget.services import sign_in
from widget.settings import Settings
from widget.store.session import AnySession, Session, StaffSession
from widget.web.context import context_of

#: Says only that somebody is signed in, so that the element knows that asking is worth it.
MARKER = "signed_in"
_BROWSERS = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
_SYSTEMS = {
    "Windows": "Windows",
    "iPhone": "iOS",
    "iPad": "iOS",
    "Mac OS": "macOS",
    "Android": "Android",
    "Linux": "Linux",
}


def cookie(settings: Settings, name: str = "session") -> str:
    """Return a cookie's name: bound to this very host by its prefix wherever the service is reached over https."""
    return f"__Host-{name}" if settings.is_https else name


def marker(settings: Settings) -> str:
    """Return the name of the marker: scripts read it and a domain shares it, so its prefix binds it to https alone."""
    return f"__Secure-{MARKER}" if settings.is_https else MARKER


def signed_in(request: Request) -> AnySession | None:
    """Return the session of a member or of one of the vendor's people, or None; read, and told where over, once."""
    if not hasattr(request.state, "signed_in"):
        context = context_of(request)
        session_id = session_id_of(request)
        request.state.signed_in = session_id and sign_in.read(
            context.engine, session_id, now=context.now(), demo=context.settings.demo
        )
        if session_id and request.state.signed_in is None:
            tell(Event.SESSION_OVER)
    found: AnySession | None = request.state.signed_in
    return found


def session_of(request: Request) -> Session | None:
    """Return the session of a member, or None."""
    found = signed_in(request)
    return found if isinstance(found, Session) else None


def staff_of(request: Request) -> StaffSession | None:
    """Return the session of one of the vendor's people, or None."""
    found = signed_in(request)
    return found if isinstance(found, StaffSession) else None


def who_asks(request: Request) -> dict[str, str]:
    """Return the id of who is signed in, for the log."""
    found = signed_in(request)
    if isinstance(found, Session):
        return {"member": found.member_id}
    return {"staff": found.staff_id} if found else {}


def not_allowed(request: Request) -> None:
    """Tell that who asks is signed in, and not for this."""
    tell(Event.NOT_ALLOWED, **who_asks(request))


def not_theirs(request: Request) -> HTTPException:
    """Return the 404 of what is not there for who asks, which is told: another's and unknown are the same."""
    not_allowed(request)
    return HTTPException(404)


def is_own_form(request: Request, session: Session, body: str) -> bool:
    """Return whether a form carries the token of the session that sends it; one that does not is told."""
    own = dict(parse_qsl(body)).get("token") == session.token
    if not own:
        refuse_form(request)
    return own


def refuse_form(request: Request) -> None:
    """Tell of a form that does not carry the token of the session that sent it."""
    tell(Event.FORM_REFUSED, **who_asks(request))


def session_id_of(request: Request) -> str | None:
    """Return the id that the request's cookie holds, whatever it is worth."""
    return request.cookies.get(cookie(context_of(request).settings)) or None


def remember(request: Request, response: Response, session_id: str) -> None:
    """Set the cookies of a new session."""
    settings = context_of(request).settings
    secure = settings.is_https
    response.set_cookie(cookie(settings), session_id, httponly=True, samesite="lax", path="/", secure=secure)
    response.set_cookie(marker(settings), "1", samesite="lax", path="/", secure=secure, domain=settings.shared_domain)


def forget(request: Request, response: Response) -> None:
    """Take the cookies of a session back."""
    settings = context_of(request).settings
    secure = settings.is_https
    response.delete_cookie(cookie(settings), httponly=True, samesite="lax", path="/", secure=secure)
    response.delete_cookie(marker(settings), samesite="lax", path="/", secure=secure, domain=settings.shared_domain)


def browser_of(request: Request) -> str:
    """Return the browser and the system, as a person would say it: "Firefox, Windows"; no version, no address."""
    agent = request.headers.get("user-agent", "")
    names = [next((name for part, name in table.items() if part in agent), "") for table in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in names if name)
