"""Faults in words for people: a heading, a text that says what to do, and whether the page can be shown again."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wfapp.declaration.outcomes import Message
from wfapp.errors import Busy, Fault, InvalidToken, LimitExceeded, LinkSpent, NotAllowed, Stale, TooManyFlows
from wfapp.web.words import duration

__all__ = ["is_outdated", "message_of", "text_of", "title_of"]


LINKS = {
    "used": gettext_lazy(
        "This link works only once, and was used. If that was you, go on in the browser that you used."
    ),
    "expired": gettext_lazy("This link has expired. Start again, or ask whoever sent it to you for a new one."),
    "superseded": gettext_lazy("A newer link was sent since. Please use the one in the newest message."),
    "cancelled": gettext_lazy(
        "What this link led to was cancelled. If you think that this is a mistake, ask whoever sent it to you."
    ),
    "over": gettext_lazy("What this link led to is over. You can close this page."),
    "revoked": gettext_lazy(
        "This link was withdrawn. If you think that this is a mistake, ask whoever sent it to you."
    ),
}
"""What to tell of a link, by what became of it."""


def is_outdated(fault: Fault) -> bool:
    """Tell whether a page was refused for its CSRF token: a sign-in since then changed it, or cookies are blocked."""
    return fault.error_code == "csrf"


def title_of(fault: Fault) -> str:
    """Give the heading of the page that tells of a fault."""
    if isinstance(fault, LinkSpent):
        return _("This link cannot be used")
    if isinstance(fault, InvalidToken):
        return _("This page has expired")
    if isinstance(fault, NotAllowed) and not is_outdated(fault):
        return _("You cannot open this page")
    if isinstance(fault, Busy | TooManyFlows):
        return _("One moment, please")
    if isinstance(fault, LimitExceeded):
        return _("Too many attempts")
    return _("This did not work")


def text_of(fault: Fault) -> str:
    """Say what happened and what to do; with a wait that is known, how long."""
    if isinstance(fault, LimitExceeded) and fault.retry_after and not isinstance(fault, TooManyFlows):
        return _("Too many attempts. You can try again in %(duration)s.") % {"duration": duration(fault.retry_after)}
    if isinstance(fault, LinkSpent):
        return str(LINKS[fault.reason])
    if is_outdated(fault):
        return _("This page is out of date, or your browser blocks cookies. Please send it again.")
    return str(fault.message)


def message_of(fault: Fault) -> Message:
    """Give the message above a page that is shown again because of a fault."""
    harmless = isinstance(fault, Stale | Busy | TooManyFlows) or is_outdated(fault)
    return Message(level="warn" if harmless else "error", text=text_of(fault))
