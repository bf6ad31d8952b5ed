"""Spans of time and the state of a button in words, for people without JavaScript."""

from __future__ import annotations

from datetime import datetime
from math import ceil

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wfapp.rounds.answer import ActionView

__all__ = ["availability", "duration"]


def duration(seconds: float) -> str:
    """Say how long to wait, rounded up to what a person would say: ``25 seconds``, ``2 minutes``, ``3 hours``."""
    count = max(1, ceil(seconds))
    if count < 100:
        return ngettext("%(count)d second", "%(count)d seconds", count) % {"count": count}
    count = ceil(count / 60)
    if count < 100:
        return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}
    count = ceil(count / 60)
    return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}


def availability(action: ActionView, now: datetime) -> str:
    """Say when a button can be pressed again and how often it still can; empty where nothing limits it."""
    if action.remaining == 0:
        return _("You cannot ask for this again.")
    sentences = []
    if action.available_at is not None and action.available_at > now:
        wait = duration((action.available_at - now).total_seconds())
        sentences.append(_("You can ask again in %(duration)s.") % {"duration": wait})
    if action.remaining is not None:
        sentences.append(ngettext("%(count)d left.", "%(count)d left.", action.remaining) % {"count": action.remaining})
    return " ".join(sentences)
