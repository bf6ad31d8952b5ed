"""Bad connections: requests that never arrive, and answers that are lost on their way back."""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPConnection
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route

__all__ = ["cut", "hold_looks", "lose_answers"]


def hold_looks(page: Page) -> Callable[[], None]:
    """Let what an element asks without any input wait for the function that this returns: what is shown stays."""
    held: list[Route] = []

    def handle(route: Route) -> None:
        if '"input"' in str(route.request.post_data):
            route.fallback()
        else:
            held.append(route)

    def release() -> None:
        page.unroute("**/wf/", handle)
        for route in held:
            route.continue_()

    page.route("**/wf/", handle)
    return release


def cut(page: Page, times: int) -> list[str]:
    """Cut the connection before the next posts arrive; the list grows by each."""
    return _spoil(page, times, arrive=False)


def lose_answers(page: Page, times: int) -> list[str]:
    """Let the next posts arrive, and lose their answers with all that is in them; the list grows by each."""
    return _spoil(page, times, arrive=True)


def _spoil(page: Page, times: int, *, arrive: bool) -> list[str]:
    spoiled: list[str] = []

    def handle(route: Route) -> None:
        if route.request.method != "POST" or len(spoiled) == times:
            route.fallback()
            return
        if arrive:
            _send(route)
        spoiled.append(route.request.url)
        route.abort("connectionreset")

    page.route("**/*", handle)
    return spoiled


def _send(route: Route) -> None:
    """Send a request for the browser: ``route.fetch`` would give it the cookies of the answer."""
    request, url = route.request, urlsplit(route.request.url)
    connection = HTTPConnection(url.netloc, timeout=20)
    connection.request("POST", f"{url.path}?{url.query}", request.post_data_buffer, request.all_headers())
    connection.getresponse().read()
    connection.close()
