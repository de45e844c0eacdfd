"""The outermost door: what every request must pass and every answer must carry, errors and files included."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from skygge.errors import CrossSite, HostUnknown, MediaTypeUnsupported, NameRefused, Problem
from skygge.logs import address_of, describe_failure, say
from skygge.problems import problem_of, to_response
from skygge.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# What a form of any page may send anywhere unasked. No address takes it but those of files, which scripts send as what
# their library calls bytes; a browser always says from where it sends them.
FORM_TYPES = frozenset({"text/plain", "application/x-www-form-urlencoded", "multipart/form-data"})
FILES = "/imports/"
# Links and codes are made and used here, so these addresses answer to the configured host alone.
HOST_BOUND = ("/api/v1/setup", "/api/v1/reset", "/api/v1/invitations", "/api/v1/pairings")
# Within a study too: a member's new link, and invitations.
HOST_BOUND_ENDS = ("/reset", "/invitations")
# `sw` lets the page register its service worker; the other is the one Svelte makes for its own templates.
TRUSTED_TYPES_POLICIES = ("sw", "svelte-trusted-html")
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types " + " ".join(TRUSTED_TYPES_POLICIES),
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
}
HSTS = "max-age=31536000; includeSubDomains"


def carried_by_all(settings: Settings) -> dict[str, str]:
    """What every answer carries, whoever gives it."""
    return {**HEADERS, "Strict-Transport-Security": HSTS} if settings.is_secure else HEADERS


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.origins = settings.origins
        self.hosts = frozenset(urlsplit(origin).netloc for origin in settings.origins)
        self.headers = carried_by_all(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = self._with_headers(scope["path"], send)
        problem = self._refusal(scope)
        if problem is not None:
            await to_response(problem)(scope, receive, answer)
            return
        await self._call(scope, receive, answer)

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_started = False

        async def send_once_started(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self.app(scope, receive, send_once_started)
        except ClientDisconnect:
            # Gone in the middle of its own body: a phone in a lift. Nobody is there to be answered, nothing has failed.
            return
        except Exception as error:
            say("error", "request failed", address=address_of(scope), **describe_failure(error))
            if has_started:
                raise
            await to_response(problem_of(error))(scope, receive, send)

    def _refusal(self, scope: Scope) -> Problem | None:
        headers = Headers(scope=scope)
        if ".." in scope["path"].replace("\\", "/").split("/") or "\x00" in scope["path"]:
            return NameRefused()
        if scope["method"] not in SAFE_METHODS:
            if self._is_cross_site(headers):
                return CrossSite()
            media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
            if media_type in FORM_TYPES and FILES not in scope["path"]:
                return MediaTypeUnsupported()
        if _is_host_bound(scope["path"]) and headers.get("host", "").lower() not in self.hosts:
            return HostUnknown()
        return None

    def _is_cross_site(self, headers: Headers) -> bool:
        """A request with neither header is not a browser's; a browser's must come from our own pages."""
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is not None and origin.lower() not in self.origins:
            return True
        return site is not None and site not in ("same-origin", "none")

    def _with_headers(self, path: str, send: Send) -> Callable[[Message], Awaitable[None]]:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers[name] = value
                headers["Cache-Control"] = _cache_control(path, message["status"])
            await send(message)

        return send_with_headers


def _is_host_bound(path: str) -> bool:
    return path.startswith(HOST_BOUND) or path.rstrip("/").endswith(HOST_BOUND_ENDS)


def _cache_control(path: str, status: int) -> str:
    """Nothing of a study is ever kept by a browser; files with a hash in their name are kept for ever."""
    if path.startswith(("/api/", "/healthz", "/readyz", "/metrics")) or status >= 400:
        return "no-store"
    if path.startswith("/assets/"):
        return "public, max-age=31536000, immutable"
    return "no-cache"
