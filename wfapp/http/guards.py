"""What a browser must show before its post is taken: that a page of this site sent it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.utils.http import is_same_domain
from django.utils.translation import gettext_lazy as _

from wfapp.errors import NotAllowed

__all__ = ["refuse_cross_site", "require_csrf", "shows_origin"]


def refuse_cross_site(request: HttpRequest) -> None:
    """Raise NotAllowed for a post that a browser sends for a page of another origin.

    A script can set neither header. A subdomain is another origin, since others may write its pages; what is in
    ``CSRF_TRUSTED_ORIGINS`` counts as this site. A client that sends neither header is no current browser.
    """
    origin = request.headers.get("Origin")
    if origin is not None:
        if _is_trusted(origin):
            return
        if origin != f"{request.scheme}://{request.get_host()}":
            raise _cross_site()
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        raise _cross_site()


def shows_origin(request: HttpRequest) -> bool:
    """Tell whether a browser said which page posts: then ``refuse_cross_site`` has something to check."""
    return "Origin" in request.headers or "Sec-Fetch-Site" in request.headers


def require_csrf(request: HttpRequest) -> None:
    """Raise NotAllowed where Django's own CSRF check fails: ``X-CSRFToken`` must match the CSRF cookie.

    The answer then carries that cookie, so that a client that had none can send the request again.
    """
    check = _CsrfCheck(_empty)
    check.process_request(request)
    if check.process_view(request, _empty, (), {}) is not None:
        get_token(request)
        raise NotAllowed(_("The CSRF token is missing or wrong: send the value of the CSRF cookie."), code="csrf")


class _CsrfCheck(CsrfViewMiddleware):
    """Tell of a refusal; the site's failure page would be no JSON."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(status=403)


def _empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _cross_site() -> NotAllowed:
    return NotAllowed(_("This request came from another site."), code="cross-site")


def _is_trusted(origin: str) -> bool:
    scheme, _sep, host = origin.partition("://")
    for trusted in settings.CSRF_TRUSTED_ORIGINS:
        trusted_scheme, _sep, trusted_host = trusted.partition("://")
        # As in Django, "*.example.com" allows that domain and all below it.
        below = trusted_host.startswith("*") and is_same_domain(host, trusted_host[1:])
        if scheme == trusted_scheme and (host == trusted_host or below):
            return True
    return False
