"""The finish page: what it says of the end, and the links that lead on from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

from django.http import HttpResponse
from django.utils.encoding import iri_to_uri

from wfapp.declaration.leaving import Choice
from wfapp.http.ways import Way
from wfapp.web.context import FlowView
from wfapp.web.words import duration

__all__ = ["Countdown", "Link", "finish_context", "set_refresh"]

LOOK_AFTER = 2
"""How long a page waits before it looks again at a flow whose step runs, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Hold one choice of a finish page."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Countdown:
    """Hold when a finish page goes on by itself, and the links to go now and to stay."""

    seconds: int
    duration: str
    """The seconds in words: ``4 seconds``."""

    stay_url: str
    go_label: str = ""
    """The author's own text of the link that goes now, where there is one."""

    stay_label: str = ""


def finish_context(way: Way | None, flow: FlowView, *, stays: bool, dismissed: str) -> dict[str, Any]:
    """Translate the way on into template variables; ``dismissed`` is where a closed page leads."""
    links = [Link(label=str(choice.label), url=_url(choice, flow, dismissed)) for choice in way.choices] if way else []
    countdown = _countdown(way, flow) if way is not None and way.trigger == "auto" and not stays else None
    return {"target": way.target if way else "", "choices": links, "countdown": countdown}


def set_refresh(response: HttpResponse, context: dict[str, Any]) -> None:
    """Have the browser go on when a countdown is over, or look again while a step runs, with or without scripts.

    As a header it holds for whatever template the site draws (HTML, the Refresh header).
    """
    countdown, flow = context.get("countdown"), context["flow"]
    if countdown is not None:
        response.headers["Refresh"] = f"{countdown.seconds}; url={iri_to_uri(context['target'])}"
    elif "pending" in context and not context["stays"]:
        response.headers["Refresh"] = f"{LOOK_AFTER}; url={iri_to_uri(flow.url)}"


def _countdown(way: Way, flow: FlowView) -> Countdown:
    seconds = ceil(timedelta(milliseconds=way.after).total_seconds())
    labels = {way.skip.behavior: str(way.skip.label)} if way.skip else {}
    return Countdown(
        seconds=seconds,
        duration=duration(seconds),
        stay_url=flow.stay_url,
        go_label=labels.get("now", ""),
        stay_label=labels.get("cancel", ""),
    )


def _url(choice: Choice, flow: FlowView, dismissed: str) -> str:
    if choice.redirect is not None:
        return str(choice.redirect)
    return flow.restart_url if choice.reload else dismissed
