"""Tell the requests that a script makes from a browser's own, and answer them as the script understands.

Two are known: htmx, which swaps a part of a page, and ``<wf-form>``, which takes its new content out of a whole page.
The statuses are the same for everybody: 422 for a rejected form, 409 for a stale one, 410, 429. ``<wf-form>`` and
htmx 4 swap them all in, htmx 2 does once a site says so in its head::

    <meta name="htmx-config" content='{"responseHandling": [{"code": "204", "swap": false},
      {"code": "[23]..", "swap": true}, {"code": "4..", "swap": true}, {"code": "...", "swap": false, "error": true}]}'>
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

__all__ = ["VARY", "SeeOther", "is_element", "is_htmx", "leave", "replace_address", "wants_fragment"]

ELEMENT = "X-Wf-Form"
"""The header by which ``<wf-form>`` tells that it asks: a script of this site alone can set it."""

ELEMENT_LOCATION = "X-Wf-Location"
"""The header of an answer to ``<wf-form>`` that names the page to go to."""

VARY = ("HX-Request", ELEMENT)
"""The headers of a request that change an answer."""


class SeeOther(HttpResponseRedirect):
    """Send a browser on with a GET, whatever it sent before (RFC 9110, section 15.4.4)."""

    status_code = 303


def is_htmx(request: HttpRequest) -> bool:
    """Tell whether htmx, and no browser by itself, made this request."""
    return request.headers.get("HX-Request") == "true"


def is_element(request: HttpRequest) -> bool:
    """Tell whether ``<wf-form>`` made this request, for the page that it took over."""
    return ELEMENT in request.headers


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

    A script follows a redirect unseen: it would load that page, its messages included, and then put it into the form's
    place or load it again. So a script is told in a header, with 200: of a redirect it sees none.
    """
    response = SeeOther(url)
    if is_htmx(request):
        return HttpResponse(headers={"HX-Redirect": response.url})
    return HttpResponse(headers={ELEMENT_LOCATION: response.url}) if is_element(request) else response


def replace_address(request: HttpRequest, response: HttpResponse, url: str) -> None:
    """Have htmx show the flow's address, so that a reload finds it; not where the form is embedded in another page."""
    if wants_fragment(request) and urlsplit(request.headers.get("HX-Current-URL", "")).path == request.path:
        response.headers["HX-Replace-Url"] = url
