"""Tell htmx's requests from a browser's own, and answer them as htmx understands.

The statuses are the same: 422 for a rejected form, 409 for a stale one, 410, 429. htmx 4 swaps them all in, htmx 2
does once a site says so in its head::

    <meta name="htmx-config" content='{"responseHandling": [{"code": "204", "swap": false},
      {"code": "[23]..", "swap": true}, {"code": "4..", "swap": true}, {"code": "...", "swap": false, "error": true}]}'>
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

__all__ = ["SeeOther", "is_htmx", "leave", "replace_address", "wants_fragment"]


class SeeOther(HttpResponseRedirect):
    """Send a browser on with a GET, whatever it sent before (RFC 9110, section 15.4.4)."""

    status_code = 303


def is_htmx(request: HttpRequest) -> bool:
    """Tell whether htmx, and no browser by itself, made this request."""
    return request.headers.get("HX-Request") == "true"


def wants_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx swaps a part of a page; a boosted link, a restored history and htmx 4's ``full`` want all."""
    headers = request.headers
    whole = (
        headers.get("HX-Boosted") == "true"
        or headers.get("HX-History-Restore-Request") == "true"
        or headers.get("HX-Request-Type") == "full"
    )
    return is_htmx(request) and not whole


def leave(request: HttpRequest, url: str) -> HttpResponse:
    """Send a person to a page that is no step of this flow.

    htmx follows a redirect unseen and would swap that page into the form's place, so it gets ``HX-Redirect``, with 200:
    it reads no headers of a redirect.
    """
    response = SeeOther(url)
    return HttpResponse(headers={"HX-Redirect": response.url}) if is_htmx(request) else response


def replace_address(request: HttpRequest, response: HttpResponse, url: str) -> None:
    """Have htmx show the flow's address, so that a reload finds it; not where the form is embedded in another page."""
    if wants_fragment(request) and urlsplit(request.headers.get("HX-Current-URL", "")).path == request.path:
        response.headers["HX-Replace-Url"] = url
