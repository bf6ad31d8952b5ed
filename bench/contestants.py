"""Who is measured: each leads a wizard up to its second page, and the post of that page is the round."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from bench.clients import Browser, answer, json_post
from bench.forms import DATA
from bench.handwritten import new_row, new_token

__all__ = ["CONTESTANTS", "Contestant", "Round"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Hold one round that is about to be played."""

    post: HttpRequest
    follow: Callable[[HttpResponseBase], HttpRequest] | None = None
    """Makes the request for the page that a redirect leads to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """Name one way to play a round."""

    key: str
    title: str
    begin: Callable[[], Round]
    """Plays, unmeasured, what comes before the round."""

    shows: str
    """What its last response must hold: the next page, and not an error."""


def _rest(workflow: str) -> Callable[[], Round]:
    def begin() -> Round:
        started = json_post("/wf/", {"wfid": workflow, "input": {"formData": DATA["contact"]}})
        wfs = json.loads(answer(started).content)["wfs"]  # type: ignore[attr-defined]
        return Round(post=json_post("/wf/", {"wfs": wfs, "input": {"formData": DATA["address"]}}))

    return begin


def _handwritten(path: str, new: Callable[[], dict[str, Any]]) -> Callable[[], Round]:
    return lambda: Round(post=json_post(path, {**new(), "data": DATA["address"]}))


def _page(path: str) -> Callable[[], Round]:
    def begin() -> Round:
        browser = Browser()
        browser.visit(browser.get(path))
        response = answer(browser.post(path, DATA["contact"]))
        browser.take(response)
        address = response.headers["Location"]
        browser.visit(browser.get(address))

        return Round(post=browser.post(address, DATA["address"]), follow=_following(browser))

    return begin


def _wizard() -> Round:
    browser, path = Browser(), "/wizard/"
    browser.visit(browser.get(path))
    browser.visit(browser.post(path, _prefixed("contact")))
    return Round(post=browser.post(path, _prefixed("address")))


def _named_wizard() -> Round:
    browser, path = Browser(), "/wizard/%s/"
    browser.visit(browser.get(path % "contact"))
    browser.visit(browser.post(path % "contact", _prefixed("contact")))
    return Round(post=browser.post(path % "address", _prefixed("address")), follow=_following(browser))


def _prefixed(step: str) -> dict[str, str]:
    return {f"{step}-{name}": value for name, value in DATA[step].items()}


def _following(browser: Browser) -> Callable[[HttpResponseBase], HttpRequest]:
    def follow(response: HttpResponseBase) -> HttpRequest:
        browser.take(response)
        return browser.get(response.headers["Location"])

    return follow


NEXT_PAGE, NEXT_STEP = "Is everything right?", '"confirm"'

CONTESTANTS = [
    Contestant(key="json-db", title="wfapp, JSON, database", begin=_rest("bench/order"), shows=NEXT_STEP),
    Contestant(key="a", title="(a) hand-written, a locked row", begin=_handwritten("/row/", new_row), shows=NEXT_STEP),
    Contestant(
        key="a'", title="(a') the same and an event", begin=_handwritten("/event-row/", new_row), shows=NEXT_STEP
    ),
    Contestant(key="json-token", title="wfapp, JSON, token", begin=_rest("bench/token-order"), shows=NEXT_STEP),
    Contestant(
        key="b", title="(b) hand-written, a sealed token", begin=_handwritten("/token/", new_token), shows=NEXT_STEP
    ),
    Contestant(key="page-db", title="wfapp, page, database", begin=_page("/order/"), shows=NEXT_PAGE),
    Contestant(key="page-token", title="wfapp, page, token", begin=_page("/token-order/"), shows=NEXT_PAGE),
    Contestant(key="c", title="(c) django-formtools", begin=_wizard, shows=NEXT_PAGE),
    Contestant(key="c'", title="(c') the same, with redirects", begin=_named_wizard, shows=NEXT_PAGE),
]
