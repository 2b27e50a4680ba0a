"""What every request must meet and every response carries: SAFETY in the design says why."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from flask.sessions import SecureCookieSessionInterface
from werkzeug.exceptions import BadRequest, Forbidden

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
CLOSED_FEATURES = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in CLOSED_FEATURES),
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
YEAR = 365 * 24 * 60 * 60  # seconds


class UnknownHost(BadRequest):
    """The request names a host that this app does not answer for."""


class ForeignRequest(Forbidden):
    """A page of another site tried to change something here."""


class SessionInterface(SecureCookieSessionInterface):
    """Flask's signed cookie, bound to the host on HTTPS."""

    def get_cookie_name(self, app: Flask) -> str:
        """Name the cookie for the scheme that the request came by."""
        return cookie_name(super().get_cookie_name(app))

    def get_cookie_secure(self, app: Flask) -> bool:
        """Keep a cookie that was set on HTTPS to HTTPS."""
        return request.is_secure


def cookie_name(name: str) -> str:
    """Prefix a cookie's name so that on HTTPS no other host or path can set it."""
    return f"__Host-{name}" if request.is_secure else name


def init_app(app: Flask) -> None:
    """Check every request and put the headers on every response, errors and files included."""
    app.session_interface = SessionInterface()
    app.before_request(refuse_unknown_host)
    app.before_request(refuse_foreign_request)
    app.after_request(add_headers)


def refuse_unknown_host() -> None:
    """Answer only for this machine in solo mode, so that no other name can be bound to it."""
    if current_app.config["MODE"] == "solo" and not _is_local(request.host):
        raise UnknownHost


def refuse_foreign_request() -> None:
    """Refuse a change that a page of another origin asks for; see the CSRF token too."""
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise ForeignRequest
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        raise ForeignRequest


def add_headers(response: Response) -> Response:
    """Add the headers; pages are never stored, versioned static files for a year."""
    response.headers.update(HEADERS)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={YEAR}"
    if not is_static(request.endpoint) or response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    elif request.args.get("v"):
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


def is_static(endpoint: str | None) -> bool:
    """Tell whether an endpoint serves the app's own files, the same for everyone."""
    return endpoint is not None and endpoint.rpartition(".")[2] == "static"


def _is_local(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
