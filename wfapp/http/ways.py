"""The way on from an end: at once, after a countdown, or by the person's choice, with every target checked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _

from wfapp.declaration.leaving import Choice, Skip
from wfapp.http.redirects import safe_target
from wfapp.rounds.answer import Answer

__all__ = ["Way", "end_target", "way_on"]

logger = logging.getLogger("wfapp.http")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Hold how an end leads on.

    ``immediate`` and ``auto`` lead to ``target``, the second after ``after`` milliseconds, with ``skip`` as a button
    beside. ``manual`` has ``choices``, the primary one first.
    """

    trigger: Literal["immediate", "auto", "manual"]
    target: str = ""
    after: int = 0
    skip: Skip | None = None
    choices: tuple[Choice, ...] = ()


def end_target(answer: Answer, request: HttpRequest, default: str = "") -> str:
    """Return where an end leads that leaves no choice: the step's redirect, else ``next``, else the site's default.

    The first two are checked, since a value of either may come from a client; the default is code. An aborted flow
    leads only where its step says: it does not go to ``next`` as if all was well.
    """
    end = answer.end
    if end is None or end.choices:
        return ""
    redirect = safe_target(end.redirect, request)
    if end.redirect and not redirect:
        _warn(answer)
    if redirect or (end.status == "aborted" and not end.after):
        return redirect
    return safe_target(end.next, request) or default


def way_on(answer: Answer, request: HttpRequest, target: str) -> Way | None:
    """Describe the way on from an end whose ``target`` is what ``end_target`` gave; ``None`` where it leads nowhere."""
    if answer.end is None:
        return None
    choices = tuple(_safe_choices(answer, request))
    if choices:
        return Way(trigger="manual", choices=choices)
    if not target:
        return None
    if answer.end.after:
        return Way(trigger="auto", target=target, after=answer.end.after, skip=_labelled(answer.end.skip))
    return Way(trigger="immediate", target=target)


def _labelled(skip: Skip | None) -> Skip | None:
    if skip is None or skip.label:
        return skip
    return Skip(_("Go now") if skip.behavior == "now" else _("Stay here"), skip.behavior)


def _safe_choices(answer: Answer, request: HttpRequest) -> Iterator[Choice]:
    for choice in answer.end.choices if answer.end else ():
        if choice.redirect is None or safe_target(str(choice.redirect), request):
            yield choice
        else:
            _warn(answer)


def _warn(answer: Answer) -> None:
    logger.warning(
        "%s redirects to a host that is not allowed; add it to WFAPP['REDIRECT_HOSTS'].", answer.workflow.name
    )
